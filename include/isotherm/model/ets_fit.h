// Fitting one exponential smoothing form to one series, and choosing among forms.
//
// The likelihood is maximised over weights and initial states together, inside the region of ets_region.h.
// With the variance at its best value that is a least-squares problem: the errors e, or for relative errors e
// G with G the geometric mean of |f|. Derivatives are carried through the recursion; Levenberg and
// Marquardt's steps with bounds follow from several starts, at each of which the states are solved for first
// (variable projection).
//
// Missing values are NaN and are handled in the recursion. Everything is scaled inside, so 1e12 and 1e-12 fit
// alike.
//
// Sources: as ets.h; Golub, Pereyra (1973), SIAM Journal on Numerical Analysis 10, 413-432; Marquardt (1963),
// Journal of SIAM 11, 431-441; Burnham, Anderson (2002), Model Selection and Multimodel Inference,
// section 7.4 (AICc).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "isotherm/model/ets.h"

namespace isotherm {

/// The longest season of exponential smoothing here; beyond it the states outnumber what a series can tell.
inline constexpr int kEtsMostPeriod = 24;

struct EtsFit {
  EtsForm form;
  int period = 1;
  EtsWeights weights;
  double level = 0, trend = 0;  ///< before the first value
  std::vector<double> season;   ///< ring before the first value: place t mod period
  double end_level = 0, end_trend = 0;
  std::vector<double> end_season;  ///< ring after the last value
  int length = 0;                  ///< values, missing ones included
  int observed = 0;
  int parameters = 0;         ///< as in ets_parameter_count
  double log_likelihood = 0;  ///< on the scale of ets_log_likelihood; infinite for a perfect fit
  double sum_squares = 0;     ///< of errors; 0 for a perfect fit
  double variance = 0;        ///< sum_squares / (observed - parameters + 1): weights and states used up
  double aic() const { return -2 * log_likelihood + 2 * parameters; }
  double aicc() const;  ///< infinite where observed <= parameters + 1
  double bic() const;
};

/// Fewest observations at which a form is fitted at all: one more than its parameters, so that a variance is
/// left.
int ets_fewest_observations(const EtsForm& form, int period);

/// The best fit of one form. Nothing when the series cannot carry it: too few observations, a season without
/// a period of 2 to kEtsMostPeriod, or values not above 0 where the form multiplies.
std::optional<EtsFit> fit_ets(const EtsForm& form, std::span<const double> values, int period);

/// The same for many series, each as it would come out alone. Forms without a season are searched many at
/// once, see src/model/ets_many.h.
std::vector<std::optional<EtsFit>> fit_ets_all(const EtsForm& form,
                                               std::span<const std::span<const double>> series, int period);

/// A fit at given weights and initial states, nothing optimised: `season` has `period` places (or none).
EtsFit filter_ets(const EtsForm& form, std::span<const double> values, int period, const EtsWeights& weights,
                  double level, double trend, std::span<const double> season);

/// The fit's way through the data, a number per step: what was expected, and the states after it (the season:
/// that of the step). Forms without trend or season have those empty.
struct EtsPath {
  std::vector<double> fitted, level, trend, season;
};
EtsPath ets_path(const EtsFit& fit, std::span<const double> values);

enum class EtsCriterion { aicc, aic, bic };
double criterion_of(const EtsFit& fit, EtsCriterion criterion);
/// What choices add to the criterion of a trend that never ends.
double ets_trend_charge(const EtsForm& form);

/// The forms that are weighed for a series with these many observations, simplest first: all of ets_forms()
/// without a multiplicative trend that the data allow and for which AICc is defined (observed >= parameters +
/// 2).
std::vector<EtsForm> ets_candidates(std::span<const double> values, int period);

/// The candidate with the least criterion; a perfect fit wins with the fewest parameters. Nothing without
/// candidates.
std::optional<EtsFit> choose_ets(std::span<const double> values, int period, EtsCriterion criterion);
std::vector<std::optional<EtsFit>> choose_ets_all(std::span<const std::span<const double>> series, int period,
                                                  EtsCriterion criterion);

}  // namespace isotherm
