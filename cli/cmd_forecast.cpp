// isotherm forecast: continue every cell's series.
#include <memory>

#include "cli/commands.h"
#include "cli/options/invocation.h"
#include "cli/options/shared.h"
#include "isotherm/core/error.h"
#include "isotherm/job/forecast.h"
#include "isotherm/job/period.h"
#include "isotherm/model/forecast.h"

namespace isotherm::cli {

namespace {

void add_series_options(Options& options, ForecastJob& job, std::vector<std::string>& tables) {
  options.group("Series");
  OptionRow& table = options.arguments(
      "table", tables, "TABLE",
      "Table of cells and times: CSV or any vector format. Long (a row per cell and "
      "time) or, without --time, wide (columns VALUE_<time>). A table that takes more than --memory is read "
      "in parts, for which the rows of a cell must stand together.");
  table.files = true;
  table.required = true;
  options.text("layer", job.layer, "NAME", "Layer of a file with several.");
  options.text("table-crs", job.crs, "CRS", "CRS of outlines in a file that does not say it.");
  options.text("id", job.id, "COLUMN", "Column that names the cell; without it the table is one series.");
  options.text("time", job.time, "COLUMN",
               "Column of times: 2021, 2021-06, 2021-JJA, 2021-06-14 (a time of day is ignored).");
  options.list("value", job.values, "LIST", "Columns to continue.").required = true;
  options.text(
      "every", job.every, "STEP",
      "Calendar to put the times on: year, season, month, or days such as 16d, counted anew each year. "
      "Needed "
      "for dates; otherwise as the times are written. Steps without a value are missing, not filled.");
  OptionRow& aggregate = options.text("aggregate", job.aggregate, "WORD",
                                      "How several values of a cell in one step become one.");
  aggregate.words = words_of(reducer_rows());
  std::erase_if(aggregate.words, [](const Word& word) { return word.name == "count"; });
  aggregate.closed = true;
  options.integer("season", job.period, 0, "STEPS",
                  "Steps in a season's cycle; 1 for none, 0 for that of the calendar.");
}

void add_model_options(Options& options, ForecastJob& job) {
  options.group("Model");
  options.integer("horizon", job.horizon, 1, "STEPS",
                  "Steps to continue, behind the last time of the table; at most 10000.");
  OptionRow& model =
      options.text("model", job.model, "NAME",
                   "How to continue: one of these, or an exponential smoothing form (error, trend, "
                   "season) such as AAN, MAdM, ANA. A series that cannot carry it falls back to auto.");
  model.words = words_of(forecast_models());
  options.choice("criterion", job.criterion, words_of(criterion_rows()), "What auto chooses by.");
  OptionRow& pool = options.text(
      "pool", job.pool, "WHICH",
      "Cells that share smoothing weights, for series too short to tell theirs: none, all, or class:COLUMN "
      "for those with the same word in a column. Levels, trends and spreads stay each cell's own.");
  pool.words = {{"none", "each cell has weights of its own"},
                {"all", "one set of weights per column and form"},
                {"class:COLUMN", "one set per word in this column"}};
  options.list("regressor", job.regressors, "LIST",
               "Columns that explain the values, with smoothing of what they leave. Years ahead: rows of the "
               "table behind the last value, where there are none the column's own forecast.");
  options.list("quantiles", job.quantiles, "LIST", "Probabilities of the quantiles.");
  options.integer("seed", job.seed, 0, "NUMBER",
                  "Of the quantiles that are simulated (multiplicative trends).");
  options.integer("paths", job.paths, 100, "NUMBER", "Futures drawn where quantiles are simulated.");
}

void add_test_options(Options& options, ForecastJob& job) {
  options.group("Back-test");
  options.integer(
      "backtest", job.backtest, 0, "STEPS",
      "Cut each series 1, 2, ... up to this many steps before its end and score the forecasts from there.");
  OptionRow& compare = options.list("compare", job.compare, "LIST", "Models to score beside --model.");
  compare.words = words_of(forecast_models());
  compare.beside = {"backtest"};
  options.output("scores", job.scores, "FILE", "Table of the scores: MASE, sMAPE, RMSE, coverage, pinball.");
  options.flag("calibrate", job.calibrate,
               "Quantiles from the errors of the back-test over all cells (conformal), not from theory.");
}

void add_more_outputs(Options& options, ForecastJob& job) {
  options.text("total", job.total, "COLUMN",
               "Also continue the means or sums of the cells of each area that this column names.");
  options.choice("total-as", job.total_as, words_of(total_rows()), "What of an area is continued.").beside = {
      "total"};
  options.output("totals", job.totals, "FILE", "Table of --total.");
  options.output("details", job.details, "FILE", "A line of JSON per series: weights, states, likelihood.");
  options
      .flag("components", job.components,
            "In the details, too: fitted values, and level, trend and season after each step.")
      .beside = {"details"};
  options.list("plot", job.plots, "CELL", "Draw these cells' series and forecasts; mean is the mean of all.");
  options.output("plot-file", job.plot_file, "TEMPLATE", "Name of the drawings (SVG).").beside = {"plot"};
}

Work declare(Options& options, RunOptions& run) {
  struct Choices {
    ForecastJob job;
    std::vector<std::string> tables;
    ProvenanceInputs provenance;
  };
  const auto choices = std::make_shared<Choices>();
  add_series_options(options, choices->job, choices->tables);
  add_model_options(options, choices->job);
  add_test_options(options, choices->job);
  add_table_options(options, choices->job.output, "");
  options.choice("layout", choices->job.layout,
                 {{"long", "one row per cell, column and step"}, {"wide", "one row per cell"}},
                 "Shape of the table.");
  add_more_outputs(options, choices->job);
  add_provenance_options(options, choices->provenance);
  add_work_options(options, run);
  add_message_options(options, run);
  return [choices, &options](const RunContext& context) {
    if (choices->tables.size() != 1) {
      throw Error(ErrorKind::usage, "takes one table, not " + std::to_string(choices->tables.size()));
    }
    choices->job.table = choices->tables.front();
    run_recorded(choices->provenance, invocation_of("forecast", options), {choices->job.output.path}, context,
                 [&] { isotherm::run(choices->job, context); });
  };
}

}  // namespace

Command forecast_command() {
  return {
      "forecast",
      "Tables",
      "continue every cell's series",
      "Continues the series of each cell with exponential smoothing or a simpler model, and says how sure it "
      "is: a "
      "mean, a standard deviation and quantiles per cell, column and step.\n\n"
      "With auto, each series gets the exponential smoothing form of least AICc (an endless trend counts 3 "
      "more) among those that its length "
      "and "
      "values allow. Short series leave few: below 5 values the mean with Student's spread is used, with 5 "
      "or 6 "
      "only forms without a trend are weighed, and with 7 almost any trend is left out; ask for "
      "--model holt to have it. Every row says which model made it and why.\n\n"
      "Gaps are missing values that the smoothing passes over; nothing is filled in. All cells are continued "
      "from "
      "the last time of the table, also those whose own values end before. Constant series and perfect lines "
      "continue themselves without spread.",
      "A table that fits --memory (eight bytes a value, as many for each row, names and outlines once a "
      "cell) is held. A larger one is read several times and taken in parts of whole cells; with --pool, and "
      "where the rows of a cell do not stand together, it is refused. Areas (--total) and the mean of all "
      "are added up as rows stream by. Forecasts stream out.",
      {{"Yearly cells, three years ahead",
        "isotherm forecast cells.gpkg --id zone --time year --value lst_c_mean,ndvi_mean --horizon 3 -o "
        "next.gpkg"},
       {"Irregular dates on a calendar of months, scored against naive and Theta",
        "isotherm forecast dates.csv --id zone --time date --value lst_c_mean --every month --horizon 6 "
        "--backtest 6 "
        "--compare naive,theta --scores scores.csv -o months.csv"},
       {"One series, a named model",
        "isotherm forecast city.csv --time year --value lst_c --model damped --horizon 5 -o - --format CSV"}},
      declare};
}

}  // namespace isotherm::cli
