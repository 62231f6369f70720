// Series from the rows of a table.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "forecast_series.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/core/word_codes.h"

namespace isotherm {

namespace {

void require_numbers(const Column& column) {
  if (!std::holds_alternative<Texts>(column.values)) return;
  throw Error(ErrorKind::input,
              "column '" + column.info.name + "' holds text, not numbers; nothing can be continued");
}

void append_value(Column& to, const Column& from, std::size_t row) {
  std::visit(
      [&](auto& values) { values.push_back(std::get<std::decay_t<decltype(values)>>(from.values)[row]); },
      to.values);
}

std::vector<double> numbers_in(const Column& column) {
  std::vector<double> values(column.size());
  for (std::size_t row = 0; row < values.size(); ++row) values[row] = number_in(column, row);
  return values;
}

/// The time behind VALUE_ in the name of a wide column: "2021", "202106", "2021JJA", "20210614", or with
/// dashes.
std::optional<WrittenTime> time_of_suffix(std::string suffix) {
  if ((suffix.size() == 6 || suffix.size() == 7) && suffix.find('-') == std::string::npos) {
    if (suffix[4] == '_') suffix.erase(4, 1);
    suffix.insert(4, "-");
  }
  return parse_time(suffix);
}

}  // namespace

TableReadOptions SeriesTable::read_options(const ForecastJob& job) {
  TableReadOptions options;
  options.layer = job.layer;
  options.crs = job.crs;
  if (!job.id.empty()) options.coded.push_back(job.id);
  if (!job.time.empty()) {
    options.columns = columns(job);
    options.coded.push_back(job.time);
    if (!job.total.empty()) options.coded.push_back(job.total);  // refused here when there is none
  }
  if (job.pool.starts_with(kPoolByClass)) options.coded.push_back(job.pool.substr(kPoolByClass.size()));
  options.geometry = !job.areas;
  options.outlines_once = options.coordinates_once = !job.id.empty();
  options.coordinates_once = options.coordinates_once && !job.areas;
  options.anchors = false;
  return options;
}

SeriesTable::SeriesTable(const ForecastJob& job)
    : continued_(job.values.size()),
      reducer_(parse_reducer(job.aggregate)),
      areas_(job.areas),
      sums_(job.areas && job.total_as == "sum"),
      time_name_(job.time.empty() ? "time" : job.time),
      asked_(columns(job)) {}

SeriesTable::SeriesTable(const ForecastJob& job, const SeriesFacts& facts) : SeriesTable(job) {
  facts_ = facts;
  for (const ColumnInfo& id : facts.ids) ids_.push_back(make_column(id));
}

SeriesTable::SeriesTable(const ForecastJob& job, ReadTable read, const SeriesFacts* known)
    : SeriesTable(job) {
  if (known) facts_.calendar = known->calendar;
  take(job, read, known != nullptr);
  if (known && cells() > 0) take_facts(job, *known);
}

SeriesTable::SeriesTable(const ForecastJob& job, AreaSums areas) : SeriesTable(job) {
  area_counts_ = std::move(areas.counts);
  take(job, areas.sums, false);
  notes_.nameless = areas.nameless;
}

void SeriesTable::take(const ForecastJob& job, ReadTable& read, bool calendar_known) {
  if (read.rows >= kNoCell)
    throw Error(ErrorKind::input, job.table + " has more than four thousand million rows; cut it by cells");
  take_ids(job, read);
  if (cells() == 0) return;
  if (job.pool.starts_with(kPoolByClass)) take_pools(read.coded.back());
  if (job.time.empty()) {
    take_wide(job, read.table, calendar_known);
  } else {
    take_long(job, read, calendar_known);
  }
  area_counts_ = {};
  sort_entries();
  find_steps();
  check_span(facts_);
  count_folded();
}

void SeriesTable::take_ids(const ForecastJob& job, ReadTable& read) {
  if (job.id.empty()) {
    cell_of_entry_.assign(read.rows, 0);
    if (!read.table.geometry.empty()) read.table.geometry.resize(1);
    take_outlines(std::move(read.table.geometry), read.table.crs);
    return;
  }
  CodedColumn& names = read.coded.front();
  // Names that were written differently ("1.0", "1.00") may be the same.
  std::vector<std::uint32_t> cell_of_name(names.values.size(), kNoCell);
  std::vector<std::size_t> first_name;
  {
    WordCodes known;
    for (std::size_t name = 0; name < cell_of_name.size(); ++name) {
      const auto text = cell_text(names.values, name);
      if (!text) continue;
      cell_of_name[name] = known.code(*text);
      if (cell_of_name[name] == first_name.size()) first_name.push_back(name);
    }
  }
  std::vector<MultiPolygon> outlines = std::move(read.table.geometry);
  take_coordinates(read, first_name);
  if (first_name.size() == cell_of_name.size()) {
    ids_.insert(ids_.begin(), std::move(names.values));
  } else {
    std::vector<MultiPolygon> firsts;
    Column column = make_column(names.values.info);
    for (const std::size_t name : first_name) {
      append_value(column, names.values, name);
      if (!outlines.empty()) firsts.push_back(std::move(outlines[name]));
    }
    outlines = std::move(firsts);
    ids_.insert(ids_.begin(), std::move(column));
  }
  for (const Column& id : ids_) facts_.ids.push_back(id.info);
  take_outlines(std::move(outlines), read.table.crs);
  cell_of_entry_ = std::move(names.codes);
  for (std::uint32_t& cell : cell_of_entry_) {
    cell = cell_of_name[cell];
    notes_.nameless += cell == kNoCell;
  }
}

/// Coordinates in columns say where the cells of the result are; what is asked for by name stays apart.
void SeriesTable::take_coordinates(ReadTable& read, std::span<const std::size_t> first_names) {
  const auto asked_for = [&](const Column& column) {
    const auto is_it = [&](const ColumnInfo& info) { return info.name == column.info.name; };
    return is_it(read.coded.front().values.info) || column.info.name == time_name_ ||
           std::ranges::find(asked_, column.info.name) != asked_.end();
  };
  if (std::ranges::any_of(read.once, asked_for)) return;
  for (const Column& once : read.once) {
    Column& column = ids_.emplace_back(make_column({once.info.name, ColumnType::real, "", "coordinate"}));
    for (const std::size_t name : first_names) column.reals().push_back(number_in(once, name));
  }
}

void SeriesTable::take_outlines(std::vector<MultiPolygon> outlines, std::string crs) {
  facts_.crs = std::move(crs);
  if (outlines.empty()) return;
  notes_.outlines_without_crs = facts_.crs.empty();
  if (facts_.crs.empty()) return;
  facts_.has_outlines = true;
  geometry_ = std::move(outlines);
}

/// What a part cannot tell by itself: an empty outline stands where the part has none, coordinates are left
/// out where other parts have none. What contradicts the whole table was not there before.
void SeriesTable::take_facts(const ForecastJob& job, const SeriesFacts& known) {
  const bool same = ids_.size() >= known.ids.size() && ids_.front().info.type == known.ids.front().type &&
                    facts_.first >= known.first && facts_.last_row <= known.last_row &&
                    facts_.last_value <= known.last_value;
  if (!same) throw Error(ErrorKind::input, job.table + " has changed while it was read");
  ids_.resize(known.ids.size());
  facts_ = known;
  if (facts_.has_outlines) geometry_.resize(cells());
}

void SeriesTable::take_pools(const CodedColumn& classes) {
  constexpr auto kNoPool = static_cast<std::size_t>(-1);
  pool_of_cell_.assign(cells(), kNoPool);
  WordCodes known;
  for (std::size_t row = 0; row < cell_of_entry_.size(); ++row) {
    const std::size_t cell = cell_of_entry_[row];
    if (cell == kNoCell || pool_of_cell_[cell] != kNoPool) continue;
    const auto text = cell_text(classes.values, classes.codes[row]);
    if (text) pool_of_cell_[cell] = known.code(*text);
  }
  // Cells without a class are a class of their own.
  pools_ = known.size();
  const bool some_without = std::ranges::find(pool_of_cell_, kNoPool) != pool_of_cell_.end();
  std::ranges::replace(pool_of_cell_, kNoPool, pools_);
  if (some_without) ++pools_;
}

std::vector<std::string> SeriesTable::columns(const ForecastJob& job) {
  std::vector<std::string> names = job.values;
  names.insert(names.end(), job.regressors.begin(), job.regressors.end());
  return names;
}

void SeriesTable::choose_calendar(const ForecastJob& job, const std::vector<WrittenTime>& times) {
  if (!job.every.empty()) {
    facts_.calendar = Calendar(job.every);
    return;
  }
  const TimeKind kind = times.front().kind;
  const bool same = std::ranges::all_of(times, [&](const WrittenTime& time) { return time.kind == kind; });
  const auto calendar = same ? Calendar::of(kind) : std::nullopt;
  if (!calendar) {
    throw Error(ErrorKind::usage,
                std::string(same ? "the times are dates, which may be irregular"
                                 : "the times are written in several ways") +
                    "; say on which calendar to put them, for example --every year, month or 16d");
  }
  facts_.calendar = *calendar;
}

std::int64_t SeriesTable::step_of(const WrittenTime& time, const std::string& text) const {
  if (const auto step = facts_.calendar.step(time)) return *step;
  throw Error(ErrorKind::usage, "the time '" + text + "' is coarser than --every " + facts_.calendar.name() +
                                    "; choose a coarser calendar");
}

void SeriesTable::take_times(const ForecastJob& job, const CodedColumn& times, std::size_t rows_before,
                             bool calendar_known) {
  // Few times stand in many rows; those of rows without a cell need not be times.
  std::vector<bool> used(times.values.size(), false);
  for (std::size_t row = 0; row < cell_of_entry_.size(); ++row) {
    if (cell_of_entry_[row] != kNoCell) used[times.codes[row]] = true;
  }
  std::vector<WrittenTime> written;
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < used.size(); ++k) {
    if (!used[k]) continue;
    const std::string text = cell_text(times.values, k).value_or("");
    const auto time = parse_time(text);
    if (!time) {
      const auto row = std::ranges::find(times.codes, static_cast<std::uint32_t>(k)) - times.codes.begin();
      throw Error(ErrorKind::input, "row " + std::to_string(rows_before + static_cast<std::size_t>(row) + 1) +
                                        " of " + job.table + ": '" + text + "' in column '" + job.time +
                                        "' is no time; write 2021, 2021-06, 2021-JJA or 2021-06-14");
    }
    written.push_back(*time);
    places.push_back(k);
  }
  if (!calendar_known) choose_calendar(job, written);
  steps_.assign(used.size(), 0);
  for (std::size_t k = 0; k < places.size(); ++k)
    steps_[places[k]] = step_of(written[k], cell_text(times.values, places[k]).value_or(""));
}

void SeriesTable::take_long(const ForecastJob& job, ReadTable& read, bool calendar_known) {
  CodedColumn& times = read.coded[job.id.empty() ? 0 : 1];
  take_times(job, times, read.before, calendar_known);
  time_of_entry_ = std::move(times.codes);
  for (const std::string& name : columns(job)) {
    const std::size_t place = *read.table.find(name);
    Column& column = read.table.columns[place];
    require_numbers(column);
    facts_.variables.push_back(column.info);
    if (areas_) entry_counts_.push_back(area_counts_[place].reals());
    // A column of numbers becomes the entries as it is, unless it is asked for twice.
    const bool last_use = std::ranges::count(columns(job), name) == 1;
    if (!last_use || !std::holds_alternative<Reals>(column.values)) {
      entry_values_.push_back(numbers_in(column));
      continue;
    }
    for (double& value : column.reals()) value = std::isfinite(value) ? value : kMissing;
    entry_values_.push_back(std::move(column.reals()));
  }
}

void SeriesTable::take_wide(const ForecastJob& job, const Table& table, bool calendar_known) {
  std::vector<WrittenTime> written;
  std::vector<std::string> texts;
  std::vector<std::vector<const Column*>> sources(columns(job).size());  ///< by variable and time
  for (std::size_t v = 0; v < sources.size(); ++v) {
    const std::string name = columns(job)[v];
    const Column* one = nullptr;
    for (const Column& column : table.columns) {
      if (!column.info.name.starts_with(name + "_")) continue;
      const std::string suffix = column.info.name.substr(name.size() + 1);
      const auto time = time_of_suffix(suffix);
      if (!time) continue;
      require_numbers(column);
      one = one ? one : &column;
      const auto place = static_cast<std::size_t>(std::ranges::find(texts, suffix) - texts.begin());
      if (place == texts.size()) {
        texts.push_back(suffix);
        written.push_back(*time);
      }
      sources[v].resize(texts.size());
      sources[v][place] = &column;
    }
    if (one == nullptr) {
      throw Error(ErrorKind::input, "no column is called " + name + "_ and a time (" + name +
                                        "_2021); for a table with " +
                                        "a row per time name its column with --time");
    }
    facts_.variables.push_back({name, ColumnType::real, one->info.unit, ""});
  }
  if (!calendar_known) choose_calendar(job, written);
  for (std::size_t k = 0; k < written.size(); ++k) steps_.push_back(step_of(written[k], texts[k]));
  // An entry for each row and time.
  const std::size_t times = texts.size();
  entries_in_row_ = times;
  if (cell_of_entry_.size() > kNoCell / times) {
    throw Error(ErrorKind::input, job.table + " has more than four thousand million values; cut it by rows");
  }
  const std::vector<std::uint32_t> cell_of_row = std::exchange(cell_of_entry_, {});
  for (const std::uint32_t cell : cell_of_row) {
    for (std::size_t k = 0; k < times; ++k) {
      cell_of_entry_.push_back(cell);
      time_of_entry_.push_back(static_cast<std::uint32_t>(k));
    }
  }
  const auto spread = [&](const std::vector<const Column*>& columns_by_time) {
    std::vector<double> values;
    for (std::size_t row = 0; row < cell_of_row.size(); ++row) {
      for (const Column* column : columns_by_time)
        values.push_back(column ? number_in(*column, row) : kMissing);
    }
    return values;
  };
  for (std::vector<const Column*>& source : sources) {
    source.resize(times);
    entry_values_.push_back(spread(source));
    if (!areas_) continue;
    for (const Column*& column : source)
      if (column) column = &area_counts_[static_cast<std::size_t>(column - table.columns.data())];
    entry_counts_.push_back(spread(source));
  }
}

}  // namespace isotherm
