// isotherm zonal: statistics of indices per zone and date.
#include <memory>

#include "cli/commands.h"
#include "cli/options/invocation.h"
#include "cli/options/shared.h"
#include "cli/options/zonal_options.h"
#include "isotherm/job/period.h"
#include "isotherm/job/zonal.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/coverage.h"

namespace isotherm::cli {

namespace {

void add_statistics_options(Options& options, ZonalJob& job) {
  options.group("Statistics");
  OptionRow& stats = options.list("stat", job.stats, "LIST",
                                  "Statistics per zone, weighted by coverage. QUANTITY:LIST is for that "
                                  "quantity alone (lst_c:mean,p90); a "
                                  "plain list is for all that have none of their own.");
  stats.words = words_of(statistic_rows());
  stats.whole = true;  // a list belongs to the quantity before it
  options.repeated(
      "derive", job.derive, "FORMULA",
      "A column computed from statistics, 'spread = p90 - p10', in the language of --expr. Plain "
      "names give a column per quantity, names with their quantity (lst_c_p90 - ndvi_mean) one "
      "column. Statistics named only here are not shown.");
  options.list("classes", job.classes, "LIST",
               "Classes of the statistic fraction: numbers and ranges (1,2,11..14). Without it, those the "
               "raster's attribute table or category names declare.");
  options
      .text("weight", job.weight, "RASTER",
            "A second weight per pixel, multiplied with coverage: FILE[:BAND][,nodata=..] of any lattice and "
            "CRS (people per pixel), or 'area', the pixel's true area. Pixels without a weight take part in "
            "nothing; count, pixels, valid, min, max and range stay unweighted.")
      .files = true;
  options
      .repeated("features", job.features, "NAME=FILE",
                "Count features of a vector file per zone: building=houses.gpkg gives building_count "
                "(polygons by their "
                "centre, or a point on their surface; points), building_area_m2 (their true area, wherever "
                "it lies) and "
                "building_share (of the zone's area, each outline cut; overlaps count twice). Behind the "
                "file may stand "
                ":LAYER, then ,crs=CRS and ,mean=ATTRIBUTE (which gives building_ATTRIBUTE_mean), and last "
                ",where=CONDITION.")
      .files = true;
  OptionRow& parents = options.repeated(
      "parents", job.parents, "N=FILE",
      "Also write a table of squares of N by N cells (2=cells96.gpkg), put together from the sums of "
      "their cells without reading pixels again. May hold {date} and the like, as --output.");
  parents.files = true;
  parents.makes = Makes::named_file;
  options.choice("coverage", job.coverage, words_of(coverage_rules()), "How much of a pixel a zone takes.");
  options.choice("period", job.period, words_of(period_rows()),
                 "Fold the dates of a period into one row per zone.");
  OptionRow& reduce = options.list("reduce", job.reduce, "LIST", "With --period: how dates are folded.");
  reduce.words = words_of(reducer_rows());
  reduce.beside = {"period"};
  reduce.closed = true;
  options.choice("layout", job.layout,
                 {{"long", "one row per zone and date"}, {"wide", "one row per zone, columns per date"}},
                 "Shape of the table.");
  options.list("columns", job.columns, "LIST",
               "Describing columns to write beside the values (zone, cell_id, area_m2, scene, date, ...; or "
               "none); all without this.");
  options.number("min-valid", job.min_valid, 0, 1, "SHARE",
                 "Cells whose valid share at a date is smaller count as missing at that date.");
  options.flag("allow-empty", job.allow_empty, "A table without values is no error.");
}

void add_large_run_options(Options& options, ZonalJob& job) {
  options.group("Large runs");
  options.output("save-coverage", job.save_coverage, "FILE",
                 "Keep how much of each pixel every zone covers, for later runs over the same zones.");
  options
      .text("coverage-from", job.coverage_from, "FILE",
            "Use coverage that --save-coverage kept; refused when zones, pixels or --coverage differ. The "
            "result "
            "does not depend on it.")
      .files = true;
  options.text(
      "shard", job.shard, "I/N",
      "Do one of N shares of the zones, with about as many pixels as the others, and write a part (-o "
      "'cells-{shard}.part') that 'isotherm merge' joins with the others.");
  options.flag(
      "skip-done", job.skip_done,
      "With --shard: a part that is there and of this very run (same scenes, options and version) is "
      "not made again.");
}

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<ZonalJob>();
  add_zonal_options(options, run, *job);
  return [job, &options](const RunContext& context) {
    require_scenes(job->input);
    job->invocation = invocation_of("zonal", options);
    isotherm::run(*job, context);
  };
}

}  // namespace

OptionRow& add_zonal_options(Options& options, RunOptions& run, ZonalJob& job) {
  add_scene_options(options, job.input);
  add_formula_options(options, job.formulas);
  add_zone_options(options, job.zones);
  add_statistics_options(options, job);
  OptionRow& output = add_table_options(options, job.output,
                                        "The name may hold {date}, {scene} or {period}: one file each. "
                                        "FILE.tif is a raster of square cells, a band per column.");
  options.output("timing", job.timing, "FILE", "Write the time of each stage as JSON.");
  add_large_run_options(options, job);
  add_provenance_options(options, job.provenance, {"provenance", "shard"});
  add_backend_options(options, job.backend);
  add_work_options(options, run);
  add_message_options(options, run);
  return output;
}

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
      "of pixels for the bands of one date. Medians and quantiles also keep the values of the zones in work; "
      "the values of a zone too large for that are "
      "read in several passes. "
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
