#include "isotherm/job/zonal.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <numeric>
#include <set>

#include "invalid_note.h"
#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/observation.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/job/formulas.h"
#include "isotherm/job/scenes.h"
#include "zonal_table.h"

namespace isotherm {

namespace {

std::vector<Statistic> parse_statistics(std::span<const std::string> names) {
  std::vector<Statistic> statistics;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    Statistic statistic = parse_statistic(name);
    if (seen.insert(statistic.name).second) statistics.push_back(std::move(statistic));
  }
  if (statistics.empty())
    throw Error(ErrorKind::usage, "no statistic asked for; give for example --stat mean,count");
  return statistics;
}

ZonalShape read_shape(const ZonalJob& job) {
  ZonalShape shape;
  if (!job.period.empty()) shape.period = parse_period(job.period);
  for (const std::string& word : job.reduce) {
    const Reducer reducer = parse_reducer(word);
    if (std::ranges::find(shape.reducers, reducer) == shape.reducers.end()) shape.reducers.push_back(reducer);
  }
  if (shape.reducers.empty()) shape.reducers.push_back(Reducer::mean);
  if (job.layout != "long" && job.layout != "wide") {
    throw Error(ErrorKind::usage, "unknown layout '" + job.layout + "'; there are long and wide");
  }
  shape.wide = job.layout == "wide";
  if (!(job.min_valid >= 0 && job.min_valid <= 1)) {
    throw Error(ErrorKind::usage,
                "--min-valid is a share between 0 and 1, not " + number_text(job.min_valid));
  }
  shape.min_valid = job.min_valid;
  return shape;
}

/// One program per observation; all must give the same quantities.
std::vector<Program> compile_all(const CompiledFormulas& formulas,
                                 std::span<const Observation> observations) {
  std::vector<Program> programs;
  for (const Observation& observation : observations) {
    for (const Scene& scene : observation.scenes) {
      Program program = compile(formulas, scene);
      if (&scene == &observation.scenes.front()) programs.push_back(std::move(program));
    }
    const auto& first = programs.front().outputs();
    const auto& last = programs.back().outputs();
    const bool same = std::ranges::equal(first, last, {}, &ProgramOutput::name, &ProgramOutput::name);
    if (!same) {
      throw Error(ErrorKind::usage, "scenes " + observations.front().id + " and " + observation.id +
                                        " have different bands; say what to compute with --index or --expr");
    }
  }
  return programs;
}

std::vector<Frame> frames_of(std::span<const Observation> observations) {
  std::vector<Frame> frames;
  for (const Observation& observation : observations) {
    if (observation.frame.crs.empty()) {
      throw Error(ErrorKind::input,
                  observation.scenes.front().source +
                      " has no CRS, so zones cannot be placed on it; give one with --raster-crs");
    }
    frames.push_back(observation.frame);
  }
  return frames;
}

bool meets(const ZoneSource& zones, std::span<const Frame> frames) {
  return std::any_of(frames.begin(), frames.end(), [&](const Frame& frame) {
    const Extent there = reproject(zones.extent(), CrsTransform(zones.crs(), frame.crs));
    return !intersect(there, frame.extent()).empty();
  });
}

/// Thermal bands are resampled to 30 m; the sensors see 100 m (TIRS), 60 m (ETM+) or 120 m (TM).
void warn_of_small_cells(const ZoneSource& zones, std::span<const Program> programs, Log& log) {
  if (!zones.is_lattice()) return;
  const bool thermal = std::any_of(programs.begin(), programs.end(), [](const Program& program) {
    return std::ranges::find(program.inputs(), "lwir11") != program.inputs().end();
  });
  if (thermal && zones.grid()->cell_area() < 100.0 * 100.0 * 0.86) {
    log.note("cells of " + zones.grid()->spec() +
             " are smaller than the thermal sensor's own pixels (about 100 m): " +
             "neighbouring temperatures are not independent");
  }
}

/// The outputs of a run: one, or one per slot where the path is a template.
class Outputs {
 public:
  Outputs(const ZonalJob& job, const ZonalTable& table, const RunContext& context) : table_(table) {
    static constexpr std::string_view kParts[] = {"date", "period", "scene"};
    const bool split =
        std::ranges::any_of(kParts, [&](auto part) { return has_template(job.output.path, part); });
    if (split && job.layout == "wide") {
      throw Error(ErrorKind::usage,
                  "a file name with {date}, {period} or {scene} writes one file per date; --layout " +
                      std::string("wide puts all dates in one row: choose one of them"));
    }
    if (split) {
      open_split(job, context);
    } else {
      std::vector<std::size_t> all(table.slots().size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      groups_.push_back(all);
      open(fill_template(job.output.path, {}), job, context);
    }
  }

  ZonalRows prepare(ZonalBatch&& batch) const {
    ZonalRows rows;
    for (std::size_t k = 0; k < sinks_.size(); ++k) {
      rows.emplace_back(k, sinks_[k]->prepare(table_.rows(batch, groups_[k], sinks_[k]->uses_geometry())));
    }
    return rows;
  }
  void write(ZonalRows&& rows) {
    for (auto& [sink, prepared] : rows) sinks_[sink]->write(std::move(prepared));
  }
  void finish() {
    for (auto& sink : sinks_) sink->finish();
  }
  std::span<const std::string> paths() const { return paths_; }

 private:
  void open_split(const ZonalJob& job, const RunContext& context) {
    for (std::size_t s = 0; s < table_.slots().size(); ++s) {
      const Slot& slot = table_.slots()[s];
      if (has_template(job.output.path, "scene") && slot.scene.empty()) {
        throw Error(ErrorKind::usage, "{scene} in the output name does not go with --period; use {period}");
      }
      if (has_template(job.output.path, "date") && !slot.date) {
        throw Error(ErrorKind::usage,
                    "scene " + slot.scene + " has no date for {date} in the output name; use {scene}");
      }
      const std::string path = fill_template(
          job.output.path, {{"date", slot.label}, {"period", slot.label}, {"scene", slot.scene}});
      const auto known = std::ranges::find(paths_, path);
      if (known != paths_.end()) {
        groups_[static_cast<std::size_t>(known - paths_.begin())].push_back(s);
        continue;
      }
      groups_.push_back({s});
      open(path, job, context);
    }
  }
  void open(const std::string& path, const ZonalJob& job, const RunContext& context) {
    TableOptions options;
    options.format = job.output.format;
    options.wkt = job.output.wkt;
    sinks_.push_back(open_table(path, table_.schema(), options, context));
    paths_.push_back(path);
  }

  const ZonalTable& table_;
  std::vector<std::unique_ptr<RowSink>> sinks_;
  std::vector<std::vector<std::size_t>> groups_;
  std::vector<std::string> paths_;
};

void report(const ZonalSummary& summary, std::size_t observations, const Outputs& outputs, Log& log) {
  if (summary.outside > 0) {
    log.note(std::to_string(summary.outside) + " of " + std::to_string(summary.zones) +
             " zones lie outside every scene; their counts are 0");
  }
  note_invalid_pixels(summary.blocks, log);
  log.note(std::to_string(summary.zones) + " zones, " + std::to_string(summary.with_values) +
           " with values, from " + std::to_string(observations) +
           (observations == 1 ? " observation" : " observations") + " -> " + join(outputs.paths(), ", "));
}

void write_timing(const std::string& path, const ZonalSummary& summary, double plan_seconds,
                  double total_seconds, const RunContext& context) {
  OutputFile file(path, context.overwrite);
  {
    std::ofstream out(file.path());
    out << "{\"threads\": " << context.threads << ", \"zones\": " << summary.zones
        << ", \"batches\": " << summary.batches << ", \"blocks_decoded\": " << summary.blocks.decoded
        << ", \"blocks_repeated\": " << summary.blocks.repeated
        << ", \"plan_s\": " << fixed_text(plan_seconds, 6);
    for (std::size_t k = 0; k < kStageNames.size(); ++k) {
      out << ", \"" << kStageNames[k] << "_s\": " << fixed_text(summary.seconds[k], 6);
    }
    out << ", \"total_s\": " << fixed_text(total_seconds, 6) << "}\n";
    if (!out.flush()) throw Error(ErrorKind::output, "cannot write " + path);
  }
  file.commit();
}

void refuse_empty(const ZonalSummary& summary) {
  if (summary.zones == 0) {
    throw Error(ErrorKind::no_data,
                "no zone lies in the area asked for; check --zones and --aoi, or give --allow-empty");
  }
  if (summary.with_values == 0) {
    throw Error(ErrorKind::no_data,
                "no zone has a valid pixel: all are masked, missing or out of range; look at the scenes with "
                "'isotherm "
                "info', loosen --mask, or give --allow-empty");
  }
}

}  // namespace

void run(const ZonalJob& job, const RunContext& context) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto since = [](Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };

  // What the user asked for, refused here where it can be: nothing has been read yet.
  const CoverageRule rule = row_named(coverage_rules(), job.coverage, "coverage rule").rule;
  const std::vector<Statistic> statistics = parse_statistics(job.stats);
  const ZonalShape shape = read_shape(job);
  const MaskChoice mask = parse_mask(job.input.mask);
  const CompiledFormulas formulas = read_formulas(job.formulas);

  const std::vector<Observation> observations =
      make_observations(open_inputs(job.input, context.log), context.log);
  const std::vector<Program> programs = compile_all(formulas, observations);
  const std::vector<Frame> frames = frames_of(observations);
  const ZoneSource zones = open_zones(job.zones, frames, context.log);
  if (!job.allow_empty && !meets(zones, frames)) {
    throw Error(ErrorKind::no_data, "the zones lie outside every scene (zones in " + crs_name(zones.crs()) +
                                        ", first scene in " + crs_name(frames.front().crs) +
                                        "); check the CRS of both, or give --allow-empty");
  }
  warn_of_small_cells(zones, programs, context.log);

  const ZonalTable table(shape, observations, programs.front().outputs(), statistics, zones);
  Outputs outputs(job, table, context);
  const double plan_seconds = since(start);

  const ZonalRequest request{
      zones, observations, programs, statistics, rule, mask, zones.is_lattice() && !zones.has_area()};
  const ZonalSummary summary = run_zonal(
      request, context, [&](ZonalBatch&& batch) { return outputs.prepare(std::move(batch)); },
      [&](ZonalRows&& rows) { outputs.write(std::move(rows)); });
  if (!job.allow_empty) refuse_empty(summary);
  outputs.finish();
  report(summary, observations.size(), outputs, context.log);
  if (!job.timing.empty()) write_timing(job.timing, summary, plan_seconds, since(start), context);
}

}  // namespace isotherm
