#include "forecast_series.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/core/word_codes.h"
#include "isotherm/io/table_reader.h"

namespace isotherm {

namespace {

std::optional<std::string> cell_text(const Column& column, std::size_t row) {
  if (const auto* texts = std::get_if<Texts>(&column.values)) return (*texts)[row];
  if (const auto* integers = std::get_if<Integers>(&column.values)) {
    if ((*integers)[row] == kMissingInteger) return std::nullopt;
    return std::to_string((*integers)[row]);
  }
  const double value = column.reals()[row];
  if (std::isnan(value)) return std::nullopt;
  return number_text(value);
}

double number_in(const Column& column, std::size_t row) {
  if (const auto* integers = std::get_if<Integers>(&column.values)) {
    return (*integers)[row] == kMissingInteger ? kMissing : static_cast<double>((*integers)[row]);
  }
  const double value = column.reals()[row];
  return std::isfinite(value) ? value : kMissing;
}

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

SeriesTable SeriesTable::read(const ForecastJob& job, Log& log, std::size_t most_bytes) {
  TableReadOptions options;
  options.layer = job.layer;
  options.crs = job.crs;
  options.most_bytes = most_bytes;
  if (!job.id.empty()) options.coded.push_back(job.id);
  if (!job.time.empty()) {
    options.columns = columns(job);
    options.coded.push_back(job.time);
    if (!job.total.empty()) options.coded.push_back(job.total);  // refused here when there is none
  }
  const bool classes = job.pool.starts_with(kPoolByClass);
  if (classes) options.coded.push_back(job.pool.substr(kPoolByClass.size()));
  options.geometry = !job.areas;
  options.outlines_once = !job.id.empty();
  options.anchors = false;
  ReadTable read = read_table(job.table, options, log);
  if (read.rows >= kNoCell)
    throw Error(ErrorKind::input, job.table + " has more than four thousand million rows; cut it by cells");
  SeriesTable series;
  series.reducer_ = parse_reducer(job.aggregate);
  series.areas_ = job.areas;
  series.sums_ = job.areas && job.total_as == "sum";
  series.continued_ = job.values.size();
  series.take_ids(job, read, log);
  if (classes) series.take_pools(read.coded.back());
  if (job.time.empty()) {
    series.take_wide(job, read.table);
  } else {
    series.take_long(job, read);
  }
  series.close(log);
  return series;
}

std::string SeriesTable::id_text(std::size_t cell) const {
  return ids_.empty() ? std::string() : cell_text(ids_.front(), cell).value_or("");
}

void SeriesTable::take_ids(const ForecastJob& job, ReadTable& read, Log& log) {
  crs_ = read.table.crs;
  std::vector<MultiPolygon> outlines = std::move(read.table.geometry);
  if (!outlines.empty() && crs_.empty()) {
    log.warning("the outlines of " + job.table + " have no CRS and are not carried; give it with --crs");
    outlines.clear();
  }
  if (job.id.empty()) {
    cell_of_entry_.assign(read.rows, 0);
    if (!outlines.empty()) geometry_.push_back(std::move(outlines.front()));
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
  if (first_name.empty()) throw Error(ErrorKind::no_data, job.table + " has no row with a '" + job.id + "'");
  if (first_name.size() == cell_of_name.size()) {
    ids_.push_back(std::move(names.values));
    geometry_ = std::move(outlines);
  } else {
    ids_.push_back(make_column(names.values.info));
    for (const std::size_t name : first_name) {
      append_value(ids_.front(), names.values, name);
      if (!outlines.empty()) geometry_.push_back(std::move(outlines[name]));
    }
  }
  cell_of_entry_ = std::move(names.codes);
  std::size_t nameless = 0;
  for (std::uint32_t& cell : cell_of_entry_) {
    cell = cell_of_name[cell];
    nameless += cell == kNoCell;
  }
  if (nameless > 0) {
    log.warning(std::to_string(nameless) + " rows of " + job.table + " have no '" + job.id +
                "' and are left out");
  }
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
    calendar_ = Calendar(job.every);
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
  calendar_ = *calendar;
}

std::int64_t SeriesTable::step_of(const WrittenTime& time, const std::string& text) const {
  if (const auto step = calendar_.step(time)) return *step;
  throw Error(ErrorKind::usage, "the time '" + text + "' is coarser than --every " + calendar_.name() +
                                    "; choose a coarser calendar");
}

void SeriesTable::take_times(const ForecastJob& job, const CodedColumn& times) {
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
      throw Error(ErrorKind::input, "row " + std::to_string(row + 1) + " of " + job.table + ": '" + text +
                                        "' in column '" + job.time +
                                        "' is no time; write 2021, 2021-06, 2021-JJA or 2021-06-14");
    }
    written.push_back(*time);
    places.push_back(k);
  }
  choose_calendar(job, written);
  steps_.assign(used.size(), 0);
  for (std::size_t k = 0; k < places.size(); ++k)
    steps_[places[k]] = step_of(written[k], cell_text(times.values, places[k]).value_or(""));
}

void SeriesTable::take_long(const ForecastJob& job, ReadTable& read) {
  time_name_ = job.time;
  CodedColumn& times = read.coded[job.id.empty() ? 0 : 1];
  take_times(job, times);
  time_of_entry_ = std::move(times.codes);
  for (const std::string& name : columns(job)) {
    Column& column = read.table.columns[*read.table.find(name)];
    require_numbers(column);
    variables_.push_back(column.info);
    // A column of numbers becomes the entries as it is, unless it is asked for twice.
    const bool last_use = std::ranges::count(columns(job), name) == 1;
    if (last_use && std::holds_alternative<Reals>(column.values)) {
      for (double& value : column.reals()) value = std::isfinite(value) ? value : kMissing;
      entry_values_.push_back(std::move(column.reals()));
      continue;
    }
    std::vector<double>& values = entry_values_.emplace_back(read.rows);
    for (std::size_t row = 0; row < read.rows; ++row) values[row] = number_in(column, row);
    if (last_use) column.values = Reals{};
  }
}

void SeriesTable::take_wide(const ForecastJob& job, const Table& table) {
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
    variables_.push_back({name, ColumnType::real, one->info.unit, ""});
  }
  choose_calendar(job, written);
  for (std::size_t k = 0; k < written.size(); ++k) steps_.push_back(step_of(written[k], texts[k]));
  // An entry for each row and time.
  const std::size_t times = texts.size();
  if (cell_of_entry_.size() > kNoCell / times) {
    throw Error(ErrorKind::input, job.table + " has more than four thousand million values; cut it by rows");
  }
  const std::vector<std::uint32_t> cell_of_row = std::move(cell_of_entry_);
  cell_of_entry_ = {};
  for (const std::uint32_t cell : cell_of_row) {
    for (std::size_t k = 0; k < times; ++k) {
      cell_of_entry_.push_back(cell);
      time_of_entry_.push_back(static_cast<std::uint32_t>(k));
    }
  }
  entry_values_.resize(variables_.size());
  for (std::size_t v = 0; v < sources.size(); ++v) {
    sources[v].resize(times);
    for (std::size_t row = 0; row < cell_of_row.size(); ++row) {
      for (const Column* column : sources[v])
        entry_values_[v].push_back(column ? number_in(*column, row) : kMissing);
    }
  }
}

/// Entries by cell: as they stand where the table has them so, else by an order beside them.
void SeriesTable::sort_entries() {
  offsets_.assign(cells() + 1, 0);
  for (const std::uint32_t cell : cell_of_entry_) {
    if (cell != kNoCell) ++offsets_[cell + 1];
  }
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  if (!std::ranges::is_sorted(cell_of_entry_)) {
    order_.resize(offsets_.back());
    std::vector<std::uint32_t> next(offsets_.begin(), offsets_.end() - 1);
    for (std::size_t k = 0; k < cell_of_entry_.size(); ++k) {
      if (cell_of_entry_[k] != kNoCell) order_[next[cell_of_entry_[k]]++] = static_cast<std::uint32_t>(k);
    }
  }
  cell_of_entry_ = {};
}

void SeriesTable::close(Log& log) {
  sort_entries();
  find_steps();
  if (last_ - first_ > 1000000) {
    throw Error(ErrorKind::input, "the times reach from " + calendar_.label(first_) + " to " +
                                      calendar_.label(last_) +
                                      ": more than a million steps; is one of them wrong?");
  }
  std::size_t folded = 0;
  std::vector<std::int64_t> steps;
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    steps.clear();
    for (std::size_t k = offsets_[cell]; k < offsets_[cell + 1]; ++k) {
      if (!std::isnan(entry_values_.front()[entry(k)])) steps.push_back(step(entry(k)));
    }
    std::ranges::sort(steps);
    folded += static_cast<std::size_t>(steps.end() - std::unique(steps.begin(), steps.end()));
  }
  if (folded > 0 && !areas_) {
    log.note("several values of a cell fall into one step of the calendar (" + calendar_.name() + "), " +
             std::to_string(folded) + " times: their " + std::string(to_string(reducer_)) + " is used");
  }
}

void SeriesTable::find_steps() {
  first_ = std::numeric_limits<std::int64_t>::max();
  last_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t last_value = last_;
  for (std::size_t place = 0; place < offsets_.back(); ++place) {
    const std::size_t k = entry(place);
    first_ = std::min(first_, step(k));
    last_ = std::max(last_, step(k));
    const auto has_value = [&](std::size_t v) { return !std::isnan(entry_values_[v][k]); };
    for (std::size_t v = 0; v < continued_; ++v) {
      if (has_value(v)) last_value = std::max(last_value, step(k));
    }
  }
  // Only values make a past; rows that hold nothing but regressors are the future.
  const bool any = last_value > std::numeric_limits<std::int64_t>::min();
  if (!regressors().empty() && any) last_ = last_value;
}

std::vector<std::pair<std::int64_t, double>> SeriesTable::entries(std::size_t cell,
                                                                  std::size_t variable) const {
  std::vector<std::pair<std::int64_t, double>> found;
  for (std::size_t k = offsets_[cell]; k < offsets_[cell + 1]; ++k) {
    const double value = entry_values_[variable][entry(k)];
    if (!std::isnan(value)) found.emplace_back(step(entry(k)), value);
  }
  std::ranges::stable_sort(found, {}, &std::pair<std::int64_t, double>::first);
  return found;
}

std::vector<double> SeriesTable::series(std::size_t cell, std::size_t variable) const {
  const auto found = entries(cell, variable);
  if (found.empty()) return {};
  const std::int64_t first = found.front().first;
  return fold(found, first, static_cast<std::size_t>(last_ - first + 1));
}

std::vector<double> SeriesTable::stretch(std::size_t cell, std::size_t variable, std::int64_t first,
                                         std::size_t length) const {
  return fold(entries(cell, variable), first, length);
}

std::vector<double> SeriesTable::fold(std::span<const std::pair<std::int64_t, double>> found,
                                      std::int64_t first, std::size_t length) const {
  std::vector<double> values(length, kMissing);
  std::vector<double> here;
  std::size_t most = 1;
  for (std::size_t k = 0; k < found.size();) {
    const std::int64_t step = found[k].first;
    here.clear();
    for (; k < found.size() && found[k].first == step; ++k) here.push_back(found[k].second);
    most = std::max(most, here.size());
    const std::int64_t place = step - first;
    if (place >= 0 && place < static_cast<std::int64_t>(length))
      values[static_cast<std::size_t>(place)] = reduce(reducer_, here);
  }
  if (sums_) {
    for (double& value : values) value *= static_cast<double>(most);
  }
  return values;
}

}  // namespace isotherm
