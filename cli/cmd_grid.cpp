// isotherm grid: cells alone.
#include <memory>

#include "cli/commands.h"
#include "cli/options/shared.h"
#include "isotherm/core/error.h"
#include "isotherm/job/grid.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<GridJob>();
  add_scene_options(options, job->input);
  add_zone_options(options, job->zones);
  add_table_options(options, job->output, "");
  add_work_options(options, run);
  add_message_options(options, run);
  return [job](const RunContext& context) {
    if (job->zones.aoi.empty() && job->input.scenes.empty() && job->input.bands.empty()) {
      throw Error(ErrorKind::usage, "where? give --aoi FILE|BBOX, or scenes whose extent the cells cover");
    }
    isotherm::run(*job, context);
  };
}

}  // namespace

Command grid_command() {
  return {"grid",
          "Tables",
          "the cells of a grid over an area",
          "Writes the cells that 'isotherm zonal' would use, with their ids, true areas in square metres "
          "and, with an "
          "area of interest, the share of each cell inside. The lattice is anchored to the CRS, not to the "
          "area: a cell "
          "has the same id in every run.",
          "A few batches of cells; cells stream to the output in order, so their number does not matter.",
          {{"Hexagons 100 m apart over a city",
            "isotherm grid --zones hex:100 --aoi boundary.geojson -o cells.gpkg"},
           {"Squares of 48 m in a box of degrees, those wholly inside",
            "isotherm grid --zones square:48 --aoi 8.4,51.4,8.5,51.5 --aoi-rule full -o cells.geojson"},
           {"Web-map tiles over the extent of a scene, as text",
            "isotherm grid LC09_L2SP_196024_20220727_20220804_02_T1 --zones tile:14 --format CSV -o -"}},
          declare};
}

}  // namespace isotherm::cli
