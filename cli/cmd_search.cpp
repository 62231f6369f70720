// isotherm search: which scenes there are.
#include <unistd.h>

#include <memory>

#include "cli/commands.h"
#include "cli/options/search_options.h"
#include "isotherm/job/search.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<SearchJob>();
  add_search_options(options, job->search);
  options.group("Output");
  options.output("o,output", job->output, "FILE", "Where to; '-' is standard output.");
  options
      .choice("format", job->format,
              {{"table", "a line a scene, for reading"},
               {"json", "an item collection"},
               {"ndjson", "an item a line"}},
              "Form of the output.")
      .default_text = "table on a terminal, ndjson for .ndjson files, json otherwise";
  options.flag("count", job->count, "Print how many scenes there are.");
  options.flag("overwrite", run.overwrite, "Replace an output that exists. Without it it is left alone.");
  options.flag("progress", run.progress, "Show progress on standard error even where it is no terminal.");
  options.flag("no-progress", run.no_progress, "Show no progress.");
  add_message_options(options, run);
  return [job](const RunContext& context) {
    if (job->format.empty() && job->output == "-" && isatty(STDOUT_FILENO) != 0) job->format = "table";
    isotherm::run(*job, context);
  };
}

}  // namespace

Command search_command() {
  return {"search",
          "Scenes",
          "scenes of an area and a time, from STAC services and files",
          "Asks a STAC service, a static catalogue or files for scenes, follows its pages, and prints what "
          "fits: sorted by "
          "date, every scene once. Filters are evaluated by the service where it offers that, and looked at "
          "here in any "
          "case. With --need, scenes that cannot give an index are left out, and of the others only the "
          "assets that are "
          "needed are listed. -v tells why each item was left out.",
          "About 2 KiB per scene; the items themselves are kept in a temporary file (see TMPDIR).",
          {{"Summers of a city, few clouds",
            "isotherm search --stac earth-search --aoi city.geojson --time 2014/2020 --months 6-8 "
            "--max-cloud 20"},
           {"Only what is clear over the city itself",
            "isotherm search --stac planetary-computer --aoi city.geojson --time 2020 --max-cloud-aoi 5 "
            "--need ndvi,lst"},
           {"A condition of your own, as items for another program",
            "isotherm search --stac usgs --aoi 8.4,51.4,8.5,51.5 --filter \"view:sun_elevation > 40\" "
            "--format ndjson | "
            "jq .id"}},
          declare};
}

}  // namespace isotherm::cli
