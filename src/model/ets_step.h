// A step of the search for the least objective of forms without a season: the local model's minimum in the
// box of the weights, eight searches side by side, each lane as it would be alone.
//
// The model's curvature is J'J, the products of first derivatives. Errors here are large, and what J'J leaves
// out (errors times second derivatives) makes steps by it alone converge slowly; so it is learnt, as Dennis,
// Gay and Welsch do, from how the slope changes between the places where a search has been: the least change
// in what is known that explains the last step.
//
// Source: Dennis, Gay, Welsch (1981), An adaptive nonlinear least-squares algorithm, ACM Transactions on
// Mathematical Software 7, 348-368.
#pragma once

#include <array>
#include <limits>

#include "lanes.h"
// Behind what they are made of lanes with.
#include "ets_lanes.h"
#include "isotherm/model/ets_pass.h"

namespace isotherm::ets_detail {

/// The box, by EtsColumn.
inline constexpr double kBoundless = std::numeric_limits<double>::infinity();
inline constexpr std::array<double, 5> kEtsLeast{kEtsLeastWeight, -kBoundless, 0, -kBoundless, kEtsLeastPhi};
inline constexpr std::array<double, 5> kEtsMost{kEtsMostAlpha, kBoundless, 1, kBoundless, kEtsMostPhi};

/// What J'J over the sum of squares leaves out of the curvature of half the objective.
template <class Shape>
struct EtsMissing {
  Lanes rows[Shape::kColumns][Shape::kColumns]{};  ///< on and below the diagonal

  /// Additive errors are linear in the states: among these nothing is left out.
  static constexpr bool holds(int row, int column) {
    const auto is_state = [](int which) { return which == EtsColumn::kLevel || which == EtsColumn::kTrend; };
    return Shape::kRelative || !is_state(row) || !is_state(column);
  }
};

/// Where a search is, or might go.
template <class Shape>
struct EtsPlace {
  Lanes at[Shape::kColumns]{};
  EtsSlope<LaneMath, Shape> slope{};
  Lanes inverse_squares{};  ///< one over slope.squares
};

/// Learns from the way from one place to another where `moved` is above 0, and forgets all elsewhere.
template <class Shape>
[[gnu::always_inline]] inline void learn_curvature(const EtsPlace<Shape>& from, const EtsPlace<Shape>& to,
                                                   const Lanes& moved, EtsMissing<Shape>& missing) {
  constexpr int kSize = Shape::kColumns;
  const Lanes zero{}, one = zero + 1.0;
  Lanes step[kSize], change[kSize], rest[kSize], known[kSize];
  Lanes along_change = zero, along_rest = zero, along_known = zero;
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) step[j] = to.at[j] - from.at[j];
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) {
    Lanes by_products = zero;
    known[j] = zero;
#pragma GCC unroll 5
    for (int i = 0; i < kSize; ++i) {
      const int row = i > j ? i : j, column = i > j ? j : i;
      by_products += to.slope.matrix[row][column] * step[i];
      if (missing.holds(row, column)) known[j] += missing.rows[row][column] * step[i];
    }
    change[j] = to.slope.right[j] * to.inverse_squares - from.slope.right[j] * from.inverse_squares;
    rest[j] = change[j] - by_products * to.inverse_squares;
    along_change += step[j] * change[j];
    along_rest += step[j] * rest[j];
    along_known += step[j] * known[j];
  }
  // What was known is first shrunk to the size of what shows now.
  const Lanes shows = along_rest < zero ? -along_rest : along_rest;
  const Lanes knew = along_known < zero ? -along_known : along_known;
  const Lanes part = shows / knew;
  const Lanes size = part < one ? part : one;
  Lanes excess = zero;
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) {
    rest[j] -= size * known[j];
    excess += step[j] * rest[j];
  }
  // A way without upward bend tells nothing.
  const Lanes tells = along_change < moved ? along_change : moved;
  const Lanes share = one / (along_change > zero ? along_change : one);
  const Lanes of_known = tells > zero ? size : one, of_rest = tells > zero ? share : zero;
  const Lanes of_change = excess * share * of_rest;
#pragma GCC unroll 5
  for (int j = 0; j < kSize; ++j) {
#pragma GCC unroll 5
    for (int i = 0; i < kSize; ++i) {
      if (i > j || !missing.holds(j, i)) continue;
      const Lanes learnt = of_known * missing.rows[j][i] +
                           of_rest * (rest[j] * change[i] + rest[i] * change[j]) -
                           of_change * change[j] * change[i];
      missing.rows[j][i] = moved > zero ? learnt : zero;
    }
  }
}

/// The minimum of the local model in the box becomes `next`; returns what it takes off the objective at first
/// sight. `trust` is 1 where what was learnt counts, 0 elsewhere.
template <class Shape>
[[gnu::always_inline]] inline Lanes propose_step(const EtsPlace<Shape>& place,
                                                 const EtsMissing<Shape>& missing, const Lanes& trust,
                                                 const Lanes& damping, Lanes (&next)[Shape::kColumns]) {
  using C = EtsColumn;
  constexpr int kSize = Shape::kColumns, kStates = Shape::kTrend ? 2 : 1, kWeights = kSize - kStates;
  // States first: they are taken out, and what is left concerns the weights and their box.
  constexpr int kAllColumns[5] = {C::kLevel, Shape::kTrend ? C::kTrend : C::kAlpha,
                                  Shape::kTrend ? C::kAlpha : 0, C::kShare, C::kPhi};
  const Lanes zero{}, of_missing = trust * place.slope.squares;
  const EtsSlope<LaneMath, Shape>& slope = place.slope;
  Lanes matrix[(kSize + 1) * kSize], inverse[kStates], step[kSize], largest = zero;
  for (int j = 0; j < kSize; ++j) largest = slope.matrix[j][j] > largest ? slope.matrix[j][j] : largest;
#pragma GCC unroll 5
  for (int i = 0; i < kSize; ++i) {
    const int here = kAllColumns[i];
#pragma GCC unroll 5
    for (int j = 0; j < kSize; ++j) {
      if (j > i) continue;
      const int row = here > kAllColumns[j] ? here : kAllColumns[j];
      const int column = here > kAllColumns[j] ? kAllColumns[j] : here;
      Lanes& entry = matrix[i * kSize + j];
      entry = slope.matrix[row][column];
      if (i == j) entry = entry * (1.0 + damping) + 1e-14 * largest;
      if (missing.holds(row, column)) entry += of_missing * missing.rows[row][column];
    }
    matrix[kSize * kSize + i] = -slope.right[here];
  }
  take_out(matrix, kStates, kSize, kSize, inverse);
  Lanes reduced[kWeights][kWeights], downhill[kWeights], low[kWeights], high[kWeights], of_weights[kWeights];
#pragma GCC unroll 5
  for (int i = 0; i < kWeights; ++i) {
    const int row = kStates + i;
    const auto bound = static_cast<std::size_t>(kAllColumns[row]);
    low[i] = kEtsLeast[bound] - place.at[bound];
    high[i] = kEtsMost[bound] - place.at[bound];
    downhill[i] = matrix[kSize * kSize + row];
#pragma GCC unroll 5
    for (int j = 0; j < kWeights; ++j) {
      if (j <= i) reduced[i][j] = matrix[row * kSize + kStates + j];
    }
  }
  step_in_box<kWeights>(reduced, downhill, low, high, of_weights);
  for (int i = 0; i < kWeights; ++i) step[kStates + i] = of_weights[i];
  put_back(matrix, kStates, kSize, kSize, inverse, step);
  Lanes drop = zero;
  for (int i = 0; i < kSize; ++i) {
    const int j = kAllColumns[i];
    next[j] = place.at[j] + step[i];
    if (i >= kStates) {
      const auto bound = static_cast<std::size_t>(j);
      next[j] = next[j] < kEtsLeast[bound] ? zero + kEtsLeast[bound] : next[j];
      next[j] = next[j] > kEtsMost[bound] ? zero + kEtsMost[bound] : next[j];
    }
    drop -= slope.right[j] * step[i];
  }
  return 2.0 * drop * place.inverse_squares;
}

}  // namespace isotherm::ets_detail
