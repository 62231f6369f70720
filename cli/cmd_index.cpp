// isotherm index: index rasters, and the catalogue.
#include <memory>

#include "cli/commands.h"
#include "cli/options/invocation.h"
#include "cli/options/shared.h"
#include "isotherm/core/error.h"
#include "isotherm/job/index.h"

namespace isotherm::cli {

namespace {

struct Choices {
  IndexJob job;
  std::string type = "float32";
  std::string format = "gtiff";
  bool list = false;
  bool json = false;
};

void add_raster_options(Options& options, Choices& choices) {
  options.group("Output");
  options.output(
      "o,output", choices.job.output, "FILE",
      "GeoTIFF to write. The name may hold {scene}, {date} and {index}: one file each. Without {index} "
      "the "
      "indices are bands of one file.");
  options.choice("type", choices.type,
                 {{"float32", "values as they are, missing as NaN"},
                  {"int16", "scaled into the index's valid range, missing as -32768"}},
                 "How values are stored.");
  options.choice("format", choices.format, {{"gtiff", "tiled GeoTIFF"}, {"cog", "cloud-optimised GeoTIFF"}},
                 "Layout of the file.");
  options.choice("compress", choices.job.raster.compression, words_of(raster_compressions()), "Compression.");
}

void check_and_run(const Choices& choices, const RunContext& context) {
  const auto refuse = [](const char* why) { throw Error(ErrorKind::usage, why); };
  if (choices.list) {
    if (!choices.job.output.empty())
      refuse("--list prints the catalogue and writes no raster; leave out --output");
    if (!choices.job.input.scenes.empty())
      refuse("--list prints the catalogue and reads no scene; leave the scenes out");
    list_indices(choices.job.formulas, choices.json);
    return;
  }
  if (choices.json) refuse("--json belongs to --list");
  require_scenes(choices.job.input);
  if (choices.job.formulas.index.empty() && choices.job.formulas.expr.empty()) {
    refuse("nothing to compute; give --index or --expr ('isotherm index --list' prints the catalogue)");
  }
  if (choices.job.output.empty()) refuse("needs --output FILE; --help shows an example");
  IndexJob job = choices.job;
  job.raster.encoding = choices.type == "int16" ? RasterEncoding::int16 : RasterEncoding::float32;
  job.raster.cog = choices.format == "cog";
  isotherm::run(job, context);
}

Work declare(Options& options, RunOptions& run) {
  const auto choices = std::make_shared<Choices>();
  add_scene_options(options, choices->job.input);
  add_formula_options(options, choices->job.formulas);
  add_raster_options(options, *choices);
  options.group("Catalogue");
  options.flag("list", choices->list, "Print the catalogue of indices and stop.");
  options.flag("json", choices->json, "With --list: as JSON.");
  add_provenance_options(options, choices->job.provenance);
  add_backend_options(options, choices->job.backend);
  add_work_options(options, run);
  add_message_options(options, run);
  return [choices, &options](const RunContext& context) {
    choices->job.invocation = invocation_of("index", options);
    check_and_run(*choices, context);
  };
}

}  // namespace

Command index_command() {
  return {
      "index",
      "Rasters",
      "index rasters from scenes, and the catalogue of indices",
      "Computes formulas over every pixel of each scene and writes them as rasters with band descriptions, "
      "units, "
      "missing value and statistics. All formulas are evaluated together, strip by strip, common parts once.",
      "Bounded by --memory: strips of rows in work and a cache of decoded blocks. Whole rasters are never "
      "held.",
      {{"The catalogue: names, formulas, units, sources", "isotherm index --list"},
       {"NDVI and surface temperature as two bands of one file",
        "isotherm index LC09_L2SP_196024_20220727_20220804_02_T1 --index ndvi,lst_c -o july.tif"},
       {"A formula of your own, one file per date",
        "isotherm index scenes/LC* --expr 'stress = (lst_c - t0) * (1 - ndvi)' --set t0=21 "
        "-o 'out/{index}_{date}.tif'"}},
      declare};
}

}  // namespace isotherm::cli
