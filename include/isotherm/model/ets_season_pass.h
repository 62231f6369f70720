// One pass over a series for forms with a season: errors, their likelihood and its derivatives by weights and
// initial states. Written once for a number of any kind, as ets_pass.h (which see for `Math`, the objective
// and missing values): a double, or a vector of doubles with a series in each lane.
//
// Parameters in one row: the states level, trend (if any) and the seasons of places 1 .. period - 1 (place 0
// follows: seasons add to 0, ratios to the period); then the weights alpha, the share of gamma in its range,
// the share of beta in its range, phi, as many of these as the form has. Series are scaled to numbers near 1.
//
// Source: the recursion of ets.h, differentiated.
#pragma once

#include "isotherm/core/hd.h"
#include "isotherm/model/ets_pass.h"
#include "isotherm/model/ets_region.h"

namespace isotherm {

/// A form with a season and without a multiplicative trend, known when compiling. Ratios: the season
/// multiplies.
template <bool kWithTrend, bool kWithDamping, bool kWithRatios, bool kWithRelativeErrors>
struct SeasonShape {
  static constexpr bool kTrend = kWithTrend;
  static constexpr bool kDamped = kWithDamping;
  static constexpr bool kRatio = kWithRatios;
  static constexpr bool kRelative = kWithRelativeErrors;
  static constexpr int kFirstSeason = 1 + (kTrend ? 1 : 0);
  static constexpr int kWeights = 2 + (kTrend ? 1 : 0) + (kDamped ? 1 : 0);
  ISO_HD static constexpr int states(int period) { return kFirstSeason + period - 1; }
  ISO_HD static constexpr int columns(int period) { return states(period) + kWeights; }
};

/// Places of the weights behind the states.
struct SeasonWeight {
  static constexpr int kAlpha = 0, kGamma = 1, kBeta = 2, kPhi = 3;
};

inline constexpr int kSeasonMostPeriod = 24;
inline constexpr int kSeasonMostColumns = 2 + (kSeasonMostPeriod - 1) + 4;
/// Columns of a row of derivatives, with the error and its factor, in whole fours.
ISO_HD constexpr int season_stride(int columns) { return (columns + 2 + 3) / 4 * 4; }
inline constexpr int kSeasonMostStride = season_stride(kSeasonMostColumns);

/// Room that a pass works in, its contents of no meaning afterwards.
template <class Real>
struct SeasonWork {
  static constexpr int kSteps = 8;  ///< rows of derivatives that are summed up together
  Real ring[kSeasonMostPeriod];
  Real ring_by[kSeasonMostPeriod * kSeasonMostColumns];
  Real level_by[kSeasonMostColumns], trend_by[kSeasonMostColumns];
  Real rows[kSteps * kSeasonMostStride];
};

namespace ets_detail {

/// A prediction so near to 0, of a series near 1, is none.
inline constexpr double kLeastPrediction = 1e-18;
inline constexpr int kSeasonFactorsTogether = 8;

/// gram += rows' rows, on and below the diagonal (and up to three places beyond).
template <class Real>
[[gnu::always_inline]] ISO_HD inline void add_products(const Real* rows, int count, int stride, Real* gram) {
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j <= i; j += 4) {
      Real* const sums = gram + i * stride + j;
      Real a = sums[0], b = sums[1], c = sums[2], d = sums[3];
      for (int k = 0; k < SeasonWork<Real>::kSteps; ++k) {
        const Real mine = rows[k * stride + i];
        const Real* const others = rows + k * stride + j;
        a += mine * others[0];
        b += mine * others[1];
        c += mine * others[2];
        d += mine * others[3];
      }
      sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
    }
  }
}

/// Where old errors do not fade, see ets_admissible; Schur and Cohn's recursion without branches. `c` is room
/// for period + 2 numbers.
template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline auto season_inadmissible(const typename Math::Real& alpha,
                                                              const typename Math::Real& beta,
                                                              const typename Math::Real& gamma,
                                                              const typename Math::Real& phi, int period,
                                                              typename Math::Real* c) {
  using Real = typename Math::Real;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  int degree = period;
  if constexpr (Shape::kTrend) {
    degree = period + 1;
    const Real middle = alpha + phi * (beta - alpha);
    for (int k = 0; k <= degree; ++k) c[k] = middle;
    c[0] = phi * (one - alpha - gamma);
    c[1] += gamma - one;
    c[period] = alpha + phi * (beta - one);
  } else {
    for (int k = 0; k <= degree; ++k) c[k] = alpha;
    c[0] = alpha + gamma - one;
  }
  c[degree] = one;
  auto outside = zero > one;
  auto settled = outside;
  for (; degree > 0; --degree) {
    const Real reflection = c[0] / c[degree];
    const Real size = reflection < zero ? -reflection : reflection;
    outside = outside | ((!settled) & (!(size < 1 + 1e-12)));
    settled = settled | outside | (size > 1 - 1e-12);
    for (int low = 0, high = degree; low <= high; ++low, --high) {
      const Real a = c[low], b = c[high];
      c[low] = a - reflection * b;
      c[high] = b - reflection * a;
    }
    for (int k = 0; k < degree; ++k) c[k] = c[k + 1];
  }
  return outside;
}

}  // namespace ets_detail

/// The objective; infinite outside of what the form allows, and the rest then without meaning. `gram` has
/// (columns + 2) rows of season_stride(columns): J'J on and below the diagonal; then in row `columns` J'r and
/// behind it the sum of squares. `y` has n rows; lanes with shorter series (`length`) have missing values
/// behind their end.
template <class Math, class Shape>
[[gnu::always_inline]] ISO_HD inline typename Math::Real ets_season_slope(
    const typename Math::Real* p, const typename Math::Real* y, int n, const typename Math::Real& length,
    int period, SeasonWork<typename Math::Real>& work, typename Math::Real* gram) {
  using Real = typename Math::Real;
  using W = SeasonWeight;
  const Real zero = Real{} + 0.0, one = zero + 1.0;
  const int states = Shape::states(period), size = Shape::columns(period), stride = season_stride(size);
  const int count = size + (Shape::kRelative ? 2 : 1);
  const int alpha_at = states + W::kAlpha, gamma_at = states + W::kGamma;
  const int beta_at = states + (Shape::kTrend ? W::kBeta : 0),
            phi_at = states + (Shape::kDamped ? W::kPhi : 0);
  const Real alpha = p[alpha_at];
  const Real gamma_share = p[gamma_at], gamma_room = one - alpha - kEtsLeastWeight;
  const Real gamma = kEtsLeastWeight + gamma_share * gamma_room;
  const Real beta_share = Shape::kTrend ? p[beta_at] : zero;
  const Real beta = Shape::kTrend ? kEtsLeastWeight + beta_share * (alpha - kEtsLeastWeight) : zero;
  const Real phi = Shape::kDamped ? p[phi_at] : one;
  const auto inadmissible =
      ets_detail::season_inadmissible<Math, Shape>(alpha, beta, gamma, phi, period, work.rows);

  Real level = p[0], trend = Shape::kTrend ? p[1] : zero;
  work.ring[0] = zero + (Shape::kRatio ? period : 0);
  for (int j = 0; j < size; ++j) work.level_by[j] = work.trend_by[j] = zero;
  for (int j = 0; j < period * size; ++j) work.ring_by[j] = zero;
  for (int j = 0; j < count * stride; ++j) gram[j] = zero;
  for (int j = 0; j < SeasonWork<Real>::kSteps * stride; ++j) work.rows[j] = zero;
  work.level_by[0] = one;
  if constexpr (Shape::kTrend) work.trend_by[1] = one;
  for (int k = 1; k < period; ++k) {
    const int j = Shape::kFirstSeason + k - 1;
    work.ring[k] = p[j];
    work.ring[0] -= p[j];
    work.ring_by[k * size + j] = one;
    work.ring_by[j] = -one;
  }

  Real logs = zero, factors = one, observed = zero, least = one;
  int place = 0, held = 0;
  for (int t = 0; t < n; ++t) {
    Real* const season_by = work.ring_by + place * size;
    Real* const row = work.rows + held * stride;
    const auto seen = y[t] == y[t];
    const Real weight = seen ? one : zero;
    const Real base = Shape::kTrend ? level + phi * trend : level;
    const Real season = work.ring[place];
    const Real prediction = Shape::kRatio ? base * season : base + season;
    const Real miss = seen ? y[t] - prediction : zero;
    Real inverse = one;
    if constexpr (Shape::kRatio || Shape::kRelative) {
      inverse = one / (seen ? prediction : one);  // of no meaning where nothing was seen
      Real lowest = prediction;
      if constexpr (Shape::kRatio) {
        lowest = base < lowest ? base : lowest;
        lowest = season < lowest ? season : lowest;
      }
      lowest = length > static_cast<double>(t) ? lowest : one;
      least = lowest < least ? lowest : least;
    }
    const Real error = Shape::kRelative ? miss * inverse : miss;
    const Real error_by = Shape::kRelative ? -weight * (one + error) * inverse : -weight;
    if constexpr (Shape::kRelative) {
      factors *= seen ? prediction : one;
      if ((t + 1) % ets_detail::kSeasonFactorsTogether == 0) {
        logs += Math::log(factors);
        factors = one;
      }
      row[size + 1] = seen ? -prediction / y[t] : zero;  // error_by times this is d ln f
    }
    row[size] = error;
    observed += weight;
    Real news = miss, season_news = miss, by_season = one, by_base = one;
    if constexpr (Shape::kRatio) {
      const Real per_season = inverse * base, per_base = inverse * season;
      news = miss * per_season;
      season_news = miss * per_base;
      by_season = (base + news) * per_season;       // y / season^2
      by_base = (season + season_news) * per_base;  // y / base^2
    }
    const Real learn = alpha * weight, turn = beta * weight, adapt = gamma * weight;
    if constexpr (Shape::kDamped) work.level_by[phi_at] += trend;
    for (int j = 0; j < size; ++j) {
      const Real s = season_by[j];
      const Real b = Shape::kTrend ? work.level_by[j] + phi * work.trend_by[j] : work.level_by[j];
      const Real by = Shape::kRatio ? b * season + s * base : b + s;
      row[j] = error_by * by;
      const Real less_news = Shape::kRatio ? b + by_season * s : by;
      const Real less_season = Shape::kRatio ? by_base * b + s : by;
      work.level_by[j] = b - learn * less_news;
      if constexpr (Shape::kTrend) work.trend_by[j] = phi * work.trend_by[j] - turn * less_news;
      season_by[j] = s - adapt * less_season;
    }
    work.level_by[alpha_at] += news;
    season_by[alpha_at] -= gamma_share * season_news;
    season_by[gamma_at] += gamma_room * season_news;
    if constexpr (Shape::kTrend) {
      if constexpr (Shape::kDamped) work.trend_by[phi_at] += trend;
      work.trend_by[alpha_at] += beta_share * news;
      work.trend_by[beta_at] += (alpha - kEtsLeastWeight) * news;
      trend = phi * trend + beta * news;
    }
    level = base + alpha * news;
    work.ring[place] = season + gamma * season_news;
    if (++place == period) place = 0;
    if (++held < SeasonWork<Real>::kSteps && t + 1 < n) continue;
    for (int j = held * stride; j < SeasonWork<Real>::kSteps * stride; ++j) work.rows[j] = zero;
    ets_detail::add_products(work.rows, count, stride, gram);
    held = 0;
  }

  const Real squares = gram[size * stride + size];
  Real objective = Math::log(squares);
  if constexpr (Shape::kRelative) {
    objective += 2.0 * (logs + Math::log(factors)) / observed;
    // The residual is e G, G the geometric mean of f: its derivative over G is e' + e (ln G)'.
    Real* const right = gram + size * stride;
    Real* const log_by = right + stride;
    for (int j = 0; j < size; ++j) log_by[j] /= observed;
    for (int i = 0; i < size; ++i) {
      for (int j = 0; j <= i; ++j) {
        gram[i * stride + j] += right[i] * log_by[j] + log_by[i] * right[j] + squares * log_by[i] * log_by[j];
      }
    }
    for (int j = 0; j < size; ++j) right[j] += squares * log_by[j];
  }
  if constexpr (Shape::kRatio || Shape::kRelative)
    objective = least > ets_detail::kLeastPrediction ? objective : one / zero;
  return inadmissible ? one / zero : objective;
}

}  // namespace isotherm
