// Time folded: which period a date belongs to, and how the values of a period become one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/date.h"

namespace isotherm {

enum class Period { day, month, season, year };

/// A word of `--period`.
struct PeriodRow {
  Period period;
  std::string_view name;
  std::string_view help;
};
std::span<const PeriodRow> period_rows();
Period parse_period(std::string_view text);  ///< throws Error(usage) with a suggestion

/// "2021-06-14", "2021-06", "2021-JJA", "2021". Seasons are the meteorological ones; December belongs to the
/// winter (DJF) of the year that follows.
std::string period_label(Period period, const Date& date);

enum class Reducer { mean, median, min, max, count };

/// A word of `--reduce`.
struct ReducerRow {
  Reducer reducer;
  std::string_view name;
  std::string_view help;
};
std::span<const ReducerRow> reducer_rows();
Reducer parse_reducer(std::string_view text);
std::string_view to_string(Reducer reducer);

/// The values of one cell over a period (none missing) as one; NaN of none, except count, which is then 0.
/// The median of an even number is the mean of the middle two. Sorts `values`.
double reduce(Reducer reducer, std::span<double> values);

}  // namespace isotherm
