#include "isotherm/job/plan.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "isotherm/core/text.h"
#include "isotherm/engine/zonal_outline.h"
#include "isotherm/io/json_writer.h"
#include "plan_rates.h"
#include "zonal_run.h"

namespace isotherm {

namespace {

constexpr double kDescribingCells = 6;  // of a row: zone, number, area, scene, date and so on

double rows_of(const ZonalOutline& outline, std::size_t slots) {
  return static_cast<double>(outline.zones) * static_cast<double>(slots);
}

PlannedWork work_of(const ZonalRequest& request, const ZonalOutline& outline, std::size_t slots) {
  PlannedWork work;
  for (const auto& reading : outline.readings)
    work.layer_pixels += static_cast<double>(reading.pixels) * reading.layers;
  work.quantity_pixels = outline.zone_pixels * static_cast<double>(request.quantities());
  work.samples =
      std::ranges::any_of(request.columns, [](const auto& c) { return c.statistic.needs_samples(); });
  double& covered = request.zones.is_lattice() ? work.cells : work.outlines;
  covered = static_cast<double>(outline.zones) * static_cast<double>(outline.lattices);
  work.values = rows_of(outline, slots) * (static_cast<double>(request.columns.size()) + kDescribingCells);
  return work;
}

std::string size_text(double bytes) {
  static constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  return fixed_text(bytes, bytes < 10 && unit > 0 ? 1 : 0) + " " + std::string(kUnits[unit]);
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fixed_text(seconds, 1) + " s";
  if (seconds < 600) return fixed_text(seconds, 0) + " s";
  if (seconds < 36000) return fixed_text(seconds / 60, 0) + " min";
  return fixed_text(seconds / 3600, 1) + " h";
}

struct Totals {
  std::int64_t pixels = 0, blocks = 0;
  double stored = 0, decoded = 0;
};

Totals totals(const ZonalOutline& outline) {
  Totals t;
  for (const auto& reading : outline.readings) {
    t.pixels += reading.pixels * reading.layers;
    t.blocks += reading.blocks;
    t.stored += reading.stored_bytes;
    t.decoded += reading.decoded_bytes;
  }
  return t;
}

std::string as_text(const ZonalRequest& request, const ZonalOutline& outline, double rows,
                    const PlanEstimate& e, int threads) {
  const Totals t = totals(outline);
  const auto whole = [](double value) { return fixed_text(value, 0); };
  std::string out;
  const auto line = [&](const std::string& name, const std::string& value) {
    out += name + std::string(14 - name.size(), ' ') + value + "\n";
  };
  if (!request.share.whole()) line("share", request.share.text());
  line("observations",
       std::to_string(outline.readings.size()) +
           (outline.lattices > 1 ? ", on " + std::to_string(outline.lattices) + " pixel lattices" : ""));
  line("zones",
       std::to_string(outline.zones) + (request.zones.has_area() ? " at most (before the area)" : ""));
  line("pixels", std::to_string(t.pixels) + " to read in all layers; about " + whole(outline.zone_pixels) +
                     " under zones");
  line("blocks", std::to_string(t.blocks));
  line("read", size_text(t.stored) + " stored, " + size_text(t.decoded) + " decoded");
  line("rows", whole(rows) + ", with " + std::to_string(request.columns.size()) + " results each");
  line("batches", std::to_string(outline.batches));
  line("memory",
       "up to " +
           size_text(static_cast<double>(outline.cache_bytes + outline.strip_bytes + outline.batch_bytes)) +
           " of pixels, coverage and rows");
  line("time", "about " + duration_text(e.processor() / threads) + " on " + std::to_string(threads) +
                   (threads == 1 ? " thread" : " threads") + " (read " + duration_text(e.read) + ", cover " +
                   duration_text(e.cover) + ", compute " + duration_text(e.evaluate + e.gather) + ", write " +
                   duration_text(e.write) + " of one processor)");
  return out;
}

std::string as_json(const ZonalRequest& request, const ZonalOutline& outline, double rows,
                    const PlanEstimate& e, int threads) {
  const Totals t = totals(outline);
  const auto number = [](auto value) { return static_cast<double>(value); };
  JsonWriter json;
  json.begin_object();
  json.key("share").begin_object().member("index", number(request.share.index));
  json.member("count", number(request.share.count)).end();
  json.member("zones", number(outline.zones)).member("rows", std::round(rows));
  json.member("batches", number(outline.batches))
      .member("pixels_under_zones", std::round(outline.zone_pixels));
  json.member("pixels_to_read", number(t.pixels)).member("blocks", number(t.blocks));
  json.member("stored_bytes", std::round(t.stored)).member("decoded_bytes", std::round(t.decoded));
  json.member("memory_bytes", number(outline.cache_bytes + outline.strip_bytes + outline.batch_bytes));
  json.member("threads", number(threads)).member("seconds", e.processor() / threads);
  json.key("processor_seconds").begin_object();
  json.member("read", e.read).member("cover", e.cover).member("evaluate", e.evaluate);
  json.member("gather", e.gather).member("write", e.write).end();
  json.key("observations").begin_array();
  for (const auto& reading : outline.readings) {
    json.begin_object().member("id", reading.observation).member("layers", number(reading.layers));
    json.member("pixels", number(reading.pixels)).member("blocks", number(reading.blocks));
    json.member("stored_bytes", std::round(reading.stored_bytes)).end();
  }
  json.end().end();
  return json.text();
}

}  // namespace

void run(const PlanJob& job, const RunContext& context) {
  run_or_tell(job.zonal, context, [&](const ZonalRequest& request, std::size_t slots) {
    const ZonalOutline outline = outline_of(request, context);
    const PlanEstimate e(work_of(request, outline, slots));
    const double rows = rows_of(outline, slots);
    std::cout << (job.json ? as_json(request, outline, rows, e, context.threads)
                           : as_text(request, outline, rows, e, context.threads));
  });
}

}  // namespace isotherm
