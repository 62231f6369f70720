// A table as series: cells, times on a calendar, one series per cell and variable. With regressors the table
// ends where the last value to continue stands: what it holds of regressors behind that is known of the
// future.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
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

/// What all cells of a table share. Of a table taken in parts it is known before the parts are made.
struct SeriesFacts {
  std::vector<ColumnInfo> ids;        ///< of the cells' names and coordinates
  std::vector<ColumnInfo> variables;  ///< regressors behind those to continue
  Calendar calendar{"year"};
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_row = std::numeric_limits<std::int64_t>::min();
  std::int64_t last_value = std::numeric_limits<std::int64_t>::min();  ///< of a value to continue
  bool has_outlines = false;
  std::string crs;

  /// Only values make a past; rows that hold nothing but regressors are the future.
  std::int64_t last(bool regressors) const {
    return regressors && last_value > std::numeric_limits<std::int64_t>::min() ? last_value : last_row;
  }
};

/// Counted while a table is read, told when all of it is.
struct SeriesNotes {
  std::size_t nameless = 0;  ///< rows
  std::size_t folded = 0;    ///< values that share a step with another
  bool outlines_without_crs = false;
  void add(const SeriesNotes& other);
};

/// Sums of areas in place of their cells' values (forecast_areas.h).
struct AreaSums {
  ReadTable sums;              ///< a row per area and time, or a wide one per area
  std::vector<Column> counts;  ///< beside each column of `sums`: how many values
  std::size_t nameless = 0;    ///< rows without an area
};

/// Cells in the order of their first row, all on the steps first .. last of one calendar.
class SeriesTable {
 public:
  /// Takes at most `most_bytes` (0: any) of the table's values at once; throws Error(usage) where it would be
  /// more. Held for a long table: four bytes a row, eight more a row and column, as many as a row of numbers
  /// where cells are not together, and names and outlines once a cell.
  static SeriesTable read(const ForecastJob& job, Log& log, std::size_t most_bytes = 0);

  /// Of rows that were read with read_options; may come out without cells. With `known`, they are a part of
  /// the table that has these facts.
  SeriesTable(const ForecastJob& job, ReadTable read, const SeriesFacts* known = nullptr);
  SeriesTable(const ForecastJob& job, AreaSums areas);
  /// Without cells: names, types and times of all of them.
  SeriesTable(const ForecastJob& job, const SeriesFacts& facts);
  static TableReadOptions read_options(const ForecastJob& job);
  /// Columns to continue, then regressors.
  static std::vector<std::string> columns(const ForecastJob& job);

  std::size_t cells() const { return ids_.empty() ? 1 : ids_.front().size(); }
  /// Identities as they were read, a value per cell, and coordinates of tables that have them in columns; no
  /// column when the table is one series.
  const std::vector<Column>& ids() const { return ids_; }
  std::string id_text(std::size_t cell) const;
  /// Empty, or an outline per cell.
  const std::vector<MultiPolygon>& geometry() const { return geometry_; }
  bool has_outlines() const { return facts_.has_outlines; }
  const std::string& crs() const { return facts_.crs; }
  /// Columns to continue; the regressors lie behind them, their numbers go on from there.
  std::span<const ColumnInfo> variables() const { return std::span(facts_.variables).first(continued_); }
  std::span<const ColumnInfo> regressors() const { return std::span(facts_.variables).subspan(continued_); }
  /// Which pool a cell belongs to, 0 .. pools() - 1.
  std::size_t pool(std::size_t cell) const { return pool_of_cell_.empty() ? 0 : pool_of_cell_[cell]; }
  std::size_t pools() const { return pools_; }
  const Calendar& calendar() const { return facts_.calendar; }
  const std::string& time_name() const { return time_name_; }
  std::int64_t first() const { return facts_.first; }
  std::int64_t last() const { return facts_.last(!regressors().empty()); }
  const SeriesFacts& facts() const { return facts_; }
  const SeriesNotes& notes() const { return notes_; }
  /// Whether the rows of each cell stand together, those without a name behind them.
  bool cells_together() const { return order_.empty(); }
  /// The first row of a cell, where cells stand together.
  std::size_t first_row(std::size_t cell) const { return offsets_[cell] / entries_in_row_; }

  /// The series of a cell from its first observed step to last(); empty when there is none. Several values of
  /// a step become one. Of an area it is the mean of its cells, or that times the most cells of any step.
  std::vector<double> series(std::size_t cell, std::size_t variable) const;
  /// A column of a cell, regressors too, from a step for so many steps; missing where there is none.
  std::vector<double> stretch(std::size_t cell, std::size_t variable, std::int64_t first,
                              std::size_t length) const;

 private:
  /// A value, or with areas a sum, at a step.
  struct Entry {
    std::int64_t step;
    double value, count;
  };

  explicit SeriesTable(const ForecastJob& job);
  void take(const ForecastJob& job, ReadTable& read, bool calendar_known);
  void take_ids(const ForecastJob& job, ReadTable& read);
  void take_outlines(std::vector<MultiPolygon> outlines, std::string crs);
  void take_coordinates(ReadTable& read, std::span<const std::size_t> first_names);
  void take_facts(const ForecastJob& job, const SeriesFacts& known);
  void take_long(const ForecastJob& job, ReadTable& read, bool calendar_known);
  void take_wide(const ForecastJob& job, const Table& table, bool calendar_known);
  void choose_calendar(const ForecastJob& job, const std::vector<WrittenTime>& times);
  void take_times(const ForecastJob& job, const CodedColumn& times, std::size_t rows_before,
                  bool calendar_known);
  std::int64_t step_of(const WrittenTime& time, const std::string& text) const;
  void take_pools(const CodedColumn& classes);
  void sort_entries();
  void find_steps();
  void count_folded();
  /// Of one column, in the order of their steps.
  std::vector<Entry> entries(std::size_t cell, std::size_t variable) const;
  std::vector<double> fold(std::span<const Entry> found, std::int64_t first, std::size_t length) const;

  /// The entry that stands at this place when entries are in the order of their cells.
  std::size_t entry(std::size_t place) const { return order_.empty() ? place : order_[place]; }
  std::int64_t step(std::size_t entry) const { return steps_[time_of_entry_[entry]]; }

  std::vector<Column> ids_;
  std::vector<MultiPolygon> geometry_;
  SeriesFacts facts_;
  SeriesNotes notes_;
  std::size_t continued_ = 0;
  std::vector<std::size_t> pool_of_cell_;
  std::size_t pools_ = 1;
  Reducer reducer_ = Reducer::mean;
  bool areas_ = false, sums_ = false;
  std::string time_name_ = "time";
  std::vector<std::string> asked_;  ///< columns asked for by name
  static constexpr std::uint32_t kNoCell = static_cast<std::uint32_t>(-1);
  // Entries: a value of each variable at a time, in the order of the table.
  std::vector<std::uint32_t> cell_of_entry_;  ///< only until they are sorted
  std::vector<std::uint32_t> time_of_entry_;
  std::vector<std::int64_t> steps_;  ///< by time
  std::vector<std::vector<double>> entry_values_;
  std::vector<Column> area_counts_;                ///< only until they are taken
  std::vector<std::vector<double>> entry_counts_;  ///< with areas: how many values an entry is the sum of
  std::size_t entries_in_row_ = 1;                 ///< of a wide table as many as times
  std::vector<std::uint32_t> offsets_, order_;     ///< no order where the table has each cell's rows together
};

/// A value of a column of names or times as text; nothing when missing.
std::optional<std::string> cell_text(const Column& column, std::size_t row);
/// A value of a column of numbers; missing when it is not finite.
double number_in(const Column& column, std::size_t row);

/// Throws Error(input) where times lie too far apart for all of them to be right.
void check_span(const SeriesFacts& facts);
void tell(const SeriesNotes& notes, const ForecastJob& job, const Calendar& calendar, Log& log);

}  // namespace isotherm
