// One pass over a series for forms without a season: errors, their likelihood and its derivatives, and the
// initial states that fit best at given weights. Written once for a number of any kind: a double (one series
// per thread, host or device) or a vector of doubles (several series, or several weights, side by side).
//
// Parameters in one row: alpha, level, share, trend, phi; a form uses the first so many that it has, see
// EtsShape. The share places beta in its range: beta = least + share (alpha - least). Series are scaled to
// numbers near 1; missing is NaN and a step without news. The objective is ln(sum e^2) + 2 mean ln|f|, the
// second part for relative errors only; it falls as the log-likelihood rises.
//
// `Math` gives the kind of number, `Math::Real`, and its logarithm, `Math::log`.
#pragma once

#include <cmath>

#include "isotherm/core/hd.h"
#include "isotherm/model/ets_region.h"

namespace isotherm {

struct ScalarMath {
  using Real = double;
  ISO_HD static double log(double x) { return std::log(x); }
};

/// A form without a season and without a multiplicative trend, known when compiling.
template <bool kWithTrend, bool kWithDamping, bool kWithRelativeErrors>
struct EtsShape {
  static constexpr bool kTrend = kWithTrend;
  static constexpr bool kDamped = kWithDamping;
  static constexpr bool kRelative = kWithRelativeErrors;
  static constexpr int kColumns = 2 + (kTrend ? 2 : 0) + (kDamped ? 1 : 0);
};

/// Places in a row of parameters.
struct EtsColumn {
  static constexpr int kAlpha = 0, kLevel = 1, kShare = 2, kTrend = 3, kPhi = 4;
};

template <class Math, class Shape>
struct EtsSlope {
  using Real = typename Math::Real;
  static constexpr int kColumns = Shape::kColumns;
  Real objective;
  Real squares;
  Real matrix[kColumns][kColumns];  ///< J'J of the residuals, on and below the diagonal
  Real right[kColumns];             ///< J'r
};

namespace ets_detail {
/// Factors are multiplied up before their logarithm is taken; so many stay far from under- and overflow.
inline constexpr int kFactorsTogether = 16;
}  // namespace ets_detail

/// The objective and its derivatives. Where a relative form's prediction is not above 0 the objective is
/// infinite and the rest without meaning. `length` is that of the series; lanes with shorter ones than n have
/// missing values behind their end.
template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline void ets_slope(const typename Math::Real* p,
                                                    const typename Math::Real* y, int n,
                                                    const typename Math::Real& length,
                                                    EtsSlope<Math, Shape>& out) {
  using Real = typename Math::Real;
  using C = EtsColumn;
  constexpr int kSize = Shape::kColumns;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  const Real alpha = p[C::kAlpha];
  const Real phi = Shape::kDamped ? p[Shape::kDamped ? C::kPhi : 0] : one;
  const Real share = Shape::kTrend ? p[Shape::kTrend ? C::kShare : 0] : zero;
  const Real beta = kEtsLeastWeight + share * (alpha - kEtsLeastWeight);
  Real level = p[C::kLevel], trend = Shape::kTrend ? p[Shape::kTrend ? C::kTrend : 0] : zero;
  Real level_by[kSize], trend_by[kSize], base_by[kSize], log_by[kSize], matrix[kSize][kSize], right[kSize];
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) {
    level_by[j] = trend_by[j] = log_by[j] = right[j] = zero;
#pragma GCC unroll 5
    for (int i = 0; i < kSize; ++i) matrix[j][i] = zero;
  }
  level_by[C::kLevel] = one;
  if constexpr (Shape::kTrend) trend_by[C::kTrend] = one;
  Real squares = zero, logs = zero, factors = one, count = zero, least = one;
  for (int t = 0; t < n; ++t) {
    const auto seen = y[t] == y[t];
    const Real weight = seen ? one : zero;
    const Real base = Shape::kTrend ? level + phi * trend : level;
    for (int j = 0; j < kSize; ++j)
      base_by[j] = Shape::kTrend ? level_by[j] + phi * trend_by[j] : level_by[j];
    if constexpr (Shape::kDamped) base_by[C::kPhi] += trend;

    const Real news = seen ? y[t] - base : zero;
    Real error = news, error_by = -weight;
    if constexpr (Shape::kRelative) {
      const Real inverse = weight / (seen ? base : one);
      error = news * inverse;
      error_by = -(one + error) * inverse;  // -y / f^2
      const Real lowest = length > static_cast<double>(t) ? base : one;
      least = lowest < least ? lowest : least;
      factors *= seen ? base : one;
      if ((t + 1) % ets_detail::kFactorsTogether == 0) {
        logs += Math::log(factors);
        factors = one;
      }
      for (int j = 0; j < kSize; ++j) log_by[j] += base_by[j] * inverse;
    }
    squares += error * error;
    count += weight;
    for (int j = 0; j < kSize; ++j) {
      const Real mine = error_by * base_by[j];
      const Real mine_again = Shape::kRelative ? mine * error_by : -mine;
      right[j] += mine * error;
      for (int i = 0; i <= j; ++i) matrix[j][i] += mine_again * base_by[i];
    }

    const Real learn = alpha * weight;
    if constexpr (Shape::kTrend) {
      const Real turn = beta * weight;
      for (int j = 0; j < kSize; ++j) trend_by[j] = phi * trend_by[j] - turn * base_by[j];
      if constexpr (Shape::kDamped) trend_by[C::kPhi] += trend;
      trend_by[C::kAlpha] += share * news;
      trend_by[C::kShare] += (alpha - kEtsLeastWeight) * news;
      trend = phi * trend + beta * news;
    }
    for (int j = 0; j < kSize; ++j) level_by[j] = base_by[j] - learn * base_by[j];
    level_by[C::kAlpha] += news;
    level = base + alpha * news;
  }
  out.squares = squares;
  out.objective = Math::log(squares);
  if constexpr (Shape::kRelative) {
    out.objective += 2.0 * (logs + Math::log(factors)) / count;
    out.objective = least > zero ? out.objective : one / zero;
    // The residual is e G, G the geometric mean of f: its derivative over G is e' + e (ln G)'.
    for (int j = 0; j < kSize; ++j) log_by[j] /= count;
    for (int j = 0; j < kSize; ++j) {
      for (int i = 0; i <= j; ++i) {
        matrix[j][i] += right[j] * log_by[i] + log_by[j] * right[i] + squares * log_by[j] * log_by[i];
      }
    }
    for (int j = 0; j < kSize; ++j) right[j] += squares * log_by[j];
  }
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) {
    out.right[j] = right[j];
#pragma GCC unroll 5
    for (int i = 0; i < kSize; ++i) {
      if (i <= j) out.matrix[j][i] = matrix[j][i];
    }
  }
}

/// What a unit of each initial state adds to the predictions at some weights: the same for all series with
/// the same steps missing. For additive errors a unit of trend comes with so much level (`tilt`) that the two
/// add nothing alike, and `level_gain` and `trend_gain` are one over their sums of squares, 0 where there is
/// none.
template <class Math>
struct EtsUnits {
  using Real = typename Math::Real;
  Real* by_level;  ///< step by step
  Real* by_trend;
  Real level_gain, trend_gain, tilt;
};

template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline void ets_units(const typename Math::Real* p, const double* y, int n,
                                                    EtsUnits<Math>& units) {
  using Real = typename Math::Real;
  using C = EtsColumn;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  const Real alpha = p[C::kAlpha];
  const Real phi = Shape::kDamped ? p[Shape::kDamped ? C::kPhi : 0] : one;
  const Real beta =
      Shape::kTrend ? kEtsLeastWeight + p[Shape::kTrend ? C::kShare : 0] * (alpha - kEtsLeastWeight) : zero;
  // A step as ets_slope takes it, sorted for few operations one after the other: with slope = phi trend the
  // next base is base + phi slope + (alpha + phi beta) news.
  const Real base_gain = alpha + phi * beta, slope_gain = phi * beta;
  Real base_l = one, slope_l = zero, base_b = phi, slope_b = phi;
  Real ll = zero, lb = zero, bb = zero;
  for (int t = 0; t < n; ++t) {
    units.by_level[t] = base_l;
    const double weight = y[t] == y[t] ? 1 : 0;
    const Real news_l = -weight * base_l;
    ll -= news_l * base_l;
    if constexpr (Shape::kTrend) {
      units.by_trend[t] = base_b;
      const Real news_b = -weight * base_b;
      lb -= news_l * base_b;
      bb -= news_b * base_b;
      slope_l *= phi;
      slope_b *= phi;
      base_l += slope_l;
      base_b = base_b + slope_b + base_gain * news_b;
      slope_l += slope_gain * news_l;
      slope_b += slope_gain * news_b;
    }
    base_l += base_gain * news_l;
  }
  units.level_gain = one / ll;
  units.tilt = units.trend_gain = zero;
  if constexpr (Shape::kTrend && !Shape::kRelative) {
    units.tilt = lb * units.level_gain;
    const Real rest = bb - lb * units.tilt;
    units.trend_gain = rest > 1e-12 * bb ? one / rest : zero;
    for (int t = 0; t < n; ++t) units.by_trend[t] -= units.tilt * units.by_level[t];
  }
}

/// The level and trend that fit best at these weights (in p, whose states are written) and what is left then:
/// least squares of the errors, for relative forms of the errors over y. `y` is one series for all, with the
/// units of its missing steps.
template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline void ets_best_states(typename Math::Real* p, const double* y, int n,
                                                          const EtsUnits<Math>& units,
                                                          typename Math::Real& squares) {
  using Real = typename Math::Real;
  using C = EtsColumn;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  const Real alpha = p[C::kAlpha];
  const Real phi = Shape::kDamped ? p[Shape::kDamped ? C::kPhi : 0] : one;
  const Real beta =
      Shape::kTrend ? kEtsLeastWeight + p[Shape::kTrend ? C::kShare : 0] * (alpha - kEtsLeastWeight) : zero;
  // Errors are linear in the states: what they are from states 0, less what the states add to predictions.
  const Real base_gain = alpha + phi * beta, slope_gain = phi * beta;
  Real base = zero, slope = zero;
  Real ll = zero, lb = zero, bb = zero, le = zero, be = zero, ee = zero;
  for (int t = 0; t < n; ++t) {
    if constexpr (Shape::kTrend) slope *= phi;
    if (!(y[t] == y[t])) {
      if constexpr (Shape::kTrend) base += slope;
      continue;
    }
    const Real news = y[t] - base;
    if constexpr (Shape::kTrend) {
      base = base + slope + base_gain * news;
      slope += slope_gain * news;
    } else {
      base += alpha * news;
    }
    const Real by_level = units.by_level[t], by_trend = Shape::kTrend ? units.by_trend[t] : zero;
    Real weighted = news;
    if constexpr (Shape::kRelative) {
      const double weight = 1 / (y[t] * y[t]);
      weighted *= weight;
      const Real weighted_level = by_level * weight;
      ll += weighted_level * by_level;
      if constexpr (Shape::kTrend) {
        lb += weighted_level * by_trend;
        bb += by_trend * weight * by_trend;
      }
    }
    ee += weighted * news;
    le += weighted * by_level;
    if constexpr (Shape::kTrend) be += weighted * by_trend;
  }
  if constexpr (!Shape::kRelative) {
    p[C::kLevel] = le * units.level_gain;
    squares = ee - p[C::kLevel] * le;
    if constexpr (Shape::kTrend) {
      p[C::kTrend] = be * units.trend_gain;
      squares -= p[C::kTrend] * be;
      p[C::kLevel] -= units.tilt * p[C::kTrend];
    }
    return;
  }
  if constexpr (!Shape::kTrend) {
    p[C::kLevel] = le / ll;
  } else {
    const Real left = bb - lb * lb / ll;
    const Real rest = be - lb * le / ll;
    p[C::kTrend] = left > 1e-12 * bb ? rest / left : zero;
    p[C::kLevel] = (le - lb * p[C::kTrend]) / ll;
    ee -= p[C::kTrend] * be;
  }
  squares = ee - p[C::kLevel] * le;
}

/// The objective of a relative form alone, `y` one series for all.
template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline void ets_relative_objective(const typename Math::Real* p,
                                                                 const double* y, int n,
                                                                 typename Math::Real& objective) {
  using Real = typename Math::Real;
  using C = EtsColumn;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  const Real alpha = p[C::kAlpha];
  const Real phi = Shape::kDamped ? p[Shape::kDamped ? C::kPhi : 0] : one;
  const Real beta =
      Shape::kTrend ? kEtsLeastWeight + p[Shape::kTrend ? C::kShare : 0] * (alpha - kEtsLeastWeight) : zero;
  Real level = p[C::kLevel], trend = Shape::kTrend ? p[Shape::kTrend ? C::kTrend : 0] : zero;
  Real squares = zero, logs = zero, factors = one, least = one;
  double count = 0;
  for (int t = 0; t < n; ++t) {
    const Real base = Shape::kTrend ? level + phi * trend : level;
    least = base < least ? base : least;
    const bool seen = y[t] == y[t];
    if (seen) {
      const Real news = y[t] - base, error = news / base;
      squares += error * error;
      factors *= base;
      count += 1;
      if constexpr (Shape::kTrend) trend = phi * trend + beta * news;
      level = base + alpha * news;
    } else {
      if constexpr (Shape::kTrend) trend *= phi;
      level = base;
    }
    if ((t + 1) % ets_detail::kFactorsTogether == 0) {
      logs += Math::log(factors);
      factors = one;
    }
  }
  objective = Math::log(squares) + 2.0 * (logs + Math::log(factors)) / count;
  objective = least > zero ? objective : one / zero;
}

}  // namespace isotherm
