#include <limits>

#include "isotherm/io/table_writer.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

/// The rows used, in the order of the input: cell, period, area, response, then fitted value and residual per
/// model.
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
  Table table;
  table.crs = input.crs;
  for (const std::string& name :
       {std::string("zone"), std::string("cell_id"), std::string("id"), job.cells.id, job.by, job.area}) {
    const auto column = name.empty() ? std::nullopt : input.find(name);
    if (column && !table.find(name)) table.columns.push_back(picked(input.columns[*column], rows));
  }
  const std::string response = text_of(regression.formula.response);
  std::vector<double> values = response_of(regression.formula, input, rows);
  if (const auto same = table.find(response); !same) {
    table.columns.push_back({{response, ColumnType::real, "", "the column explained"}, std::move(values)});
  }
  const std::vector<double> missing(rows.size(), std::numeric_limits<double>::quiet_NaN());
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
  if (!input.geometry.empty()) {
    for (std::size_t row : rows) table.geometry.push_back(input.geometry[row]);
  }
  TableSchema schema = table.schema();
  schema.has_geometry = !table.geometry.empty();
  const std::unique_ptr<RowSink> sink = open_table(job.residuals, schema, {}, context);
  sink->write(sink->prepare(std::move(table)));
  sink->finish();
}

}  // namespace isotherm
