#include "isotherm/engine/observation.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "isotherm/core/text.h"

namespace isotherm {

namespace {

bool belongs(const Observation& observation, const Scene& scene) {
  const Scene& first = observation.scenes.front();
  return scene.date && scene.path && scene.date == first.date && scene.path == first.path &&
         scene.spacecraft == first.spacecraft && scene.level == first.level &&
         scene.collection == first.collection;
}

void add(Observation& observation, Scene scene) {
  observation.frame = unite(observation.frame, scene.frame);
  observation.id += "+" + scene.id;
  observation.scenes.push_back(std::move(scene));
}

/// Pixels of `tile` that are missing in every plane come whole from `other`.
void fill_missing(Tile& tile, const Tile& other) {
  const std::size_t planes = tile.planes();
  std::vector<float*> to;
  std::vector<const float*> from;
  for (std::size_t k = 0; k < planes; ++k) {
    to.push_back(tile.plane(k).data());
    from.push_back(other.plane(k).data());
  }
  for (std::size_t pixel = 0; pixel < tile.plane_size(); ++pixel) {
    bool missing = true;
    for (std::size_t k = 0; k < planes && missing; ++k) missing = std::isnan(to[k][pixel]);
    if (!missing) continue;
    for (std::size_t k = 0; k < planes; ++k) to[k][pixel] = from[k][pixel];
  }
}

}  // namespace

std::vector<Observation> make_observations(std::vector<Scene> scenes, Log& log) {
  std::stable_sort(scenes.begin(), scenes.end(), [](const Scene& a, const Scene& b) {
    const auto key = [](const Scene& s) {
      return std::tuple(!s.date.has_value(), s.date.value_or(Date{}), s.path.value_or(0), s.spacecraft,
                        s.row.value_or(0), s.id);
    };
    return key(a) < key(b);
  });
  std::vector<Observation> observations;
  std::set<std::string> seen;
  for (Scene& scene : scenes) {
    if (!seen.insert(scene.id + "\n" + scene.source).second) {
      log.note("scene " + scene.id + " was given twice and counts once");
      continue;
    }
    const auto group = std::find_if(observations.begin(), observations.end(),
                                    [&](const Observation& o) { return belongs(o, scene); });
    if (group != observations.end() && same_lattice(group->frame, scene.frame)) {
      add(*group, std::move(scene));
      continue;
    }
    if (group != observations.end()) {
      log.note("scenes " + group->id + " and " + scene.id +
               " are of one date and path but not on one pixel lattice; they stay two observations");
    }
    Observation observation{scene.id, scene.date, {}, scene.frame};
    observation.scenes.push_back(std::move(scene));
    observations.push_back(std::move(observation));
  }
  return observations;
}

ObservationReader::ObservationReader(const Observation& observation, const MaskChoice& mask,
                                     BlockCache& cache) {
  for (const Scene& scene : observation.scenes) {
    const auto offset = lattice_offset(observation.frame, scene.frame);
    const auto [col, row] = offset.value();
    parts_.push_back({SceneReader(scene, mask, cache), {col, row, scene.frame.width, scene.frame.height}});
  }
}

void ObservationReader::read(std::span<const std::string> bands, const Window& window, Tile& out) {
  bool first = true;
  for (Part& part : parts_) {
    if (intersect(window, part.window).empty()) continue;
    const Window local{window.col - part.window.col, window.row - part.window.row, window.width,
                       window.height};
    if (first) {
      part.reader.read(bands, local, out);
    } else {
      part.reader.read(bands, local, other_);
      fill_missing(out, other_);
    }
    first = false;
  }
  if (first) {
    out.reset(window, bands.size());
    for (std::size_t k = 0; k < bands.size(); ++k) std::ranges::fill(out.plane(k), std::nanf(""));
  }
  out.relabel(window);
}

bool ObservationReader::has_stored(std::span<const std::string> bands) {
  return parts_.size() == 1 && parts_.front().reader.has_stored(bands);
}

void ObservationReader::read_stored(std::span<const std::string> bands, const Window& window,
                                    StoredTile& out) {
  Part& part = parts_.front();
  part.reader.read_stored(
      bands, {window.col - part.window.col, window.row - part.window.row, window.width, window.height}, out);
  out.relabel(window);
}

}  // namespace isotherm
