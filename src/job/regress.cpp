#include "isotherm/job/regress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "cell_places.h"
#include "cell_size.h"
#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/io/text_file.h"
#include "regress_cv.h"
#include "regress_local.h"
#include "regress_nested.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

constexpr std::array<RegressModel, 34> kModels{{
    {"ols", "ordinary least squares, a fit per period", false, EffectKind::none},
    {"slx", "ols with the spatial lag of every numeric term", true, EffectKind::none},
    {"area", "ols with an effect per area (--area), a fit per period", false, EffectKind::area},
    {"area_slx", "area with spatial lags", true, EffectKind::area},
    {"fe", "spatial fixed effects: an effect per cell over all periods", false, EffectKind::cell},
    {"fe_slx", "fe with spatial lags", true, EffectKind::cell},
    {"time", "an effect per period over all periods", false, EffectKind::period},
    {"two_way", "effects per cell and per period", false, EffectKind::cell_and_period},
    {"two_way_slx", "two_way with spatial lags", true, EffectKind::cell_and_period},
    {"sar", "spatial lag of the response, maximum likelihood, a fit per period", false, EffectKind::none,
     true},
    {"sem", "spatial error, maximum likelihood, a fit per period", false, EffectKind::none, false, true},
    {"sdm", "spatial Durbin: sar with spatial lags of the terms", true, EffectKind::none, true},
    {"sdem", "spatial Durbin error: sem with spatial lags of the terms", true, EffectKind::none, false, true},
    {"sac", "spatial lag and spatial error together", false, EffectKind::none, true, true},
    {"gm_lag", "sar by two-stage least squares, a fit per period", false, EffectKind::none, false, false,
     Estimator::lag_moments},
    {"gm_error", "sem by moments, a fit per period", false, EffectKind::none, false, false,
     Estimator::error_moments},
    {"gm_durbin", "sdm by two-stage least squares, a fit per period", true, EffectKind::none, false, false,
     Estimator::lag_moments},
    {"re", "random effects per cell over all periods, with Hausman's test", false, EffectKind::none, false,
     false, Estimator::random_effects},
    {"fe_sar", "sar with an effect per cell over all periods", false, EffectKind::cell, true},
    {"fe_sem", "sem with an effect per cell over all periods", false, EffectKind::cell, false, true},
    {"fe_sdm", "sdm with an effect per cell over all periods", true, EffectKind::cell, true},
    {"time_sar", "sar with an effect per period", false, EffectKind::period, true},
    {"time_sem", "sem with an effect per period", false, EffectKind::period, false, true},
    {"time_sdm", "sdm with an effect per period", true, EffectKind::period, true},
    {"two_way_sar", "sar with effects per cell and per period", false, EffectKind::cell_and_period, true},
    {"two_way_sem", "sem with effects per cell and per period", false, EffectKind::cell_and_period, false,
     true},
    {"two_way_sdm", "sdm with effects per cell and per period", true, EffectKind::cell_and_period, true},
    {"fe_sdem", "sdem with an effect per cell over all periods", true, EffectKind::cell, false, true},
    {"fe_sac", "sac with an effect per cell over all periods", false, EffectKind::cell, true, true},
    {"time_sdem", "sdem with an effect per period", true, EffectKind::period, false, true},
    {"time_sac", "sac with an effect per period", false, EffectKind::period, true, true},
    {"two_way_sdem", "sdem with effects per cell and per period", true, EffectKind::cell_and_period, false,
     true},
    {"two_way_sac", "sac with effects per cell and per period", false, EffectKind::cell_and_period, true,
     true},
    {"gwr", "geographically weighted: coefficients of its own for every cell, a fit per period", false,
     EffectKind::none, false, false, Estimator::local},
}};

constexpr double kThermalPixel_m = 100;

std::vector<const RegressModel*> models_of(const RegressJob& job, const ModelFormula& formula) {
  std::vector<const RegressModel*> models;
  for (const std::string& name : job.models) {
    const RegressModel& model = row_named(kModels, name, "model");
    if (std::find(models.begin(), models.end(), &model) != models.end()) continue;
    models.push_back(&model);
    if (model.pooled() && job.by.empty()) {
      throw Error(ErrorKind::usage,
                  "model " + name + " needs periods; give their column with --by, as --by year");
    }
    const bool robust = job.covariance == "hc0" && model.by_moments();
    if ((model.dependent() || model.estimator != Estimator::usual) && job.covariance != "classical" &&
        !robust) {
      throw Error(ErrorKind::usage, "model " + name + " has no errors of kind " + job.covariance +
                                        (model.by_moments() ? "; there are classical and hc0"
                                                            : "; there are classical ones only"));
    }
    if (model.effects == EffectKind::area && job.area.empty()) {
      throw Error(ErrorKind::usage, "model " + name + " needs areas; give their column with --area");
    }
    if ((model.needs_weights() || formula.has_lags()) && job.weights.spec.empty()) {
      throw Error(ErrorKind::usage, (model.needs_weights() ? "model " + name : "w() in the formula") +
                                        " needs weights; give for example --weights knn:8");
    }
  }
  if (models.empty())
    throw Error(ErrorKind::usage, "no model asked for; give for example --model ols,slx,fe");
  return models;
}

void check_options(const RegressJob& job) {
  table_style(job.table);
  if (!job.cross_validation.empty()) folds_of(job.cross_validation);
  const bool conley = job.covariance == "conley";
  if (conley != (job.cutoff_m > 0)) {
    throw Error(ErrorKind::usage,
                conley ? "--se conley needs the distance at which errors are independent; give it "
                         "with --cutoff, as --cutoff 1000"
                       : "--cutoff belongs to --se conley");
  }
  if (!job.cluster.empty() && job.covariance != "cluster")
    throw Error(ErrorKind::usage, "--cluster belongs to --se cluster");
}

void warn(Regression& regression, Log& log, const std::string& text) {
  log.warning(text);
  regression.warnings.push_back(text);
}

/// Periods that the table names but that have no complete row.
void note_lost_periods(Regression& regression, Log& log) {
  const std::string& by = regression.job.by;
  if (by.empty()) return;
  const std::vector<std::string> name{by};
  for (const PeriodRows& period :
       rows_by_period(regression.cells.table, by, complete_rows(regression.cells.table, name))) {
    const bool kept = std::any_of(regression.periods.begin(), regression.periods.end(),
                                  [&](const RegressPeriod& p) { return p.name == period.name; });
    if (!kept) warn(regression, log, by + " " + period.name + ": no row has all values; it is left out");
  }
}

void take_rows(Regression& regression, Log& log) {
  const RegressJob& job = regression.job;
  Table& table = regression.cells.table;
  std::vector<std::string> needed = regression.formula.columns();
  if (!job.fill.empty()) {
    const auto value = parse_number(job.fill);
    if (!value) throw Error(ErrorKind::usage, "--fillna takes a number, not '" + job.fill + "'");
    fill_missing(table, needed, *value);
    warn(regression, log,
         "missing values are replaced by " + job.fill +
             " (--fillna): coefficients then describe made-up rows");
  }
  if (!job.by.empty()) needed.push_back(job.by);
  if (!job.area.empty()) needed.push_back(job.area);
  const std::vector<std::size_t> rows = complete_rows(table, needed);
  regression.rows_read = table.rows();
  regression.rows_missing = table.rows() - rows.size();
  if (rows.empty()) {
    throw Error(ErrorKind::no_data, "no row of " + job.cells.path + " has all of " + join(needed, ", "));
  }
  if (regression.rows_missing > 0) {
    log.note(std::to_string(regression.rows_missing) + " of " + std::to_string(regression.rows_read) +
             " rows lack a value and are left out");
  }
  for (PeriodRows& period : rows_by_period(table, job.by, rows))
    regression.periods.push_back({std::move(period.name), std::move(period.rows), {}});
  note_lost_periods(regression, log);
}

/// Thermal pixels are natively 100 m: smaller cells share them, so there are fewer independent values than
/// rows.
void note_small_cells(Regression& regression, const RunContext& context) {
  if (regression.formula.response.column.find("lst") == std::string::npos) return;
  const auto known = cell_side_m(regression.cells, regression.job.cells.id, regression.periods.front().rows,
                                 context.threads);
  // A hexagon with 100 m between opposite sides has the area of a square of 93 m: the same scale.
  if (!known || *known >= 0.9 * kThermalPixel_m || !(*known > 0)) return;
  const double side = *known, share = side * side / (kThermalPixel_m * kThermalPixel_m);
  regression.independent_share = share;
  std::size_t rows = 0;
  for (const RegressPeriod& period : regression.periods) rows += period.rows.size();
  warn(regression, context.log,
       "cells of about " + fixed_text(side, 0) +
           " m are smaller than the thermal band's native 100 m: rows share pixels, " + std::to_string(rows) +
           " rows hold about " + fixed_text(std::round(static_cast<double>(rows) * share), 0) +
           " independent values, so standard errors are too small by up to a factor of " +
           fixed_text(kThermalPixel_m / side, 1));
}

void add_weights(Regression& regression, const RunContext& context) {
  if (regression.job.weights.spec.empty()) return;
  const Table& table = regression.cells.table;
  const WeightsSource source(regression.job.weights, regression.cells,
                             id_texts(table, id_column(table, regression.job.cells.id)));
  regression.weights = source.describe();
  for (RegressPeriod& period : regression.periods) period.weights = source.of_rows(period.rows, context);
}

}  // namespace

std::span<const RegressModel> regress_models() { return kModels; }

void run(const RegressJob& job, const RunContext& context) {
  Regression regression{job, parse_model_formula(job.formula), {}, {}, 0, 0, {}, {}, 1, {}, {}, {}};
  regression.models = models_of(job, regression.formula);
  check_options(job);
  check_local_options(job, regression.models);
  std::optional<TextOutput> document;
  if (!job.residuals.empty() && job.residuals == job.output)
    throw Error(ErrorKind::usage, "--output and --residuals name the same file");
  if (!job.output.empty()) document.emplace(job.output, context);
  if (!job.residuals.empty()) check_table(job.residuals, {}, context);  // refused before anything is read
  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  regression.cells = read_table(job.cells.path, options, context.log);
  place_by_names(regression.cells, job.cells.id);
  take_rows(regression, context.log);
  note_small_cells(regression, context);
  add_weights(regression, context);
  regression.fits = fit_models(regression, context);
  add_nested_tests(regression.formula, regression.fits);
  if (!job.cross_validation.empty()) regression.cross_validated = cross_validated(regression, context);
  if (!job.residuals.empty()) write_residuals(regression, context);
  if (document) {
    document->write(report_json(regression));
    document->finish();
  }
  if (job.output != "-" && job.residuals != "-") {
    TextOutput report("-", context);
    report.write(report_text(regression));
    report.finish();
  }
}

}  // namespace isotherm
