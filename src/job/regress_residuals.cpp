#include <algorithm>

#include "isotherm/core/missing.h"
#include "isotherm/io/table_writer.h"
#include "kept_columns.h"
#include "regress_local.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

/// Coefficients, their errors and t of every row, and R2 of its surroundings.
void add_local_columns(const Regression& regression, const RegressModel& model,
                       std::span<const std::size_t> position, Table& table) {
  std::vector<std::string> terms;
  for (const ModelFit& fit : regression.fits) {
    if (fit.model != &model) continue;
    for (const std::string& name : fit.fit.local->names) {
      if (std::find(terms.begin(), terms.end(), name) == terms.end()) terms.push_back(name);
    }
  }
  const std::size_t rows = table.columns.front().size();
  const std::vector<double> missing(rows, kMissing);
  const auto add = [&](const std::string& name, const std::string& help, std::vector<double> values) {
    table.columns.push_back({{name, ColumnType::real, "", help}, std::move(values)});
  };
  std::vector<double> local_r2 = missing;
  for (const std::string& term : terms) {
    std::vector<double> value = missing, error = missing, ratio = missing;
    for (const ModelFit& fit : regression.fits) {
      if (fit.model != &model) continue;
      const LocalTerms& local = *fit.fit.local;
      const auto found = std::find(local.names.begin(), local.names.end(), term);
      const auto at = static_cast<std::size_t>(found - local.names.begin());
      for (std::size_t k = 0; k < fit.rows.size(); ++k) {
        const std::size_t row = position[fit.rows[k]];
        local_r2[row] = local.local_r2[k];
        if (found == local.names.end()) continue;
        value[row] = local.coefficients[at][k];
        error[row] = local.standard_errors[at][k];
        ratio[row] = value[row] / error[row];
      }
    }
    const std::string name = local_column(model.name, term);
    add(name, "coefficient of " + term + " here", std::move(value));
    add(name + "_se", "its standard error", std::move(error));
    add(name + "_t", "coefficient over standard error", std::move(ratio));
  }
  add(std::string(model.name) + "_local_r2", "R2 of the rows in reach, weighted", std::move(local_r2));
}

}  // namespace

/// The rows used, in the order of the input: cell, period, area, response, then fitted value and residual per
/// model, then what differs from place to place.
void write_residuals(const Regression& regression, const RunContext& context) {
  const RegressJob& job = regression.job;
  const Table& input = regression.cells.table;
  std::vector<char> used(input.rows(), 0);
  for (const RegressPeriod& period : regression.periods) {
    for (std::size_t row : period.rows) used[row] = 1;
  }
  std::vector<std::size_t> rows, position(input.rows(), 0);
  for (std::size_t row = 0; row < used.size(); ++row) {
    if (used[row] == 0) continue;
    position[row] = rows.size();
    rows.push_back(row);
  }
  Table table = kept_table(regression.cells, rows, {job.cells.id, job.by, job.area});
  const std::string response = text_of(regression.formula.response);
  std::vector<double> values = response_of(regression.formula, input, rows);
  if (const auto same = table.find(response); !same) {
    table.columns.push_back({{response, ColumnType::real, "", "the column explained"}, std::move(values)});
  }
  const std::vector<double> missing(rows.size(), kMissing);
  for (const RegressModel* model : regression.models) {
    std::vector<double> fitted = missing, residual = missing;
    for (const ModelFit& fit : regression.fits) {
      if (fit.model != model) continue;
      for (std::size_t k = 0; k < fit.rows.size(); ++k) {
        const std::size_t at = position[fit.rows[k]];
        residual[at] = fit.fit.residuals[k];
        fitted[at] = fit.response[k] - fit.fit.residuals[k];
      }
    }
    const std::string name(model->name);
    table.columns.push_back(
        {{"fitted_" + name, ColumnType::real, "", "fitted by model " + name}, std::move(fitted)});
    table.columns.push_back(
        {{"residual_" + name, ColumnType::real, "", "response less fitted"}, std::move(residual)});
  }
  for (const RegressModel* model : regression.models) {
    if (model->estimator == Estimator::local) add_local_columns(regression, *model, position, table);
  }
  write_whole(job.residuals, std::move(table), context);
}

}  // namespace isotherm
