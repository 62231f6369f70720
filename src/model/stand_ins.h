// Conditional permutations: which cells stand in for a cell's neighbours, and in how many permutations their
// sum is as extreme as that of the neighbours.
//
// The cells are drawn once per permutation, from counters alone, and serve every cell: a cell that was itself
// drawn is replaced by the last one, which is never drawn. So the sums over the first d stand-ins are the
// same for all cells with d equal weights but those drawn, and counting them is one search in a sorted list
// instead of a sum per permutation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace isotherm {

/// Permutations whose sum is at least, and at most, the observed one (equal up to rounding counts for both).
struct Tails {
  std::size_t above = 0, below = 0;
};

class StandIns {
 public:
  /// z of all cells; `widest` neighbours at most.
  StandIns(std::span<const double> z, std::size_t permutations, std::uint64_t seed, std::size_t widest);

  /// Of sum w z(stand-in).
  Tails sums(std::size_t row, std::span<const double> weights, double observed) const;
  /// Of sum w (z(row) - z(stand-in))^2.
  Tails differences(std::size_t row, std::span<const double> weights, double observed) const;

 private:
  std::size_t stand_in(std::size_t permutation, std::size_t k, std::size_t row) const;
  double first_sum(std::size_t permutation, std::size_t d) const {
    return sums_[permutation * widest_ + d - 1];
  }
  double first_squares(std::size_t permutation, std::size_t d) const {
    return squares_[permutation * widest_ + d - 1];
  }

  struct Drawn {
    std::int32_t row;
    std::int32_t permutation, position;
  };
  std::span<const Drawn> draws_of(std::size_t row) const;

  std::span<const double> z_;
  std::size_t permutations_, widest_;
  double scale_ = 0;                    ///< largest |z|
  std::vector<std::int32_t> numbers_;   ///< permutation by permutation
  std::vector<double> sums_, squares_;  ///< of the first 1, 2, ... stand-ins of a permutation
  std::vector<double> sorted_;          ///< the same sums, all permutations of a degree together, ascending
  std::vector<Drawn> drawn_;            ///< by row
};

}  // namespace isotherm
