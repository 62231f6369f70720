#include "zonal_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "isotherm/io/crs.h"
#include "zonal_share.h"

namespace isotherm {

namespace {

/// Distance along the Hilbert curve of order 16 (Hamilton's loop form of the classic xy-to-d walk).
std::uint64_t hilbert(std::uint32_t x, std::uint32_t y) {
  std::uint64_t d = 0;
  for (std::uint32_t s = 1u << 15; s > 0; s >>= 1) {
    const std::uint32_t rx = (x & s) != 0, ry = (y & s) != 0;
    d += std::uint64_t{s} * s * ((3 * rx) ^ ry);
    if (ry == 0) {
      if (rx == 1) {
        x = 0xffff - x;
        y = 0xffff - y;
      }
      std::swap(x, y);
    }
  }
  return d;
}

/// Positions of polygons so that near ones follow each other; ties in file order.
std::vector<std::int64_t> spatial_order(std::span<const Extent> extents) {
  Extent all;
  for (const Extent& extent : extents) all = unite(all, extent);
  std::vector<std::uint64_t> keys;
  for (const Extent& extent : extents) {
    const bool placed = extent.xmin <= extent.xmax && all.width() > 0 && all.height() > 0;
    const double x = placed ? ((extent.xmin + extent.xmax) / 2 - all.xmin) / all.width() : 0;
    const double y = placed ? ((extent.ymin + extent.ymax) / 2 - all.ymin) / all.height() : 0;
    keys.push_back(hilbert(static_cast<std::uint32_t>(x * 65535), static_cast<std::uint32_t>(y * 65535)));
  }
  std::vector<std::int64_t> order(extents.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)];
  });
  return order;
}

/// Numbers the pixels of a group from the multiple of 2^20 pixels that is nearest to the origin of the CRS:
/// near enough that pixel coordinates keep ten digits behind the point, far enough apart that all scenes of a
/// UTM zone share one.
void anchor(LatticeGroup& group) {
  constexpr double kBlock = 1 << 20;
  const Point origin = group.frame.transform.to_pixel({0, 0});
  const auto nearest = [](double first) {
    return static_cast<std::int64_t>(std::round(first / kBlock)) * static_cast<std::int64_t>(kBlock);
  };
  // Absurdly far from the origin of the CRS: the frame's own numbers do.
  const bool near = std::abs(origin.x) < 1e9 && std::abs(origin.y) < 1e9;
  // Origins of one lattice may differ by rounding, and must not fall to two sides of a whole number.
  const auto before = [&](double value) {
    return near ? -static_cast<std::int64_t>(std::floor(value + 1e-6)) : 0;
  };
  const std::int64_t col = before(origin.x), row = before(origin.y);
  group.window = {near ? col - nearest(static_cast<double>(col)) : 0,
                  near ? row - nearest(static_cast<double>(row)) : 0, group.frame.width, group.frame.height};
  group.lattice = group.frame.transform.shifted(-static_cast<double>(group.window.col),
                                                -static_cast<double>(group.window.row));
}

/// Rough number of pixels under an extent of the zones' CRS, in the finest of the frames.
double pixels_under(const Extent& extent, std::span<const LatticeGroup> groups,
                    std::span<const CrsTransform> transforms) {
  double most = 0;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const Extent frame = groups[k].frame.extent();
    const Extent there = intersect(reproject(extent, transforms[k], frame), frame);
    if (!there.empty())
      most = std::max(most, there.width() * there.height() / groups[k].frame.transform.pixel_area());
  }
  return most;
}

/// Bytes a zone of so many pixels needs while its batch is in flight: outline and names, spans and weights
/// for every lattice, collectors with their samples, results and formatted rows.
double bytes_per_zone(double pixels, const ZonalRequest& request, std::size_t groups) {
  const bool samples =
      std::ranges::any_of(request.columns, [](const ZonalColumn& c) { return c.statistic.needs_samples(); });
  const double rows = 2 + 1.5 * std::sqrt(pixels), quantities = static_cast<double>(request.quantities());
  const double coverage = rows * 3 * sizeof(Span) + (pixels + 6 * std::sqrt(pixels) + 4) * sizeof(float);
  const double collectors = quantities * (sizeof(Collector) + (samples ? 2 * pixels * sizeof(Sample) : 0));
  const double columns = quantities + static_cast<double>(request.columns.size());
  const double results = static_cast<double>(request.observations.size()) * (columns * (8 + 40) + 200);
  return 600 + coverage * static_cast<double>(groups) + collectors + results;
}

void cut_lattice(ZonalPlan& plan, const ZonalRequest& request, int threads, double zone_bytes) {
  const ZoneRun run = cut_share(stretches_of(request, plan.groups, {}), request.share);
  const std::int64_t total = run.count;
  plan.zones = total;
  plan.pixels = run.pixels;
  const std::int64_t row = std::max<std::int64_t>(1, request.zones.cells_per_row());
  std::int64_t count = static_cast<std::int64_t>(static_cast<double>(plan.batch_bytes) / zone_bytes);
  // Enough batches that all workers stay busy to the end, but none so small that its seams cost more than its
  // cells.
  count = std::min(count, std::max<std::int64_t>(1024, total / (8 * std::int64_t{threads})));
  // More cells at once would not stay in the processor's caches from one stage to the next.
  count = std::clamp<std::int64_t>(count, 1, 16384);
  if (count > row) count -= count % row;
  for (std::int64_t first = 0; first < total; first += count) {
    plan.batches.push_back({run.first + first, std::min(count, total - first)});
  }
}

void cut_polygons(ZonalPlan& plan, const ZonalRequest& request, int threads) {
  const auto candidates = static_cast<std::size_t>(request.zones.candidates());
  std::vector<CrsTransform> transforms;
  for (const LatticeGroup& group : plan.groups) transforms.emplace_back(request.zones.crs(), group.frame.crs);
  std::vector<Extent> extents;
  for (std::size_t k = 0; k < candidates; ++k)
    extents.push_back(request.zones.extent(static_cast<std::int64_t>(k)));
  plan.order = spatial_order(extents);
  const ZoneRun run = cut_share(stretches_of(request, plan.groups, plan.order), request.share);
  plan.order.erase(plan.order.begin(), plan.order.begin() + run.first);
  plan.order.resize(static_cast<std::size_t>(run.count));
  plan.first_place = run.first;
  plan.zones = run.count;
  plan.pixels = run.pixels;
  const auto total = static_cast<std::size_t>(run.count);
  std::vector<double> bytes;  // by place along the curve
  double all = 0;
  for (const std::int64_t position : plan.order) {
    const Extent& extent = extents[static_cast<std::size_t>(position)];
    const double pixels = extent.empty() ? 0 : pixels_under(extent, plan.groups, transforms);
    bytes.push_back(bytes_per_zone(pixels, request, plan.groups.size()));
    all += bytes.back();
  }
  const double limit = std::min(static_cast<double>(plan.batch_bytes), all / (4.0 * threads) + 1);
  std::int64_t first = 0;
  double filled = 0;
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(total); ++k) {
    const double more = bytes[static_cast<std::size_t>(k)];
    if (k > first && filled + more > limit) {
      plan.batches.push_back({first, k - first});
      first = k;
      filled = 0;
    }
    filled += more;
  }
  if (first < static_cast<std::int64_t>(total))
    plan.batches.push_back({first, static_cast<std::int64_t>(total) - first});
}

}  // namespace

std::vector<LatticeGroup> group_by_lattice(std::span<const Observation> observations) {
  std::vector<LatticeGroup> groups;
  std::vector<std::size_t> group_of;
  for (const Observation& observation : observations) {
    std::size_t k = 0;
    while (k < groups.size() && !same_lattice(groups[k].frame, observation.frame)) ++k;
    if (k == groups.size()) groups.push_back({observation.frame, {}, {}, {}});
    groups[k].frame = unite(groups[k].frame, observation.frame);
    group_of.push_back(k);
  }
  for (LatticeGroup& group : groups) anchor(group);
  for (std::size_t o = 0; o < observations.size(); ++o) {
    LatticeGroup& group = groups[group_of[o]];
    const auto [col, row] = lattice_offset(group.frame, observations[o].frame).value();
    group.members.push_back({o, group.window.col + col, group.window.row + row});
  }
  return groups;
}

ZonalPlan plan_zonal(const ZonalRequest& request, const RunContext& context) {
  ZonalPlan plan;
  plan.groups = group_by_lattice(request.observations);
  plan.tokens = static_cast<std::size_t>(context.threads) + 1;
  plan.cache_bytes = context.memory / 4;
  plan.strip_bytes = std::min<std::size_t>(context.memory / 8 / plan.tokens, std::size_t{8} << 20);
  plan.batch_bytes = context.memory / 2 / plan.tokens;
  if (request.zones.is_lattice()) {
    double pixels = 0;
    if (request.zones.candidates() > 0) {
      std::vector<CrsTransform> transforms;
      for (const LatticeGroup& group : plan.groups)
        transforms.emplace_back(request.zones.crs(), group.frame.crs);
      const Point centre = request.zones.middle();
      const double half = std::sqrt(request.zones.grid()->cell_area()) * 0.7;
      pixels = pixels_under({centre.x - half, centre.y - half, centre.x + half, centre.y + half}, plan.groups,
                            transforms);
    }
    cut_lattice(plan, request, context.threads, bytes_per_zone(pixels, request, plan.groups.size()));
  } else {
    cut_polygons(plan, request, context.threads);
  }
  return plan;
}

}  // namespace isotherm
