// Points of a square grid moved by less than half a cell, the same on every machine: number k of splitmix64
// with the seed, as a fraction.
#pragma once

#include <cstdint>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm::testing_support {

inline double fraction(std::uint64_t seed, std::uint64_t k) {
  std::uint64_t z = seed + (k + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

inline Weights jittered_neighbours(int side, int neighbours, std::uint64_t seed = 11) {
  std::vector<Point> points;
  for (int k = 0; k < side * side; ++k) {
    const auto u = static_cast<std::uint64_t>(k);
    points.push_back({k % side + 0.5 * fraction(seed, 2 * u), k / side + 0.5 * fraction(seed, 2 * u + 1)});
  }
  Weights weights = nearest_neighbours(points, neighbours, false, 1);
  standardise(weights);
  return weights;
}

/// Squares of a side x side board that share a corner (queen) or an edge; weights 1.
inline Weights board(int side, bool corners) {
  std::vector<std::vector<std::int32_t>> lists;
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < side; ++j) {
      lists.emplace_back();
      for (int a = -1; a <= 1; ++a) {
        for (int b = -1; b <= 1; ++b) {
          if ((a == 0 && b == 0) || (!corners && a != 0 && b != 0)) continue;
          if (i + a < 0 || i + a >= side || j + b < 0 || j + b >= side) continue;
          lists.back().push_back((i + a) * side + j + b);
        }
      }
    }
  }
  return binary_weights(lists);
}

}  // namespace isotherm::testing_support
