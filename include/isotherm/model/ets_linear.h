// Exponential smoothing in the forms whose errors are linear in everything but the weights: additive errors,
// additive or no trend and season. There regressors can stand beside the states, y = x'b + smoothing, and at
// given weights states and coefficients follow by least squares together. Two uses:
//
//  * regression with ETS errors: weights of each series' own, by the likelihood of ets_fit.h;
//  * pooled weights: one set for many short series, each with states, coefficients and variance of its own.
//    These grow in number with the series, so that the sum of likelihoods with the best of them put in does
//    not find the weights however many series there are (Neyman and Scott). The pool maximises the sum of
//    marginal likelihoods, of what is left of each series when states, coefficients and scale are taken
//    away.
//
// A regressor is centred at its mean over the values seen: the level is that at the mean. One that does not
// vary in a series, or follows from the states and those before it, has the coefficient 0. Where a regressor
// is missing the value counts as missing.
//
// Sources: Hyndman, Koehler, Ord, Snyder (2008), chapter 9; Neyman, Scott (1948), Econometrica 16, 1-32;
// Harville (1974), Biometrika 61, 383-385; Tunnicliffe Wilson (1989), JRSS B 51, 15-27. Worked out in
// docs/methods/forecast.md.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "isotherm/model/ets_fit.h"

namespace isotherm {

/// Whether errors of the form are linear in its states.
bool ets_is_linear(const EtsForm& form);
/// All of them, simplest first; those with a season where `period` allows one.
std::vector<EtsForm> linear_ets_forms(int period);

/// A series and its regressors, each at least as long as the series.
struct RegressedSeries {
  std::span<const double> values;
  std::span<const std::vector<double>> regressors;
};

struct LinearEtsFit {
  EtsFit fit;                        ///< of the values less `explained`; its parameters count coefficients
  std::vector<double> coefficients;  ///< one per regressor
  std::vector<double> centres;       ///< a regressor's mean, taken off it
  std::vector<double> explained;     ///< (x - centre)'b at each value
  int kept = 0;                      ///< regressors that vary
  /// Variance of the forecast h = 1 .. horizon steps ahead, over that of an error: errors to come, and what
  /// is not known of states and coefficients. `regressors` reach that far.
  std::vector<double> spread(std::span<const std::vector<double>> regressors, int horizon) const;
  /// Degrees of freedom of the variance.
  int degrees() const { return fit.observed - fit.parameters + 1; }

  std::vector<double> end_states;  ///< for spread: level, trend, ring of each column, column by column
  std::vector<double> triangle;    ///< R of the columns' errors, row by row; 0 on the diagonal where dropped
};

/// Weights by maximum likelihood. Nothing when too few values are seen (one more than parameters is needed).
std::optional<LinearEtsFit> fit_linear_ets(const EtsForm& form, const RegressedSeries& series, int period);
/// At given weights, which then do not count as parameters. Nothing when no variance would be left.
std::optional<LinearEtsFit> fit_linear_ets_at(const EtsForm& form, const EtsWeights& weights,
                                              const RegressedSeries& series, int period);

/// The logarithm of the marginal likelihood but for a constant: -1/2 ((n - p) ln S + ln|X'X| - ln|Z'Z|), S
/// the least sum of squares, X the errors' derivatives by the p states and coefficients, Z those of the mean.
/// Nothing when fewer than two values are left over, or nothing but rounding: that says nothing about
/// weights.
std::optional<double> ets_marginal_likelihood(const EtsForm& form, const EtsWeights& weights,
                                              const RegressedSeries& series, int period);

struct PooledEts {
  EtsForm form;
  EtsWeights weights;
  int series = 0;  ///< that told about the weights
};
/// How many series of `values` values a pool of these forms looks at: enough to know weights to two digits,
/// few enough for a second or so.
std::size_t pool_size(std::size_t values, int period, std::size_t regressors);
/// The weights that maximise the summed marginal likelihood. Nothing when no series tells about them.
std::optional<PooledEts> pool_ets(const EtsForm& form, std::span<const RegressedSeries> series, int period);

}  // namespace isotherm
