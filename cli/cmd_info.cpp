// isotherm info: what was understood of a scene.
#include <memory>

#include "cli/commands.h"
#include "cli/options/shared.h"
#include "isotherm/job/info.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<InfoJob>();
  add_scene_options(options, job->input);
  options.group("Output");
  options.flag("json", job->json, "Print JSON instead of text.");
  add_message_options(options, run);
  return [job](const RunContext& context) {
    require_scenes(job->input);
    isotherm::run(*job, context);
  };
}

}  // namespace

Command info_command() {
  return {"info",
          "Scenes",
          "what was understood of a scene",
          "Prints sensor, level, date, bands with their scales and units, CRS, quality bands, what is "
          "missing, and which "
          "indices are therefore possible. Reads metadata only, no pixels.",
          "Metadata of one scene at a time.",
          {{"A product folder", "isotherm info LC09_L2SP_196024_20220727_20220804_02_T1"},
           {"A raster, for a program", "isotherm info dem.tif --json"}},
          declare};
}

}  // namespace isotherm::cli
