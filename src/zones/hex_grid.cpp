// Both orientations are one: "along" is the axis of the zigzag rows of neighbouring centres (x for
// pointy-top, y for flat-top), "across" the other. Units: u = d/2 along, v = d sqrt(3)/6 across. In them the
// centre of line n, position m is (2m + (n odd), 3n), and the vertices are (0, -2) (1, -1) (1, 1) (0, 2) (-1,
// 1) (-1, -1) away.
#include <array>
#include <utility>

#include "isotherm/zones/grid.h"
#include "lattice.h"

namespace isotherm {

namespace {

struct Offset {
  int along;
  int across;
};

constexpr std::array<Offset, 6> kVertices{{{1, -1}, {1, 1}, {0, 2}, {-1, 1}, {-1, -1}, {0, -2}}};

struct Centre {
  std::int64_t along;
  std::int64_t across;
};

double across_unit(double spacing) { return spacing * std::sqrt(3.0) / 6; }

/// Is p east of (or on) the line between two vertices, or, where it is level, north of it? `low` has the
/// smaller y.
bool east_of(Point p, Point low, Point high) {
  return p.x >= low.x + (p.y - low.y) * ((high.x - low.x) / (high.y - low.y));
}

/// Decides between the two cells that share the slanted edge over cell (k, m) of the unit lattice, m = 3n + 1
/// across.
Centre beside_slanted_edge(Point p, const lattice::Axis& u, const lattice::Axis& v, bool pointy,
                           std::int64_t k, std::int64_t m) {
  const std::int64_t n = lattice::floor_divide(m, 3);
  // The edge joins a shoulder of line n (at m) and its apex (at m + 1). The apex stands at centres of line n.
  const bool apex_first = lattice::odd(k) == lattice::odd(n);
  const std::int64_t apex = apex_first ? k : k + 1, shoulder = apex_first ? k + 1 : k;
  const auto vertex = [&](std::int64_t along, std::int64_t across) {
    return pointy ? Point{u.line(along), v.line(across)} : Point{v.line(across), u.line(along)};
  };
  const Point a = vertex(apex, m + 1), b = vertex(shoulder, m);
  const bool east = a.y < b.y ? east_of(p, a, b) : east_of(p, b, a);
  // Line n holds the side of its own centre: seen from the edge, towards the apex along and down across.
  const bool inner = pointy ? east != apex_first : !east;
  return inner ? Centre{apex, 3 * n} : Centre{shoulder, 3 * (n + 1)};
}

}  // namespace

HexGrid::HexGrid(double spacing, HexOrientation orientation)
    : spacing_(spacing),
      orientation_(orientation),
      prefix_((orientation == HexOrientation::pointy ? "hex" : "hexf") + lattice::size_text(spacing) + "_") {
  if (!(spacing > 0 && std::isfinite(spacing))) {
    throw Error(ErrorKind::usage, "hex:" + lattice::size_text(spacing) +
                                      ": the distance between centres must be a positive number of metres");
  }
}

double HexGrid::cell_area() const { return spacing_ * spacing_ * std::sqrt(3.0) / 2; }

Cell HexGrid::zone_at(Point p) const {
  const bool pointy = orientation_ == HexOrientation::pointy;
  const lattice::Axis u{spacing_ / 2}, v{across_unit(spacing_)};
  const std::int64_t k = u.floor(pointy ? p.x : p.y), m = v.floor(pointy ? p.y : p.x);
  Centre centre;
  if (lattice::floor_modulo(m, 3) == 1) {
    centre = beside_slanted_edge(p, u, v, pointy, k, m);
  } else {  // between the long edges of line n
    const std::int64_t n = lattice::floor_divide(m + 1, 3);
    centre = {lattice::odd(k) == lattice::odd(n) ? k : k + 1, 3 * n};
  }
  const std::int64_t line = centre.across / 3, position = lattice::floor_divide(centre.along, 2);
  return lattice::cell(pointy ? position : line, pointy ? line : position,
                       "hex:" + lattice::size_text(spacing_));
}

Ring HexGrid::outline(Cell cell) const {
  const bool pointy = orientation_ == HexOrientation::pointy;
  const lattice::Axis u{spacing_ / 2}, v{across_unit(spacing_)};
  const std::int64_t line = pointy ? cell.j : cell.i, position = pointy ? cell.i : cell.j;
  const std::int64_t along = 2 * position + (lattice::odd(line) ? 1 : 0), across = 3 * line;
  Ring ring;
  ring.reserve(kVertices.size());
  for (const Offset& offset : kVertices) {
    // Swapping the axes mirrors the ring; mirroring "along" as well turns it counter-clockwise again.
    if (pointy) {
      ring.push_back({u.line(along + offset.along), v.line(across + offset.across)});
    } else {
      ring.push_back({v.line(across + offset.across), u.line(along - offset.along)});
    }
  }
  return ring;
}

Point HexGrid::centre(Cell cell) const {
  const bool pointy = orientation_ == HexOrientation::pointy;
  const std::int64_t line = pointy ? cell.j : cell.i, position = pointy ? cell.i : cell.j;
  const double along = lattice::Axis{spacing_ / 2}.line(2 * position + (lattice::odd(line) ? 1 : 0));
  const double across = lattice::Axis{across_unit(spacing_)}.line(3 * line);
  return pointy ? Point{along, across} : Point{across, along};
}

std::vector<Cell> HexGrid::neighbours(Cell cell) const {
  const bool pointy = orientation_ == HexOrientation::pointy;
  const bool moved = lattice::odd(pointy ? cell.j : cell.i);
  // On the next lines stand the positions before and after; which those are depends on whether this line is
  // moved.
  const std::int32_t before = moved ? 0 : -1, after = moved ? 1 : 0;
  const std::array<Cell, 6> around =
      pointy ? std::array<Cell, 6>{{{1, 0}, {after, 1}, {before, 1}, {-1, 0}, {before, -1}, {after, -1}}}
             : std::array<Cell, 6>{{{1, after}, {0, 1}, {-1, after}, {-1, before}, {0, -1}, {1, before}}};
  std::vector<Cell> neighbours;
  for (const Cell& step : around) {
    const Cell other{cell.i + step.i, cell.j + step.j};
    if (lattice::holds(other.i, other.j)) neighbours.push_back(other);
  }
  return neighbours;
}

std::string HexGrid::id_text(Cell cell) const { return lattice::id_text(prefix_, cell, '_'); }

}  // namespace isotherm
