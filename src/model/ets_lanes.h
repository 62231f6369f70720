// What the searches in lanes share: symmetric systems solved, and steps that stay in a box. Each lane as it
// would be alone.
#pragma once

#include "lanes.h"

namespace isotherm::ets_detail {

/// Whether any lane of what is nowhere below 0 is above it. Flags are such numbers: GCC 12 takes comparisons
/// that are joined, or kept for several choices, apart into single numbers.
[[gnu::always_inline]] inline bool any_above_zero(const Lanes& flags) {
  LaneBits bits;
  std::memcpy(&bits, &flags, sizeof bits);
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

/// Solves the system for the unknowns that are free (above 0), the others staying where `step` says.
template <int N>
[[gnu::always_inline]] inline void solve_free(const Lanes (&matrix)[N][N], const Lanes (&right)[N],
                                              const Lanes (&free)[N], Lanes (&step)[N]) {
  const Lanes zero{}, one = zero + 1.0;
  Lanes scaled[N][N], inverse[N], x[N];
  for (int i = 0; i < N; ++i) {
    x[i] = right[i];
    for (int j = 0; j < N; ++j) {
      if (j == i) continue;
      const Lanes entry = i > j ? matrix[i > j ? i : j][i > j ? j : i] : matrix[i > j ? i : j][i > j ? j : i];
      x[i] = free[j] > zero ? x[i] : x[i] - entry * step[j];
    }
    x[i] = free[i] > zero ? x[i] : step[i];
  }
  // scaled = L D of the free part; the others have a row of the unit matrix.
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < i; ++j) {
      const Lanes both = free[i] < free[j] ? free[i] : free[j];
      Lanes sum = both > zero ? matrix[i][j] : zero;
      for (int k = 0; k < j; ++k) sum -= scaled[i][k] * scaled[j][k] * inverse[k];
      scaled[i][j] = sum;
      x[i] -= sum * inverse[j] * x[j];
    }
    Lanes sum = free[i] > zero ? matrix[i][i] : one;
    for (int k = 0; k < i; ++k) sum -= scaled[i][k] * scaled[i][k] * inverse[k];
    inverse[i] = one / (sum > 1e-300 ? sum : one);
  }
  for (int i = N; i-- > 0;) {
    Lanes rest = x[i];
    for (int k = i + 1; k < N; ++k) rest -= scaled[k][i] * step[k];
    step[i] = free[i] > zero ? rest * inverse[i] : step[i];
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
  Lanes free[N];
  for (int j = 0; j < N; ++j) {
    step[j] = zero;
    const Lanes down = -low[j] > right[j] ? -low[j] : right[j],
                up = high[j] > -right[j] ? high[j] : -right[j];
    const Lanes way = down < up ? down : up;
    free[j] = way > zero ? way : zero;
  }
#pragma GCC unroll 1
  for (int round = 0; round <= N; ++round) {
    solve_free<N>(matrix, right, free, step);
    Lanes outside[N], some = zero;
    for (int j = 0; j < N; ++j) {
      const Lanes under = low[j] - step[j], over = step[j] - high[j], farther = under > over ? under : over;
      outside[j] = farther > zero ? free[j] : zero;
      some = outside[j] > some ? outside[j] : some;
    }
    if (!any_above_zero(some)) return;
    Lanes bound[N], share[N], first = one + one;
    for (int j = 0; j < N; ++j) {
      bound[j] = step[j] < low[j] ? low[j] : high[j];
      share[j] = outside[j] > zero ? bound[j] / step[j] : one + one;
      first = share[j] < first ? share[j] : first;
    }
    for (int j = 0; j < N; ++j) {
      const Lanes pinned = share[j] <= first ? outside[j] : zero;
      free[j] = pinned > zero ? zero : free[j];
      step[j] = pinned > zero ? bound[j] : step[j];
    }
  }
}

}  // namespace isotherm::ets_detail
