#include "isotherm/job/scenes.h"

#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"

namespace isotherm {

std::vector<Scene> open_inputs(const SceneInputs& inputs, Log& log) {
  if (inputs.scenes.empty() && inputs.bands.empty()) {
    throw Error(
        ErrorKind::usage,
        "no input: give a scene (product folder, MTL file, .tar, STAC item or raster), or --band NAME=FILE");
  }
  const SceneOptions options{inputs.keep_invalid, inputs.raster_crs};
  std::vector<Scene> scenes;
  const std::vector<std::string> arguments = expand_arguments(inputs.scenes, &log);
  for (const std::string& argument : arguments) scenes.push_back(open_scene(argument, options, log));
  if (!inputs.bands.empty()) scenes.push_back(open_bands(inputs.bands, options, log));
  if (scenes.empty()) throw Error(ErrorKind::input, "the list of scenes is empty: " + inputs.scenes.front());
  for (const Scene& scene : scenes) {
    for (const std::string& note : scene.notes) log.note(scene.id + ": " + note);
  }
  return scenes;
}

}  // namespace isotherm
