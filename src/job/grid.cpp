#include "isotherm/job/grid.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "isotherm/engine/zone_source.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/job/scenes.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

/// Candidates of a batch: enough to hide what a batch costs, and a few MB of text.
constexpr std::int64_t kBatch = 16384;

TableSchema schema_of(const ZoneSource& zones) {
  TableSchema schema;
  schema.columns = ZoneColumns(zones).infos();
  schema.has_geometry = true;
  schema.crs = zones.crs();
  return schema;
}

Table rows_of(ZoneBatch&& zones, const TableSchema& schema, bool geometry) {
  Table table = make_table(schema);
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    table.columns[0].texts().emplace_back(zones.id_text(zone));
    if (geometry) table.geometry.push_back(zones.outline(zone));
  }
  table.columns[1].values = std::move(zones.ids);
  table.columns[2].values = std::move(zones.ground_area_m2);
  if (table.columns.size() > 3) table.columns[3].values = std::move(zones.share);
  return table;
}

ZoneSource open_cells(const GridJob& job, const RunContext& context) {
  if (!Grid::looks_like_grid(job.zones.zones)) {
    throw Error(ErrorKind::usage,
                "'" + job.zones.zones + "' is no grid; write for example hex:100, square:100 or tile:17");
  }
  std::vector<Frame> frames;
  if (!job.input.scenes.empty() || !job.input.bands.empty()) {
    for (const Scene& scene : open_inputs(job.input, context.log)) frames.push_back(scene.frame);
  }
  return open_zones(job.zones, frames, context);
}

}  // namespace

void run(const GridJob& job, const RunContext& context) {
  const ZoneSource zones = open_cells(job, context);
  const TableSchema schema = schema_of(zones);
  TableOptions options;
  options.format = job.output.format;
  options.wkt = job.output.wkt;
  const std::unique_ptr<RowSink> sink = open_table(job.output.path, schema, options, context);
  const std::int64_t total = zones.candidates();
  const auto batches = static_cast<std::uint64_t>((total + kBatch - 1) / kBatch);
  std::int64_t written = 0;
  context.progress.start("cells", static_cast<std::uint64_t>(total));
  run_ordered(
      batches, {context.threads, static_cast<std::size_t>(context.threads) + 1}, context.stop,
      [&] { return zones.make_worker(); },
      [&](ZoneMaker& maker, std::uint64_t n) {
        const std::int64_t first = static_cast<std::int64_t>(n) * kBatch;
        const std::int64_t count = std::min(kBatch, total - first);
        RowSink::Prepared rows =
            sink->prepare(rows_of(maker.make(first, count), schema, sink->uses_geometry()));
        context.progress.advance(static_cast<std::uint64_t>(count));
        return rows;
      },
      [&](RowSink::Prepared&& rows) {
        written += static_cast<std::int64_t>(rows.rows);
        sink->write(std::move(rows));
      });
  context.progress.finish();
  if (written == 0) {
    throw Error(ErrorKind::no_data, "no cell of " + zones.grid()->spec() +
                                        " fits the area of interest by rule '" + job.zones.aoi_rule +
                                        "'; try --aoi-rule any, or smaller cells");
  }
  sink->finish();
  context.log.note(std::to_string(written) + " cells of " + zones.grid()->spec() + " in " +
                   crs_name(zones.crs()) + (job.output.path == "-" ? "" : " written to " + job.output.path));
}

}  // namespace isotherm
