#include "isotherm/zones/cut_cells.h"

#include <cmath>

namespace isotherm {

namespace {

using CutPiece = std::function<void(Cell, const MultiPolygon&)>;

/// So few cells are cut out one by one.
constexpr std::int64_t kFewCells = 4;

/// Twice the area of the triangle; positive where p lies to the left of the way from a to b.
double left_of(Point a, Point b, Point p) { return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x); }

/// The part of a ring to the left of the line from a to b.
Ring cut_ring(const Ring& ring, Point a, Point b) {
  Ring kept;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const Point p = ring[k], q = ring[k + 1 == ring.size() ? 0 : k + 1];
    const double from = left_of(a, b, p), to = left_of(a, b, q);
    if (from >= 0) kept.push_back(p);
    if ((from < 0 && to > 0) || (from > 0 && to < 0)) {
      const double share = from / (from - to);
      kept.push_back({p.x + share * (q.x - p.x), p.y + share * (q.y - p.y)});
    }
  }
  return kept;
}

/// The part of an outline inside a convex ring that runs counter-clockwise.
MultiPolygon cut_outline(const MultiPolygon& outline, const Ring& convex) {
  MultiPolygon inside;
  for (const Polygon& polygon : outline) {
    Polygon part;
    for (const Ring& whole : polygon.rings) {
      Ring ring = whole;
      for (std::size_t k = 0; k < convex.size() && !ring.empty(); ++k)
        ring = cut_ring(ring, convex[k], convex[k + 1 == convex.size() ? 0 : k + 1]);
      const bool covers = ring.size() >= 3 && signed_area(ring) != 0;
      if (covers) part.rings.push_back(std::move(ring));
      if (!covers && part.rings.empty()) break;  // without a shell there are no holes
    }
    if (!part.rings.empty()) inside.push_back(std::move(part));
  }
  return inside;
}

/// Holds the outlines of all cells of the range.
Ring box_of(const Grid& grid, const CellRange& range) {
  Extent box;
  const std::int64_t last = range.size() - 1;
  for (const std::int64_t corner :
       {std::int64_t{0}, range.i_count - std::int64_t{1}, last - range.i_count + 1, last}) {
    for (const Point p : grid.outline(range.at(corner))) box.add(p);
  }
  // Odd rows or columns of hexagons are moved by half a cell against the corners.
  const double beyond = std::holds_alternative<HexGrid>(grid.kind()) ? std::sqrt(grid.cell_area()) : 0;
  return {{box.xmin - beyond, box.ymin - beyond},
          {box.xmax + beyond, box.ymin - beyond},
          {box.xmax + beyond, box.ymax + beyond},
          {box.xmin - beyond, box.ymax + beyond}};
}

void cut_range(const Grid& grid, const CellRange& range, const MultiPolygon& outline, const CutPiece& piece) {
  if (outline.empty()) return;
  if (range.size() <= kFewCells) {
    for (std::int64_t n = 0; n < range.size(); ++n) {
      const Cell cell = range.at(n);
      const MultiPolygon part = cut_outline(outline, grid.outline(cell));
      if (!part.empty()) piece(cell, part);
    }
    return;
  }
  CellRange first = range, second = range;
  if (range.i_count >= range.j_count) {
    first.i_count = range.i_count / 2;
    second.i_first += first.i_count;
    second.i_count -= first.i_count;
  } else {
    first.j_count = range.j_count / 2;
    second.j_north += range.j_step * first.j_count;
    second.j_count -= first.j_count;
  }
  for (const CellRange& half : {first, second})
    cut_range(grid, half, cut_outline(outline, box_of(grid, half)), piece);
}

}  // namespace

void cut_cells(const Grid& grid, const MultiPolygon& outline, const Extent& where, const CutPiece& piece) {
  const Extent place = intersect(extent_of(outline), where);
  if (place.empty()) return;
  const CellRange range = grid.cells_over(place);
  if (range.size() > 0) cut_range(grid, range, outline, piece);
}

}  // namespace isotherm
