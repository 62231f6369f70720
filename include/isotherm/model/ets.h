// Exponential smoothing in innovations form (ETS): the family, its names and its recursions.
//
// A form is error, trend and season, each none, additive or multiplicative: "AAdN" has additive errors, a
// damped additive trend and no season. One step from level l, trend b and the season s of this time of year:
//
//   base q = l + phi b  (or l b^phi)        prediction f = q + s  (or q s)
//   seen   p = y - s    (or y / s)          error e = y - f, or (y - f) / f when errors are multiplicative
//   l' = q + alpha (p - q)     b' = phi b + beta (p - q)  (or b^phi + beta (p - q) / l)
//   s' = s + gamma (y - q - s)  (or s + gamma (y / q - s))
//
// so beta and gamma are those of the error-correction form: Holt's own trend weight is beta / alpha. A
// missing value (NaN) is a step without news: l' = q, b' = phi b, s' = s, no error. The seasons lie in a
// ring: place t mod period is read and written at time t.
//
// Source: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, Springer, chapters 2
// and 5.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "isotherm/core/hd.h"

namespace isotherm {

enum class EtsPart : std::uint8_t { none, additive, multiplicative };

struct EtsForm {
  EtsPart error = EtsPart::additive;  ///< never none
  EtsPart trend = EtsPart::none;
  EtsPart season = EtsPart::none;
  bool damped = false;  ///< only with a trend
  bool operator==(const EtsForm&) const = default;
  ISO_HD bool has_trend() const { return trend != EtsPart::none; }
  ISO_HD bool has_season() const { return season != EtsPart::none; }
  /// The data must be above 0: something is multiplied.
  ISO_HD bool needs_positive() const {
    return error == EtsPart::multiplicative || trend == EtsPart::multiplicative ||
           season == EtsPart::multiplicative;
  }
};

/// "AAdN".
std::string ets_name(const EtsForm& form);
/// "AAdN", "A,Ad,N" or "ETS(A,Ad,N)", in any case; nothing for what is no form.
std::optional<EtsForm> find_ets(std::string_view text);
/// The same; throws Error(usage) for what is no form.
EtsForm parse_ets(std::string_view text);
/// The forms that can be fitted. Left out are those that are unstable: additive errors with something
/// multiplied, and a multiplicative trend with an additive season.
std::span<const EtsForm> ets_forms();
/// Free numbers of a fit: weights, damping, initial states (one season follows from the others) and the
/// variance.
int ets_parameter_count(const EtsForm& form, int period);

struct EtsWeights {
  double alpha = 0;
  double beta = 0;
  double gamma = 0;
  double phi = 1;
};

ISO_HD inline double ets_base(const EtsForm& form, double phi, double level, double trend) {
  if (form.trend == EtsPart::none) return level;
  if (form.trend == EtsPart::additive) return level + phi * trend;
  return level * std::pow(trend, phi);
}

ISO_HD inline double ets_prediction(const EtsForm& form, double base, double season) {
  if (form.season == EtsPart::none) return base;
  return form.season == EtsPart::additive ? base + season : base * season;
}

/// Level and trend after a step without news.
ISO_HD inline void ets_coast(const EtsForm& form, double phi, double base, double& level, double& trend) {
  level = base;
  if (form.trend == EtsPart::additive) trend = phi * trend;
  if (form.trend == EtsPart::multiplicative) trend = std::pow(trend, phi);
}

/// The states after `y` was seen, where `base` was expected. `season` is the place of this time of year.
ISO_HD inline void ets_learn(const EtsForm& form, const EtsWeights& weights, double base, double y,
                             double& level, double& trend, double& season) {
  double seen = y;
  double season_seen = 0;
  if (form.season == EtsPart::additive) {
    seen = y - season;
    season_seen = y - base;
  } else if (form.season == EtsPart::multiplicative) {
    seen = y / season;
    season_seen = y / base;
  }
  const double news = seen - base;
  if (form.trend == EtsPart::additive) {
    trend = weights.phi * trend + weights.beta * news;
  } else if (form.trend == EtsPart::multiplicative) {
    trend = std::pow(trend, weights.phi) + weights.beta * news / level;
  }
  level = base + weights.alpha * news;
  season += weights.gamma * (season_seen - season);
}

/// What the likelihood needs of a pass over the data.
struct EtsSums {
  double squares = 0;       ///< sum of e^2
  double log_scale = 0;     ///< sum of ln |f| over the errors that are relative
  double least = INFINITY;  ///< smallest of what must stay above 0, in forms that need it
  int observed = 0;
};

/// One pass. `season` has `period` places and is changed; `errors` and `fitted` may be null, else hold n (NaN
/// for the error of a missing value).
ISO_HD inline EtsSums ets_filter(const EtsForm& form, const EtsWeights& weights, const double* y, int n,
                                 int period, double& level, double& trend, double* season,
                                 double* errors = nullptr, double* fitted = nullptr) {
  EtsSums sums;
  double no_season = 0;
  int place = 0;
  for (int t = 0; t < n; ++t) {
    double& here = form.has_season() ? season[place] : no_season;
    if (++place == period) place = 0;
    const double base = ets_base(form, weights.phi, level, trend);
    const double prediction = ets_prediction(form, base, here);
    if (form.needs_positive()) {
      sums.least = fmin(sums.least, prediction);
      if (form.season == EtsPart::multiplicative) sums.least = fmin(sums.least, fmin(base, here));
      if (form.trend == EtsPart::multiplicative) sums.least = fmin(sums.least, fmin(level, trend));
    }
    if (fitted) fitted[t] = prediction;
    if (std::isnan(y[t])) {
      if (errors) errors[t] = NAN;
      ets_coast(form, weights.phi, base, level, trend);
      continue;
    }
    double error = y[t] - prediction;
    if (form.error == EtsPart::multiplicative) {
      error /= prediction;
      sums.log_scale += std::log(std::fabs(prediction));
    }
    if (errors) errors[t] = error;
    sums.squares += error * error;
    ++sums.observed;
    ets_learn(form, weights, base, y[t], level, trend, here);
  }
  return sums;
}

/// Log-likelihood with the variance at its best value and without its constant, n/2 (1 + ln(2 pi / n)): the
/// scale on which R's forecast package prints it. Infinite for a perfect fit.
ISO_HD inline double ets_log_likelihood(const EtsSums& sums) {
  return -0.5 * (sums.observed * std::log(sums.squares) + 2 * sums.log_scale);
}

}  // namespace isotherm
