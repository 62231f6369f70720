#include "zonal_parents.h"

#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "zonal_facts.h"

namespace isotherm {

namespace {

constexpr std::int32_t kLargestFactor = 1024;

std::int32_t parent_of(std::int32_t n, std::int32_t factor) {
  return n >= 0 ? n / factor : -((-n + factor - 1) / factor);
}

}  // namespace

ParentRequest parse_parents(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto factor = parse_integer(trim(std::string_view(text).substr(0, equals)));
  if (equals == std::string::npos || equals + 1 == text.size() || !factor || *factor < 2 ||
      *factor > kLargestFactor) {
    throw Error(ErrorKind::usage, "--parents '" + text +
                                      "': expected a number of cells from 2 to 1024 and a file, such as "
                                      "2=cells96.gpkg");
  }
  return {static_cast<std::int32_t>(*factor), text.substr(equals + 1)};
}

void check_parents(const ZoneSource& zones, std::span<const ZonalColumn> columns, CoverageRule rule) {
  const auto refuse = [](const std::string& why) { throw Error(ErrorKind::usage, "--parents: " + why); };
  if (!zones.is_lattice() || !std::holds_alternative<SquareGrid>(zones.grid()->kind()) ||
      zones.grid()->in_degrees()) {
    refuse("larger cells are made of squares in metres (--zones square:48), not of " +
           (zones.is_lattice() ? zones.grid()->spec() : std::string("the zones of a file")));
  }
  if (zones.area_rule() == AreaRule::clip && zones.has_area())
    refuse("cells cut to an area (--aoi-rule clip) cannot be put together; choose another rule");
  if (rule == CoverageRule::touch)
    refuse("with --coverage touch a pixel on a border counts in both cells; choose exact or centre");
  for (const ZonalColumn& column : columns) {
    const std::string& name = column.statistic.name;
    if (column.statistic.needs_samples())
      refuse(name +
             " cannot be had from the sums of cells; leave it out, or run the larger cells by themselves");
    if (column.statistic.kind == StatisticKind::pixels && rule == CoverageRule::exact)
      refuse(
          "a pixel on a border is in both cells, so their pixels do not add up; use count, or --coverage "
          "centre");
  }
}

ParentMerger::ParentMerger(const ZonalRequest& request, std::int32_t factor,
                           std::function<void(ZonalBatch&&)> emit,
                           std::span<const FeatureColumns> cell_features, std::span<FeatureColumns> features)
    : request_(request),
      factor_(factor),
      emit_(std::move(emit)),
      cell_features_(cell_features),
      features_(features) {
  const auto& cells = std::get<SquareGrid>(request.zones.grid()->kind());
  grid_ = std::make_shared<const Grid>(SquareGrid(cells.side() * factor, cells.origin()));
}

void ParentMerger::add(const ZonalBatch& cells) {
  const std::size_t width = cells.observations * cells.quantities;
  for (std::size_t zone = 0; zone < cells.zones.size(); ++zone) {
    const Cell cell = Grid::cell_of(cells.zones.ids[zone]);
    const std::int32_t i = parent_of(cell.i, factor_), j = parent_of(cell.j, factor_);
    if (j != row_) emit_row();
    row_ = j;
    Parent& parent = parents_[i];
    parent.sums.resize(width);
    parent.ground_area_m2 += cells.zones.ground_area_m2[zone];
    parent.share += cells.zones.share[zone] / (static_cast<double>(factor_) * factor_);
    parent.inside = parent.inside != 0 || cells.inside[zone] != 0;
    for (std::size_t k = 0; k < width; ++k) {
      const ZonalBatch::Sums& from = cells.sums[zone * width + k];
      parent.sums[k].counted.merge(from.counted);
      parent.sums[k].weighted.merge(from.weighted);
      parent.sums[k].total += from.total;
    }
    for (std::size_t f = 0; f < features_.size(); ++f)
      features_[f].sums.add(Grid::id({i, j}), cell_features_[f].sums.find(cells.zones.ids[zone]));
  }
}

void ParentMerger::finish() { emit_row(); }

void ParentMerger::emit_row() {
  ZonalBatch batch;
  batch.zones.grid = grid_;
  batch.observations = request_.observations.size();
  batch.quantities = request_.quantities();
  batch.columns = request_.columns.size();
  for (const auto& [i, parent] : parents_) {
    if (request_.drop_outside && parent.inside == 0) continue;
    batch.zones.positions.push_back(static_cast<std::int64_t>(batch.zones.ids.size()));
    batch.zones.ids.push_back(Grid::id({i, row_}));
    batch.zones.share.push_back(parent.share > 1 - 1e-9 ? 1 : parent.share);
    batch.zones.ground_area_m2.push_back(parent.ground_area_m2);
    batch.inside.push_back(parent.inside);
    for (std::size_t o = 0; o < batch.observations; ++o) {
      const auto sums = std::span(parent.sums).subspan(o * batch.quantities, batch.quantities);
      for (const ZonalColumn& column : request_.columns) {
        const ZonalBatch::Sums& own = sums[column.quantity];
        const Moments& moments = column.statistic.takes_weight() ? own.weighted : own.counted;
        batch.values.push_back(moment_statistic(column.statistic, moments, own.total));
      }
      for (const ZonalBatch::Sums& own : sums)
        batch.valid.push_back(own.total > 0 ? own.counted.weight / own.total : 0);
    }
  }
  parents_.clear();
  if (batch.zones.size() > 0) emit_(std::move(batch));
  for (FeatureColumns& own : features_) own.sums.clear();
}

ParentTables::ParentTables(std::span<const ParentRequest> parents, const ZonalJob& job,
                           const ZonalRequest& request, const ZonalShape& shape, const ZonalColumns& columns,
                           std::span<const FeatureColumns> features, const ZonalOutputFacts& facts,
                           const RunContext& context) {
  const std::size_t slot_count = slots_of_table(shape, request.observations).size();
  for (const ParentRequest& parent : parents) {
    ZonalOutputFacts own = facts;
    own.cells = cell_lattice(request.zones, parent.factor);
    TableOutput output;
    output.path = parent.path;
    output.wkt = job.output.wkt && lower(parent.path).ends_with(".csv");
    ZonalShape own_shape = shape;
    own_shape.wide = shape.wide || wants_bands(output, slot_count);
    std::vector<FeatureColumns> own_features(features.begin(), features.end());  // nothing is counted yet
    auto table =
        std::make_unique<ZonalTable>(own_shape, request.observations, columns, request.zones, own_features);
    auto outputs =
        std::make_unique<ZonalOutputs>(output, table->schema(), table->slots(), own_shape.wide, context, own);
    auto merger = std::make_unique<ParentMerger>(
        request, parent.factor,
        [from = table.get(), to = outputs.get()](ZonalBatch&& batch) {
          to->write(to->prepare([&](std::span<const std::size_t> slots, bool geometry) {
            return from->rows(batch, slots, geometry);
          }));
        },
        features, own_features);
    // Moving the list leaves its elements, which table and merger look at, where they are.
    parents_.push_back({std::move(own_features), std::move(table), std::move(outputs), std::move(merger)});
  }
}

std::function<void(const ZonalBatch&)> ParentTables::merge() {
  if (parents_.empty()) return {};
  return [this](const ZonalBatch& cells) {
    for (const Parent& parent : parents_) parent.merger->add(cells);
  };
}

void ParentTables::finish() {
  for (const Parent& parent : parents_) {
    parent.merger->finish();
    parent.outputs->finish();
  }
}

}  // namespace isotherm
