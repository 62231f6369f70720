#include "forecast_series.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <unordered_map>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
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

const Column& column_named(const Table& table, const std::string& name) {
  if (const auto at = table.find(name)) return table.columns[*at];
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.info.name);
  throw Error(ErrorKind::input, "the table has no column '" + name + "'; it has " + join(names, ", ") +
                                    suggestion(name, names));
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

SeriesTable SeriesTable::read(const ForecastJob& job, Log& log) {
  TableReadOptions options;
  options.layer = job.layer;
  options.crs = job.crs;
  if (!job.time.empty()) {
    options.columns = columns(job);
    options.columns.push_back(job.time);
    if (!job.id.empty()) options.columns.push_back(job.id);
    if (!job.total.empty()) options.columns.push_back(job.total);  // refused here when there is none
    if (job.pool.starts_with(kPoolByClass)) options.columns.push_back(job.pool.substr(kPoolByClass.size()));
  }
  options.geometry = !job.areas;
  ReadTable read = read_table(job.table, options, log);
  SeriesTable series;
  series.reducer_ = parse_reducer(job.aggregate);
  series.areas_ = job.areas;
  series.sums_ = job.areas && job.total_as == "sum";
  series.continued_ = job.values.size();
  series.take_ids(job, read.table, log);
  if (job.pool.starts_with(kPoolByClass)) series.take_pools(job, read.table);
  if (job.time.empty()) {
    series.take_wide(job, read.table);
  } else {
    series.take_long(job, read.table);
  }
  series.close(log);
  return series;
}

void SeriesTable::take_ids(const ForecastJob& job, Table& table, Log& log) {
  const std::size_t rows = table.rows();
  if (rows == 0) throw Error(ErrorKind::no_data, job.table + " has no rows");
  cell_of_row_.assign(rows, 0);
  crs_ = table.crs;
  const bool outlines = !table.geometry.empty() && !crs_.empty();
  if (!table.geometry.empty() && !outlines) {
    log.warning("the outlines of " + job.table + " have no CRS and are not carried; give it with --crs");
  }
  if (job.id.empty()) {
    id_texts_ = {""};
    if (outlines) geometry_.push_back(std::move(table.geometry.front()));
    return;
  }
  const Column& ids = column_named(table, job.id);
  ids_.push_back(make_column(ids.info));
  std::unordered_map<std::string, std::size_t> known;
  std::size_t nameless = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto text = cell_text(ids, row);
    if (!text) {
      cell_of_row_[row] = kNoCell;
      ++nameless;
      continue;
    }
    const auto [place, fresh] = known.try_emplace(*text, id_texts_.size());
    cell_of_row_[row] = place->second;
    if (!fresh) continue;
    id_texts_.push_back(*text);
    append_value(ids_.front(), ids, row);
    if (outlines) geometry_.push_back(std::move(table.geometry[row]));
  }
  if (nameless > 0) {
    log.warning(std::to_string(nameless) + " rows of " + job.table + " have no '" + job.id +
                "' and are left out");
  }
}

void SeriesTable::take_pools(const ForecastJob& job, const Table& table) {
  const Column& classes = column_named(table, job.pool.substr(kPoolByClass.size()));
  constexpr auto kNoPool = static_cast<std::size_t>(-1);
  pool_of_cell_.assign(cells(), kNoPool);
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::size_t cell = cell_of_row_[row];
    if (cell == kNoCell || pool_of_cell_[cell] != kNoPool) continue;
    const auto text = cell_text(classes, row);
    if (text) pool_of_cell_[cell] = known.try_emplace(*text, known.size()).first->second;
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

void SeriesTable::take_long(const ForecastJob& job, const Table& table) {
  time_name_ = job.time;
  const Column& times = column_named(table, job.time);
  // Few times stand in many rows: each is read once.
  std::vector<WrittenTime> written;
  std::vector<std::string> texts;
  std::unordered_map<std::string, std::size_t> known;
  std::vector<std::size_t> rows;
  std::vector<std::uint32_t> time_of_row;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (cell_of_row_[row] == kNoCell) continue;
    const std::string text = cell_text(times, row).value_or("");
    const auto [place, fresh] = known.try_emplace(text, written.size());
    if (fresh) {
      const auto time = parse_time(text);
      if (!time) {
        throw Error(ErrorKind::input, "row " + std::to_string(row + 1) + " of " + job.table + ": '" + text +
                                          "' in column '" + job.time +
                                          "' is no time; write 2021, 2021-06, 2021-JJA or 2021-06-14");
      }
      written.push_back(*time);
      texts.push_back(text);
    }
    rows.push_back(row);
    time_of_row.push_back(static_cast<std::uint32_t>(place->second));
  }
  if (written.empty()) throw Error(ErrorKind::no_data, job.table + " has no row with a '" + job.id + "'");
  choose_calendar(job, written);
  std::vector<std::int64_t> steps;
  for (std::size_t k = 0; k < written.size(); ++k) steps.push_back(step_of(written[k], texts[k]));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    entry_cell_.push_back(cell_of_row_[rows[k]]);
    entry_step_.push_back(steps[time_of_row[k]]);
  }
  for (const std::string& name : columns(job)) {
    const Column& column = column_named(table, name);
    require_numbers(column);
    variables_.push_back(column.info);
    std::vector<double>& values = entry_values_.emplace_back();
    for (const std::size_t row : rows) values.push_back(number_in(column, row));
  }
}

void SeriesTable::take_wide(const ForecastJob& job, const Table& table) {
  struct Source {
    const Column* column;
    std::size_t variable;
    WrittenTime time;
    std::string text;
  };
  std::vector<Source> sources;
  std::vector<WrittenTime> written;
  for (const std::string& name : columns(job)) {
    const std::size_t before = sources.size();
    for (const Column& column : table.columns) {
      if (!column.info.name.starts_with(name + "_")) continue;
      const std::string suffix = column.info.name.substr(name.size() + 1);
      const auto time = time_of_suffix(suffix);
      if (!time) continue;
      require_numbers(column);
      sources.push_back({&column, variables_.size(), *time, suffix});
      written.push_back(*time);
    }
    if (sources.size() == before) {
      throw Error(ErrorKind::input, "no column is called " + name + "_ and a time (" + name +
                                        "_2021); for a table with " +
                                        "a row per time name its column with --time");
    }
    variables_.push_back({name, ColumnType::real, sources[before].column->info.unit, ""});
  }
  choose_calendar(job, written);
  entry_values_.resize(variables_.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (cell_of_row_[row] == kNoCell) continue;
    for (const Source& source : sources) {
      entry_cell_.push_back(cell_of_row_[row]);
      entry_step_.push_back(step_of(source.time, source.text));
      for (std::size_t v = 0; v < variables_.size(); ++v) {
        entry_values_[v].push_back(v == source.variable ? number_in(*source.column, row) : kMissing);
      }
    }
  }
}

void SeriesTable::close(Log& log) {
  offsets_.assign(cells() + 1, 0);
  for (const std::size_t cell : entry_cell_) ++offsets_[cell + 1];
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  order_.resize(entry_cell_.size());
  std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
  for (std::size_t k = 0; k < entry_cell_.size(); ++k) order_[next[entry_cell_[k]]++] = k;
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
      if (!std::isnan(entry_values_.front()[order_[k]])) steps.push_back(entry_step_[order_[k]]);
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
  const auto [least, most] = std::ranges::minmax_element(entry_step_);
  first_ = *least;
  last_ = *most;
  if (regressors().empty()) return;
  // Only values make a past; rows that hold nothing but regressors are the future.
  bool any = false;
  for (std::size_t k = 0; k < entry_step_.size(); ++k) {
    for (std::size_t v = 0; v < continued_; ++v) {
      if (std::isnan(entry_values_[v][k])) continue;
      last_ = any ? std::max(last_, entry_step_[k]) : entry_step_[k];
      any = true;
    }
  }
}

std::vector<std::pair<std::int64_t, double>> SeriesTable::entries(std::size_t cell,
                                                                  std::size_t variable) const {
  std::vector<std::pair<std::int64_t, double>> found;
  for (std::size_t k = offsets_[cell]; k < offsets_[cell + 1]; ++k) {
    const double value = entry_values_[variable][order_[k]];
    if (!std::isnan(value)) found.emplace_back(entry_step_[order_[k]], value);
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
