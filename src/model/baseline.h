// The models that are not fitted by likelihood: honest yardsticks. Each gives means and variances per step,
// or nothing when the series cannot carry it. Sources and formulas: docs/methods/forecast.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "isotherm/model/series.h"

namespace isotherm {

struct StepMoments {
  std::vector<double> mean, variance;
  int degrees = 0;  ///< of Student's t where it stands for the normal distribution; 0: normal
};

/// Mean of all; independent values.
std::optional<StepMoments> mean_forecast(const ForecastRequest& request);
/// The last value; a random walk.
std::optional<StepMoments> naive_forecast(const ForecastRequest& request);
/// The last value of the same season; naive without a season.
std::optional<StepMoments> seasonal_naive_forecast(const ForecastRequest& request);
/// A random walk with the mean step of the past.
std::optional<StepMoments> drift_forecast(const ForecastRequest& request);
/// Simple exponential smoothing with half the slope of the whole series, on seasonally adjusted values.
std::optional<StepMoments> theta_forecast(const ForecastRequest& request);

/// Holt's and Winters' smoothing by least squares of the one-step errors, begun from the first values and
/// left out of the sum there.
enum class HoltWinters { simple, trend, additive, multiplicative };
struct HoltWintersFit {
  double alpha = 0, beta = 0, gamma = 0;  ///< Holt's and Winters' own weights: beta of the level's change
  double level = 0, trend = 0;            ///< after the last value
  std::vector<double> season;             ///< place t mod period
  double sum_squares = 0;
  int errors = 0;
};
/// At given weights.
std::optional<HoltWintersFit> filter_holt_winters(HoltWinters kind, std::span<const double> values,
                                                  int period, double alpha, double beta, double gamma);
std::optional<HoltWintersFit> fit_holt_winters(HoltWinters kind, std::span<const double> values, int period);
std::optional<StepMoments> holt_winters_forecast(HoltWinters kind, const ForecastRequest& request);

}  // namespace isotherm
