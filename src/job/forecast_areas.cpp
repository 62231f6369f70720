#include "forecast_areas.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/core/word_codes.h"

namespace isotherm {

namespace {

constexpr std::size_t kRowsInPiece = 1 << 16;

/// Columns of sums that the pieces of a table are added to. A row for each area and time that is met.
class AreaReader {
 public:
  AreaReader(const ForecastJob& job, std::size_t most_bytes) : job_(job), most_bytes_(most_bytes) {}

  /// False when pieces disagree about the type of the areas' names, which then are text.
  bool read(Log& log, bool names_as_text) {
    TableReadOptions options = SeriesTable::read_options(job_);
    options.most_bytes = most_bytes_;
    options.stop_when_full = true;
    options.names_as_text = names_as_text;
    TableStream stream(job_.table, options);
    SilentLog silent;
    for (bool first = true;; first = false) {
      const ReadTable piece = stream.next(kRowsInPiece, first ? log : static_cast<Log&>(silent));
      if (piece.rows == 0) break;
      if (!add(piece)) return false;
      check_memory();
    }
    return true;
  }

  AreaSums give() {
    AreaSums result;
    result.nameless = nameless_;
    ReadTable& sums = result.sums;
    sums.rows = area_of_row_.size();
    if (!job_.id.empty()) sums.coded.push_back({names(), std::move(area_of_row_)});
    if (!job_.time.empty()) {
      CodedColumn& times = sums.coded.emplace_back();
      times.values = make_column({job_.time, ColumnType::text, "", ""});
      for (std::size_t k = 0; k < times_.size(); ++k) times.values.texts().emplace_back(times_.word(k));
      times.codes = std::move(time_of_row_);
    }
    for (SumColumn& column : columns_) {
      const auto filled = [&](std::vector<double> values) {
        Column made = make_column(column.info);
        if (column.info.type != ColumnType::text) made.values = std::move(values);
        return made;
      };
      for (std::size_t row = 0; row < column.sums.size(); ++row) {
        if (column.counts[row] == 0) column.sums[row] = kMissing;
      }
      sums.table.columns.push_back(filled(std::move(column.sums)));
      result.counts.push_back(filled(std::move(column.counts)));
    }
    return result;
  }

 private:
  struct SumColumn {
    ColumnInfo info;
    std::vector<double> sums, counts;
  };

  bool add(const ReadTable& piece) {
    begin_columns(piece.table);
    std::vector<std::optional<std::uint32_t>> area_of_code{0};
    if (!job_.id.empty()) {
      const Column& names = piece.coded.front().values;
      area_of_code.clear();
      for (std::size_t code = 0; code < names.size(); ++code) {
        const auto text = cell_text(names, code);
        area_of_code.push_back(text ? std::optional(areas_.code(*text)) : std::nullopt);
      }
      if (std::ranges::any_of(area_of_code, [](const auto& area) { return area.has_value(); })) {
        const ColumnType joined = type_ ? joined_type(*type_, names.info.type) : names.info.type;
        if (type_ && joined == ColumnType::text && (*type_ != joined || names.info.type != joined))
          return false;
        type_ = joined;
      }
    }
    for (std::size_t row = 0; row < piece.rows; ++row) {
      const auto area = area_of_code[job_.id.empty() ? 0 : piece.coded.front().codes[row]];
      if (area) {
        add_row(piece, row, place_of(*area, time_of(piece, row)));
      } else {
        ++nameless_;
      }
    }
    return true;
  }

  void begin_columns(const Table& table) {
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      const bool text = std::holds_alternative<Texts>(table.columns[k].values);
      if (columns_.size() <= k) columns_.push_back({table.columns[k].info, {}, {}});
      ColumnInfo& info = columns_[k].info;
      info.type = text || info.type == ColumnType::text ? ColumnType::text : ColumnType::real;
    }
  }

  std::uint32_t time_of(const ReadTable& piece, std::size_t row) {
    if (job_.time.empty()) return 0;
    const CodedColumn& times = piece.coded[job_.id.empty() ? 0 : 1];
    return times_.code(cell_text(times.values, times.codes[row]).value_or(""));
  }

  /// The row of sums of an area and time.
  std::size_t place_of(std::uint32_t area, std::uint32_t time) {
    if (rows_of_area_.size() <= area) rows_of_area_.resize(area + 1);
    std::vector<std::size_t>& rows = rows_of_area_[area];
    if (rows.size() <= time) rows.resize(time + 1, kNoRow);
    if (rows[time] == kNoRow) {
      rows[time] = area_of_row_.size();
      area_of_row_.push_back(area);
      time_of_row_.push_back(time);
      for (SumColumn& column : columns_) column.sums.push_back(0), column.counts.push_back(0);
    }
    return rows[time];
  }

  void add_row(const ReadTable& piece, std::size_t row, std::size_t place) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k].info.type == ColumnType::text) continue;
      const double value = number_in(piece.table.columns[k], row);
      if (std::isnan(value)) continue;
      columns_[k].sums[place] += value;
      columns_[k].counts[place] += 1;
    }
  }

  void check_memory() const {
    const std::size_t rows = area_of_row_.size();
    const std::size_t held = rows * (16 + 16 * columns_.size()) + areas_.bytes() + times_.bytes();
    if (most_bytes_ == 0 || held <= most_bytes_) return;
    throw Error(ErrorKind::usage, job_.table + ": its areas and times ('" + job_.id + "', " +
                                      std::to_string(rows) +
                                      " pairs) take more than --memory allows; allow more, or name a column "
                                      "of fewer areas");
  }

  /// The areas' names, of the type that all pieces agree on.
  Column names() const {
    Column column = make_column({job_.id, type_.value_or(ColumnType::text), "", ""});
    for (std::size_t k = 0; k < areas_.size(); ++k) {
      const std::string_view word = areas_.word(k);
      if (column.info.type == ColumnType::integer) {
        column.integers().push_back(parse_integer(word).value_or(kMissingInteger));
      } else if (column.info.type == ColumnType::real) {
        column.reals().push_back(parse_number(word).value_or(kMissing));
      } else {
        column.texts().emplace_back(word);
      }
    }
    return column;
  }

  static constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);
  const ForecastJob& job_;
  std::size_t most_bytes_;
  WordCodes areas_, times_;
  std::optional<ColumnType> type_;
  std::vector<SumColumn> columns_;
  std::vector<std::uint32_t> area_of_row_, time_of_row_;
  std::vector<std::vector<std::size_t>> rows_of_area_;  ///< by area and time
  std::size_t nameless_ = 0;
};

}  // namespace

ColumnType joined_type(ColumnType one, ColumnType other) {
  if (one == other) return one;
  const auto number = [](ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; };
  return number(one) && number(other) ? ColumnType::real : ColumnType::text;
}

AreaSums read_area_sums(const ForecastJob& job, Log& log, std::size_t most_bytes) {
  AreaReader reader(job, most_bytes);
  if (reader.read(log, false)) return reader.give();
  SilentLog silent;
  AreaReader again(job, most_bytes);
  again.read(silent, true);
  return again.give();
}

}  // namespace isotherm
