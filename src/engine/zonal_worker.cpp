#include "zonal_worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/stats/sample_passes.h"

namespace isotherm {

namespace {

/// Adds the time of a scope to a stage.
class Stopwatch {
 public:
  Stopwatch(StageClock& clock, Stage stage) : total_(clock[static_cast<std::size_t>(stage)]) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    const auto spent = std::chrono::steady_clock::now() - start_;
    total_ += std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
  }

 private:
  std::atomic<std::int64_t>& total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

MultiPolygon to_pixels(MultiPolygon outline, const GeoTransform& transform) {
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      for (Point& p : ring) p = transform.to_pixel(p);
    }
  }
  return outline;
}

/// Moves an outline by whole turns of longitude, to where its middle is nearest to `middle`.
void shift_to(MultiPolygon& outline, double middle, double turn) {
  const Extent box = extent_of(outline);
  const double shift = turn * std::round((middle - (box.xmin + box.xmax) / 2) / turn);
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      for (Point& p : ring) p.x += shift;
    }
  }
}

std::int64_t pixels_of(const Coverage& coverage, std::size_t zone) {
  std::int64_t pixels = 0;
  for (const Span& span : coverage.spans(zone)) pixels += span.count;
  return pixels;
}

/// The columns that spans of these rows need; empty when no span lies in them. Moves `next` past them.
Window strip_window(const Coverage& coverage, std::int64_t first_row, std::int64_t rows,
                    std::vector<std::uint32_t>& next) {
  std::int64_t west = std::numeric_limits<std::int64_t>::max(),
               east = std::numeric_limits<std::int64_t>::min();
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto spans = coverage.spans(zone);
    std::uint32_t& k = next[zone];
    for (; k < spans.size() && spans[k].row < first_row + rows; ++k) {
      west = std::min<std::int64_t>(west, spans[k].col);
      east = std::max<std::int64_t>(east, std::int64_t{spans[k].col} + spans[k].count);
    }
  }
  return east <= west ? Window{} : Window{west, first_row, east - west, rows};
}

bool touches(std::span<const Span> spans, const Window& window) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& span) {
    return !intersect(Window{span.col, span.row, span.count, 1}, window).empty();
  });
}

}  // namespace

ZonalWorker::ZonalWorker(const ZonalRequest& request, const ZonalPlan& plan, const RunContext& context,
                         BlockCache& cache, Backend& backend, StageClock& clock, const CoverageFile* known)
    : request_(request),
      plan_(plan),
      context_(context),
      cache_(cache),
      backend_(backend),
      clock_(clock),
      wanted_(request.quantities()),
      maker_(request.zones.make_worker(request.ground_area)),
      patterns_(plan.groups.size()),
      readers_(request.observations.size()),
      weights_of_(plan.groups.size()) {
  for (const LatticeGroup& group : plan.groups) to_frame_.emplace_back(request.zones.crs(), group.frame.crs);
  if (known != nullptr) known_.emplace(*known, plan, to_frame_, context.memory);
  for (std::size_t k = 0; k < request.columns.size(); ++k) {
    const ZonalColumn& column = request.columns[k];
    Wanted& wanted = wanted_[column.quantity];
    if (wanted.statistics.empty()) wanted.first_column = k;
    wanted.statistics.push_back(column.statistic);
    if (!column.statistic.needs_samples()) continue;
    wanted.samples = true;
    of_values_.push_back(
        {static_cast<std::uint32_t>(column.quantity), column.statistic.kind, column.statistic.number()});
    value_columns_.push_back(k);
  }
}

Coverage ZonalWorker::cover(const ZoneBatch& zones, std::int64_t first, std::size_t group,
                            std::int64_t& known) {
  const Frame& frame = plan_.groups[group].frame;
  const CrsTransform& transform = to_frame_[group];
  // A hundredth of a pixel is far below what 16-bit radiometry and the sensor's geolocation can tell.
  const double tolerance = 0.01 * std::sqrt(frame.transform.pixel_area());
  const Extent pixels = frame.extent();
  CoverageBuilder builder(plan_.groups[group].window, request_.rule);
  // A raster in degrees that lies across the antimeridian: zones are brought to its turn of the globe.
  const double turn = transform.turn();
  const bool turned = turn > 0 && (pixels.xmin < -turn / 2 - 1e-9 || pixels.xmax > turn / 2 + 1e-9);
  const double middle = (pixels.xmin + pixels.xmax) / 2;
  const bool cells = zones.whole_cells() && transform.identity() && !turned;
  if (cells && !patterns_[group])
    patterns_[group].emplace(*zones.grid, plan_.groups[group].lattice, request_.rule);
  if (cells && !known_) {
    patterns_[group]->add(zones.ids, builder);
    return builder.finish();
  }
  if (known_) known_->begin(zones, first, group);
  const auto add = [&](MultiPolygon outline) {
    if (turned) shift_to(outline, middle, turn);
    const MultiPolygon there = to_pixels(std::move(outline), plan_.groups[group].lattice);
    if (there.size() == 1 && there.front().rings.size() == 1) {
      builder.add(std::span<const Point>(there.front().rings.front()));
    } else {
      builder.add(there);
    }
  };
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    if (known_ && known_->add(zones, zone, builder)) {
      ++known;
      continue;
    }
    if (cells) {
      patterns_[group]->add(std::span(zones.ids).subspan(zone, 1), builder);
      continue;
    }
    const MultiPolygon outline = zones.outline(zone);
    if (transform.identity()) {
      add(outline);
      continue;
    }
    try {
      add(reproject(outline, transform, tolerance));
    } catch (const Error&) {
      // A zone so far away that the frame's CRS has no place for it covers none of its pixels.
      if (!intersect(reproject(extent_of(outline), transform, pixels), pixels).empty()) throw;
      builder.add(MultiPolygon{});
    }
  }
  return builder.finish();
}

std::vector<char> ZonalWorker::find_large(const Coverage& coverage) const {
  std::vector<char> large(coverage.zones(), 0);
  const auto kept = static_cast<std::size_t>(std::ranges::count_if(wanted_, &Wanted::samples));
  if (kept == 0) return large;
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto pixels = static_cast<std::size_t>(pixels_of(coverage, zone));
    // Half of what a batch may take: lists of values grow by doubling.
    large[zone] = pixels * sizeof(Sample) * kept > plan_.batch_bytes / 2;
  }
  return large;
}

ObservationReader& ZonalWorker::reader(const LatticeGroup::Member& member) {
  auto& reader = readers_[member.observation];
  if (!reader)
    reader =
        std::make_unique<ObservationReader>(request_.observations[member.observation], request_.mask, cache_);
  return *reader;
}

template <class Visit>
void ZonalWorker::each_strip(const LatticeGroup::Member& member, const Coverage& coverage, Visit visit) {
  const Program& program = request_.programs[member.observation];
  ObservationReader& from = reader(member);
  const Window& all = coverage.window();
  const std::size_t row_bytes = static_cast<std::size_t>(std::max<std::int64_t>(1, all.width)) *
                                sizeof(float) * (program.inputs().size() + program.outputs().size());
  const std::int64_t strip_rows =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(plan_.strip_bytes / row_bytes));
  as_stored_ = backend_.prefers_stored() && from.has_stored(program.inputs());
  std::vector<std::uint32_t> next(coverage.zones(), 0);
  for (std::int64_t row = all.row; row < all.row_end(); row += strip_rows) {
    context_.stop.check();
    const Window strip = strip_window(coverage, row, std::min(strip_rows, all.row_end() - row), next);
    if (strip.empty()) continue;
    {
      Stopwatch watch(clock_, Stage::read);
      const Window there{strip.col - member.col, strip.row - member.row, strip.width, strip.height};
      if (as_stored_) {
        from.read_stored(program.inputs(), there, stored_);
        stored_.relabel(strip);
      } else {
        from.read(program.inputs(), there, bands_);
        bands_.relabel(strip);
      }
      // Dates of one lattice share the weights of a strip.
      if (pixel_weights_ != nullptr && weights_.window() != strip) pixel_weights_->read(strip, weights_);
    }
    visit();
  }
}

void ZonalWorker::evaluate(const LatticeGroup::Member& member) {
  Stopwatch watch(clock_, Stage::evaluate);
  const Program& program = request_.programs[member.observation];
  if (as_stored_) {
    backend_.evaluate_stored(program, stored_, quantities_);
  } else {
    backend_.evaluate(program, bands_, quantities_);
  }
  if (pixel_weights_ != nullptr) leave_out_unweighted(weights_, quantities_);
}

std::unique_ptr<KeptZones> ZonalWorker::keep_zones(const Coverage& coverage, std::span<const char> large) {
  // Second weights, and zones that are read in passes, are the processor's work.
  const bool passes = std::ranges::any_of(large, [](char is_large) { return is_large != 0; });
  if (request_.weighting != nullptr || passes) return nullptr;
  return backend_.keep(coverage, request_.quantities(), of_values_);
}

void ZonalWorker::observe(const LatticeGroup::Member& member, const Coverage& coverage, KeptZones* kept,
                          std::span<const char> large) {
  const std::size_t quantities = request_.quantities();
  const Program& program = request_.programs[member.observation];
  gathering_.reset(coverage, quantities, false);
  kept_values_.clear();
  if (kept != nullptr && reader(member).has_stored(program.inputs())) {
    kept_values_.resize(coverage.zones() * of_values_.size());
    kept->start();
    each_strip(member, coverage, [&] {
      Stopwatch watch(clock_, Stage::gather);
      kept->add(program, stored_);
    });
    kept->finish(gathering_, kept_values_);
    return;
  }
  if (pixel_weights_ != nullptr) weighted_.reset(coverage, quantities, false);
  Gathering& keeping = pixel_weights_ != nullptr ? weighted_ : gathering_;
  const bool samples = std::ranges::any_of(wanted_, &Wanted::samples);
  for (std::size_t zone = 0; samples && zone < coverage.zones(); ++zone) {
    for (std::size_t q = 0; q < quantities; ++q) {
      keeping.collector(zone, q).keep_samples(wanted_[q].samples && large[zone] == 0);
    }
  }
  each_strip(member, coverage, [&] {
    evaluate(member);
    Stopwatch watch(clock_, Stage::gather);
    backend_.gather(coverage, quantities_, gathering_);
    if (pixel_weights_ != nullptr) gather_weighted(coverage, quantities_, weights_, weighted_);
  });
}

/// Whether an observation's frame meets the zone. A zone between pixel centres covers none anywhere, wherever
/// it lies: of those the box tells.
bool ZonalWorker::meets(const ZoneBatch& zones, std::size_t zone, const Coverage& coverage, std::size_t group,
                        const LatticeGroup::Member& member) const {
  const Frame& frame = request_.observations[member.observation].frame;
  if (touches(coverage.spans(zone), {member.col, member.row, frame.width, frame.height})) return true;
  if (coverage.total(zone) > 0) return false;
  const Extent place = frame.extent();
  return !intersect(reproject(extent_of(zones.outline(zone)), to_frame_[group], place), place).empty();
}

void ZonalWorker::store(const Coverage& coverage, std::size_t group, const LatticeGroup::Member& member,
                        std::span<const char> large, ZonalBatch& batch) {
  Stopwatch watch(clock_, Stage::gather);
  const std::size_t observation = member.observation;
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const double total = coverage.total(zone);
    if (batch.inside[zone] == 0 && meets(batch.zones, zone, coverage, group, member)) batch.inside[zone] = 1;
    auto row = batch.row(zone, observation);
    for (std::size_t q = 0; q < batch.quantities; ++q) {
      const Wanted& wanted = wanted_[q];
      const Moments& counted = gathering_.collector(zone, q).moments();
      Collector& collector = (pixel_weights_ != nullptr ? weighted_ : gathering_).collector(zone, q);
      const auto values = row.subspan(wanted.first_column, wanted.statistics.size());
      if (wanted.samples && large[zone] == 0 && kept_values_.empty())
        collector.read(wanted.statistics, total, values);
      for (std::size_t k = 0; k < wanted.statistics.size(); ++k) {
        const Statistic& statistic = wanted.statistics[k];
        if (statistic.needs_samples()) continue;
        values[k] =
            moment_statistic(statistic, statistic.takes_weight() ? collector.moments() : counted, total);
      }
      const std::size_t place = (zone * batch.observations + observation) * batch.quantities + q;
      batch.valid[place] = total > 0 ? counted.weight / total : 0;
      if (request_.keep_sums) batch.sums[place] = {counted, collector.moments(), total};
    }
    for (std::size_t k = 0; !kept_values_.empty() && k < of_values_.size(); ++k)
      row[value_columns_[k]] = kept_values_[zone * of_values_.size() + k];
  }
}

/// Values of one zone, read again for every pass over them.
void ZonalWorker::read_large(const LatticeGroup::Member& member, const Coverage& coverage, std::size_t zone,
                             ZonalBatch& batch) {
  const Coverage alone = coverage.alone(zone);
  std::vector<Sample> run;
  for (std::size_t q = 0; q < batch.quantities; ++q) {
    const Wanted& wanted = wanted_[q];
    if (!wanted.samples) continue;
    const SamplePass pass = [&](const SampleVisitor& visit) {
      std::uint32_t next = 0;
      each_strip(member, alone, [&] {
        evaluate(member);
        for (; next < alone.spans(0).size() && alone.spans(0)[next].row < quantities_.window().row_end();
             ++next) {
          samples_of(alone, alone.spans(0)[next], quantities_.view(q),
                     pixel_weights_ != nullptr ? std::optional(weights_.view(0)) : std::nullopt,
                     quantities_.window(), run);
          visit(run);
        }
      });
    };
    read_in_passes(
        pass, std::max<std::size_t>(plan_.batch_bytes / 2 / sizeof(Sample), 1), wanted.statistics,
        batch.row(zone, member.observation).subspan(wanted.first_column, wanted.statistics.size()));
  }
}

ZonalBatch ZonalWorker::compute(const BatchRange& range, std::vector<Coverage>* keep) {
  ZonalBatch batch;
  if (plan_.order.empty()) {
    batch.zones = maker_.make(range.first, range.count);
  } else {
    batch.zones = maker_.make(
        std::span(plan_.order)
            .subspan(static_cast<std::size_t>(range.first), static_cast<std::size_t>(range.count)));
  }
  const std::size_t zones = batch.zones.size();
  batch.observations = request_.observations.size();
  batch.quantities = request_.quantities();
  batch.columns = request_.columns.size();
  batch.values.resize(zones * batch.observations * batch.columns);
  batch.valid.resize(zones * batch.observations * batch.quantities);
  batch.inside.assign(zones, 0);
  if (request_.keep_sums) batch.sums.resize(batch.valid.size());
  for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
    Coverage coverage;
    {
      Stopwatch watch(clock_, Stage::cover);
      coverage = cover(batch.zones, plan_.first_place + range.first, group, batch.known);
    }
    if (request_.weighting != nullptr) {
      auto& weights = weights_of_[group];
      if (!weights) {
        weights = std::make_unique<PixelWeights>(*request_.weighting, plan_.groups[group].lattice,
                                                 plan_.groups[group].frame.crs, cache_);
      }
      pixel_weights_ = weights.get();
      weights_.reset({}, 0);
    }
    const std::vector<char> large = find_large(coverage);
    const std::unique_ptr<KeptZones> kept = keep_zones(coverage, large);
    for (const LatticeGroup::Member& member : plan_.groups[group].members) {
      observe(member, coverage, kept.get(), large);
      store(coverage, group, member, large, batch);
      for (std::size_t zone = 0; zone < large.size(); ++zone) {
        if (large[zone] != 0) read_large(member, coverage, zone, batch);
      }
    }
    if (keep != nullptr) keep->push_back(std::move(coverage));
  }
  return batch;
}

}  // namespace isotherm
