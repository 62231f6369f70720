#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/autocorrelation.h"
#include "isotherm/model/effects.h"
#include "isotherm/model/folds.h"
#include "isotherm/model/impacts.h"
#include "isotherm/model/moments.h"
#include "isotherm/model/random_effects.h"
#include "regress_local.h"
#include "regress_parts.h"
#include "regress_spatial.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

/// The column that names cells, needed by effects per cell and by clusters of cells.
std::string cell_column(const Regression& regression) {
  const Table& table = regression.cells.table;
  const auto column = id_column(table, regression.job.cells.id);
  if (!column) {
    throw Error(ErrorKind::input,
                "effects per cell and clusters need a column that names cells; give it with --id");
  }
  return table.columns[*column].info.name;
}

/// Columns whose groups have an effect each.
std::vector<std::string> effect_columns(const Regression& regression, const RegressModel& model) {
  switch (model.effects) {
    case EffectKind::none:
      return {};
    case EffectKind::area:
      return {regression.job.area};
    case EffectKind::period:
      return {regression.job.by};
    case EffectKind::cell_and_period:
      return {cell_column(regression), regression.job.by};
    default:
      return {cell_column(regression)};
  }
}

Effects effects_of(const Regression& regression, const RegressModel& model,
                   std::span<const std::size_t> rows) {
  const Table& table = regression.cells.table;
  const std::vector<std::string> names = effect_columns(regression, model);
  const std::vector<std::int64_t> first = codes_of_column(table, names.front(), rows);
  if (names.size() == 1) return Effects(first);
  return {first, codes_of_column(table, names.back(), rows)};
}

/// The effects of a fit: what is left of y without the columns, group by group.
std::vector<FittedEffects> fitted_effects(const Regression& regression, const ModelFit& result,
                                          const Weights* weights) {
  const std::vector<std::string> names = effect_columns(regression, *result.model);
  if (names.empty()) return {};
  const Table& table = regression.cells.table;
  const FittedModel& fitted = result.fit.fitted;
  std::vector<double> rest = result.response;
  for (std::size_t j = 0; j < fitted.columns.size(); ++j) {
    const std::vector<double> column = values_of(fitted.columns[j], table, result.rows, weights);
    for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= fitted.coefficients[j] * column[k];
  }
  if (fitted.rho && weights != nullptr) {
    const std::vector<double> lagged = lag(*weights, result.response);
    for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= *fitted.rho * lagged[k];
  }
  const std::vector<std::vector<double>> estimates =
      effects_of(regression, *result.model, result.rows).estimates(rest);
  std::vector<FittedEffects> all;
  for (std::size_t set = 0; set < names.size(); ++set) {
    FittedEffects effects{names[set], std::vector<std::string>(estimates[set].size()), estimates[set], 0};
    const std::vector<std::int64_t> codes = codes_of(codes_of_column(table, names[set], result.rows));
    const Column& column = table.columns[*table.find(names[set])];
    for (std::size_t k = codes.size(); k-- > 0;) {
      const auto group = static_cast<std::size_t>(codes[k]);
      effects.names[group] = text_at(column, result.rows[k]);
      effects.mean += effects.values[group] / static_cast<double>(codes.size());
    }
    all.push_back(std::move(effects));
  }
  return all;
}

/// What the fit itself does not know of the model it belongs to.
void complete_fitted(const Regression& regression, ModelFit& result, const Weights* weights) {
  const RegressJob& job = regression.job;
  FittedModel& fitted = result.fit.fitted;
  fitted.model = std::string(result.model->name);
  fitted.formula = job.formula;
  fitted.by = job.by;
  fitted.period = "all";
  fitted.response = response_recipe(regression.formula, regression.cells.table, result.rows);
  fitted.weights = {job.weights.spec, job.weights.binary, job.weights.symmetric};
  fitted.effects = fitted_effects(regression, result, weights);
}

/// A cell must not stand twice in a period: its effect and its neighbours would count double.
void require_single_cells(const Regression& regression) {
  const std::string name = cell_column(regression);
  for (const RegressPeriod& period : regression.periods) {
    std::vector<std::int64_t> codes = codes_of_column(regression.cells.table, name, period.rows);
    std::sort(codes.begin(), codes.end());
    if (std::adjacent_find(codes.begin(), codes.end()) == codes.end()) continue;
    throw Error(ErrorKind::input, "column '" + name + "' names a cell twice in " + regression.job.by + " " +
                                      period.name +
                                      "; name the column of cells with --id, or of periods with --by");
  }
}

double r2_of(std::span<const double> response, std::span<const double> residuals) {
  double mean = 0, total = 0, rest = 0;
  for (double y : response) mean += y / static_cast<double>(response.size());
  for (double y : response) total += (y - mean) * (y - mean);
  for (double e : residuals) rest += e * e;
  return 1 - rest / total;
}

/// By maximum likelihood. `determinant`: of the weights of one period.
Fit fit_dependence(const RegressModel& model, Design design, std::span<const double> y,
                   const FitChoice& linear, const Weights& weights, std::size_t periods,
                   LogDeterminant& determinant, const ImpactDraws& draws) {
  SpatialFitChoice choice;
  choice.lag = model.lag;
  choice.error = model.error;
  choice.weights = &weights;
  choice.log_determinant = &determinant;
  choice.periods = periods;
  choice.cell_effects = model.effects == EffectKind::cell || model.effects == EffectKind::cell_and_period;
  choice.period_effects = model.effects == EffectKind::period || model.effects == EffectKind::cell_and_period;
  choice.absorbed = linear.absorbed;
  choice.response = linear.response;
  choice.draws = draws;
  choice.threads = linear.threads;
  return fit_spatial(std::move(design), y, choice);
}

/// How much the errors of two rows of a period may depend on each other: less with distance (Bartlett).
Weights conley_kernel(const Regression& regression, const std::vector<std::size_t>& rows,
                      const RunContext& context) {
  const Table& table = regression.cells.table;
  const WeightsSource source({"triangular:" + number_text(regression.job.cutoff_m), true, false},
                             regression.cells, id_texts(table, id_column(table, regression.job.cells.id)));
  std::vector<Weights> parts;
  for (const PeriodRows& period : rows_by_period(table, regression.job.by, rows))
    parts.push_back(source.links(period.rows, context));
  return joined(parts);
}

/// Everything but maximum likelihood.
Fit fit_independent(const Regression& regression, const RegressModel& model, Design design,
                    const std::vector<double>& y, const FitChoice& choice, const Weights& weights,
                    const std::vector<std::size_t>& rows, const ImpactDraws& draws,
                    const RunContext& context) {
  MomentsChoice moments;
  moments.unequal_variances = choice.covariance == "hc0";
  moments.threads = choice.threads;
  moments.diagnostics = choice.diagnostics;
  moments.draws = draws;
  switch (model.estimator) {
    case Estimator::lag_moments:
      return fit_lag_moments(std::move(design), y, weights, moments);
    case Estimator::error_moments:
      return fit_error_moments(std::move(design), y, weights, moments);
    case Estimator::random_effects:
      return fit_random_effects(std::move(design), y,
                                codes_of_column(regression.cells.table, cell_column(regression), rows),
                                choice.threads, choice.diagnostics);
    case Estimator::local:
      return fit_local(regression, std::move(design), y, rows, context);
    default:
      return fit_linear(std::move(design), y, choice);
  }
}

/// Of least squares with lags.
void add_impacts(const Weights& weights, const ImpactDraws& draws, Fit& fit) {
  const Multipliers multipliers = multipliers_without_rho(weights);
  fit.impacts = impacts(fit.coefficients, fit.reported_covariance, multipliers);
  add_drawn_impacts(fit.impacts, fit.coefficients, fit.reported_covariance, multipliers, 0, nullptr, draws);
}

/// Where the fit has no moments of its own for it: Moran's I of its residuals as of any values.
void add_residual_dependence(const Weights& weights, Fit& fit) {
  const bool has = std::any_of(fit.tests.begin(), fit.tests.end(),
                               [](const TestResult& test) { return test.name == "moran_residuals"; });
  if (has || weights.links() == 0 || fit.residuals.size() < 4 || !(fit.rss > 0)) return;
  const GlobalAutocorrelation moran = global_moran(fit.residuals, weights);
  fit.tests.push_back({"moran_residuals", "Moran's I of residuals, moments under randomisation", moran.value,
                       0, moran.p, moran.expectation, moran.variance});
}

/// Lag and error models have tests between neighbours of their own, and a second set of effects counts as
/// columns.
bool has_tests_beside(const Regression& regression, const RegressModel& model) {
  return !regression.weights.empty() && !model.dependent() &&
         (model.effects != EffectKind::cell_and_period || regression.periods.size() <= kMostFurtherEffects);
}

/// What tests beside effects need.
TakenEffects effects_beside(const Regression& regression, const RegressModel& model,
                            std::span<const std::size_t> rows, int threads) {
  const Table& table = regression.cells.table;
  const std::vector<std::string> names = effect_columns(regression, model);
  const bool cells = model.effects == EffectKind::cell || model.effects == EffectKind::cell_and_period;
  std::vector<std::int64_t> second;
  if (names.size() > 1 && has_tests_beside(regression, model))
    second = codes_of_column(table, names.back(), rows);
  return taken_effects(codes_of_column(table, names.front(), rows), second, cells, threads);
}

/// Tests of residuals against the columns as they were before the effects, in front of the others.
void add_tests_beside(Design levels, const TakenEffects& effects, int threads, Fit& fit) {
  std::vector<TestResult> tests = residual_tests(std::move(levels), fit.residuals, effects, threads);
  tests.insert(tests.end(), fit.tests.begin(), fit.tests.end());
  fit.tests = std::move(tests);
}

/// `determinant`: of the weights of one of the `periods`; needed by models of dependence.
ModelFit fit_rows(const Regression& regression, const RegressModel& model, std::vector<std::size_t> rows,
                  const Weights& weights, std::size_t periods, LogDeterminant* determinant,
                  const RunContext& context, bool brief = false) {
  context.stop.check();
  ModelFit result;
  result.model = &model;
  result.rows = std::move(rows);
  const Table& table = regression.cells.table;
  result.response = response_of(regression.formula, table, result.rows);
  const bool effects = model.effects != EffectKind::none;
  DesignChoice design_choice{weights.rows() > 0 ? &weights : nullptr, model.lags, !effects};
  Design design = design_of(regression.formula, table, result.rows, design_choice);
  std::vector<double> y = result.response;
  FitChoice choice;
  choice.threads = context.threads;
  choice.diagnostics = !brief;
  if (!brief) choice.covariance = regression.job.covariance;
  std::vector<std::int64_t> clusters;
  Weights kernel;
  if (choice.covariance == "conley") {
    kernel = conley_kernel(regression, result.rows, context);
    choice.kernel = &kernel;
  }
  if (choice.covariance == "cluster") {
    clusters = codes_of_column(
        table, regression.job.cluster.empty() ? cell_column(regression) : regression.job.cluster,
        result.rows);
    choice.clusters = clusters;
  }
  std::optional<TakenEffects> beside;
  if (effects && !brief) beside = effects_beside(regression, model, result.rows, context.threads);
  choice.effects = beside ? &*beside : nullptr;
  if (!brief && (!effects || has_tests_beside(regression, model))) choice.weights = design_choice.weights;
  if (effects) {
    const Effects taken = effects_of(regression, model, result.rows);
    taken.take_out(y);
    for (std::vector<double>& column : design.columns) taken.take_out(column);
    for (std::vector<double>& low : design.lows) low.clear();
    choice.absorbed = taken.degrees();
    choice.response = result.response;
    choice.drop_dependent = true;
    if (static_cast<double>(y.size()) <= choice.absorbed + static_cast<double>(design.size())) {
      throw Error(ErrorKind::input, std::to_string(y.size()) + " rows are too few for " +
                                        fixed_text(choice.absorbed, 0) + " effects and " +
                                        std::to_string(design.size()) + " coefficients");
    }
  }
  const ImpactDraws draws{brief ? 0 : regression.job.impact_draws,
                          static_cast<std::uint64_t>(regression.job.seed)};
  result.fit = determinant != nullptr ? fit_dependence(model, std::move(design), y, choice, weights, periods,
                                                       *determinant, draws)
                                      : fit_independent(regression, model, std::move(design), y, choice,
                                                        weights, result.rows, draws, context);
  if (!brief && determinant == nullptr && model.lags && model.estimator == Estimator::usual)
    add_impacts(weights, draws, result.fit);
  if (beside) {
    if (choice.weights == nullptr && !model.dependent() && !regression.weights.empty())
      result.fit.notes.push_back("tests between neighbours are left out beside effects of more than " +
                                 std::to_string(kMostFurtherEffects) + " periods");
    design_choice.intercept = true;
    add_tests_beside(design_of(regression.formula, table, result.rows, design_choice), *beside,
                     context.threads, result.fit);
  }
  if (!brief) add_residual_dependence(weights, result.fit);
  complete_fitted(regression, result, design_choice.weights);
  return result;
}

void note_dropped(const ModelFit& fit, const std::string& where, Log& log) {
  if (fit.fit.dropped.empty()) return;
  log.warning("model " + std::string(fit.model->name) + where + ": " + join(fit.fit.dropped, ", ") +
              " left out: the effects explain " + (fit.fit.dropped.size() == 1 ? "it" : "them") + " wholly");
}

/// An error of the rows of a fit, which says whose it is. What has no neighbours fails for its columns,
/// whatever the model is called.
[[noreturn]] void fail_in(const Regression& regression, const RegressModel& model, const std::string& period,
                          const Error& error) {
  if (error.kind() != ErrorKind::input) throw error;
  std::vector<std::string> where;
  if (model.dependent() || model.by_moments()) where.push_back("model " + std::string(model.name));
  if (!regression.job.by.empty() && !period.empty()) where.push_back(regression.job.by + " " + period);
  if (where.empty()) throw error;
  throw Error(error.kind(), join(where, ", ") + ": " + error.what());
}

ModelFit fit_all_periods(const Regression& regression, const RegressModel& model, Determinants& determinants,
                         const RunContext& context) {
  if (model.effects != EffectKind::period || model.dependent()) require_single_cells(regression);
  LogDeterminant* determinant = nullptr;
  if (model.dependent()) {
    std::vector<std::size_t> periods(regression.periods.size());
    std::iota(periods.begin(), periods.end(), std::size_t{0});
    require_balanced(regression, model, periods, cell_column(regression));
    determinant = &determinants.of(regression.periods.front().weights);
  }
  std::vector<std::size_t> rows;
  std::vector<Weights> parts;
  for (const RegressPeriod& period : regression.periods) {
    rows.insert(rows.end(), period.rows.begin(), period.rows.end());
    if (period.weights.rows() > 0) parts.push_back(period.weights);
  }
  ModelFit result;
  try {
    result = fit_rows(regression, model, std::move(rows), joined(parts), regression.periods.size(),
                      determinant, context);
  } catch (const Error& error) {
    fail_in(regression, model, "", error);
  }
  std::size_t first = 0;
  for (const RegressPeriod& period : regression.periods) {
    const std::size_t count = period.rows.size();
    result.r2_by_period.push_back(r2_of(std::span(result.response).subspan(first, count),
                                        std::span(result.fit.residuals).subspan(first, count)));
    first += count;
  }
  note_dropped(result, "", context.log);
  return result;
}

}  // namespace

std::vector<ModelFit> fit_models(const Regression& regression, const RunContext& context) {
  std::vector<ModelFit> fits;
  Determinants determinants(log_determinant_method(regression.job.log_determinant), context.threads);
  for (const RegressModel* model : regression.models) {
    if (model->pooled()) {
      fits.push_back(fit_all_periods(regression, *model, determinants, context));
      continue;
    }
    for (std::size_t k = 0; k < regression.periods.size(); ++k) {
      const RegressPeriod& period = regression.periods[k];
      try {
        LogDeterminant* const determinant = model->dependent() ? &determinants.of(period.weights) : nullptr;
        fits.push_back(fit_rows(regression, *model, period.rows, period.weights, 1, determinant, context));
      } catch (const Error& error) {
        fail_in(regression, *model, period.name, error);
      }
      fits.back().period = k;
      fits.back().fit.fitted.period = period.name;
      note_dropped(fits.back(), ", " + regression.job.by + " " + period.name, context.log);
    }
  }
  return fits;
}

FittedModel fit_part(const Regression& regression, const RegressModel& model,
                     std::span<const std::size_t> periods, std::vector<std::size_t> rows,
                     const Weights& weights, const RunContext& context) {
  Determinants determinants(log_determinant_method(regression.job.log_determinant), context.threads);
  LogDeterminant* determinant = nullptr;
  if (model.dependent()) {
    // Of a panel all periods have the same weights: those of the first.
    std::vector<std::size_t> first(rows.size() / periods.size());
    std::iota(first.begin(), first.end(), std::size_t{0});
    determinant = &determinants.of(kept_weights(weights, first));
  }
  return fit_rows(regression, model, std::move(rows), weights, periods.size(), determinant, context, true)
      .fit.fitted;
}

double r2_at(const Regression& regression, std::size_t period, const RegressModel& model) {
  for (const ModelFit& fit : regression.fits) {
    if (fit.model != &model) continue;
    if (model.pooled()) return fit.r2_by_period[period];
    if (fit.period == period) return fit.fit.r2;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace isotherm
