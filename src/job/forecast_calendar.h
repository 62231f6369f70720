// Times on a regular calendar: every time has a step, every step a label.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "isotherm/core/date.h"
#include "isotherm/core/table.h"

namespace isotherm {

enum class TimeKind { year, season, month, date };

/// A time as it is written: "2021", "2021-JJA", "2021-06", "2021-06-14" (or with a time of day, or 20210614).
struct WrittenTime {
  TimeKind kind = TimeKind::year;
  long long year = 0;
  int part = 0;  ///< season 0..3 (DJF first), month 1..12
  Date date;     ///< of kind date
};
std::optional<WrittenTime> parse_time(std::string_view text);

class Calendar {
 public:
  /// "year", "season", "month", or days such as "16d", counted anew from each 1 January so that the last one
  /// of a year is short. Throws Error(usage).
  explicit Calendar(std::string_view every);
  /// The calendar that times of this kind are written in; nothing for dates, which may be any.
  static std::optional<Calendar> of(TimeKind kind);

  const std::string& name() const { return name_; }
  /// Steps in a year.
  int period() const;
  /// Consecutive numbers. Nothing when the time is coarser than the calendar.
  std::optional<std::int64_t> step(const WrittenTime& time) const;
  /// "2021", "2021-JJA", "2021-06", or the date on which the days of the step begin.
  std::string label(std::int64_t step) const;
  ColumnType label_type() const;

 private:
  std::string name_;
  TimeKind kind_ = TimeKind::year;
  int days_ = 0;
};

}  // namespace isotherm
