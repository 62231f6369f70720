// The shape of the forecast table: a row per cell, variable and step, or a row per cell.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "forecast_series.h"
#include "isotherm/core/table.h"
#include "isotherm/model/series.h"

namespace isotherm {

class ForecastTable {
 public:
  /// `head` knows what all parts of a table share.
  ForecastTable(const SeriesTable& head, std::span<const double> levels, int horizon, bool wide);

  const TableSchema& schema() const { return schema_; }
  /// Adds the forecasts of a cell of `series`, one per variable.
  void append(Table& table, const SeriesTable& series, std::size_t cell,
              std::span<const SeriesForecast> forecasts, std::span<const int> observed) const;

 private:
  void describe_values(const std::string& prefix, const std::string& suffix, const ColumnInfo& variable);
  void add_identity(Table& table, const SeriesTable& series, std::size_t cell, std::size_t& column) const;
  void add_values(Table& table, const SeriesForecast& forecast, std::size_t step, std::size_t& column) const;

  std::span<const double> levels_;
  int horizon_;
  bool wide_;
  TableSchema schema_;
};

/// Probabilities of quantiles as they were written, ascending, each once. Throws Error(usage).
std::vector<double> parse_levels(std::span<const std::string> texts);
/// "q10", "q2.5".
std::string quantile_name(double level);

}  // namespace isotherm
