#include "isotherm/io/climate_clock.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::array<int, 12> kDaysBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kMostDays = 4e6;

struct ClockDate {
  int year = 1, month = 1, day = 1;
};

/// Days from 1 January of year 0 of the proleptic Gregorian calendar; the date is one of either calendar.
double day_number(const ClockDate& date, bool gregorian) {
  const long long before = date.year - 1;
  const bool leap = date.year % 4 == 0 && (!gregorian || date.year % 100 != 0 || date.year % 400 == 0);
  // In the year 1 the Julian calendar was two days behind: its 3 January was the Gregorian 1 January.
  const long long leap_days = gregorian ? before / 4 - before / 100 + before / 400 : before / 4 - 2;
  return static_cast<double>(365LL * date.year + leap_days +
                             kDaysBefore[static_cast<std::size_t>(date.month - 1)] +
                             (date.month > 2 && leap ? 1 : 0) + date.day);
}

/// The first day of the Gregorian calendar where it was first used.
double reform() { return day_number({1582, 10, 15}, true); }

[[noreturn]] void refuse_time(const std::string& what) {
  throw Error(ErrorKind::input, what + "; times are given as 'days since 1850-01-01'");
}

double unit_days(const std::string& name) {
  const std::string one = name.ends_with('s') ? name.substr(0, name.size() - 1) : name;
  if (one == "day" || one == "d") return 1;
  if (one == "hour" || one == "hr" || one == "h") return 1 / 24.0;
  if (one == "minute" || one == "min") return 1 / 1440.0;
  if (one == "second" || one == "sec" || name == "s") return 1 / 86400.0;
  refuse_time("the unit of time '" + name + "' is not understood");
}

ClockDate clock_date(const std::string& text, const std::string& units) {
  const std::vector<std::string> words = split(text.substr(0, text.find('t')), '-');
  std::array<long long, 3> parts{1, 1, 1};
  bool good = !words.empty() && words.size() <= parts.size();
  for (std::size_t k = 0; good && k < words.size(); ++k) {
    const auto number = parse_integer(words[k]);
    good = number && *number >= 0 && *number <= 9999;
    if (good) parts[k] = *number;
  }
  if (!good || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31)
    refuse_time("the date of '" + units + "' is not understood");
  return {static_cast<int>(parts[0]), static_cast<int>(parts[1]), static_cast<int>(parts[2])};
}

}  // namespace

ClimateClock::ClimateClock(const std::string& units, const std::string& calendar) {
  std::vector<std::string> words;
  for (const std::string& word : split(lower(units), ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (words.size() < 3 || words[1] != "since") refuse_time("the time '" + units + "' is not understood");
  days_per_unit_ = unit_days(words[0]);
  const ClockDate date = clock_date(words[2], units);
  const double into_year = kDaysBefore[static_cast<std::size_t>(date.month - 1)] + date.day - 1;
  const std::string name = lower(calendar);
  if (name == "noleap" || name == "365_day") {
    year_length_ = 365;
    start_ = 365.0 * date.year + into_year;
  } else if (name == "all_leap" || name == "366_day") {
    year_length_ = 366;
    start_ = 366.0 * date.year + into_year + (date.month > 2 ? 1 : 0);
  } else if (name == "360_day") {
    year_length_ = 360;
    start_ = 360.0 * date.year + 30.0 * (date.month - 1) + date.day - 1;
  } else if (name == "julian") {
    first_gregorian_ = kNever;
    start_ = day_number(date, false);
  } else if (name == "proleptic_gregorian") {
    first_gregorian_ = -kNever;
    start_ = day_number(date, true);
  } else if (name.empty() || name == "standard" || name == "gregorian") {
    first_gregorian_ = reform();
    const double as_gregorian = day_number(date, true);
    start_ = as_gregorian >= first_gregorian_ ? as_gregorian : day_number(date, false);
  } else {
    throw Error(ErrorKind::input, "the calendar '" + calendar + "' is not known");
  }
}

int ClimateClock::year(double time) const {
  const double days = start_ + time * days_per_unit_;
  if (!(days >= 0 && days < kMostDays))
    throw Error(ErrorKind::input, "a time lies outside of the years 0 to 9999");
  if (year_length_ > 0) return static_cast<int>(std::floor(days / year_length_));
  const bool gregorian = days >= first_gregorian_;
  const auto begins = [&](int year) { return day_number({year, 1, 1}, gregorian); };
  int year = static_cast<int>(days / 365.2425);
  while (begins(year + 1) <= days) ++year;
  while (year > 0 && begins(year) > days) --year;
  return year;
}

}  // namespace isotherm
