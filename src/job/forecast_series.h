// A table as series: cells, times on a calendar, one series per cell and variable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "forecast_calendar.h"
#include "isotherm/core/table.h"
#include "isotherm/job/forecast.h"
#include "isotherm/job/period.h"

namespace isotherm {

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
  const std::vector<ColumnInfo>& variables() const { return variables_; }
  const Calendar& calendar() const { return calendar_; }
  const std::string& time_name() const { return time_name_; }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

  /// The series of a cell from its first observed step to last(); empty when there is none. Several values of
  /// a step become one. Of an area it is the mean of its cells, or that times the most cells of any step.
  std::vector<double> series(std::size_t cell, std::size_t variable) const;

 private:
  SeriesTable() : calendar_("year") {}
  void take_ids(const ForecastJob& job, Table& table, Log& log);
  void take_long(const ForecastJob& job, const Table& table);
  void take_wide(const ForecastJob& job, const Table& table);
  void choose_calendar(const ForecastJob& job, const std::vector<WrittenTime>& times);
  std::int64_t step_of(const WrittenTime& time, const std::string& text) const;
  void close(Log& log);

  std::vector<Column> ids_;
  std::vector<std::string> id_texts_;
  std::vector<MultiPolygon> geometry_;
  std::string crs_;
  std::vector<ColumnInfo> variables_;
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
