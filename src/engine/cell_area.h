// True areas of the cells of a lattice, fast: the area of a cell changes smoothly over the map, so it is
// measured at nine places of a block and read off a biquadratic in between. Blocks are anchored to the CRS
// and at most 8 km wide; what is left out is the third difference of the map's scale over half a block, below
// 1e-9 of the area away from the edges of a map. Cells too large for that are measured one by one.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "isotherm/io/crs.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// One per worker. The answer depends on the cell alone.
class CellArea {
 public:
  CellArea(const Grid& grid, const std::string& crs);
  /// In square metres; NaN where the cell has no place on the ellipsoid.
  double square_metres(Cell cell, Point centre);

 private:
  using Nodes =
      std::array<double, 9>;  ///< areas of cells centred on a 3 x 3 net of a block, rows from the south
  Nodes measure(std::int64_t column, std::int64_t row) const;

  double measure(Cell cell) const;

  Grid grid_;
  GroundArea ground_;
  Ring shape_;    ///< outline of a cell centred on (0, 0)
  double block_;  ///< width of a block in units of the CRS; 0: no blocks
  std::unordered_map<std::int64_t, Nodes> blocks_;
  std::int64_t last_key_ = 0;
  const Nodes* last_ = nullptr;  ///< in `blocks_`: cells of a row come one after the other
};

}  // namespace isotherm
