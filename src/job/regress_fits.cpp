#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/effects.h"
#include "regress_parts.h"

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

Effects effects_of(const Regression& regression, const RegressModel& model,
                   std::span<const std::size_t> rows) {
  const Table& table = regression.cells.table;
  const auto codes = [&](const std::string& name) { return codes_of_column(table, name, rows); };
  switch (model.effects) {
    case EffectKind::area:
      return Effects(codes(regression.job.area));
    case EffectKind::period:
      return Effects(codes(regression.job.by));
    case EffectKind::cell_and_period:
      return {codes(cell_column(regression)), codes(regression.job.by)};
    default:
      return Effects(codes(cell_column(regression)));
  }
}

/// A cell must not stand twice in a period: its effect and its neighbours would count double.
void require_single_cells(const Regression& regression) {
  const std::string name = cell_column(regression);
  for (const Period& period : regression.periods) {
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

ModelFit fit_rows(const Regression& regression, const RegressModel& model, std::vector<std::size_t> rows,
                  const Weights& weights, const RunContext& context) {
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
  choice.covariance = regression.job.covariance;
  std::vector<std::int64_t> clusters;
  if (choice.covariance == "cluster") {
    clusters = codes_of_column(
        table, regression.job.cluster.empty() ? cell_column(regression) : regression.job.cluster,
        result.rows);
    choice.clusters = clusters;
  }
  if (!effects) choice.weights = design_choice.weights;
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
  result.fit = fit_linear(std::move(design), y, choice);
  return result;
}

void note_dropped(const ModelFit& fit, const std::string& where, Log& log) {
  if (fit.fit.dropped.empty()) return;
  log.warning("model " + std::string(fit.model->name) + where + ": " + join(fit.fit.dropped, ", ") +
              " left out: the effects explain " + (fit.fit.dropped.size() == 1 ? "it" : "them") + " wholly");
}

ModelFit fit_all_periods(const Regression& regression, const RegressModel& model, const RunContext& context) {
  if (model.effects != EffectKind::period) require_single_cells(regression);
  std::vector<std::size_t> rows;
  std::vector<Weights> parts;
  for (const Period& period : regression.periods) {
    rows.insert(rows.end(), period.rows.begin(), period.rows.end());
    if (period.weights.rows() > 0) parts.push_back(period.weights);
  }
  ModelFit result = fit_rows(regression, model, std::move(rows), joined(parts), context);
  std::size_t first = 0;
  for (const Period& period : regression.periods) {
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
  for (const RegressModel* model : regression.models) {
    if (model->pooled()) {
      fits.push_back(fit_all_periods(regression, *model, context));
      continue;
    }
    for (std::size_t k = 0; k < regression.periods.size(); ++k) {
      const Period& period = regression.periods[k];
      try {
        fits.push_back(fit_rows(regression, *model, period.rows, period.weights, context));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::input || regression.job.by.empty()) throw;
        throw Error(error.kind(), regression.job.by + " " + period.name + ": " + error.what());
      }
      fits.back().period = k;
      note_dropped(fits.back(), ", " + regression.job.by + " " + period.name, context.log);
    }
  }
  return fits;
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
