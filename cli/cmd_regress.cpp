// isotherm regress: explain a column of a table by others.
#include <memory>
#include <span>

#include "cli/commands.h"
#include "cli/options/cells.h"
#include "cli/options/invocation.h"
#include "isotherm/core/error.h"
#include "isotherm/job/regress.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/local_fit.h"
#include "isotherm/model/log_determinant.h"

namespace isotherm::cli {

namespace {

struct Choice {
  RegressJob job;
  std::vector<std::string> tables, panel;
  ProvenanceInputs provenance;
};

/// --panel cell_id,year is --id cell_id --by year.
void take_panel(std::span<const std::string> panel, RegressJob& job) {
  if (panel.empty()) return;
  if (panel.size() != 2)
    throw Error(ErrorKind::usage, "--panel names two columns, of cells and of periods, as cell_id,year");
  if (!job.cells.id.empty() || !job.by.empty())
    throw Error(ErrorKind::usage, "--panel stands for --id and --by: leave these out");
  job.cells.id = panel[0];
  job.by = panel[1];
}

Work declare(Options& options, RunOptions& run) {
  const auto choice = std::make_shared<Choice>();
  RegressJob& job = choice->job;
  add_cell_options(options, job.cells, choice->tables);
  options.group("Model");
  options
      .text("formula", job.formula, "FORMULA",
            "What is explained by what: 'y ~ a + b + a:b + log(a) + poly(a, 2) + factor(c) + w(a) - 1'. "
            "Names that are "
            "no plain words stand in backquotes.")
      .required = true;
  options.text("by", job.by, "COLUMN", "The column of periods: every model is fitted to each of them.");
  options.list("panel", choice->panel, "ID,PERIOD",
               "The columns of cells and of periods at once: --id and --by.");
  OptionRow& models = options.list("model", job.models, "LIST", "Models to fit.");
  models.words = words_of(regress_models());
  models.closed = true;
  options.text("area", job.area, "COLUMN", "The column of areas, for models with area effects.");
  options.choice("se", job.covariance, words_of(covariance_kinds()), "How standard errors are estimated.");
  options.text("cluster", job.cluster, "COLUMN", "With --se cluster: the column of clusters.").default_text =
      "the cell";
  options.choice("logdet", job.log_determinant, words_of(log_determinant_methods()),
                 "How lag and error models have ln |I - rho W|.");
  options
      .number(
          "cutoff", job.cutoff_m, 0, 1e9, "METRES",
          "With --se conley: the distance from which errors are independent; below it they count less with "
          "distance.")
      .default_text = "";
  options
      .text(
          "bandwidth", job.bandwidth, "SPEC",
          "With --model gwr, how far around a cell its fit reaches: knn (the best number of nearest cells is "
          "sought), knn:60, knn:40:400 (sought in between), or in metres distance, distance:1500, "
          "distance:500:5000.")
      .default_text = "knn";
  options.choice("kernel", job.kernel, words_of(local_kernels()),
                 "With --model gwr, how cells count with distance.");
  options.choice("criterion", job.bandwidth_criterion, words_of(bandwidth_criteria()),
                 "With --model gwr, what the best bandwidth makes least.");
  options
      .integer("impact-draws", job.impact_draws, 0, "N",
               "Draws for the intervals of impacts that stand beside those of the delta method; 0: none.")
      .default_text = "1000";
  options.integer("seed", job.seed, 0, "N", "Where the draws' random numbers start.");
  options.text(
      "cv", job.cross_validation, "blocks:N",
      "Also R2 from cross-validation: the map is cut in N compact blocks, each predicted from a fit to the "
      "others.");
  options.text("fillna", job.fill, "NUMBER",
               "Replace missing numbers instead of leaving their rows out; coefficients then describe "
               "made-up values.");
  add_weights_options(options, job.weights);
  options.group("Output");
  options.choice("table", job.table, words_of(table_style_words()), "How tables are printed.");
  options.output("o,output", job.output, "FILE",
                 "Everything about every fit as JSON; '-' is standard output.");
  options.output("residuals", job.residuals, "FILE",
                 "A table of fitted values and residuals, geometry kept.");
  add_provenance_options(options, choice->provenance);
  add_work_options(options, run);
  add_message_options(options, run);
  return [choice, &options](const RunContext& context) {
    RegressJob chosen = choice->job;
    chosen.cells.path = one_table(choice->tables);
    take_panel(choice->panel, chosen);
    run_recorded(choice->provenance, invocation_of("regress", options), {chosen.output, chosen.residuals},
                 context, [&] { isotherm::run(chosen, context); });
  };
}

}  // namespace

Command regress_command() {
  return {"regress",
          "Models",
          "explain a column of cells by others",
          "Fits linear models to a table and prints R2 by periods and models, then the coefficients of every "
          "fit. "
          "Least squares go through orthogonal factors with columns scaled, so that nearly collinear columns "
          "keep "
          "their digits; columns that others explain are refused by name. Rows that lack a value are left "
          "out and "
          "counted.\n\n"
          "Models with lags add the mean of each column over the neighbours (--weights). Spatial fixed "
          "effects come "
          "in two kinds: an effect per area inside a period (area), and an effect per cell over all periods "
          "(fe), "
          "whose R2 in the table is that of each period's rows. docs/methods/regression.md defines every "
          "model and "
          "number.",
          "The whole table and the columns of one fit: about 16 bytes per row and column.",
          {{"Three models of surface temperature, year by year",
            "isotherm regress cells.gpkg --formula 'lst_c_mean ~ ndvi_mean + ndbi_mean' --by year --model "
            "ols,slx,fe "
            "--weights knn:8 -o fit.json"},
           {"Errors robust to unequal variances, residuals on a map",
            "isotherm regress cells.gpkg --formula 'lst_c_mean ~ poly(ndvi_mean, 2)' --by year --se hc3 "
            "--residuals "
            "fitted.gpkg"},
           {"Coefficients of its own for every cell, on a map",
            "isotherm regress cells.gpkg --formula 'lst_c_mean ~ ndvi_mean' --by year --model ols,gwr "
            "--residuals "
            "local.gpkg"}},
          declare};
}

}  // namespace isotherm::cli
