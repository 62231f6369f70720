#include "zonal_worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "isotherm/core/error.h"

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
                         BlockCache& cache, Backend& backend, StageClock& clock)
    : request_(request),
      plan_(plan),
      context_(context),
      cache_(cache),
      backend_(backend),
      clock_(clock),
      keep_samples_(std::any_of(request.statistics.begin(), request.statistics.end(),
                                [](const Statistic& s) { return s.needs_samples(); })),
      maker_(request.zones.make_worker()),
      readers_(request.observations.size()) {
  for (const LatticeGroup& group : plan.groups) to_frame_.emplace_back(request.zones.crs(), group.frame.crs);
}

Coverage ZonalWorker::cover(const ZoneBatch& zones, std::size_t group) const {
  const Frame& frame = plan_.groups[group].frame;
  const CrsTransform& transform = to_frame_[group];
  // A hundredth of a pixel is far below what 16-bit radiometry and the sensor's geolocation can tell.
  const double tolerance = 0.01 * std::sqrt(frame.transform.pixel_area());
  const Extent pixels = frame.extent();
  CoverageBuilder builder(frame.window(), request_.rule);
  const auto add = [&](const MultiPolygon& outline) {
    const MultiPolygon there = to_pixels(outline, frame.transform);
    if (there.size() == 1 && there.front().rings.size() == 1) {
      builder.add(std::span<const Point>(there.front().rings.front()));
    } else {
      builder.add(there);
    }
  };
  for (const MultiPolygon& outline : zones.outlines) {
    if (transform.identity()) {
      add(outline);
      continue;
    }
    try {
      add(reproject(outline, transform, tolerance));
    } catch (const Error&) {
      // A zone so far away that the frame's CRS has no place for it covers none of its pixels.
      if (!intersect(reproject(extent_of(outline), transform), pixels).empty()) throw;
      builder.add(MultiPolygon{});
    }
  }
  return builder.finish();
}

void ZonalWorker::check_samples(const Coverage& coverage, const ZoneBatch& zones) const {
  if (!keep_samples_) return;
  const double per_pixel = sizeof(Sample) * static_cast<double>(request_.quantities());
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const double bytes = static_cast<double>(pixels_of(coverage, zone)) * per_pixel;
    if (bytes <= static_cast<double>(context_.memory) / 2) continue;
    throw Error(
        ErrorKind::usage,
        "zone " + zones.id_texts[zone] + " covers " + std::to_string(pixels_of(coverage, zone)) +
            " pixels; to keep their values needs " + std::to_string(static_cast<long long>(bytes / 1048576)) +
            " MiB, more than half of --memory; give more memory, or leave out median, quantiles and classes");
  }
}

void ZonalWorker::observe(const LatticeGroup::Member& member, const Coverage& coverage) {
  const Program& program = request_.programs[member.observation];
  auto& reader = readers_[member.observation];
  if (!reader)
    reader =
        std::make_unique<ObservationReader>(request_.observations[member.observation], request_.mask, cache_);
  gathering_.reset(coverage, request_.quantities(), keep_samples_);
  const Window& all = coverage.window();
  const std::size_t row_bytes = static_cast<std::size_t>(std::max<std::int64_t>(1, all.width)) *
                                sizeof(float) * (program.inputs().size() + program.outputs().size());
  const std::int64_t strip_rows =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(plan_.strip_bytes / row_bytes));
  std::vector<std::uint32_t> next(coverage.zones(), 0);
  for (std::int64_t row = all.row; row < all.row_end(); row += strip_rows) {
    context_.stop.check();
    const Window strip = strip_window(coverage, row, std::min(strip_rows, all.row_end() - row), next);
    if (strip.empty()) continue;
    {
      Stopwatch watch(clock_, Stage::read);
      reader->read(program.inputs(),
                   {strip.col - member.col, strip.row - member.row, strip.width, strip.height}, bands_);
      bands_.relabel(strip);
    }
    {
      Stopwatch watch(clock_, Stage::evaluate);
      backend_.evaluate(program, bands_, quantities_);
    }
    Stopwatch watch(clock_, Stage::gather);
    backend_.gather(coverage, quantities_, gathering_);
  }
}

void ZonalWorker::store(const Coverage& coverage, const LatticeGroup::Member& member, ZonalBatch& batch) {
  Stopwatch watch(clock_, Stage::gather);
  const std::size_t observation = member.observation;
  const Frame& frame = request_.observations[observation].frame;
  const Window own{member.col, member.row, frame.width, frame.height};
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const double total = coverage.total(zone);
    if (touches(coverage.spans(zone), own)) batch.inside[zone] = 1;
    auto row = batch.row(zone, observation);
    for (std::size_t q = 0; q < batch.quantities; ++q) {
      Collector& collector = gathering_.collector(zone, q);
      collector.read(request_.statistics, total, row.subspan(q * batch.statistics, batch.statistics));
      const double share = total > 0 ? collector.moments().weight / total : 0;
      batch.valid[(zone * batch.observations + observation) * batch.quantities + q] = share;
    }
  }
}

ZonalBatch ZonalWorker::compute(const BatchRange& range) {
  ZonalBatch batch;
  if (plan_.order.empty()) {
    batch.zones = maker_.make(range.first, range.count);
  } else {
    batch.zones = maker_.make(
        std::span(plan_.order)
            .subspan(static_cast<std::size_t>(range.first), static_cast<std::size_t>(range.count)));
  }
  const std::size_t zones = batch.zones.outlines.size();
  batch.observations = request_.observations.size();
  batch.quantities = request_.quantities();
  batch.statistics = request_.statistics.size();
  batch.values.resize(zones * batch.observations * batch.quantities * batch.statistics);
  batch.valid.resize(zones * batch.observations * batch.quantities);
  batch.inside.assign(zones, 0);
  for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
    Coverage coverage;
    {
      Stopwatch watch(clock_, Stage::cover);
      coverage = cover(batch.zones, group);
      check_samples(coverage, batch.zones);
    }
    for (const LatticeGroup::Member& member : plan_.groups[group].members) {
      observe(member, coverage);
      store(coverage, member, batch);
    }
  }
  return batch;
}

}  // namespace isotherm
