#include "zonal_inputs.h"

#include <set>

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

}  // namespace isotherm
