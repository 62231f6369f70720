#include "isotherm/job/period.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"

namespace isotherm {

namespace {

constexpr std::array<PeriodRow, 4> kPeriods{{
    {Period::day, "day", "one row per cell and day; scenes of one day are folded"},
    {Period::month, "month", "calendar months, written 2021-06"},
    {Period::season, "season",
     "DJF, MAM, JJA, SON, written 2021-JJA; December counts to the next year's winter"},
    {Period::year, "year", "calendar years"},
}};

constexpr std::array<ReducerRow, 5> kReducers{{
    {Reducer::mean, "mean", "mean of the dates' values, every date alike"},
    {Reducer::median, "median", "middle of the dates' values"},
    {Reducer::min, "min", "smallest of the dates' values"},
    {Reducer::max, "max", "largest of the dates' values"},
    {Reducer::count, "count", "number of dates with a value"},
}};

std::string season_label(const Date& date) {
  static constexpr std::array<const char*, 4> kNames{"DJF", "MAM", "JJA", "SON"};
  const int year = date.month == 12 ? date.year + 1 : date.year;
  return std::to_string(year) + "-" + kNames[static_cast<std::size_t>(date.month % 12 / 3)];
}

double median_of(std::span<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

std::span<const PeriodRow> period_rows() { return kPeriods; }
std::span<const ReducerRow> reducer_rows() { return kReducers; }

Period parse_period(std::string_view text) { return row_named(kPeriods, text, "period").period; }
Reducer parse_reducer(std::string_view text) { return row_named(kReducers, text, "way to reduce").reducer; }

std::string_view to_string(Reducer reducer) { return kReducers[static_cast<std::size_t>(reducer)].name; }

std::string period_label(Period period, const Date& date) {
  switch (period) {
    case Period::day:
      return to_string(date);
    case Period::month:
      return to_string(date).substr(0, 7);
    case Period::season:
      return season_label(date);
    case Period::year:
      return to_string(date).substr(0, 4);
  }
  throw Error(ErrorKind::internal, "period without a label");
}

double reduce(Reducer reducer, std::span<double> values) {
  if (reducer == Reducer::count) return static_cast<double>(values.size());
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  switch (reducer) {
    case Reducer::mean:
      return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    case Reducer::median:
      return median_of(values);
    case Reducer::min:
      return *std::min_element(values.begin(), values.end());
    case Reducer::max:
      return *std::max_element(values.begin(), values.end());
    case Reducer::count:
      break;
  }
  throw Error(ErrorKind::internal, "reducer without a rule");
}

}  // namespace isotherm
