// What the searches in lanes share: symmetric systems solved, and steps that stay in a box. Each lane as it
// would be alone.
#pragma once

#include "lanes.h"

namespace isotherm::ets_detail {

/// Whether any lane says so.
[[gnu::always_inline]] inline bool any(const LaneBits& bits) {
  std::int64_t all = 0;
  for (int lane = 0; lane < kLanes; ++lane) all |= bits[lane];
  return all != 0;
}

/// Takes the first `known` unknowns out of a symmetric system of `size` (lower triangle, rows of `stride`;
/// row `size` is the right side): what remains is a system of the others. The columns taken out stay, for
/// put_back; `inverse` is one over each pivot.
[[gnu::always_inline]] inline void take_out(Lanes* matrix, int known, int size, int stride, Lanes* inverse) {
  const Lanes one = Lanes{} + 1.0;
  for (int k = 0; k < known; ++k) {
    const Lanes pivot = matrix[k * stride + k];
    inverse[k] = one / (pivot > 1e-300 ? pivot : one);
    for (int i = k + 1; i <= size; ++i) {
      const Lanes share = matrix[i * stride + k] * inverse[k];
      const int last = i < size ? i : size - 1;
      for (int j = k + 1; j <= last; ++j) matrix[i * stride + j] -= share * matrix[j * stride + k];
    }
  }
}

/// The unknowns that were taken out, given the others in x[known .. size).
[[gnu::always_inline]] inline void put_back(const Lanes* matrix, int known, int size, int stride,
                                            const Lanes* inverse, Lanes* x) {
  for (int k = known; k-- > 0;) {
    Lanes rest = matrix[size * stride + k];
    for (int i = k + 1; i < size; ++i) rest -= matrix[i * stride + k] * x[i];
    x[k] = rest * inverse[k];
  }
}

/// Solves the system for the unknowns that are free, the others staying where `step` says.
template <int N>
[[gnu::always_inline]] inline void solve_free(const Lanes (&matrix)[N][N], const Lanes (&right)[N],
                                              const LaneBits (&free)[N], Lanes (&step)[N]) {
  const Lanes zero{}, one = zero + 1.0;
  Lanes scaled[N][N], inverse[N], x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = right[i];
    for (int j = 0; j < N; ++j) {
      if (j == i) continue;
      const Lanes entry = i > j ? matrix[i > j ? i : j][i > j ? j : i] : matrix[i > j ? i : j][i > j ? j : i];
      x[i] = free[j] ? x[i] : x[i] - entry * step[j];
    }
    x[i] = free[i] ? x[i] : step[i];
  }
  // scaled = L D of the free part; the others have a row of the unit matrix.
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < i; ++j) {
      Lanes sum = free[i] & free[j] ? matrix[i][j] : zero;
      for (int k = 0; k < j; ++k) sum -= scaled[i][k] * scaled[j][k] * inverse[k];
      scaled[i][j] = sum;
      x[i] -= sum * inverse[j] * x[j];
    }
    Lanes sum = free[i] ? matrix[i][i] : one;
    for (int k = 0; k < i; ++k) sum -= scaled[i][k] * scaled[i][k] * inverse[k];
    inverse[i] = one / (sum > 1e-300 ? sum : one);
  }
  for (int i = N; i-- > 0;) {
    Lanes rest = x[i];
    for (int k = i + 1; k < N; ++k) rest -= scaled[k][i] * step[k];
    step[i] = free[i] ? rest * inverse[i] : step[i];
  }
}

/// Where ½ s'Ms - right's is least in the box, nearly: whoever is at a bound that the slope leads over stays;
/// whoever first leaves the box on the way is pinned to its bound, and the others then go where they are best
/// given that, until none leaves.
template <int N>
[[gnu::always_inline]] inline void step_in_box(const Lanes (&matrix)[N][N], const Lanes (&right)[N],
                                               const Lanes (&low)[N], const Lanes (&high)[N],
                                               Lanes (&step)[N]) {
  const Lanes zero{}, one = zero + 1.0;
  LaneBits free[N];
  for (int j = 0; j < N; ++j) {
    step[j] = zero;
    free[j] = ~(((low[j] >= zero) & (right[j] < zero)) | ((high[j] <= zero) & (right[j] > zero)));
  }
#pragma GCC unroll 1
  for (int round = 0; round <= N; ++round) {
    solve_free<N>(matrix, right, free, step);
    LaneBits outside[N], some = zero > zero;
    for (int j = 0; j < N; ++j) {
      outside[j] = free[j] & ((step[j] < low[j]) | (step[j] > high[j]));
      some |= outside[j];
    }
    if (!any(some)) return;
    Lanes bound[N], share[N], first = one + one;
    for (int j = 0; j < N; ++j) {
      bound[j] = step[j] < low[j] ? low[j] : high[j];
      share[j] = outside[j] ? bound[j] / step[j] : one + one;
      first = share[j] < first ? share[j] : first;
    }
    for (int j = 0; j < N; ++j) {
      const LaneBits pinned = outside[j] & (share[j] <= first);
      free[j] &= ~pinned;
      step[j] = pinned ? bound[j] : step[j];
    }
  }
}

}  // namespace isotherm::ets_detail
