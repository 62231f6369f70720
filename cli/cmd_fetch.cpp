// isotherm fetch: the scenes of an area, on disk.
#include <memory>

#include "cli/commands.h"
#include "cli/options/search_options.h"
#include "isotherm/fetch/alternates.h"
#include "isotherm/job/fetch.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<FetchJob>();
  add_search_options(options, job->search);
  options.group("Fetch");
  options
      .text("o,output", job->output, "FOLDER",
            "Folder to make or to add to: items, their files, and a collection that the other commands read.")
      .files = true;
  options.flag(
      "clip", job->clip,
      "Cut rasters to the window over --aoi: only its blocks are read, by range requests, and written as a "
      "small cloud-optimised GeoTIFF of the same lattice.");
  options.integer("margin", job->margin, 0, "PIXELS", "With --clip: pixels to keep round the area.");
  options.integer("jobs", job->jobs, 1, "N", "Files fetched at the same time.");
  options.integer("per-host", job->per_host, 1, "N", "Connections to one host at the same time.");
  OptionRow& prefer =
      options.list("prefer", job->prefer, "LIST",
                   "Which addresses of a file are tried, the first first; those not named are not tried. "
                   "Without it: as the item names them.");
  prefer.words = words_of(places());
  options.flag("allow-local", job->allow_local,
               "Let items name any file of this machine, also items that came from elsewhere.");
  options.bytes("max-file", job->longest_file, "Files larger than this are refused.");
  options
      .text("resume", job->resume, "FOLDER",
            "Finish the fetch that was begun in this folder: what is there is kept, broken files are "
            "continued.")
      .files = true;
  add_work_options(options, run);
  add_message_options(options, run);
  return [job](const RunContext& context) { isotherm::run(*job, context); };
}

}  // namespace

Command fetch_command() {
  return {
      "fetch",
      "Scenes",
      "the scenes of an area, on disk: only the bands that are needed",
      "Searches as 'isotherm search' does and fetches the assets that --need asks for, with the product's "
      "metadata. "
      "The folder is a STAC collection that every command takes for its scenes.\n\n"
      "A fetch that is interrupted or killed goes on where it was: files that are whole are not asked for "
      "again, "
      "broken ones are continued when the server still has the same file. Sizes and checksums that items and "
      "servers tell are verified. manifest.jsonl says what happened to each file.\n\n"
      "Keys and tokens come from the environment: AWS_ACCESS_KEY_ID and its kin for s3 addresses (with "
      "AWS_REQUEST_PAYER=requester for the Landsat bucket), USGS_TOKEN for usgs.gov, "
      "ISOTHERM_TOKENS=HOST=TOKEN,... "
      "for others; addresses of the Planetary Computer are signed by its service.",
      "The items of one search, and per job one window (with --clip) or a small buffer.",
      {{"The bands of three indices over a city, cut to it",
        "isotherm fetch --stac planetary-computer --collection landsat-c2-l2 --aoi city.geojson "
        "--time 2014-01-01/2020-12-31 --max-cloud 20 --need ndvi,ndbi,lst_c --clip -o scenes/"},
       {"then the table", "isotherm zonal scenes/ --index ndvi,ndbi,lst_c --zones hex:100 -o cells.geojson"},
       {"After an interruption", "isotherm fetch --resume scenes/"},
       {"From items chosen by hand",
        "isotherm search ... | jq ... | isotherm fetch - --need lst_c -o scenes/"}},
      declare};
}

}  // namespace isotherm::cli
