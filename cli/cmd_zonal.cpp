// isotherm zonal: statistics of indices per zone and date.
#include <memory>

#include "cli/commands.h"
#include "cli/options/shared.h"
#include "isotherm/job/period.h"
#include "isotherm/job/zonal.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/coverage.h"

namespace isotherm::cli {

namespace {

void add_statistics_options(Options& options, ZonalJob& job) {
  options.group("Statistics");
  OptionRow& stats = options.list("stat", job.stats, "LIST", "Statistics per zone, weighted by coverage.");
  stats.words = words_of(statistic_rows());
  options.choice("coverage", job.coverage, words_of(coverage_rules()), "How much of a pixel a zone takes.");
  options.choice("period", job.period, words_of(period_rows()),
                 "Fold the dates of a period into one row per zone.");
  OptionRow& reduce = options.list("reduce", job.reduce, "LIST", "With --period: how dates are folded.");
  reduce.words = words_of(reducer_rows());
  reduce.closed = true;
  options.choice("layout", job.layout,
                 {{"long", "one row per zone and date"}, {"wide", "one row per zone, columns per date"}},
                 "Shape of the table.");
  options.number("min-valid", job.min_valid, 0, 1, "SHARE",
                 "Cells whose valid share at a date is smaller count as missing at that date.");
  options.flag("allow-empty", job.allow_empty, "A table without values is no error.");
}

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<ZonalJob>();
  add_scene_options(options, job->input);
  add_formula_options(options, job->formulas);
  add_zone_options(options, job->zones);
  add_statistics_options(options, *job);
  add_table_options(options, job->output, "The name may hold {date}, {scene} or {period}: one file each.");
  options.text("timing", job->timing, "FILE", "Write the time of each stage as JSON.").files = true;
  add_work_options(options, run);
  add_message_options(options, run);
  return [job](const RunContext& context) {
    require_scenes(job->input);
    isotherm::run(*job, context);
  };
}

}  // namespace

Command zonal_command() {
  return {
      "zonal",
      "Tables",
      "statistics of indices per zone and date",
      "Computes formulas over the pixels of each scene and summarises them per zone: the cells of a grid or "
      "the "
      "polygons of a file. Index rasters are never made on the way.\n\n"
      "Every row carries how many pixels stand behind it (count) and which share of the zone had valid "
      "pixels "
      "(valid). Scenes of one date and path are one observation. Without --index and --expr all bands of the "
      "input "
      "are summarised.\n\n"
      "Thermal pixels are natively 100 m (Landsat 8 and 9; 60 m and 120 m before): cells smaller than that "
      "share "
      "measurements.",
      "Bounded by --memory. Zones are worked on in batches; a batch holds the coverage of its zones and its "
      "window "
      "of pixels for the bands of one date. Medians and quantiles also keep the values of the zones in work. "
      "With "
      "--period a batch also keeps one value per zone, statistic and date. Decoded blocks are shared in a "
      "cache of "
      "the same budget.",
      {{"Hexagons 100 m apart, one row per cell and date",
        "isotherm zonal LC09_L2SP_196024_20220727_20220804_02_T1 --index ndvi,ndbi,lst_c --zones hex:100 -o "
        "cells.geojson"},
       {"Summer by summer, inside a boundary",
        "isotherm zonal scenes/LC* --index lst_c --zones hex:100 --aoi boundary.geojson --period year "
        "--reduce mean "
        "--stat mean,median,valid -o years.gpkg"},
       {"Any raster, zones from a file, table on standard output",
        "isotherm zonal dem.tif --zones districts.gpkg --keep name --stat min,mean,max --format CSV -o -"}},
      declare};
}

}  // namespace isotherm::cli
