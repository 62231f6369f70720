// Do neighbours resemble each other: for a whole map, and cell by cell.
//
// x the values, n their number, z deviations from the mean, m2 = sum z^2 / n, w the weights of a row, W their
// sum.
//   Moran    I = n / S0 sum_ij w z_i z_j / sum z^2, variance under randomisation
//   Geary    C = (n - 1) / (2 S0) sum_ij w (x_i - x_j)^2 / sum z^2, variance under randomisation
//   moran    local: z_i / m2 sum_j w z_j; moments over permutations of the other cells (Sokal, Oden, Thomson
//   1998) gi       Ord and Getis (1995) z of sum_j w x_j; gi_star counts the cell itself with the mean weight
//   of its links geary    local: sum_j w (z_i - z_j)^2, z by the sample standard deviation (Anselin 1995); no
//   moments
// Scaling a row does not change z. Cells without neighbours get NaN.
//
// Permutations: the other cells' values change places, the cell's own stays. Which cells stand in for
// neighbours is drawn once per permutation, from numbers that depend on seed, permutation and position alone,
// and serves all cells: the same answer for any number of threads. p_permuted is (c + 1) / (permutations +
// 1), c the count in the smaller tail: one-sided, never 0.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

struct GlobalAutocorrelation {
  double value = 0, expectation = 0, variance = 0;
  double z = 0, p = 0;  ///< two-sided, normal; z of Geary is (expectation - value) / sd: above 0 for likeness
};
GlobalAutocorrelation global_moran(std::span<const double> x, const Weights& weights);
GlobalAutocorrelation global_geary(std::span<const double> x, const Weights& weights);
/// Getis and Ord (1992, Geographical Analysis 24): G = sum_ij w x_i x_j / sum_{i != j} x_i x_j, moments under
/// randomisation. High values beside each other raise it. All NaN where a value is below 0: it is not defined
/// then.
GlobalAutocorrelation global_getis_ord(std::span<const double> x, const Weights& weights);

enum class LocalStatistic { gi, gi_star, moran, geary };
struct LocalStatisticRow {
  LocalStatistic statistic;
  std::string_view name;
  std::string_view help;
};
std::span<const LocalStatisticRow> local_statistics();

struct LocalChoice {
  int permutations = 0;
  std::uint64_t seed = 1;
  int threads = 1;
};

/// p of the global statistics over maps with all values in random order, the count in the smaller tail as for
/// cells: one-sided, never 0. The order depends on seed and permutation alone. Getis-Ord's is NaN where a
/// value is below 0. Errors as of the statistics.
struct GlobalPermuted {
  double moran = 0, geary = 0, getis_ord = 0;
};
GlobalPermuted global_permuted_p(std::span<const double> x, const Weights& weights,
                                 const LocalChoice& choice);

/// A value per cell each; what a statistic does not have is empty.
struct LocalAutocorrelation {
  std::vector<double> value;       ///< of gi and gi_star the z itself
  std::vector<double> z;           ///< not of geary
  std::vector<double> p;           ///< two-sided, normal; not of geary
  std::vector<double> p_permuted;  ///< with permutations
};
/// Throws Error(input) for fewer than 4 cells, constant values, or values that are not finite.
LocalAutocorrelation local_autocorrelation(LocalStatistic statistic, std::span<const double> x,
                                           const Weights& weights, const LocalChoice& choice);

/// "high-high", "low-low", "low-high", "high-low": a cell, then its neighbours, about the mean. Empty for
/// islands.
std::vector<std::string_view> quadrants(std::span<const double> x, const Weights& weights);

/// p times the number of tests, at most 1. NaN stays and does not count.
std::vector<double> bonferroni(std::span<const double> p);
/// Adjusted for many tests at once (Benjamini and Hochberg 1995): the smallest rate of false discoveries at
/// which each would be one. NaN stays and does not count.
std::vector<double> false_discovery_rates(std::span<const double> p);

}  // namespace isotherm
