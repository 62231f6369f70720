// A table as series: cells, times on a calendar, one series per cell and variable. With regressors the table
// ends where the last value to continue stands: what it holds of regressors behind that is known of the
// future.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forecast_calendar.h"
#include "isotherm/core/table.h"
#include "isotherm/job/forecast.h"
#include "isotherm/job/period.h"

namespace isotherm {

/// Begins "class:COLUMN" of --pool.
inline constexpr std::string_view kPoolByClass = "class:";

/// Cells in the order of their first row, all on the steps first .. last of one calendar.
class SeriesTable {
 public:
  static SeriesTable read(const ForecastJob& job, Log& log);

  std::size_t cells() const { return id_texts_.size(); }
  /// Identities as they were read, a value per cell; no column when the table is one series.
  const std::vector<Column>& ids() const { return ids_; }
  const std::string& id_text(std::size_t cell) const { return id_texts_[cell]; }
  /// Empty, or an outline per cell.
  const std::vector<MultiPolygon>& geometry() const { return geometry_; }
  const std::string& crs() const { return crs_; }
  /// Columns to continue; the regressors lie behind them, their numbers go on from there.
  std::span<const ColumnInfo> variables() const { return std::span(variables_).first(continued_); }
  std::span<const ColumnInfo> regressors() const { return std::span(variables_).subspan(continued_); }
  /// Which pool a cell belongs to, 0 .. pools() - 1.
  std::size_t pool(std::size_t cell) const { return pool_of_cell_.empty() ? 0 : pool_of_cell_[cell]; }
  std::size_t pools() const { return pools_; }
  const Calendar& calendar() const { return calendar_; }
  const std::string& time_name() const { return time_name_; }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

  /// The series of a cell from its first observed step to last(); empty when there is none. Several values of
  /// a step become one. Of an area it is the mean of its cells, or that times the most cells of any step.
  std::vector<double> series(std::size_t cell, std::size_t variable) const;
  /// A column of a cell, regressors too, from a step for so many steps; missing where there is none.
  std::vector<double> stretch(std::size_t cell, std::size_t variable, std::int64_t first,
                              std::size_t length) const;

 private:
  SeriesTable() : calendar_("year") {}
  void take_ids(const ForecastJob& job, Table& table, Log& log);
  void take_long(const ForecastJob& job, const Table& table);
  void take_wide(const ForecastJob& job, const Table& table);
  void choose_calendar(const ForecastJob& job, const std::vector<WrittenTime>& times);
  std::int64_t step_of(const WrittenTime& time, const std::string& text) const;
  void take_pools(const ForecastJob& job, const Table& table);
  static std::vector<std::string> columns(const ForecastJob& job);
  void find_steps();
  void close(Log& log);
  /// Of one column, in the order of their steps.
  std::vector<std::pair<std::int64_t, double>> entries(std::size_t cell, std::size_t variable) const;
  std::vector<double> fold(std::span<const std::pair<std::int64_t, double>> found, std::int64_t first,
                           std::size_t length) const;

  std::vector<Column> ids_;
  std::vector<std::string> id_texts_;
  std::vector<MultiPolygon> geometry_;
  std::string crs_;
  std::vector<ColumnInfo> variables_;
  std::size_t continued_ = 0;
  std::vector<std::size_t> pool_of_cell_;
  std::size_t pools_ = 1;
  Calendar calendar_;
  Reducer reducer_ = Reducer::mean;
  bool areas_ = false, sums_ = false;
  std::string time_name_ = "time";
  std::int64_t first_ = 0, last_ = 0;
  static constexpr std::size_t kNoCell = static_cast<std::size_t>(-1);
  std::vector<std::size_t> cell_of_row_;
  // Entries: a value of each variable at a step, cell by cell.
  std::vector<std::size_t> entry_cell_, offsets_, order_;
  std::vector<std::int64_t> entry_step_;
  std::vector<std::vector<double>> entry_values_;
};

}  // namespace isotherm
