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
#include "isotherm/io/table_reader.h"
#include "isotherm/job/forecast.h"
#include "isotherm/job/period.h"

namespace isotherm {

/// Begins "class:COLUMN" of --pool.
inline constexpr std::string_view kPoolByClass = "class:";

/// Cells in the order of their first row, all on the steps first .. last of one calendar.
class SeriesTable {
 public:
  /// Takes at most `most_bytes` (0: any) of the table's values at once; throws Error(usage) where it would be
  /// more. Held for a long table: four bytes a row, eight more a row and column, as many as a row of numbers
  /// where cells are not together, and names and outlines once a cell.
  static SeriesTable read(const ForecastJob& job, Log& log, std::size_t most_bytes = 0);

  std::size_t cells() const { return ids_.empty() ? 1 : ids_.front().size(); }
  /// Identities as they were read, a value per cell; no column when the table is one series.
  const std::vector<Column>& ids() const { return ids_; }
  std::string id_text(std::size_t cell) const;
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
  void take_ids(const ForecastJob& job, ReadTable& read, Log& log);
  void take_long(const ForecastJob& job, ReadTable& read);
  void take_wide(const ForecastJob& job, const Table& table);
  void choose_calendar(const ForecastJob& job, const std::vector<WrittenTime>& times);
  void take_times(const ForecastJob& job, const CodedColumn& times);
  std::int64_t step_of(const WrittenTime& time, const std::string& text) const;
  void take_pools(const CodedColumn& classes);
  void sort_entries();
  static std::vector<std::string> columns(const ForecastJob& job);
  void find_steps();
  void close(Log& log);
  /// Of one column, in the order of their steps.
  std::vector<std::pair<std::int64_t, double>> entries(std::size_t cell, std::size_t variable) const;
  std::vector<double> fold(std::span<const std::pair<std::int64_t, double>> found, std::int64_t first,
                           std::size_t length) const;

  /// The entry that stands at this place when entries are in the order of their cells.
  std::size_t entry(std::size_t place) const { return order_.empty() ? place : order_[place]; }
  std::int64_t step(std::size_t entry) const { return steps_[time_of_entry_[entry]]; }

  std::vector<Column> ids_;
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
  static constexpr std::uint32_t kNoCell = static_cast<std::uint32_t>(-1);
  // Entries: a value of each variable at a time, in the order of the table.
  std::vector<std::uint32_t> cell_of_entry_;  ///< only until they are sorted
  std::vector<std::uint32_t> time_of_entry_;
  std::vector<std::int64_t> steps_;  ///< by time
  std::vector<std::vector<double>> entry_values_;
  std::vector<std::uint32_t> offsets_, order_;  ///< no order where the table has each cell's rows together
};

}  // namespace isotherm
