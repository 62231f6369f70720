#include "forecast_calendar.h"

#include <algorithm>
#include <array>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::array<std::string_view, 4> kSeasons{"DJF", "MAM", "JJA", "SON"};

bool leap(long long year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr std::array<int, 13> kDaysBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

int days_before(long long year, int month) {
  return kDaysBefore[static_cast<std::size_t>(month - 1)] + (month > 2 && leap(year) ? 1 : 0);
}

int day_of_year(const Date& date) { return days_before(date.year, date.month) + date.day - 1; }

std::string date_of(long long year, int day) {
  int month = 12;
  while (days_before(year, month) > day) --month;
  return to_string(Date{static_cast<int>(year), month, day - days_before(year, month) + 1});
}

std::int64_t divide_down(std::int64_t value, std::int64_t by) {
  return value >= 0 ? value / by : -((by - 1 - value) / by);
}

}  // namespace

std::optional<WrittenTime> parse_time(std::string_view text) {
  text = trim(text);
  WrittenTime time;
  if (const auto date = parse_date(text)) {
    time.kind = TimeKind::date;
    time.date = *date;
    time.year = date->year;
    return time;
  }
  const std::size_t dash = text.size() > 1 ? text.find('-', 1) : std::string_view::npos;
  const auto year = parse_integer(text.substr(0, dash));
  if (!year) {
    // Tables keep years as reals, too: "2019.0".
    const auto real = parse_number(text);
    if (!real || *real != static_cast<double>(static_cast<long long>(*real))) return std::nullopt;
    time.year = static_cast<long long>(*real);
    return time;
  }
  time.year = *year;
  if (dash == std::string_view::npos) return time;
  const std::string_view rest = text.substr(dash + 1);
  for (std::size_t k = 0; k < kSeasons.size(); ++k) {
    if (rest != kSeasons[k]) continue;
    time.kind = TimeKind::season;
    time.part = static_cast<int>(k);
    return time;
  }
  const auto month = parse_integer(rest);
  if (!month || rest.size() != 2 || *month < 1 || *month > 12) return std::nullopt;
  time.kind = TimeKind::month;
  time.part = static_cast<int>(*month);
  return time;
}

Calendar::Calendar(std::string_view every) : name_(every) {
  if (every == "year") return;
  if (every == "season") {
    kind_ = TimeKind::season;
    return;
  }
  if (every == "month") {
    kind_ = TimeKind::month;
    return;
  }
  const auto days = every.ends_with('d') ? parse_integer(every.substr(0, every.size() - 1)) : std::nullopt;
  if (!days || *days < 1 || *days > 183) {
    throw Error(ErrorKind::usage,
                "--every takes year, season, month or a number of days from 1d to 183d (16d), not '" +
                    std::string(every) + "'");
  }
  kind_ = TimeKind::date;
  days_ = static_cast<int>(*days);
}

std::optional<Calendar> Calendar::of(TimeKind kind) {
  switch (kind) {
    case TimeKind::year:
      return Calendar("year");
    case TimeKind::season:
      return Calendar("season");
    case TimeKind::month:
      return Calendar("month");
    case TimeKind::date:
      break;
  }
  return std::nullopt;
}

int Calendar::period() const {
  switch (kind_) {
    case TimeKind::year:
      return 1;
    case TimeKind::season:
      return 4;
    case TimeKind::month:
      return 12;
    case TimeKind::date:
      break;
  }
  return (366 + days_ - 1) / days_;
}

std::optional<std::int64_t> Calendar::step(const WrittenTime& time) const {
  const std::int64_t year = time.year;
  const bool dated = time.kind == TimeKind::date;
  const int month = dated ? time.date.month : time.part;
  switch (kind_) {
    case TimeKind::year:
      return year;
    case TimeKind::season:
      if (time.kind == TimeKind::season) return 4 * year + time.part;
      if (time.kind == TimeKind::year) return std::nullopt;
      // December belongs to the winter of the year that follows.
      return 4 * (month == 12 ? year + 1 : year) + month % 12 / 3;
    case TimeKind::month:
      if (!dated && time.kind != TimeKind::month) return std::nullopt;
      return 12 * year + month - 1;
    case TimeKind::date:
      break;
  }
  if (!dated) return std::nullopt;
  return period() * year + day_of_year(time.date) / days_;
}

std::string Calendar::label(std::int64_t step) const {
  const std::int64_t year = divide_down(step, period());
  const int part = static_cast<int>(step - year * period());
  switch (kind_) {
    case TimeKind::year:
      return std::to_string(year);
    case TimeKind::season:
      return std::to_string(year) + "-" + std::string(kSeasons[static_cast<std::size_t>(part)]);
    case TimeKind::month:
      return to_string(Date{static_cast<int>(year), part + 1, 1}).substr(0, 7);
    case TimeKind::date:
      break;
  }
  // In a common year a step may begin behind its end; it is then never seen, and named by the last day.
  return date_of(year, std::min(part * days_, leap(year) ? 365 : 364));
}

ColumnType Calendar::label_type() const {
  if (kind_ == TimeKind::year) return ColumnType::integer;
  return kind_ == TimeKind::date ? ColumnType::date : ColumnType::text;
}

}  // namespace isotherm
