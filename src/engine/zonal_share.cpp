#include "zonal_share.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

/// What naming, placing and writing a zone costs, in pixels.
constexpr double kZonePixels = 0.5;
/// Fine enough that the shares of a hundred are even to a few hundredths.
constexpr std::int64_t kMostStretches = 20000;

class PixelCount {
 public:
  PixelCount(const ZonalRequest& request, std::span<const LatticeGroup> groups)
      : request_(request), groups_(groups) {
    for (const LatticeGroup& group : groups) transforms_.emplace_back(request.zones.crs(), group.frame.crs);
  }
  double under(const Extent& extent) const {
    double pixels = 0;
    if (extent.empty()) return pixels;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Extent there = reproject(extent, transforms_[g], groups_[g].frame.extent());
      for (const LatticeGroup::Member& member : groups_[g].members) {
        const Frame& frame = request_.observations[member.observation].frame;
        const Extent common = intersect(there, frame.extent());
        if (!common.empty()) pixels += common.width() * common.height() / frame.transform.pixel_area();
      }
    }
    return pixels;
  }

 private:
  const ZonalRequest& request_;
  std::span<const LatticeGroup> groups_;
  std::vector<CrsTransform> transforms_;
};

std::vector<Stretch> stretches_of_lattice(const ZonalRequest& request, const PixelCount& pixels) {
  const ZoneSource& zones = request.zones;
  const std::int64_t total = zones.candidates(), row = std::max<std::int64_t>(1, zones.cells_per_row());
  const std::int64_t length =
      std::clamp<std::int64_t>(total / kMostStretches, std::min<std::int64_t>(row, 64), row);
  const std::optional<Area> area = zones.area() ? std::optional(*zones.area()) : std::nullopt;
  std::vector<Stretch> stretches;
  for (std::int64_t start = 0; start < total; start += row) {
    for (std::int64_t first = start; first < start + row; first += length) {
      const std::int64_t count = std::min(length, start + row - first);
      const Extent extent = unite(zones.extent(first), zones.extent(first + count - 1));
      const bool wanted = !area || area->side(extent) != Area::Side::outside;
      // Cells overlap in their extents: a stretch counts the ground its cells own.
      const double ground = zones.grid()->cell_area() * static_cast<double>(count);
      const double share = std::min(1.0, ground / (extent.width() * extent.height()));
      stretches.push_back({first, count, wanted ? pixels.under(extent) * share : 0});
    }
  }
  return stretches;
}

double weight(const Stretch& stretch) {
  return stretch.pixels + kZonePixels * static_cast<double>(stretch.count);
}

}  // namespace

std::vector<Stretch> stretches_of(const ZonalRequest& request, std::span<const LatticeGroup> groups,
                                  std::span<const std::int64_t> order) {
  const PixelCount pixels(request, groups);
  if (request.zones.is_lattice()) return stretches_of_lattice(request, pixels);
  std::vector<Stretch> stretches;
  for (std::size_t place = 0; place < order.size(); ++place) {
    stretches.push_back(
        {static_cast<std::int64_t>(place), 1, pixels.under(request.zones.extent(order[place]))});
  }
  return stretches;
}

ZoneRun cut_share(std::span<const Stretch> stretches, const Share& share) {
  double all = 0;
  std::int64_t zones = 0;
  for (const Stretch& stretch : stretches) {
    all += weight(stretch);
    zones += stretch.count;
  }
  // The first zone behind `part` of `share.count` equal parts.
  const auto end_of = [&](int part) {
    if (part == share.count) return zones;
    const double wanted = all * part / share.count;
    double before = 0;
    for (const Stretch& stretch : stretches) {
      const double here = weight(stretch);
      if (before + here > wanted) {
        const double within = std::floor((wanted - before) / here * static_cast<double>(stretch.count));
        return stretch.first + static_cast<std::int64_t>(within);
      }
      before += here;
    }
    return zones;
  };
  ZoneRun run{end_of(share.index - 1), 0, 0};
  run.count = end_of(share.index) - run.first;
  for (const Stretch& stretch : stretches) {
    const std::int64_t common =
        std::min(stretch.first + stretch.count, run.first + run.count) - std::max(stretch.first, run.first);
    if (common > 0)
      run.pixels += stretch.pixels * static_cast<double>(common) / static_cast<double>(stretch.count);
  }
  return run;
}

}  // namespace isotherm
