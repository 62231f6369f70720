// Regular cells on a lattice anchored to the CRS (not to an area of interest), so that ids are the same for
// every run, year and shard.
//
// square:SIZE   cell (i, j) covers [i s, (i+1) s) x [j s, (j+1) s). square:SIZE@X/Y is moved by (X, Y), to
// meet
//               the pixels of a raster; square:SIZEdeg has sides in degrees, for geographic CRSs.
// hex:SIZE      SIZE is the distance d between centres of neighbours. Pointy-top: rows of centres at y = j d
// sqrt(3)/2,
//               odd rows moved by d/2 to the east. Flat-top: columns at x = i d sqrt(3)/2, odd columns moved
//               by d/2 north.
// tile:ZOOM     web-map tiles in EPSG:3857, i to the east, j to the south from the top left of the world.
// Vertices are whole multiples of one unit per axis, so that neighbours share bit-equal vertices. Outlines
// run counter-clockwise (y up).
//
// Every point belongs to exactly one cell: a point on an edge to the cell east of it, on a horizontal edge to
// the cell north of it. The east edge and the north edge of the world of tiles thus belong to no tile.
//
// Zone order: rows from north to south, in a row from west to east (rows of flat hexagons zigzag).
//
// Around the globe, cells of degrees repeat: cell (i, j) and the one 360 degrees on are one cell, whose i is
// the one between 180 W and 180 E.
//
// Sizes are positive finite numbers, else the constructors throw Error(usage). zone_at throws Error(usage)
// for a point outside the lattice. neighbours() runs counter-clockwise from the east and leaves out what lies
// off the lattice. Mathematics and sources: docs/methods/cells.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Lattice position. |i|, |j| < 2^25, so that an id fits 2^52 and survives readers that hold numbers as
/// doubles.
struct Cell {
  std::int32_t i = 0;
  std::int32_t j = 0;
  bool operator==(const Cell&) const = default;
};

class SquareGrid {
 public:
  explicit SquareGrid(double side, Point origin = {}, bool degrees = false);
  double side() const { return side_; }
  Point origin() const { return origin_; }  ///< of cell (0, 0)
  bool in_degrees() const { return degrees_; }
  std::string size_text() const;  ///< "100", "90@15/15", "0.01deg"
  std::optional<std::int32_t> turn()
      const;  ///< cells of degrees in a full circle, where it is a whole number
  Cell zone_at(Point p) const;
  Ring outline(Cell cell) const;
  Point centre(Cell cell) const;
  std::vector<Cell> neighbours(Cell cell) const;      ///< 4, edge neighbours
  std::string id_text(Cell cell) const;               ///< "sq100_4590_57030"
  double cell_area() const { return side_ * side_; }  ///< in squared units of the CRS
  bool north_is_up() const { return true; }           ///< j grows to the north
 private:
  double side_;
  Point origin_;
  bool degrees_;
  std::string prefix_;  ///< of ids
};

enum class HexOrientation { pointy, flat };

class HexGrid {
 public:
  HexGrid(double spacing, HexOrientation orientation);
  double spacing() const { return spacing_; }
  HexOrientation orientation() const { return orientation_; }
  Cell zone_at(Point p) const;
  Ring outline(Cell cell) const;
  Point centre(Cell cell) const;
  std::vector<Cell> neighbours(Cell cell) const;  ///< 6
  std::string id_text(Cell cell) const;           ///< "hex100_4590_65853"; flat: "hexf100_..."
  double cell_area() const;
  bool north_is_up() const { return true; }

 private:
  double spacing_;
  HexOrientation orientation_;
  std::string prefix_;  ///< of ids
};

class TileGrid {
 public:
  explicit TileGrid(int zoom);  ///< 0..25
  int zoom() const { return zoom_; }
  double side() const { return side_; }  ///< in metres of EPSG:3857 (ground metres only on the equator)
  Cell zone_at(Point p) const;
  Ring outline(Cell cell) const;
  Point centre(Cell cell) const;
  std::vector<Cell> neighbours(Cell cell) const;
  std::string id_text(Cell cell) const;  ///< "19/270123/176543" (z/x/y)
  double cell_area() const { return side_ * side_; }
  bool north_is_up() const { return false; }

 private:
  int zoom_;
  double side_;
};

/// Cells whose outline can meet an extent: a rectangle of the lattice, in zone order.
struct CellRange {
  std::int32_t i_first = 0, i_count = 0;  ///< west to east
  std::int32_t j_north = 0,
               j_count = 0;  ///< from the northernmost row; `j_step` is -1 where j grows to the north
  std::int32_t j_step = -1;
  std::int64_t size() const { return std::int64_t{i_count} * j_count; }
  /// The n-th cell in zone order.
  Cell at(std::int64_t n) const {
    return {i_first + static_cast<std::int32_t>(n % i_count),
            j_north + j_step * static_cast<std::int32_t>(n / i_count)};
  }
};

class Grid {
 public:
  using Kind = std::variant<SquareGrid, HexGrid, TileGrid>;
  explicit Grid(Kind kind) : kind_(std::move(kind)) {}

  /// "hex:100", "hex:area=10000", "hex:100:flat", "square:48", "tile:19". Throws Error(usage) with what was
  /// wrong.
  static Grid parse(std::string_view spec);
  /// True when the text has the form of a grid, right or wrong ("hex:", "tile:x"); false for a file name.
  static bool looks_like_grid(std::string_view spec);

  const Kind& kind() const { return kind_; }
  std::string spec() const;                      ///< canonical text that parses back to an equal grid
  std::optional<std::string> fixed_crs() const;  ///< "EPSG:3857" for tiles
  Cell zone_at(Point p) const;
  Ring outline(Cell cell) const;
  Point centre(Cell cell) const;
  std::vector<Cell> neighbours(Cell cell) const;
  std::string id_text(Cell cell) const;
  double cell_area() const;
  bool in_degrees() const;  ///< the lattice lies in a geographic CRS
  /// The cell by its own name: of cells a full turn apart the one between 180 W and 180 E.
  Cell canonical(Cell cell) const;
  /// Smallest range whose cells cover the extent (cells that only touch it may be included). Throws
  /// Error(usage) when the lattice would leave |i|, |j| < 2^25 (cells too small for this CRS).
  CellRange cells_over(const Extent& extent) const;

  static std::int64_t id(Cell cell);  ///< (i + 2^25) 2^26 + (j + 2^25)
  static Cell cell_of(std::int64_t id);

 private:
  Kind kind_;
};

/// Grids on offer, for help and documentation: form, meaning.
struct GridForm {
  std::string_view form;
  std::string_view help;
};
std::span<const GridForm> grid_forms();

}  // namespace isotherm
