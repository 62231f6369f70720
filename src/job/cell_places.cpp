#include "cell_places.h"

#include <cmath>
#include <numbers>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/recipe.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

namespace {

constexpr double kEarthRadius_m = 6371008.8, kMercatorRadius_m = 6378137;

struct NameParts {
  std::string grid;  ///< as Grid::parse takes it
  Cell cell;
};

/// "hex100_4590_65853", "hexf100_1_2", "sq100_1_2", "19/270123/176543".
std::optional<NameParts> parts_of(const std::string& name) {
  const bool tile = name.find('/') != std::string::npos && name.find('_') == std::string::npos;
  const std::vector<std::string> words = split(name, tile ? '/' : '_');
  if (words.size() != 3) return {};
  const auto i = parse_integer(words[1]), j = parse_integer(words[2]);
  constexpr long long kMost = 1 << 25;
  if (!i || !j || std::abs(*i) >= kMost || std::abs(*j) >= kMost) return {};
  const Cell cell{static_cast<std::int32_t>(*i), static_cast<std::int32_t>(*j)};
  const std::string& head = words[0];
  if (tile) return NameParts{"tile:" + head, cell};
  if (head.starts_with("hexf")) return NameParts{"hex:" + head.substr(4) + ":flat", cell};
  if (head.starts_with("hex")) return NameParts{"hex:" + head.substr(3), cell};
  if (head.starts_with("sq")) return NameParts{"square:" + head.substr(2), cell};
  return {};
}

std::optional<Grid> grid_of(const std::string& name) {
  const auto parts = parts_of(name);
  if (!parts) return {};
  try {
    return Grid::parse(parts->grid);
  } catch (const Error&) {  // a name that only looks like ours
    return {};
  }
}

}  // namespace

void place_by_names(ReadTable& cells, const std::string& id) {
  const Table& table = cells.table;
  const auto position = table.find(id.empty() ? "zone" : id);
  if (!cells.anchors.empty() || !position || table.rows() == 0) return;
  const Column& column = table.columns[*position];
  const std::optional<Grid> grid = grid_of(text_at(column, 0));
  if (!grid || grid->in_degrees()) return;
  std::vector<Point> anchors;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string name = text_at(column, row);
    const auto parts = parts_of(name);
    // Only names that the grid itself would give are its cells.
    if (!parts || grid->id_text(parts->cell) != name) return;
    anchors.push_back(grid->centre(parts->cell));
  }
  cells.anchors = std::move(anchors);
}

std::optional<double> side_by_name(const ReadTable& cells, const std::string& id) {
  const Table& table = cells.table;
  const auto position = table.find(id.empty() ? "zone" : id);
  if (!position || table.rows() == 0) return {};
  const std::string name = text_at(table.columns[*position], 0);
  const auto parts = parts_of(name);
  const std::optional<Grid> grid = grid_of(name);
  if (!grid || grid->id_text(parts->cell) != name) return {};
  const double side = std::visit([](const auto& kind) { return std::sqrt(kind.cell_area()); }, grid->kind());
  if (grid->in_degrees()) {
    const double radian = std::numbers::pi / 180, latitude = grid->centre(parts->cell).y * radian;
    return side * kEarthRadius_m * radian * std::sqrt(std::max(std::cos(latitude), 0.0));
  }
  // Metres of web tiles grow with latitude: by 1 / cos = cosh(y / R).
  if (grid->fixed_crs()) return side / std::cosh(grid->centre(parts->cell).y / kMercatorRadius_m);
  return side;
}

}  // namespace isotherm
