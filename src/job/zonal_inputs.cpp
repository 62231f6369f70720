#include "zonal_inputs.h"

#include <set>

#include "zone_features.h"

namespace isotherm {

std::vector<std::string> input_files(std::span<const Scene> scenes) {
  std::set<std::string> paths;
  for (const Scene& scene : scenes) {
    for (const Band& band : scene.bands) paths.insert(band.path);
    if (scene.quality) paths.insert(scene.quality->path);
    if (scene.saturation) paths.insert(scene.saturation->path);
  }
  return {paths.begin(), paths.end()};
}

std::vector<std::string> input_files(std::span<const Observation> observations) {
  std::set<std::string> paths;
  for (const Observation& observation : observations) {
    for (std::string& path : input_files(observation.scenes)) paths.insert(std::move(path));
  }
  return {paths.begin(), paths.end()};
}

std::vector<std::string> input_files(const ZonalJob& job, std::span<const Observation> observations,
                                     const Scene* weight) {
  std::vector<std::string> paths = input_files(observations);
  if (weight != nullptr) {
    for (const Band& band : weight->bands) paths.push_back(band.path);
  }
  for (FeatureRequest& request : parse_features(job.features))
    paths.push_back(std::move(request.source.path));
  return paths;
}

}  // namespace isotherm
