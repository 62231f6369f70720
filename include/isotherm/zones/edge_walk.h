// The arithmetic of coverage: what one edge of an outline adds to the pixels it crosses.
//
// An outline is the sum of its edges. Each edge adds, in every row it crosses, a step: +height right of an
// edge that runs down, -height right of one that runs up, and part of it in the pixels it passes through. A
// sink takes these as differences along the row, sink.add(row, col, difference); the running sum from the
// left is the covered share of each pixel. Nothing here allocates, and edges need no order, so that a device
// can run the same text.
//
// Coordinates are local: column and row relative to the first pixel of a window, y down, none negative where
// not said otherwise. Method and source: docs/methods/coverage.md.
#pragma once

#include <cmath>

#include "isotherm/core/geometry.h"
#include "isotherm/core/hd.h"

namespace isotherm::edges {

/// An edge turned to run down (y grows), with the sign its direction had.
struct Descent {
  Point top;
  Point bottom;
  double sign;
  double slope;  ///< columns per row

  /// Column where the edge meets the level y; never outside the edge's own columns, whatever the rounding.
  ISO_HD double column_at(double y) const {
    const double x = top.x + (y - top.y) * slope;
    const double low = top.x < bottom.x ? top.x : bottom.x, high = top.x < bottom.x ? bottom.x : top.x;
    // In this order a NaN, which an edge all but level can make, ends at low.
    return x > low ? (x < high ? x : high) : low;
  }
};

/// The same for both cells that share the edge, up to the sign. `a` and `b` differ in y.
ISO_HD inline Descent descend(Point a, Point b, double sign) {
  if (a.y < b.y) return {a, b, sign, (b.x - a.x) / (b.y - a.y)};
  return {b, a, -sign, (a.x - b.x) / (a.y - b.y)};
}

/// A straight piece between columns `from` and `to` inside one row, `height` rows high and `per_column` rows
/// per column (both signed alike; the latter matters only when the piece passes more than one column).
template <class Sink>
ISO_HD inline void walk_row(int row, double from, double to, double height, double per_column, Sink& sink) {
  const double left = from < to ? from : to, right = from < to ? to : from;
  int col = static_cast<int>(left);
  double x = left, rest = height;
  for (; right > col + 1; ++col) {
    const double width = col + 1 - x, part = per_column * width, covered = part * (width / 2);
    sink.add(row, col, covered);
    sink.add(row, col + 1, part - covered);
    rest -= part;
    x = col + 1;
  }
  const double covered = rest * (1 - ((x - col) + (right - col)) / 2);
  sink.add(row, col, covered);
  sink.add(row, col + 1, rest - covered);
}

/// An edge inside the window.
template <class Sink>
ISO_HD inline void walk_edge(Point a, Point b, double sign, Sink& sink) {
  if (a.y == b.y) return;
  const Descent edge = descend(a, b, sign);
  int row = static_cast<int>(edge.top.y);
  double y = edge.top.y, x = edge.top.x;
  const double per_column = edge.sign / std::fabs(edge.slope);
  for (; row + 1 < edge.bottom.y; ++row) {
    const double next = edge.column_at(row + 1);
    walk_row(row, x, next, edge.sign * (row + 1 - y), per_column, sink);
    x = next;
    y = row + 1;
  }
  walk_row(row, x, edge.bottom.x, edge.sign * (edge.bottom.y - y), per_column, sink);
}

/// An edge anywhere, cut to a window of that size: what lies left of it still covers everything to its right
/// and acts on column 0; what lies above, below or to the right has no effect.
template <class Sink>
ISO_HD inline void walk_edge_cut(Point a, Point b, double sign, double width, double height, Sink& sink) {
  if (a.y == b.y) return;
  const Descent edge = descend(a, b, sign);
  const double from = edge.top.y > 0 ? edge.top.y : 0, to = edge.bottom.y < height ? edge.bottom.y : height;
  if (!(from < to)) return;
  // The levels at which the edge crosses the left and the right border part it into up to three pieces.
  const auto level_at = [&](double column) {
    if (edge.top.x == edge.bottom.x) return from;
    const double y = edge.top.y + (column - edge.top.x) / edge.slope;
    return y > from ? (y < to ? y : to) : from;
  };
  const double at_left = level_at(0), at_right = level_at(width);
  const double levels[4] = {from, at_left < at_right ? at_left : at_right,
                            at_left < at_right ? at_right : at_left, to};
  for (int piece = 0; piece < 3; ++piece) {
    const double upper = levels[piece], lower = levels[piece + 1];
    if (!(upper < lower)) continue;
    const double middle = edge.column_at(upper + (lower - upper) / 2);
    if (middle >= width) continue;
    const auto within = [&](double x) { return middle <= 0 || x < 0 ? 0 : (x > width ? width : x); };
    walk_edge(Point{within(edge.column_at(upper)), upper}, Point{within(edge.column_at(lower)), lower},
              edge.sign, sink);
  }
}

/// Rows whose centres an edge passes: first and one past the last, as whole numbers. Half-open: a centre
/// level with the upper end counts, one level with the lower end does not, so that edges meeting in a vertex
/// count it once.
struct CentreRows {
  double first;
  double end;
};
ISO_HD inline CentreRows centre_rows(const Descent& edge) {
  return {std::ceil(edge.top.y - 0.5), std::ceil(edge.bottom.y - 0.5)};
}

/// First column whose centre lies right of the edge or on it in that row, as a whole number.
ISO_HD inline double centre_column(const Descent& edge, double row) {
  return std::ceil(edge.column_at(row + 0.5) - 0.5);
}

}  // namespace isotherm::edges
