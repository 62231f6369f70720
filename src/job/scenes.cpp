#include "isotherm/job/scenes.h"

#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"

namespace isotherm {

namespace {

/// The notes of the first scene that has some; a stack of dates would say the same many times over.
void tell_notes(const std::vector<Scene>& scenes, Log& log) {
  std::size_t told = 0;
  for (const Scene& scene : scenes) {
    if (scene.notes.empty()) continue;
    for (const std::string& note : scene.notes) {
      log.write(told == 0 ? LogLevel::note : LogLevel::debug, scene.id + ": " + note);
    }
    ++told;
  }
  if (told > 1) {
    log.note("notes on " + std::to_string(told - 1) +
             " more scenes are told with --verbose, or by isotherm info");
  }
}

}  // namespace

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
  scenes = join_scene_parts(std::move(scenes));
  if (scenes.empty()) throw Error(ErrorKind::input, "the list of scenes is empty: " + inputs.scenes.front());
  tell_notes(scenes, log);
  return scenes;
}

}  // namespace isotherm
