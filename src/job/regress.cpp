#include "isotherm/job/regress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/text_file.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

constexpr std::array<RegressModel, 9> kModels{{
    {"ols", "ordinary least squares, a fit per period", false, EffectKind::none},
    {"slx", "ols with the spatial lag of every numeric term", true, EffectKind::none},
    {"area", "ols with an effect per area (--area), a fit per period", false, EffectKind::area},
    {"area_slx", "area with spatial lags", true, EffectKind::area},
    {"fe", "spatial fixed effects: an effect per cell over all periods", false, EffectKind::cell},
    {"fe_slx", "fe with spatial lags", true, EffectKind::cell},
    {"time", "an effect per period over all periods", false, EffectKind::period},
    {"two_way", "effects per cell and per period", false, EffectKind::cell_and_period},
    {"two_way_slx", "two_way with spatial lags", true, EffectKind::cell_and_period},
}};

constexpr double kThermalPixel_m = 100;

const RegressModel& model_named(const std::string& name) {
  std::vector<std::string> names;
  for (const RegressModel& model : kModels) {
    if (model.name == name) return model;
    names.emplace_back(model.name);
  }
  throw Error(ErrorKind::usage,
              "unknown model '" + name + "'; there are " + join(names, ", ") + suggestion(name, names));
}

std::vector<const RegressModel*> models_of(const RegressJob& job, const ModelFormula& formula) {
  std::vector<const RegressModel*> models;
  for (const std::string& name : job.models) {
    const RegressModel& model = model_named(name);
    if (std::find(models.begin(), models.end(), &model) != models.end()) continue;
    models.push_back(&model);
    if (model.pooled() && job.by.empty()) {
      throw Error(ErrorKind::usage,
                  "model " + name + " needs periods; give their column with --by, as --by year");
    }
    if (model.effects == EffectKind::area && job.area.empty()) {
      throw Error(ErrorKind::usage, "model " + name + " needs areas; give their column with --area");
    }
    if ((model.lags || formula.has_lags()) && job.weights.spec.empty()) {
      throw Error(ErrorKind::usage, (model.lags ? "model " + name : "w() in the formula") +
                                        " needs weights; give for example --weights knn:8");
    }
  }
  if (models.empty())
    throw Error(ErrorKind::usage, "no model asked for; give for example --model ols,slx,fe");
  return models;
}

/// Periods that the table names but that have no complete row.
void note_lost_periods(const Regression& regression, Log& log) {
  const std::string& by = regression.job.by;
  if (by.empty()) return;
  const std::vector<std::string> name{by};
  for (const PeriodRows& period :
       rows_by_period(regression.cells.table, by, complete_rows(regression.cells.table, name))) {
    const bool kept = std::any_of(regression.periods.begin(), regression.periods.end(),
                                  [&](const Period& p) { return p.name == period.name; });
    if (!kept) log.warning(by + " " + period.name + ": no row has all values; it is left out");
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
    log.warning("missing values are replaced by " + job.fill +
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
void note_small_cells(const Regression& regression, Log& log) {
  const Table& table = regression.cells.table;
  if (regression.formula.response.column.find("lst") == std::string::npos || table.geometry.empty()) return;
  if (table.crs.empty() || is_geographic(table.crs)) return;
  double sum = 0;
  for (const MultiPolygon& outline : table.geometry) sum += area(outline);
  const double side =
      std::sqrt(sum / static_cast<double>(table.geometry.size())) * metres_per_unit(table.crs);
  // A hexagon with 100 m between opposite sides has the area of a square of 93 m: the same scale.
  if (side >= 0.9 * kThermalPixel_m) return;
  log.warning("cells of about " + fixed_text(side, 0) +
              " m are smaller than the thermal band's native 100 m: rows share "
              "pixels, so standard errors are too small by up to a factor of " +
              fixed_text(kThermalPixel_m / side, 1));
}

void add_weights(Regression& regression, const RunContext& context) {
  if (regression.job.weights.spec.empty()) return;
  const Table& table = regression.cells.table;
  const WeightsSource source(regression.job.weights, regression.cells,
                             id_texts(table, id_column(table, regression.job.cells.id)));
  regression.weights = source.describe();
  for (Period& period : regression.periods) period.weights = source.of_rows(period.rows, context);
}

}  // namespace

std::span<const RegressModel> regress_models() { return kModels; }

void run(const RegressJob& job, const RunContext& context) {
  Regression regression{job, parse_model_formula(job.formula), {}, {}, 0, 0, {}, {}, {}};
  regression.models = models_of(job, regression.formula);
  std::optional<TextOutput> document;
  if (!job.output.empty()) document.emplace(job.output, context);
  if (!job.residuals.empty())
    OutputFile(job.residuals, context.overwrite);  // refused before anything is read
  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  regression.cells = read_table(job.cells.path, options, context.log);
  take_rows(regression, context.log);
  note_small_cells(regression, context.log);
  add_weights(regression, context);
  regression.fits = fit_models(regression, context);
  if (!job.residuals.empty()) write_residuals(regression, context);
  if (document) {
    document->write(report_json(regression));
    document->finish();
  }
  if (job.output != "-") {
    TextOutput report("-", context);
    report.write(report_text(regression));
    report.finish();
  }
}

}  // namespace isotherm
