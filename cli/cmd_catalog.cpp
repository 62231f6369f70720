// isotherm catalog: STAC catalogues of what lies on this machine.
#include <memory>

#include "cli/commands.h"
#include "isotherm/core/error.h"
#include "isotherm/job/catalog.h"

namespace isotherm::cli {

namespace {

struct Choices {
  std::vector<std::string> words;
  CatalogJob job;
};

Work declare(Options& options, RunOptions& run) {
  const auto choices = std::make_shared<Choices>();
  options.group("Catalogue");
  options
      .arguments(
          "words", choices->words, "index FOLDER",
          "The folder whose Landsat products and dated rasters are catalogued, with the folders below it.")
      .files = true;
  options.text("raster-crs", choices->job.raster_crs, "CRS",
               "CRS of rasters that do not say theirs, such as EPSG:32632.");
  add_work_options(options, run);
  add_message_options(options, run);
  return [choices](const RunContext& context) {
    if (choices->words.size() != 2) throw Error(ErrorKind::usage, "needs: isotherm catalog index FOLDER");
    choices->job.action = choices->words[0];
    choices->job.folder = choices->words[1];
    isotherm::run(choices->job, context);
  };
}

}  // namespace

Command catalog_command() {
  return {"catalog",
          "Scenes",
          "a STAC catalogue of the scenes of a folder",
          "Writes FOLDER/collection.json and a STAC item for every Landsat product, and for every raster "
          "with a date in "
          "its name (2021-06-14, 20210614), into FOLDER/items. Searching, fetching and every command that "
          "takes scenes "
          "then read the folder by its catalogue. Links are relative, so the folder may be moved. Scenes "
          "that come "
          "later are seen once the catalogue is made anew, with --overwrite.",
          "The items of the folder.",
          {{"A folder of products", "isotherm catalog index scenes/"},
           {"and what can be done with it", "isotherm search scenes/ --max-cloud 20"}},
          declare};
}

}  // namespace isotherm::cli
