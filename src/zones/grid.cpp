#include "isotherm/zones/grid.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "isotherm/core/text.h"
#include "lattice.h"

namespace isotherm {

std::string lattice::size_text(double size) {
  std::array<char, 400> buffer;
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), size, std::chars_format::fixed);
  return error == std::errc() ? std::string(buffer.data(), end) : number_text(size);
}

namespace {

/// First and last index of cells along one axis; none when last < first.
struct Indices {
  std::int64_t first;
  std::int64_t last;
  std::int64_t count() const { return std::max<std::int64_t>(0, last - first + 1); }
};

/// Cells side by side, each one unit wide.
Indices side_by_side(const lattice::Axis& axis, double from, double to) {
  return {axis.floor(from), axis.ceil(to) - 1};
}

struct Rectangle {
  Indices i;
  Indices j;
};

Rectangle cells_of(const SquareGrid& grid, const Extent& extent) {
  const lattice::Axis x{grid.side(), grid.origin().x}, y{grid.side(), grid.origin().y};
  return {side_by_side(x, extent.xmin, extent.xmax), side_by_side(y, extent.ymin, extent.ymax)};
}

Rectangle cells_of(const HexGrid& grid, const Extent& extent) {
  const bool pointy = grid.orientation() == HexOrientation::pointy;
  const lattice::Axis u{grid.spacing() / 2}, v{grid.spacing() * std::sqrt(3.0) / 6};
  // Along a line, cells reach from 2m - 1 to 2m + 1 units, one more when the line is moved; across, from 3n -
  // 2 to 3n + 2.
  const auto along = [&](double from, double to) {
    return Indices{lattice::floor_divide(u.floor(from), 2), lattice::floor_divide(u.ceil(to), 2)};
  };
  const auto across = [&](double from, double to) {
    return Indices{lattice::floor_divide(v.floor(from) + 1, 3), lattice::floor_divide(v.ceil(to) + 1, 3)};
  };
  return pointy ? Rectangle{along(extent.xmin, extent.xmax), across(extent.ymin, extent.ymax)}
                : Rectangle{across(extent.xmin, extent.xmax), along(extent.ymin, extent.ymax)};
}

Rectangle cells_of(const TileGrid& grid, const Extent& extent) {
  const std::int64_t tiles = std::int64_t{1} << grid.zoom();
  const lattice::Axis axis{grid.side(), -grid.side() * static_cast<double>(tiles) / 2};
  const auto within = [&](double from, double to) {
    const Indices all = side_by_side(axis, from, to);
    return Indices{std::max<std::int64_t>(all.first, 0), std::min(all.last, tiles - 1)};
  };
  const Indices from_south = within(extent.ymin, extent.ymax);
  return {within(extent.xmin, extent.xmax), {tiles - 1 - from_south.last, tiles - 1 - from_south.first}};
}

struct GridName {
  std::string_view name;
  std::string_view size;  ///< what the number behind the colon is
};
constexpr std::array<GridName, 3> kNames{
    {{"hex", "the distance between centres must be a positive number of metres"},
     {"square", "the side must be a positive number of metres"},
     {"tile", "the zoom must be a whole number from 0 to 25"}}};

constexpr std::array<GridForm, 9> kForms{{
    {"hex:SIZE", "hexagons, SIZE metres between the centres of neighbours, a corner to the north"},
    {"hex:SIZE:flat", "the same with a side to the north"},
    {"hex:area=AREA", "hexagons of AREA square metres (also with :flat)"},
    {"square:SIZE", "squares with sides of SIZE metres"},
    {"square:area=AREA", "squares of AREA square metres"},
    {"square:SIZE@X/Y", "squares moved by X, Y against the origin of the CRS (see --snap)"},
    {"square:SIZEdeg", "cells of SIZE degrees in a geographic CRS"},
    {"tile:ZOOM",
     "web-map tiles of EPSG:3857, ZOOM 0 to 25; zoom 19 is 76.4 m at the equator and 48 m only near 51 "
     "degrees"},
    {"FILE", "the polygons of a vector file, or the labels of a raster of whole numbers (0 is no zone)"},
}};

/// The text before the first colon, in lower case, and the parts behind it.
struct Spec {
  std::string name;
  std::vector<std::string> parts;
};

Spec take_apart(std::string_view text) {
  const std::size_t colon = text.find(':');
  Spec spec{lower(trim(text.substr(0, colon))), {}};
  if (colon != std::string_view::npos) spec.parts = split(text.substr(colon + 1), ':');
  return spec;
}

const GridName* find_name(const std::string& name) {
  const auto* row =
      std::find_if(kNames.begin(), kNames.end(), [&](const GridName& n) { return n.name == name; });
  return row == kNames.end() ? nullptr : row;
}

std::vector<std::string> grid_names() {
  std::vector<std::string> names;
  for (const GridName& row : kNames) names.emplace_back(row.name);
  return names;
}

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  std::vector<std::string> forms;
  for (const GridForm& row : kForms) forms.emplace_back(row.form);
  // The words of an error end at a zero byte.
  const std::string shown = text.starts_with('\0') ? "zones" : std::string(text);
  throw Error(ErrorKind::usage, shown + ": " + std::string(why) + " (zones: " + join(forms, ", ") + ")");
}

/// "100" or "area=10000" as a length; `area_factor` is the area of a cell of size 1.
double parse_size(std::string_view text, const std::string& part, double area_factor, std::string_view rule) {
  const bool by_area = part.starts_with("area=");
  const auto number = parse_number(std::string_view(part).substr(by_area ? 5 : 0));
  if (by_area && !(number && *number > 0))
    refuse(text, "the area must be a positive number of square metres");
  if (!number || !(*number > 0)) refuse(text, rule);
  return by_area ? std::sqrt(*number / area_factor) : *number;
}

/// "100", "area=10000", "0.01deg", "90@15/15".
SquareGrid parse_square(std::string_view text, const std::string& part, std::string_view rule) {
  const std::size_t at = part.find('@');
  std::string size = part.substr(0, at);
  const bool degrees = size.ends_with("deg") && !size.starts_with("area=");
  if (degrees) size.resize(size.size() - 3);
  Point origin;
  if (at != std::string::npos) {
    const std::vector<std::string> numbers = split(part.substr(at + 1), '/');
    const auto x = numbers.size() == 2 ? parse_number(numbers[0]) : std::nullopt;
    const auto y = numbers.size() == 2 ? parse_number(numbers[1]) : std::nullopt;
    if (!x || !y) refuse(text, "behind @ stand two numbers, such as square:90@15/15");
    origin = {*x, *y};
  }
  return SquareGrid(
      parse_size(text, size, 1, degrees ? "the side must be a positive number of degrees" : rule), origin,
      degrees);
}

HexOrientation parse_orientation(std::string_view text, const std::vector<std::string>& parts) {
  if (parts.size() < 2 || lower(parts[1]) == "pointy") return HexOrientation::pointy;
  if (lower(parts[1]) == "flat") return HexOrientation::flat;
  refuse(text, "'" + parts[1] + "' is no orientation of hexagons; write pointy or flat");
}

}  // namespace

std::span<const GridForm> grid_forms() { return kForms; }

bool Grid::looks_like_grid(std::string_view text) {
  const Spec spec = take_apart(text);
  if (find_name(spec.name) != nullptr) return true;
  // A misspelt name is told from a file or a connection ("gpkg:...") by the number behind it.
  if (spec.parts.empty() || nearest_name(spec.name, grid_names()).empty()) return false;
  return spec.parts[0].starts_with("area=") || parse_number(spec.parts[0]).has_value();
}

Grid Grid::parse(std::string_view text) {
  const Spec spec = take_apart(text);
  const GridName* row = find_name(spec.name);
  if (row == nullptr)
    refuse(text, "there is no grid '" + spec.name + "'" + suggestion(spec.name, grid_names()));
  const std::size_t most_parts = row->name == "hex" ? 2 : 1;
  if (spec.parts.size() > most_parts) refuse(text, "'" + spec.parts[most_parts] + "' is not understood");
  const std::string part = spec.parts.empty() ? "" : lower(spec.parts[0]);
  if (row->name == "tile") {
    const auto zoom = parse_integer(part);
    if (!zoom || *zoom < 0 || *zoom > 25) refuse(text, row->size);
    return Grid(TileGrid(static_cast<int>(*zoom)));
  }
  if (row->name == "square") return Grid(parse_square(text, part, row->size));
  const double spacing = parse_size(text, part, std::sqrt(3.0) / 2, row->size);
  return Grid(HexGrid(spacing, parse_orientation(text, spec.parts)));
}

std::string Grid::spec() const {
  if (const auto* tile = std::get_if<TileGrid>(&kind_)) return "tile:" + std::to_string(tile->zoom());
  if (const auto* square = std::get_if<SquareGrid>(&kind_)) return "square:" + square->size_text();
  const auto& hex = std::get<HexGrid>(kind_);
  return "hex:" + lattice::size_text(hex.spacing()) +
         (hex.orientation() == HexOrientation::flat ? ":flat" : "");
}

std::optional<std::string> Grid::fixed_crs() const {
  if (std::holds_alternative<TileGrid>(kind_)) return "EPSG:3857";
  return std::nullopt;
}

Cell Grid::zone_at(Point p) const {
  return std::visit([&](const auto& grid) { return grid.zone_at(p); }, kind_);
}
Ring Grid::outline(Cell cell) const {
  return std::visit([&](const auto& grid) { return grid.outline(cell); }, kind_);
}
Point Grid::centre(Cell cell) const {
  return std::visit([&](const auto& grid) { return grid.centre(cell); }, kind_);
}
std::vector<Cell> Grid::neighbours(Cell cell) const {
  return std::visit([&](const auto& grid) { return grid.neighbours(cell); }, kind_);
}
std::string Grid::id_text(Cell cell) const {
  return std::visit([&](const auto& grid) { return grid.id_text(cell); }, kind_);
}
double Grid::cell_area() const {
  return std::visit([](const auto& grid) { return grid.cell_area(); }, kind_);
}

CellRange Grid::cells_over(const Extent& extent) const {
  const bool north_is_up = std::visit([](const auto& grid) { return grid.north_is_up(); }, kind_);
  CellRange range;
  range.j_step = north_is_up ? -1 : 1;
  if (extent.empty()) return range;
  const auto [i, j] = std::visit([&](const auto& grid) { return cells_of(grid, extent); }, kind_);
  if (i.count() == 0 || j.count() == 0) return range;
  if (!lattice::holds(i.first, j.first) || !lattice::holds(i.last, j.last)) {
    throw Error(ErrorKind::usage,
                spec() + ": the cells are too small for this CRS: the area from " + number_text(extent.xmin) +
                    ", " + number_text(extent.ymin) + " to " + number_text(extent.xmax) + ", " +
                    number_text(extent.ymax) +
                    " lies beyond 2^25 cells from the origin; use larger cells or another --crs");
  }
  range.i_first = static_cast<std::int32_t>(i.first);
  range.i_count = static_cast<std::int32_t>(i.count());
  range.j_north = static_cast<std::int32_t>(north_is_up ? j.last : j.first);
  range.j_count = static_cast<std::int32_t>(j.count());
  return range;
}

bool Grid::in_degrees() const {
  const auto* square = std::get_if<SquareGrid>(&kind_);
  return square != nullptr && square->in_degrees();
}

Cell Grid::canonical(Cell cell) const {
  const auto* square = std::get_if<SquareGrid>(&kind_);
  const auto turn = square == nullptr ? std::nullopt : square->turn();
  if (!turn) return cell;
  // The first cell whose middle lies east of 180 W.
  const auto first = static_cast<std::int64_t>(std::ceil((-180 - square->origin().x) / square->side() - 0.5));
  const std::int64_t i = first + lattice::floor_modulo(cell.i - first, *turn);
  return {static_cast<std::int32_t>(i), cell.j};
}

std::int64_t Grid::id(Cell cell) {
  return (cell.i + lattice::kLimit) * (2 * lattice::kLimit) + (cell.j + lattice::kLimit);
}

Cell Grid::cell_of(std::int64_t id) {
  return {static_cast<std::int32_t>(id / (2 * lattice::kLimit) - lattice::kLimit),
          static_cast<std::int32_t>(id % (2 * lattice::kLimit) - lattice::kLimit)};
}

}  // namespace isotherm
