// Points that lie on a lattice (centres of square, rectangular or hexagonal cells, with holes): neighbours by
// arithmetic on positions, without a search.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Every point at x0 + i dx, y0 + j dy for whole i, j (of hexagons every other position is taken). Places of
/// points are those of the lattice from here on: equal distances are equal, whatever the last digit of a
/// coordinate says.
struct Lattice {
  double dx = 1, dy = 1;
  std::int64_t width = 0, height = 0;
  std::vector<std::int32_t> column, line;  ///< i, j per row
  std::vector<std::int32_t> row_at;        ///< by j * width + i; -1 where there is none
};

/// Nothing where points lie on none, two lie at one place, one step is more than a thousand times the other,
/// or holes leave less than one position in sixteen taken.
std::optional<Lattice> lattice_of(std::span<const Point> points);

/// The k nearest of every row into `columns` (k each, ascending): nearer first, then the smaller row.
void lattice_neighbours(const Lattice& lattice, std::size_t k, int threads,
                        std::vector<std::int32_t>& columns);

}  // namespace isotherm
