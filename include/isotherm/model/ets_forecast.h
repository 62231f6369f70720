// The future of a fitted exponential smoothing form: means, variances, quantiles.
//
// Closed form where the class allows: additive errors with nothing multiplied (class 1), multiplicative
// errors with an additive trend and season (class 2) or a multiplicative season (class 3); their limits are
// normal, as is usual. A multiplicative trend is simulated. The mean is the point forecast: the recursion
// continued without errors.
//
// Source: Hyndman, Koehler, Ord, Snyder (2008), chapter 6; class 3 is worked out in docs/methods/forecast.md.
#pragma once

#include <vector>

#include "isotherm/model/ets_fit.h"
#include "isotherm/model/series.h"

namespace isotherm {

bool ets_has_closed_form(const EtsForm& form);
/// The recursion continued without errors.
std::vector<double> ets_point_forecast(const EtsFit& fit, int horizon);

struct EtsMoments {
  std::vector<double> mean, variance;
};
/// Of the closed-form classes. In class 3 the mean differs from the point forecast beyond the first cycle.
EtsMoments ets_moments(const EtsFit& fit, int horizon);

/// Of `request`, horizon, levels and the simulation's keys are used. A simulated deviation is the sample's.
SeriesForecast ets_forecast(const EtsFit& fit, const ForecastRequest& request);

}  // namespace isotherm
