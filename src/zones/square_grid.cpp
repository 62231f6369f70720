#include <array>

#include "isotherm/core/text.h"
#include "isotherm/zones/grid.h"
#include "lattice.h"

namespace isotherm {

namespace {

/// The 4 edge neighbours, counter-clockwise from the east as seen with `north` rows to the north.
template <class Holds>
std::vector<Cell> edge_neighbours(Cell cell, std::int32_t north, Holds holds) {
  const std::array<Cell, 4> around{
      {{cell.i + 1, cell.j}, {cell.i, cell.j + north}, {cell.i - 1, cell.j}, {cell.i, cell.j - north}}};
  std::vector<Cell> neighbours;
  for (const Cell& other : around) {
    if (holds(other)) neighbours.push_back(other);
  }
  return neighbours;
}

/// Cell of column i and row n, rows counted from the south.
Ring cell_outline(const lattice::Axis& x, const lattice::Axis& y, std::int64_t i, std::int64_t n) {
  const double west = x.line(i), east = x.line(i + 1), south = y.line(n), north = y.line(n + 1);
  return {{west, south}, {east, south}, {east, north}, {west, north}};
}

constexpr double kWorldHalf = 20037508.342789244;  // pi 6378137, the radius of EPSG:3857
constexpr int kLargestZoom = 25;

}  // namespace

SquareGrid::SquareGrid(double side, Point origin, bool degrees)
    : side_(side), origin_(origin), degrees_(degrees) {
  prefix_ = "sq" + size_text() + "_";
  if (!(side > 0 && std::isfinite(side))) {
    throw Error(ErrorKind::usage, "square:" + size_text() + ": the side must be a positive number of " +
                                      (degrees ? "degrees" : "metres"));
  }
  if (!std::isfinite(origin.x) || !std::isfinite(origin.y)) {
    throw Error(ErrorKind::usage,
                "square:" + size_text() + ": the origin behind @ must be two finite numbers");
  }
}

std::string SquareGrid::size_text() const {
  std::string text = lattice::size_text(side_) + (degrees_ ? "deg" : "");
  if (origin_ != Point{}) text += "@" + lattice::size_text(origin_.x) + "/" + lattice::size_text(origin_.y);
  return text;
}

std::optional<std::int32_t> SquareGrid::turn() const {
  const double cells = 360 / side_, whole = std::round(cells);
  if (!degrees_ || whole < 1 || whole >= static_cast<double>(lattice::kLimit)) return std::nullopt;
  if (std::abs(cells - whole) > 1e-9 * whole) return std::nullopt;
  return static_cast<std::int32_t>(whole);
}

Cell SquareGrid::zone_at(Point p) const {
  const lattice::Axis x{side_, origin_.x}, y{side_, origin_.y};
  return lattice::cell(x.floor(p.x), y.floor(p.y), "square:" + size_text());
}

Ring SquareGrid::outline(Cell cell) const {
  return cell_outline({side_, origin_.x}, {side_, origin_.y}, cell.i, cell.j);
}

Point SquareGrid::centre(Cell cell) const {
  return {(cell.i + 0.5) * side_ + origin_.x, (cell.j + 0.5) * side_ + origin_.y};
}

std::vector<Cell> SquareGrid::neighbours(Cell cell) const {
  return edge_neighbours(cell, 1, [](Cell other) { return lattice::holds(other.i, other.j); });
}

std::string SquareGrid::id_text(Cell cell) const { return lattice::id_text(prefix_, cell, '_'); }

TileGrid::TileGrid(int zoom) : zoom_(zoom), side_(std::ldexp(2 * kWorldHalf, -zoom)) {
  if (zoom < 0 || zoom > kLargestZoom) {
    throw Error(ErrorKind::usage, "tile:" + std::to_string(zoom) +
                                      ": the zoom must be a whole number from 0 to " +
                                      std::to_string(kLargestZoom));
  }
}

Cell TileGrid::zone_at(Point p) const {
  const std::int64_t tiles = std::int64_t{1} << zoom_;
  const lattice::Axis axis{side_, -kWorldHalf};
  const std::int64_t i = axis.floor(p.x), from_south = axis.floor(p.y);
  if (i < 0 || i >= tiles || from_south < 0 || from_south >= tiles) {
    throw Error(ErrorKind::usage, "tile:" + std::to_string(zoom_) + ": point " + number_text(p.x) + ", " +
                                      number_text(p.y) + " lies outside the world of EPSG:3857");
  }
  return {static_cast<std::int32_t>(i), static_cast<std::int32_t>(tiles - 1 - from_south)};
}

Ring TileGrid::outline(Cell cell) const {
  const lattice::Axis axis{side_, -kWorldHalf};
  return cell_outline(axis, axis, cell.i, (std::int64_t{1} << zoom_) - 1 - cell.j);
}

Point TileGrid::centre(Cell cell) const {
  return {(cell.i + 0.5) * side_ - kWorldHalf, kWorldHalf - (cell.j + 0.5) * side_};
}

std::vector<Cell> TileGrid::neighbours(Cell cell) const {
  const std::int64_t tiles = std::int64_t{1} << zoom_;
  return edge_neighbours(cell, -1, [tiles](Cell other) {
    return other.i >= 0 && other.i < tiles && other.j >= 0 && other.j < tiles;
  });
}

std::string TileGrid::id_text(Cell cell) const {
  return lattice::id_text(std::to_string(zoom_) + "/", cell, '/');
}

}  // namespace isotherm
