// Outlines cut by the cells of a grid: which part of a building lies in which cell.
//
// Cells are convex, so that each ring is cut by the edges of the cell one after the other: I. E. Sutherland,
// G. W. Hodgman, Reentrant Polygon Clipping, Communications of the ACM 17 (1974). What is left of a ring may
// run along the edge of the cell to and fro; areas are exact all the same, but the pieces are for measuring,
// not for drawing. Large outlines are cut by halves of the lattice first, so that the cost is that of their
// vertices and of the cells they meet, not of both together.
#pragma once

#include <functional>

#include "isotherm/core/geometry.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// Called for every cell of which `outline` covers some area, with that part; rings as in `outline` (shell,
/// then holes). Only the cells over `where` are asked, which must be a place on the lattice.
void cut_cells(const Grid& grid, const MultiPolygon& outline, const Extent& where,
               const std::function<void(Cell, const MultiPolygon&)>& piece);

}  // namespace isotherm
