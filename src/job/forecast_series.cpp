#include "forecast_series.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"

namespace isotherm {

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

void SeriesNotes::add(const SeriesNotes& other) {
  nameless += other.nameless;
  folded += other.folded;
  outlines_without_crs = outlines_without_crs || other.outlines_without_crs;
}

void tell(const SeriesNotes& notes, const ForecastJob& job, const Calendar& calendar, Log& log) {
  if (notes.outlines_without_crs)
    log.warning("the outlines of " + job.table + " have no CRS and are not carried; give it with --crs");
  if (notes.nameless > 0) {
    log.warning(std::to_string(notes.nameless) + " rows of " + job.table + " have no '" + job.id +
                "' and are left out");
  }
  if (notes.folded > 0 && !job.areas) {
    log.note("several values of a cell fall into one step of the calendar (" + calendar.name() + "), " +
             std::to_string(notes.folded) + " times: their " +
             std::string(to_string(parse_reducer(job.aggregate))) + " is used");
  }
}

void check_span(const SeriesFacts& facts) {
  if (facts.last_row - facts.first <= 1000000) return;
  throw Error(ErrorKind::input, "the times reach from " + facts.calendar.label(facts.first) + " to " +
                                    facts.calendar.label(facts.last_row) +
                                    ": more than a million steps; is one of them wrong?");
}

SeriesTable SeriesTable::read(const ForecastJob& job, Log& log, std::size_t most_bytes) {
  TableReadOptions options = read_options(job);
  options.most_bytes = most_bytes;
  SeriesTable series(job, read_table(job.table, options, log));
  if (series.cells() == 0) throw Error(ErrorKind::no_data, job.table + " has no row with a '" + job.id + "'");
  tell(series.notes(), job, series.calendar(), log);
  return series;
}

std::string SeriesTable::id_text(std::size_t cell) const {
  return ids_.empty() ? std::string() : cell_text(ids_.front(), cell).value_or("");
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

void SeriesTable::count_folded() {
  std::vector<std::int64_t> steps;
  for (std::size_t cell = 0; cell < cells(); ++cell) {
    steps.clear();
    for (std::size_t k = offsets_[cell]; k < offsets_[cell + 1]; ++k) {
      if (!std::isnan(entry_values_.front()[entry(k)])) steps.push_back(step(entry(k)));
    }
    std::ranges::sort(steps);
    notes_.folded += static_cast<std::size_t>(steps.end() - std::unique(steps.begin(), steps.end()));
  }
}

void SeriesTable::find_steps() {
  for (std::size_t place = 0; place < offsets_.back(); ++place) {
    const std::size_t k = entry(place);
    facts_.first = std::min(facts_.first, step(k));
    facts_.last_row = std::max(facts_.last_row, step(k));
    for (std::size_t v = 0; v < continued_; ++v) {
      if (!std::isnan(entry_values_[v][k])) facts_.last_value = std::max(facts_.last_value, step(k));
    }
  }
}

std::vector<SeriesTable::Entry> SeriesTable::entries(std::size_t cell, std::size_t variable) const {
  std::vector<Entry> found;
  for (std::size_t k = offsets_[cell]; k < offsets_[cell + 1]; ++k) {
    const double value = entry_values_[variable][entry(k)];
    if (std::isnan(value)) continue;
    found.push_back({step(entry(k)), value, areas_ ? entry_counts_[variable][entry(k)] : 1});
  }
  std::ranges::stable_sort(found, {}, &Entry::step);
  return found;
}

std::vector<double> SeriesTable::series(std::size_t cell, std::size_t variable) const {
  const auto found = entries(cell, variable);
  if (found.empty()) return {};
  const std::int64_t first = found.front().step;
  return fold(found, first, static_cast<std::size_t>(last() - first + 1));
}

std::vector<double> SeriesTable::stretch(std::size_t cell, std::size_t variable, std::int64_t first,
                                         std::size_t length) const {
  return fold(entries(cell, variable), first, length);
}

std::vector<double> SeriesTable::fold(std::span<const Entry> found, std::int64_t first,
                                      std::size_t length) const {
  std::vector<double> values(length, kMissing);
  std::vector<double> here;
  double most = 1;
  for (std::size_t k = 0; k < found.size();) {
    const std::int64_t step = found[k].step;
    double count = 0;
    here.clear();
    for (; k < found.size() && found[k].step == step; ++k) {
      here.push_back(found[k].value);
      count += found[k].count;
    }
    most = std::max(most, count);
    const std::int64_t place = step - first;
    if (place < 0 || place >= static_cast<std::int64_t>(length)) continue;
    values[static_cast<std::size_t>(place)] =
        areas_ ? std::accumulate(here.begin(), here.end(), 0.0) / count : reduce(reducer_, here);
  }
  if (sums_) {
    for (double& value : values) value *= most;
  }
  return values;
}

}  // namespace isotherm
