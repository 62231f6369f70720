#include "stand_ins.h"

#include <algorithm>
#include <cmath>

namespace isotherm {

namespace {

constexpr double kSame = 1e-12;  // of the size of a sum: how far equal sums differ by rounding

std::uint64_t mixed(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Per permutation `width` different numbers below `count`.
std::vector<std::int32_t> draw(std::size_t permutations, std::uint64_t seed, std::size_t width,
                               std::size_t count) {
  std::vector<std::int32_t> drawn;
  drawn.reserve(width * permutations);
  for (std::uint64_t permutation = 0; permutation < permutations; ++permutation) {
    const std::uint64_t stream = mixed(mixed(seed) ^ permutation);
    const std::size_t first = drawn.size();
    for (std::uint64_t counter = 0; drawn.size() < first + width; ++counter) {
      // The upper 32 bits times the count: uneven by at most count / 2^32.
      const auto number = static_cast<std::int32_t>(((mixed(stream + counter) >> 32) * count) >> 32);
      if (std::find(drawn.begin() + static_cast<std::ptrdiff_t>(first), drawn.end(), number) == drawn.end())
        drawn.push_back(number);
    }
  }
  return drawn;
}

void count(double sum, double observed, double tolerance, Tails& tails) {
  tails.above += sum >= observed - tolerance ? 1 : 0;
  tails.below += sum <= observed + tolerance ? 1 : 0;
}

bool all_equal(std::span<const double> weights) {
  return std::all_of(weights.begin(), weights.end(), [&](double w) { return w == weights.front(); }) &&
         weights.front() > 0;
}

}  // namespace

StandIns::StandIns(std::span<const double> z, std::size_t permutations, std::uint64_t seed,
                   std::size_t widest)
    : z_(z),
      permutations_(permutations),
      widest_(widest),
      numbers_(draw(permutations, seed, widest, z.size() - 1)) {
  for (double v : z) scale_ = std::max(scale_, std::abs(v));
  sums_.reserve(numbers_.size());
  squares_.reserve(numbers_.size());
  for (std::size_t p = 0; p < permutations_; ++p) {
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < widest_; ++k) {
      const std::int32_t number = numbers_[p * widest_ + k];
      const double value = z_[static_cast<std::size_t>(number)];
      sums_.push_back(sum += value);
      squares_.push_back(squares += value * value);
      drawn_.push_back({number, static_cast<std::int32_t>(p), static_cast<std::int32_t>(k)});
    }
  }
  std::sort(drawn_.begin(), drawn_.end(), [](const Drawn& a, const Drawn& b) {
    return a.row != b.row ? a.row < b.row : a.permutation < b.permutation;
  });
  sorted_.resize(sums_.size());
  for (std::size_t d = 1; d <= widest_; ++d) {
    const auto first = sorted_.begin() + static_cast<std::ptrdiff_t>((d - 1) * permutations_);
    for (std::size_t p = 0; p < permutations_; ++p) first[static_cast<std::ptrdiff_t>(p)] = first_sum(p, d);
    std::sort(first, first + static_cast<std::ptrdiff_t>(permutations_));
  }
}

std::size_t StandIns::stand_in(std::size_t permutation, std::size_t k, std::size_t row) const {
  const auto number = static_cast<std::size_t>(numbers_[permutation * widest_ + k]);
  return number == row ? z_.size() - 1 : number;
}

std::span<const StandIns::Drawn> StandIns::draws_of(std::size_t row) const {
  const auto wanted = static_cast<std::int32_t>(row);
  const auto first = std::lower_bound(drawn_.begin(), drawn_.end(), wanted,
                                      [](const Drawn& a, std::int32_t b) { return a.row < b; });
  auto end = first;
  while (end != drawn_.end() && end->row == wanted) ++end;
  return {first, end};
}

Tails StandIns::sums(std::size_t row, std::span<const double> weights, double observed) const {
  Tails tails;
  if (!all_equal(weights)) {
    double size = 0;
    for (double w : weights) size += std::abs(w);
    for (std::size_t p = 0; p < permutations_; ++p) {
      double sum = 0;
      for (std::size_t k = 0; k < weights.size(); ++k) sum += weights[k] * z_[stand_in(p, k, row)];
      count(sum, observed, kSame * size * scale_, tails);
    }
    return tails;
  }
  const std::size_t d = weights.size();
  const double target = observed / weights.front(), tolerance = kSame * static_cast<double>(d) * scale_;
  const auto first = sorted_.begin() + static_cast<std::ptrdiff_t>((d - 1) * permutations_);
  const auto end = first + static_cast<std::ptrdiff_t>(permutations_);
  tails.above = static_cast<std::size_t>(end - std::lower_bound(first, end, target - tolerance));
  tails.below = static_cast<std::size_t>(std::upper_bound(first, end, target + tolerance) - first);
  for (const Drawn& drawn : draws_of(row)) {
    if (static_cast<std::size_t>(drawn.position) >= d) continue;
    const double sum = first_sum(static_cast<std::size_t>(drawn.permutation), d);
    Tails before, after;
    count(sum, target, tolerance, before);
    count(sum - z_[row] + z_[z_.size() - 1], target, tolerance, after);
    tails.above += after.above - before.above;  // wraps and unwraps: the sum is what counts
    tails.below += after.below - before.below;
  }
  return tails;
}

Tails StandIns::differences(std::size_t row, std::span<const double> weights, double observed) const {
  Tails tails;
  const double own = z_[row];
  double size = 0;
  for (double w : weights) size += std::abs(w);
  const double tolerance = kSame * size * 4 * scale_ * scale_;
  const auto d = static_cast<double>(weights.size());
  const bool equal = all_equal(weights);
  std::span<const Drawn> mine = draws_of(row);
  for (std::size_t p = 0; p < permutations_; ++p) {
    while (!mine.empty() && static_cast<std::size_t>(mine.front().permutation) < p) mine = mine.subspan(1);
    const bool itself = !mine.empty() && static_cast<std::size_t>(mine.front().permutation) == p;
    double sum = 0;
    if (equal && !itself) {
      sum = weights.front() *
            (d * own * own - 2 * own * first_sum(p, weights.size()) + first_squares(p, weights.size()));
    } else {
      for (std::size_t k = 0; k < weights.size(); ++k) {
        const double gap = own - z_[stand_in(p, k, row)];
        sum += weights[k] * gap * gap;
      }
    }
    count(sum, observed, tolerance, tails);
  }
  return tails;
}

}  // namespace isotherm
