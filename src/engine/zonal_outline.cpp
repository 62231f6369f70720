#include "isotherm/engine/zonal_outline.h"

#include <algorithm>
#include <cmath>

#include "isotherm/io/block_facts.h"
#include "isotherm/io/crs.h"
#include "zonal_plan.h"
#include "zonal_share.h"

namespace isotherm {

namespace {

/// Pixels of a scene that a map rectangle touches.
Window window_under(const Extent& extent, const Frame& frame) {
  Extent pixels;
  for (const Point corner : {Point{extent.xmin, extent.ymin}, Point{extent.xmax, extent.ymin},
                             Point{extent.xmin, extent.ymax}, Point{extent.xmax, extent.ymax}}) {
    pixels.add(frame.transform.to_pixel(corner));
  }
  const auto first = [](double value, std::int64_t most) {
    return static_cast<std::int64_t>(std::clamp(std::floor(value), 0.0, static_cast<double>(most)));
  };
  const auto end = [](double value, std::int64_t most) {
    return static_cast<std::int64_t>(std::clamp(std::ceil(value), 0.0, static_cast<double>(most)));
  };
  const std::int64_t col = first(pixels.xmin, frame.width), row = first(pixels.ymin, frame.height);
  return {col, row, end(pixels.xmax, frame.width) - col, end(pixels.ymax, frame.height) - row};
}

bool uses_quality(const MaskChoice& m) {
  return m.fill || m.cloud || m.dilated || m.shadow || m.cirrus || m.snow || m.water;
}

std::vector<const Band*> layers_of(const Scene& scene, const Program& program, const MaskChoice& mask) {
  std::vector<const Band*> layers;
  for (const std::string& name : program.inputs()) {
    if (const Band* band = scene.find(name)) layers.push_back(band);
  }
  if (scene.quality && uses_quality(mask)) layers.push_back(&*scene.quality);
  if (scene.saturation && mask.saturated) layers.push_back(&*scene.saturation);
  return layers;
}

void add_scene(const Scene& scene, const Program& program, const MaskChoice& mask, const Extent& extent,
               double share, ZonalOutline::Reading& reading) {
  const Window window = window_under(extent, scene.frame);
  const auto part = [&](std::int64_t whole) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(whole) * share));
  };
  const std::vector<const Band*> layers = layers_of(scene, program, mask);
  reading.layers = std::max(reading.layers, static_cast<int>(layers.size()));
  reading.pixels += part(window.pixels());
  for (const Band* band : layers) {
    const BlockFacts facts = block_facts(*band);
    const std::int64_t blocks = blocks_under(facts, window);
    const std::int64_t all = blocks_under(facts, {0, 0, band->frame.width, band->frame.height});
    reading.blocks += part(blocks);
    if (all > 0) {
      reading.stored_bytes +=
          facts.stored_bytes * share * static_cast<double>(blocks) / static_cast<double>(all);
    }
    reading.decoded_bytes += static_cast<double>(part(blocks)) *
                             static_cast<double>(facts.width * facts.height * facts.pixel_bytes);
  }
}

}  // namespace

ZonalOutline outline_of(const ZonalRequest& request, const RunContext& context) {
  const ZonalPlan plan = plan_zonal(request, context);
  ZonalOutline outline;
  outline.zones = plan.zones;
  outline.batches = static_cast<std::int64_t>(plan.batches.size());
  outline.zone_pixels = plan.pixels;
  outline.lattices = plan.groups.size();
  outline.cache_bytes = plan.cache_bytes;
  outline.strip_bytes = plan.strip_bytes * plan.tokens;
  outline.batch_bytes = plan.batch_bytes * plan.tokens;
  double share = 1;
  if (!request.share.whole()) {
    ZonalRequest all = request;
    all.share = {};
    const double pixels = plan_zonal(all, context).pixels;
    share = pixels > 0 ? plan.pixels / pixels : 0;
  }
  for (const LatticeGroup& group : plan.groups) {
    const Extent extent = reproject(request.zones.extent(),
                                    CrsTransform(request.zones.crs(), group.frame.crs), group.frame.extent());
    for (const LatticeGroup::Member& member : group.members) {
      const Observation& observation = request.observations[member.observation];
      ZonalOutline::Reading reading;
      reading.observation = observation.id;
      for (const Scene& scene : observation.scenes)
        add_scene(scene, request.programs[member.observation], request.mask, extent, share, reading);
      outline.readings.push_back(std::move(reading));
    }
  }
  return outline;
}

}  // namespace isotherm
