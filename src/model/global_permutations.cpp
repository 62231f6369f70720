#include <algorithm>
#include <cmath>
#include <limits>

#include "blocks.h"
#include "isotherm/core/missing.h"
#include "isotherm/model/autocorrelation.h"
#include "map_moments.h"

namespace isotherm {

namespace {

constexpr double kSameSum = 1e-12;  // of the size of a sum: how far equal sums differ by rounding

/// What moves when values change places; what does not is left out.
struct LinkProducts {
  double products = 0;     ///< sum of w z_i z_j
  double differences = 0;  ///< sum of w (z_i - z_j)^2
  double plain = 0;        ///< sum of w x_i x_j
};

LinkProducts products_of(std::span<const double> z, double mean, const Weights& weights) {
  LinkProducts sums;
  for (std::size_t row = 0; row < z.size(); ++row) {
    const auto near = weights.neighbours(row);
    const auto shares = weights.weights(row);
    for (std::size_t k = 0; k < near.size(); ++k) {
      const double a = z[row], b = z[static_cast<std::size_t>(near[k])], w = shares[k];
      sums.products += w * a * b;
      sums.differences += w * (a - b) * (a - b);
      sums.plain += w * (a + mean) * (b + mean);
    }
  }
  return sums;
}

std::uint64_t shuffled_bits(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Fisher and Yates: any order is as likely, but for count / 2^32.
std::vector<double> in_random_order(std::vector<double> values, std::uint64_t seed,
                                    std::uint64_t permutation) {
  const std::uint64_t stream = shuffled_bits(shuffled_bits(seed ^ 0x6c6f62616cU) ^ permutation);
  for (std::size_t k = values.size(); k > 1; --k)
    std::swap(values[k - 1], values[((shuffled_bits(stream + k) >> 32) * k) >> 32]);
  return values;
}

double smaller_tail(double observed, std::span<const double> drawn) {
  double size = std::abs(observed);
  for (double v : drawn) size = std::max(size, std::abs(v));
  std::size_t above = 0, below = 0;
  for (double v : drawn) {
    above += v >= observed - kSameSum * size ? 1U : 0U;
    below += v <= observed + kSameSum * size ? 1U : 0U;
  }
  return static_cast<double>(std::min(above, below) + 1) / static_cast<double>(drawn.size() + 1);
}

}  // namespace

GlobalPermuted global_permuted_p(std::span<const double> x, const Weights& weights,
                                 const LocalChoice& choice) {
  const MapMoments map = moments_of(x);
  const double mean = x[0] - map.z[0];
  const LinkProducts observed = products_of(map.z, mean, weights);
  const auto count = static_cast<std::size_t>(std::max(choice.permutations, 0));
  std::vector<double> products(count), differences(count), plain(count);
  for_tasks(count, choice.threads, [&](std::size_t number) {
    const LinkProducts sums = products_of(in_random_order(map.z, choice.seed, number), mean, weights);
    products[number] = sums.products;
    differences[number] = sums.differences;
    plain[number] = sums.plain;
  });
  GlobalPermuted result{smaller_tail(observed.products, products),
                        smaller_tail(observed.differences, differences), smaller_tail(observed.plain, plain)};
  if (std::any_of(x.begin(), x.end(), [](double v) { return v < 0; })) result.getis_ord = kMissing;
  return result;
}

}  // namespace isotherm
