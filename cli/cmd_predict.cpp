// isotherm predict: a fit applied to cells.
#include <memory>

#include "cli/commands.h"
#include "cli/options/cells.h"
#include "isotherm/core/error.h"
#include "isotherm/job/predict.h"
#include "isotherm/model/predict.h"

namespace isotherm::cli {

namespace {

struct Choice {
  PredictJob job;
  std::vector<std::string> arguments;
};

Work declare(Options& options, RunOptions& run) {
  const auto choice = std::make_shared<Choice>();
  PredictJob& job = choice->job;
  options.group("Fit and cells");
  options
      .arguments("fit", choice->arguments, "FIT.json TABLE",
                 "What 'isotherm regress -o' wrote, then a table of cells with the columns the model reads.")
      .files = true;
  options.text("model", job.model, "NAME", "The model to apply.").default_text = "the only one";
  options.text("period", job.period, "PERIOD", "Apply the fit to this period to all rows.").default_text =
      "each row's own period";
  options.text("layer", job.cells.layer, "NAME", "The layer to read, where the file has several.");
  options.text("id", job.cells.id, "COLUMN", "The column that names cells.").default_text =
      "the first of cell_id, id, zone";
  options.text("table-crs", job.cells.crs, "CRS",
               "The CRS of the table's coordinates, where it does not say; believed, with a warning, where "
               "it says another.");
  options.group("Prediction");
  options.repeated(
      "change", job.changes, "RULE",
      "Change a column first, and write the difference it makes: 'ndvi_mean += 0.1 where zone == "
      "\"park\"'. Operators =, +=, -=, *=, /=; values with + - * / min() max() of columns and numbers; "
      "conditions with ==, !=, <, <=, >, >=, and, or, not.");
  options.choice("predictor", job.predictor, words_of(predictors()),
                 "What of a model with neighbours is predicted.");
  options.flag("mean-effects", job.mean_effects,
               "Where a cell, area or period was not part of the fit, the mean effect stands in.");
  add_weights_options(options, job.weights);
  options.group("Output");
  OptionRow& output =
      options.output("o,output", job.output, "FILE", "A table of predictions, geometry kept.");
  output.required = true;
  add_work_options(options, run);
  add_message_options(options, run);
  return [choice](const RunContext& context) {
    PredictJob chosen = choice->job;
    if (choice->arguments.size() != 2) {
      throw Error(ErrorKind::usage,
                  "give the result of a regression and a table: isotherm predict fit.json "
                  "cells.gpkg -o predicted.gpkg");
    }
    chosen.fit = choice->arguments[0];
    chosen.cells.path = choice->arguments[1];
    isotherm::run(chosen, context);
  };
}

}  // namespace

Command predict_command() {
  return {
      "predict",
      "Models",
      "apply a fitted model to cells",
      "Computes what a model of 'isotherm regress' expects in every cell of a table, with standard errors. "
      "Columns with lags take their neighbours from the new table, by the weights of the fit unless "
      "--weights "
      "says others. A lag model's expectation is its reduced form: what a cell gains spreads to its "
      "neighbours. Effects of cells, areas and periods are those of the fit; where a cell was not part of it "
      "the prediction is empty. With --change the difference is written beside, whose standard error is not "
      "that of the level.",
      "The table twice, its links and the columns of the model.",
      {{"The same model in another city's cells",
        "isotherm predict fit.json other.gpkg --model ols --period 2023 -o expected.gpkg"},
       {"What if parks had 0.1 more NDVI",
        "isotherm predict fit.json cells.gpkg --model sar --change 'ndvi_mean += 0.1 where use == \"park\"' "
        "-o "
        "whatif.gpkg"}},
      declare};
}

}  // namespace isotherm::cli
