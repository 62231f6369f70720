// isotherm scenario: a fitted model in years to come.
#include <memory>

#include "cli/commands.h"
#include "cli/options/cells.h"
#include "cli/options/shared.h"
#include "isotherm/core/error.h"
#include "isotherm/job/scenario.h"
#include "isotherm/model/forecast.h"

namespace isotherm::cli {

namespace {

void add_model_options(Options& options, ScenarioJob& job) {
  options.group("Fit and cells");
  OptionRow& fit = options.text("fit", job.fit, "FILE", "What 'isotherm regress -o' wrote.");
  fit.files = fit.required = true;
  OptionRow& cells =
      options.text("cells", job.cells.path, "FILE",
                   "The cells, with the columns the model reads: a row per cell, or per cell and "
                   "period. The last period is where the future begins.");
  cells.files = cells.required = true;
  options.text("layer", job.cells.layer, "NAME", "The layer to read, where the file has several.");
  options.text("id", job.cells.id, "COLUMN", "The column that names cells.").default_text =
      "as in the fit, else the first of cell_id, id, zone";
  options.text("table-crs", job.cells.crs, "CRS",
               "The CRS of the cells' coordinates, where it does not say; believed, with a warning, where it "
               "says another.");
  options.text("model", job.model, "NAME", "The model to apply.").default_text = "the only one";
  options.text("period", job.period, "PERIOD", "Apply the fit to this period.").default_text =
      "the cells' last period";
  options.flag("mean-effects", job.mean_effects,
               "With --from predicted: where a cell, area or period was not part of the fit, the mean effect "
               "stands in.");
  add_weights_options(options, job.weights);
}

void add_climate_options(Options& options, ScenarioJob& job) {
  options.group("Climate");
  OptionRow& delta = options.list(
      "delta", job.deltas, "FILE",
      "Table of temperatures, or of their changes: a column period (2041-2060) or year; scenarios as columns "
      "or as values of scenario, exp or experiment; perhaps a column model. Or fields read at the cells, as "
      "many as wanted: NetCDF files (CMIP), and rasters (.tif) that name years in their bands' descriptions "
      "or "
      "are given as 2041-2060=FILE. MODEL=FILE and MODEL:2041-2060=FILE say which climate model a file is "
      "of; "
      "several models give a spread.");
  delta.files = delta.required = true;
  options.text("scenario", job.scenario, "NAME",
               "The scenario: rcp85, as in a column 'RCP8.5 (32)' or a row.");
  options
      .text("delta-value", job.delta_value, "COLUMN",
            "The column of temperatures, or the variable of fields.")
      .default_text = "the first of delta, change, mean, mean_tas, tas, value";
  options
      .text("base", job.base, "YEARS",
            "Years that changes count from: 2021, or 1986-2005; none where the file holds changes already.")
      .default_text = "the cells' last period";
  options.integer("window", job.window, 1, "YEARS",
                  "Years averaged around a year, where the table has every year.");
  options.list("years", job.years, "LIST", "Years to look at: 2030,2050.").required = true;
  options.text("temperature", job.temperature, "COLUMN",
               "The column of the model that holds air temperature; the change is added to it.");
  options.text(
      "response", job.response, "NUMBER[:DEVIATION]",
      "Without --temperature: degrees the surface warms per degree of air, and how sure that is, such as "
      "0.8:0.2.");
}

void add_future_options(Options& options, ScenarioJob& job) {
  options.group("Drivers and plans");
  OptionRow& drivers =
      options.text("drivers", job.drivers, "NAME",
                   "How each cell's drivers go on: a model of 'isotherm forecast', or keep.");
  drivers.words = words_of(forecast_models());
  drivers.words.push_back({"keep", "as they are in the last period"});
  options.repeated(
      "change", job.changes, "RULE",
      "Then change a column: 'ndvi_mean += 0.05 where zone == \"park\"', as in 'isotherm predict'.");
  options.choice("from", job.from, words_of(scenario_starts()), "What changes are added to.");
  options.group("Uncertainty");
  options.list("quantiles", job.quantiles, "LIST", "Probabilities of the quantiles.");
  options.integer("draws", job.draws, 10, "NUMBER",
                  "Errors drawn to see how far they spread in models with neighbours' errors or outcomes.");
  options.integer("seed", job.seed, 0, "NUMBER", "Of these draws.");
}

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<ScenarioJob>();
  add_model_options(options, *job);
  add_climate_options(options, *job);
  add_future_options(options, *job);
  add_table_options(options, job->output, "");
  add_work_options(options, run);
  add_message_options(options, run);
  return [job](const RunContext& context) { isotherm::run(*job, context); };
}

}  // namespace

Command scenario_command() {
  return {
      "scenario",
      "Models",
      "a fitted model in years to come",
      "Asks a model of 'isotherm regress' what cells will be like in years to come. Each cell's drivers are "
      "continued from its own past, then changed by rules, and carried through the model with its "
      "neighbours; "
      "the climate's warming comes from a table of climate models. The table says for every cell and year "
      "what "
      "is expected, how the change divides into drivers, rules and climate, how uncertain it is, and how "
      "that "
      "divides into coefficients, residuals, drivers and climate.\n\n"
      "What this is not: a climate model of the city. Climate models give the temperature of the air, two "
      "metres "
      "above a grid cell of a hundred kilometres or of the whole globe. Satellites see the skin of roofs and "
      "trees on clear mornings, which warms more or less than the air. Unless the fitted model holds air "
      "temperature (--temperature), the answer of the surface is an assumption (--response, 1 unless said "
      "otherwise) and not a finding. The model's coefficients describe differences between places or years "
      "that were seen; that changing a driver would bring the same difference is assumed, too.",
      "The table twice, its links and the columns of the model; a table whose values and outlines take more "
      "than --memory is refused.",
      {{"RCP8.5 at three times, with greener parks",
        "isotherm scenario --fit fit.json --cells cells.gpkg --delta rcp85.csv --years 2030,2050,2090 "
        "--change "
        "'ndvi_mean += 0.05 where zone == \"park\"' -o future.gpkg"},
       {"A table of many climate models, the surface less sensitive than the air",
        "isotherm scenario --fit fit.json --cells cells.gpkg --model slx --delta cmip5.csv --scenario rcp45 "
        "--response 0.8:0.2 --years 2050 -o future.csv"}},
      declare};
}

}  // namespace isotherm::cli
