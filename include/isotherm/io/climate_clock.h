// The year of a time of the CF conventions: "days since 1850-01-01" in one of its calendars.
//
// standard (also gregorian, or nothing) is Julian until 4 October 1582 and Gregorian from the next day, the
// 15th; proleptic_gregorian and julian are one of them throughout; noleap (365_day), all_leap (366_day) and
// 360_day have years of one length. Units are days, hours, minutes or seconds; months and years are refused,
// as their length is not agreed upon. Source: CF conventions 1.11, section 4.4.
#pragma once

#include <string>

namespace isotherm {

class ClimateClock {
 public:
  /// Throws Error(input).
  ClimateClock(const std::string& units, const std::string& calendar);
  /// Throws Error(input) outside of the years 0 to 9999.
  int year(double time) const;
  /// The length of a stretch of time in days.
  double days(double length) const { return length * days_per_unit_; }

 private:
  double days_per_unit_ = 1;
  int year_length_ = 0;         ///< days of every year; 0: leap years as they come
  double first_gregorian_ = 0;  ///< Julian before this day
  double start_ = 0;            ///< days since a day in year 0 that depends on the calendar
};

}  // namespace isotherm
