#include "isotherm/job/zonal.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <set>

#include "invalid_note.h"
#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/observation.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/input_stamp.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/raster_classes.h"
#include "isotherm/io/scene_reader.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/job/formulas.h"
#include "isotherm/job/scenes.h"
#include "zonal_columns.h"
#include "zonal_facts.h"
#include "zonal_inputs.h"
#include "zonal_outputs.h"
#include "zonal_parents.h"
#include "zonal_part.h"
#include "zonal_report.h"
#include "zonal_run.h"
#include "zonal_table.h"
#include "zone_features.h"

namespace isotherm {

namespace {

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
  shape.columns.names = job.columns;
  return shape;
}

/// The raster of --weight, or the word "area".
std::optional<PixelWeighting> open_weighting(const std::string& text, Log& log) {
  if (text.empty()) return std::nullopt;
  if (text == "area") return PixelWeighting{true, {}};
  Scene raster = open_bands({"weight=" + text}, {}, log);
  if (raster.frame.crs.empty()) {
    throw Error(ErrorKind::input, "--weight " + text + ": has no CRS, so it cannot be laid over the scenes");
  }
  return PixelWeighting{false, std::move(raster)};
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
    const Extent there = reproject(zones.extent(), CrsTransform(zones.crs(), frame.crs), frame.extent());
    return !intersect(there, frame.extent()).empty();
  });
}

/// Thermal bands are resampled to 30 m; the sensors see 100 m (TIRS), 60 m (ETM+) or 120 m (TM).
void warn_of_small_cells(const ZoneSource& zones, std::span<const Program> programs, Log& log) {
  if (!zones.is_lattice()) return;
  const bool thermal = std::any_of(programs.begin(), programs.end(), [](const Program& program) {
    return std::ranges::find(program.inputs(), "lwir11") != program.inputs().end();
  });
  double area = zones.grid()->cell_area();
  if (zones.grid()->in_degrees()) {
    constexpr double kDegree = 111e3;  // metres
    area *= kDegree * kDegree * std::cos(zones.middle().y * std::numbers::pi / 180);
  }
  if (thermal && area < 100.0 * 100.0 * 0.86) {
    log.note("cells of " + zones.grid()->spec() +
             " are smaller than the thermal sensor's own pixels (about 100 m): " +
             "neighbouring temperatures are not independent");
  }
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

/// Where the rows of a run go: tables, or with --shard a part.
class ZonalSink {
 public:
  ZonalSink(const ZonalJob& job, const ZonalTable& table, bool wide, const ZonalOutputFacts& facts_of_table,
            std::span<const Observation> observations, std::span<const std::string> inputs,
            const RunContext& context)
      : table_(table), share_(parse_share(job.shard)), observations_(observations.size()) {
    // Before an output is opened: standard output has its first line then.
    if (job.output.path == "-") check_provenance(job.provenance, std::span(&job.output.path, 1), context);
    if (job.shard.empty()) {
      if (job.skip_done)
        throw Error(ErrorKind::usage, "--skip-done looks for the part of a share; give --shard too");
      outputs_.emplace(job.output, table.schema(), table.slots(), wide, context, facts_of_table);
      paths_.assign(outputs_->paths().begin(), outputs_->paths().end());
    } else {
      std::vector<Fact> facts = facts_of_run(job, observations, inputs);
      paths_ = {ZonalPart::path_of(job, share_)};
      done_ = ZonalPart::is_done(job, share_, facts, context);
      if (!done_) part_.emplace(job, share_, std::move(facts), table, wide, facts_of_table, context);
    }
    if (!done_) check_provenance(job.provenance, paths_, context);
  }
  const Share& share() const { return share_; }
  bool is_done() const { return done_; }
  std::span<const std::string> paths() const { return paths_; }

  ZonalRows prepare(const ZonalBatch& batch) const {
    if (part_) return part_->prepare(batch);
    return outputs_->prepare([&](std::span<const std::size_t> slots, bool geometry) {
      return table_.rows(batch, slots, geometry);
    });
  }
  void write(ZonalRows&& rows) { part_ ? part_->write(std::move(rows)) : outputs_->write(std::move(rows)); }
  void finish(const ZonalSummary& summary) {
    part_ ? part_->finish(summary, observations_) : outputs_->finish();
  }

 private:
  const ZonalTable& table_;
  Share share_;
  std::size_t observations_;
  std::optional<ZonalOutputs> outputs_;
  std::optional<ZonalPart> part_;
  std::vector<std::string> paths_;
  bool done_ = false;
};

void note_known_coverage(const ZonalJob& job, const ZonalSummary& summary, Log& log) {
  if (job.coverage_from.empty()) return;
  log.note("the coverage of " + std::to_string(summary.known) + " of " + std::to_string(summary.to_know) +
           " zones came from " + job.coverage_from +
           (summary.known < summary.to_know ? "; that of the others was computed" : ""));
}

/// What zones are told about features beside their pixels; counted when the run begins.
struct ZonalFeatures {
  std::vector<FeatureCounter> counters;
  std::vector<FeatureColumns> columns;
  bool shares = false;  ///< any of them is to be shown

  ZonalFeatures(std::span<const FeatureRequest> requests, const ZoneSource& zones,
                const ColumnChoice& choice) {
    for (const FeatureRequest& request : requests) {
      counters.emplace_back(request, zones);
      columns.push_back(counters.back().columns());
      shares = shares || wants_share(columns.back(), choice);
    }
  }
  static bool wants_share(const FeatureColumns& columns, const ColumnChoice& choice) {
    return columns.has_areas && choice.has(columns.share_name());
  }
  void count(const ZoneSource& zones, const ColumnChoice& choice, const RunContext& context) {
    for (std::size_t k = 0; k < counters.size(); ++k)
      counters[k].count(zones, wants_share(columns[k], choice), columns[k], context);
  }
};

void record(const ZonalJob& job, const ZonalSummary& summary, std::span<const Observation> observations,
            std::span<const std::string> inputs, std::span<const std::string> outputs, double total_seconds,
            const RunContext& context) {
  ProvenanceRecord record{{inputs.begin(), inputs.end()}, {outputs.begin(), outputs.end()}, {}, {}};
  record.counts = {{"zones", summary.zones},
                   {"zones_with_values", summary.with_values},
                   {"zones_outside", summary.outside},
                   {"observations", static_cast<std::int64_t>(observations.size())},
                   {"blocks_decoded", static_cast<std::int64_t>(summary.blocks.decoded)}};
  for (std::size_t k = 0; k < kStageNames.size(); ++k)
    record.seconds.emplace_back(kStageNames[k], summary.seconds[k]);
  record.seconds.emplace_back("total", total_seconds);
  write_provenance(job.provenance, record, job.invocation, context);
}

}  // namespace

void run_or_tell(const ZonalJob& job, const RunContext& context, const TellOfRun& tell) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto since = [](Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };

  // What the user asked for, refused here where it can be: nothing has been read yet.
  if (!job.timing.empty()) OutputFile(job.timing, context.overwrite);
  if (job.skip_done && !(job.save_coverage + job.timing).empty())
    throw Error(ErrorKind::usage,
                "--skip-done leaves the work of a finished part out, and with it what --save-coverage and "
                "--timing ask for: leave out one or the other");
  const std::unique_ptr<Backend> backend = make_backend(job.backend);
  const CoverageRule rule = row_named(coverage_rules(), job.coverage, "coverage rule").rule;
  const StatisticRequest statistics = parse_statistics(job.stats, job.derive, job.classes);
  const ZonalShape shape = read_shape(job);
  std::vector<ParentRequest> parents;
  for (const std::string& text : job.parents) parents.push_back(parse_parents(text));
  if (!parents.empty() && !job.shard.empty())
    throw Error(ErrorKind::usage,
                "--parents needs all cells, and --shard computes a share of them: leave one out");
  const std::vector<FeatureRequest> feature_requests = parse_features(job.features);
  const MaskChoice mask = parse_mask(job.input.mask);
  const CompiledFormulas formulas = read_formulas(job.formulas);

  std::vector<Scene> scenes = open_inputs(job.input, context.log);
  const std::vector<InputStamp> stamps = input_stamps(scenes);
  const std::vector<Observation> observations = make_observations(std::move(scenes), context.log);
  const std::vector<Program> programs = compile_all(formulas, observations);
  const std::vector<Frame> frames = frames_of(observations);
  ZoneInputs zone_inputs = job.zones;
  for (const ParentRequest& parent : parents) zone_inputs.align = std::lcm(zone_inputs.align, parent.factor);
  const ZoneSource zones = open_zones(zone_inputs, frames, context);
  if (!job.allow_empty && !meets(zones, frames)) {
    throw Error(ErrorKind::no_data, "the zones lie outside every scene (zones in " + crs_name(zones.crs()) +
                                        ", first scene in " + crs_name(frames.front().crs) +
                                        "); check the CRS of both, or give --allow-empty");
  }
  warn_of_small_cells(zones, programs, context.log);

  const ZonalColumns columns =
      make_columns(statistics, programs.front().outputs(), [&](const std::string& quantity) {
        const Band* band = observations.front().scenes.front().find(quantity);
        return band == nullptr ? std::vector<double>{} : declared_classes(*band);
      });
  if (!parents.empty()) check_parents(zones, columns.collected, rule);
  const std::optional<PixelWeighting> weighting = open_weighting(job.weight, context.log);
  ZonalShape main_shape = shape;
  main_shape.wide = shape.wide || wants_bands(job.output, slots_of_table(shape, observations).size());
  ZonalFeatures features(feature_requests, zones, shape.columns);
  const ZonalTable table(main_shape, observations, columns, zones, features.columns);
  const ZonalOutputFacts facts = output_facts(job, observations, zones);
  const ZonalRequest request{zones,
                             observations,
                             programs,
                             columns.collected,
                             rule,
                             mask,
                             zones.is_lattice() && !zones.has_area(),
                             weighting ? &*weighting : nullptr,
                             !parents.empty(),
                             parse_share(job.shard),
                             job.coverage_from,
                             job.save_coverage,
                             shape.columns.has("area_m2") || !parents.empty() || features.shares,
                             backend.get()};
  if (tell) {
    tell(request, table.slots().size());
    return;
  }
  const std::vector<std::string> inputs =
      input_files(job, observations, weighting && !weighting->ground_area ? &weighting->raster : nullptr);
  ZonalSink sink(job, table, main_shape.wide, facts, observations, inputs, context);
  if (sink.is_done()) {
    context.log.note(join(sink.paths(), ", ") + " is there already, of this very run; nothing was computed");
    return;
  }
  ParentTables larger(parents, job, request, shape, columns, features.columns, facts, context);
  features.count(zones, shape.columns, context);
  const double plan_seconds = since(start);

  const ZonalSummary summary = run_zonal(
      request, context, [&](ZonalBatch&& batch) { return sink.prepare(batch); },
      [&](ZonalRows&& rows) { sink.write(std::move(rows)); }, larger.merge());
  // A share of the zones may well be empty.
  if (!job.allow_empty && job.shard.empty()) refuse_empty(summary);
  require_unchanged(stamps);
  sink.finish(summary);
  larger.finish();
  note_known_coverage(job, summary, context.log);
  note_invalid_pixels(summary.blocks, context.log);
  report_zones(summary, observations.size(), sink.paths(), context.log);
  if (!job.timing.empty()) write_timing(job.timing, summary, plan_seconds, since(start), context);
  record(job, summary, observations, inputs, sink.paths(), since(start), context);
}

void run(const ZonalJob& job, const RunContext& context) { run_or_tell(job, context, {}); }

}  // namespace isotherm
