#include "isotherm/engine/zone_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "cell_area.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/rows.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

constexpr std::array<AreaRuleRow, 4> kAreaRules{{
    {AreaRule::centre, "centre", "cells whose centre is inside; neighbouring areas share no cell"},
    {AreaRule::any, "any", "cells of which any part is inside"},
    {AreaRule::full, "full", "cells that are wholly inside"},
    {AreaRule::clip, "clip", "cells of which any part is inside, cut to that part"},
}};

/// Cells are tried by tiles of this many along each axis: most tiles are wholly inside or outside an area.
constexpr std::int64_t kTile = 16;

/// The range grown to whole blocks of `align` by `align` cells.
CellRange whole_blocks(CellRange range, std::int32_t align) {
  const auto before = [&](std::int32_t n) { return n - ((n % align) + align) % align; };
  const auto grow = [&](std::int32_t& first, std::int32_t& count) {
    const std::int32_t end = before(first + count - 1) + align;
    first = before(first);
    count = end - first;
  };
  if (align == 1 || range.size() == 0) return range;
  grow(range.i_first, range.i_count);
  std::int32_t j_first = range.j_step > 0 ? range.j_north : range.j_north - range.j_count + 1;
  grow(j_first, range.j_count);
  range.j_north = range.j_step > 0 ? j_first : j_first + range.j_count - 1;
  return range;
}

Extent extent_of_ring(const Ring& ring) {
  Extent extent;
  for (Point p : ring) extent.add(p);
  return extent;
}

}  // namespace

std::span<const AreaRuleRow> area_rules() { return kAreaRules; }

AreaRule parse_area_rule(std::string_view name) { return row_named(kAreaRules, name, "area rule").rule; }

// --- ZoneBatch
// -----------------------------------------------------------------------------------------------------

std::string ZoneBatch::id_text(std::size_t zone) const {
  return grid ? grid->id_text(Grid::cell_of(ids[zone])) : id_texts[zone];
}

MultiPolygon ZoneBatch::outline(std::size_t zone) const {
  return whole_cells() ? MultiPolygon{{{grid->outline(Grid::cell_of(ids[zone]))}}} : outlines[zone];
}

// --- ZoneSource
// ----------------------------------------------------------------------------------------------------

struct ZoneSource::State {
  std::string crs;
  Extent extent;
  std::shared_ptr<const Grid> grid;
  CellRange range;
  std::optional<Area> area;
  AreaRule rule = AreaRule::centre;
  PolygonLayer layer;
  std::vector<Extent> extents;  ///< of polygons
  std::vector<ColumnInfo> attribute_columns;
  TableSchema attribute_schema;
};

ZoneSource ZoneSource::cells(const Grid& grid, const std::string& crs, const Extent& where,
                             const std::optional<Area>& area, AreaRule rule, std::int32_t align) {
  if (grid.in_degrees() && !is_geographic(crs)) {
    throw Error(ErrorKind::usage, "cells of " + grid.spec() + " are measured in degrees, and " +
                                      crs_name(crs) +
                                      " is not; give a geographic CRS with --crs, such as EPSG:4326");
  }
  if (!grid.in_degrees() && is_geographic(crs)) {
    throw Error(ErrorKind::usage, "cells of " + grid.spec() + " are measured in metres, and " +
                                      crs_name(crs) +
                                      " is in degrees; write square:0.01deg, or give a projected CRS with "
                                      "--crs, or leave the choice to isotherm");
  }
  const auto state = std::make_shared<State>();
  state->crs = crs;
  state->grid = std::make_shared<const Grid>(grid);
  state->area = area;
  state->rule = rule;
  Extent place = area ? intersect(where, area->extent()) : where;
  if (grid.in_degrees()) {
    place = intersect(place, Extent{-540, -90, 540, 90});
    if (grid.canonical(grid.zone_at({-180.0, 0})) != grid.canonical(grid.zone_at({180.0, 0})) &&
        (place.xmin < -180 || place.xmax > 180)) {
      throw Error(ErrorKind::usage, grid.spec() + ": 360 degrees are not a whole number of such cells, so " +
                                        "they cannot go on across the antimeridian; choose a size that " +
                                        "divides 360");
    }
  }
  if (place.empty()) throw Error(ErrorKind::no_data, "there is no place to lay cells over");
  state->range = whole_blocks(grid.cells_over(place), align);
  const std::int64_t last = state->range.size() - 1;
  for (const std::int64_t corner : {std::int64_t{0}, std::min<std::int64_t>(last, state->range.i_count - 1),
                                    std::max<std::int64_t>(0, last - state->range.i_count + 1), last}) {
    state->extent = unite(state->extent, extent_of_ring(grid.outline(state->range.at(corner))));
  }
  // Odd rows or columns are moved by half a cell against the corners.
  const double half = std::sqrt(grid.cell_area());
  state->extent = {state->extent.xmin - half, state->extent.ymin - half, state->extent.xmax + half,
                   state->extent.ymax + half};
  return ZoneSource(state);
}

ZoneSource ZoneSource::polygons(PolygonLayer layer) {
  const auto state = std::make_shared<State>();
  state->crs = layer.crs;
  for (const MultiPolygon& outline : layer.outlines) {
    state->extents.push_back(extent_of(outline));
    state->extent = unite(state->extent, state->extents.back());
  }
  for (const Column& column : layer.attributes.columns) state->attribute_columns.push_back(column.info);
  state->attribute_schema.columns = state->attribute_columns;
  state->attribute_schema.crs = layer.crs;
  state->layer = std::move(layer);
  return ZoneSource(state);
}

const std::string& ZoneSource::crs() const { return state_->crs; }
const Grid* ZoneSource::grid() const { return state_->grid.get(); }
bool ZoneSource::has_area() const { return state_->area.has_value(); }
const CellRange* ZoneSource::range() const { return state_->grid ? &state_->range : nullptr; }
const Area* ZoneSource::area() const { return state_->area ? &*state_->area : nullptr; }
AreaRule ZoneSource::area_rule() const { return state_->rule; }
std::span<const MultiPolygon> ZoneSource::outlines() const { return state_->layer.outlines; }
std::int64_t ZoneSource::candidates() const {
  return is_lattice() ? state_->range.size() : static_cast<std::int64_t>(state_->layer.ids.size());
}
std::int64_t ZoneSource::cells_per_row() const { return is_lattice() ? state_->range.i_count : 1; }
Extent ZoneSource::extent() const { return state_->extent; }
Point ZoneSource::middle() const {
  const Extent& e = state_->extent;
  return {(e.xmin + e.xmax) / 2, (e.ymin + e.ymax) / 2};
}
Extent ZoneSource::extent(std::int64_t position) const {
  if (is_lattice()) return extent_of_ring(state_->grid->outline(state_->range.at(position)));
  return state_->extents[static_cast<std::size_t>(position)];
}
const std::vector<ColumnInfo>& ZoneSource::attribute_columns() const { return state_->attribute_columns; }

// --- ZoneMaker
// -----------------------------------------------------------------------------------------------------

struct ZoneMaker::State {
  std::shared_ptr<const ZoneSource::State> source;
  std::optional<CellArea> cell_area;      ///< lattices, where areas are measured
  std::optional<GroundArea> ground_area;  ///< polygons and cut cells, where areas are measured
  std::optional<Area> area;               ///< own copy
  std::unordered_map<std::int64_t, Area::Side> tiles;

  void add_polygon(std::int64_t position, ZoneBatch& batch) const;
  void add_cell(std::int64_t position, ZoneBatch& batch);
  Area::Side tile_side(std::int64_t position);
  bool admit(Area::Side side, Point centre, const Ring& ring, double& share, MultiPolygon& outline) const;
};

void ZoneMaker::State::add_polygon(std::int64_t position, ZoneBatch& batch) const {
  const auto k = static_cast<std::size_t>(position);
  const PolygonLayer& layer = source->layer;
  batch.positions.push_back(position);
  batch.ids.push_back(layer.ids[k]);
  batch.id_texts.push_back(layer.id_texts[k]);
  batch.outlines.push_back(layer.outlines[k]);
  batch.share.push_back(1);
  batch.ground_area_m2.push_back(ground_area ? ground_area->square_metres(layer.outlines[k]) : kMissing);
  for (std::size_t c = 0; c < layer.attributes.columns.size(); ++c) {
    std::visit(
        [&](const auto& values) {
          std::get<std::decay_t<decltype(values)>>(batch.attributes.columns[c].values).push_back(values[k]);
        },
        layer.attributes.columns[c].values);
  }
}

/// Where the tile of cells around a candidate lies; tiles are cut from the candidates, but only ever answer
/// what each of their cells would answer.
Area::Side ZoneMaker::State::tile_side(std::int64_t position) {
  const CellRange& range = source->range;
  const std::int64_t column = position % range.i_count / kTile, row = position / range.i_count / kTile;
  const std::int64_t key = row * ((range.i_count + kTile - 1) / kTile) + column;
  if (const auto found = tiles.find(key); found != tiles.end()) return found->second;
  Extent box;
  const std::int64_t last_column = std::min<std::int64_t>((column + 1) * kTile, range.i_count) - 1;
  const std::int64_t last_row = std::min<std::int64_t>((row + 1) * kTile, range.j_count) - 1;
  for (const std::int64_t r : {row * kTile, last_row}) {
    for (const std::int64_t c : {column * kTile, last_column}) {
      const Cell cell = range.at(r * range.i_count + c);
      box = unite(box, extent_of_ring(source->grid->outline(cell)));
      // Odd rows or columns stand half a cell off the even ones.
      for (const Cell& beside : source->grid->neighbours(cell)) {
        box = unite(box, extent_of_ring(source->grid->outline(beside)));
      }
    }
  }
  if (tiles.size() > 65536) tiles.clear();
  return tiles[key] = area->side(box);
}

/// Does a cell belong to the area? Also its share inside, and for rule clip the part.
bool ZoneMaker::State::admit(Area::Side side, Point centre, const Ring& ring, double& share,
                             MultiPolygon& outline) const {
  const AreaRule rule = source->rule;
  share = 1;
  if (side == Area::Side::outside) return false;
  if (side == Area::Side::inside) return true;
  if (rule == AreaRule::centre && !area->contains(centre)) return false;
  share = area->share_inside(ring);
  if (rule == AreaRule::centre) return true;
  if (share <= 0 || (rule == AreaRule::full && share < 1)) return false;
  if (rule == AreaRule::clip && share < 1) outline = area->clip(ring);
  return rule != AreaRule::clip || share == 1 || !outline.empty();
}

void ZoneMaker::State::add_cell(std::int64_t position, ZoneBatch& batch) {
  const Area::Side side = area ? tile_side(position) : Area::Side::inside;
  if (side == Area::Side::outside) return;
  const Cell cell = source->range.at(position);
  const Point centre = source->grid->centre(cell);
  double share = 1;
  MultiPolygon part;
  if (side != Area::Side::inside && !admit(side, centre, source->grid->outline(cell), share, part)) return;
  batch.positions.push_back(position);
  batch.ids.push_back(Grid::id(source->grid->canonical(cell)));
  batch.share.push_back(share);
  batch.ground_area_m2.push_back(!ground_area   ? kMissing
                                 : part.empty() ? cell_area->square_metres(cell, centre)
                                                : ground_area->square_metres(part));
  if (!area || source->rule != AreaRule::clip) return;
  if (part.empty()) part.emplace_back().rings.push_back(source->grid->outline(cell));
  batch.outlines.push_back(std::move(part));
}

ZoneMaker ZoneSource::make_worker(bool ground_areas) const {
  auto worker = std::make_unique<ZoneMaker::State>();
  worker->source = state_;
  worker->area = state_->area;
  if (!ground_areas) return ZoneMaker(std::move(worker));
  worker->ground_area.emplace(state_->crs);
  if (is_lattice()) worker->cell_area.emplace(*state_->grid, state_->crs);
  return ZoneMaker(std::move(worker));
}

ZoneMaker::ZoneMaker(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZoneMaker::ZoneMaker(ZoneMaker&&) noexcept = default;
ZoneMaker::~ZoneMaker() = default;

ZoneBatch ZoneMaker::make(std::span<const std::int64_t> positions) {
  ZoneBatch batch;
  batch.grid = state_->source->grid;
  batch.attributes = make_table(state_->source->attribute_schema);
  for (const std::int64_t position : positions) {
    if (state_->source->grid) {
      state_->add_cell(position, batch);
    } else {
      state_->add_polygon(position, batch);
    }
  }
  return batch;
}

ZoneBatch ZoneMaker::make(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> positions(static_cast<std::size_t>(count));
  std::iota(positions.begin(), positions.end(), first);
  return make(positions);
}

}  // namespace isotherm
