// All edges of a zone into the cover of a window, by the exact rule or by pixel centres.
#pragma once

#include <algorithm>
#include <span>

#include "isotherm/zones/coverage.h"
#include "isotherm/zones/edge_walk.h"

namespace isotherm {

/// Edges of a ring, the closing one included.
template <class Visit>
void for_edges(std::span<const Point> ring, Visit visit) {
  Point before = ring.back();
  for (const Point& p : ring) {
    visit(before, p);
    before = p;
  }
}

/// The exact rule: the area every edge cuts off, summed in `cover`.
template <class Cover>
void walk_rings(std::span<const OrientedRing> rings, const Extent& box, const Window& window, Cover& cover) {
  // Local coordinates make the arithmetic the same wherever the outline lies.
  const auto col = static_cast<double>(window.col), row = static_cast<double>(window.row);
  const auto width = static_cast<double>(window.width), height = static_cast<double>(window.height);
  const bool cut = box.xmin < col || box.ymin < row || box.xmax > col + width || box.ymax > row + height;
  for (const OrientedRing& ring : rings) {
    for_edges(ring.points, [&](Point a, Point b) {
      const Point from{a.x - col, a.y - row}, to{b.x - col, b.y - row};
      if (cut) {
        edges::walk_edge_cut(from, to, ring.sign, width, height, cover);
      } else {
        edges::walk_edge(from, to, ring.sign, cover);
      }
    });
  }
}

/// The centre rule: a step of one behind every edge in every row. Coordinates stay those of the frame, so
/// that two zones that share an edge get the very same column from it.
template <class Cover>
void mark_centres(std::span<const OrientedRing> rings, const Window& window, Cover& cover) {
  const auto first_col = static_cast<double>(window.col), end_col = static_cast<double>(window.col_end());
  const auto first_row = static_cast<double>(window.row), end_row = static_cast<double>(window.row_end());
  for (const OrientedRing& ring : rings) {
    for_edges(ring.points, [&](Point a, Point b) {
      if (a.y == b.y) return;
      const edges::Descent edge = edges::descend(a, b, ring.sign);
      const edges::CentreRows rows = edges::centre_rows(edge);
      const double end = std::min(rows.end, end_row);
      for (double row = std::max(rows.first, first_row); row < end; ++row) {
        const double col = std::max(edges::centre_column(edge, row), first_col);
        if (col < end_col) {
          cover.add(static_cast<std::int32_t>(row - first_row), static_cast<std::int32_t>(col - first_col),
                    edge.sign);
        }
      }
    });
  }
}

}  // namespace isotherm
