// isotherm hotspot: hot and cold spots of a column.
#include <memory>

#include "cli/commands.h"
#include "cli/options/cells.h"
#include "cli/options/invocation.h"
#include "isotherm/job/hotspot.h"
#include "isotherm/model/autocorrelation.h"

namespace isotherm::cli {

namespace {

struct Choice {
  HotspotJob job;
  std::vector<std::string> tables;
  ProvenanceInputs provenance;
};

Work declare(Options& options, RunOptions& run) {
  const auto choice = std::make_shared<Choice>();
  HotspotJob& job = choice->job;
  add_cell_options(options, job.cells, choice->tables);
  options.group("Statistics");
  options.text("value", job.value, "COLUMN", "The column to look at.").required = true;
  options.text(
      "by", job.by, "COLUMN",
      "The column of periods: each is a map of its own. Without it, where cells stand in several rows, the "
      "column of times that zonal wrote (year, season, month, day or date).");
  OptionRow& stats = options.list("stat", job.stats, "LIST", "Statistics per cell.");
  stats.words = words_of(local_statistics());
  stats.closed = true;
  options.integer(
      "permutations", job.permutations, 0, "N",
      "Also p from N permutations, as 999: of a cell the others' values change places, for the whole map "
      "all values.");
  options.integer("seed", job.seed, 0, "N", "Where the permutations' random numbers start.").beside = {
      "permutations"};
  options.flag("fdr", job.false_discovery,
               "Adjust p for as many tests as cells (Benjamini-Hochberg) and judge classes by that.");
  options.flag("bonferroni", job.bonferroni,
               "Also p times the number of cells; judges classes where --fdr does not.");
  options.group("Heat island");
  options.text(
      "rural", job.rural, "REFERENCE",
      "The rural reference the surface heat island is measured against: ring:FROM:TO (metres from the middle "
      "of the map), or a condition on columns, as 'ndvi_mean > 0.5 and ndbi_mean < 0'.");
  options.text("elevation", job.elevation, "COLUMN",
               "Compare a cell only with reference cells of about its elevation (metres).");
  options
      .number("elevation-band", job.elevation_band_m, 0, 10000, "METRES",
              "How far their elevation may differ.")
      .beside = {"elevation"};
  options.flag("utfvi", job.utfvi, "Also the urban thermal field variance index and its classes.");
  add_weights_options(options, job.weights);
  options.group("Output");
  options.output("o,output", job.output, "FILE", "A table of cells with their statistics, geometry kept.");
  options.output("summary", job.summary, "FILE",
                 "What is said of whole maps as JSON; '-' is standard output.");
  add_provenance_options(options, choice->provenance);
  add_work_options(options, run);
  add_message_options(options, run);
  return [choice, &options](const RunContext& context) {
    HotspotJob chosen = choice->job;
    chosen.cells.path = one_table(choice->tables);
    run_recorded(choice->provenance, invocation_of("hotspot", options), {chosen.output, chosen.summary},
                 context, [&] { isotherm::run(chosen, context); });
  };
}

}  // namespace

Command hotspot_command() {
  return {
      "hotspot",
      "Models",
      "hot and cold spots of a column of cells",
      "Prints Moran's I, Geary's C and Getis-Ord's G of the whole map and writes local statistics per cell: "
      "Getis-Ord Gi "
      "and Gi*, "
      "local Moran, local Geary, with normal p, p from conditional permutations (the same for any number of "
      "threads) and classes of 99, 95 and 90 per cent. docs/methods/hotspot.md defines every number.",
      "The table, its links and one number per permutation and neighbour.",
      {{"Hot spots of each year, adjusted for many tests",
        "isotherm hotspot cells.gpkg --value lst_c_mean --by year --weights knn:8 --stat gi_star,moran,geary "
        "--permutations 999 --fdr -o hot.gpkg"}},
      declare};
}

}  // namespace isotherm::cli
