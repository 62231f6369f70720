#include "isotherm/fetch/time_span.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

using std::chrono::sys_days;

constexpr std::int64_t kDay = 86400000;

// A number of exactly so many digits at the front, taken off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> day_start(int year, int month, int day) {
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::int64_t{sys_days(date).time_since_epoch().count()} * kDay;
}

// "10:00:00.25+02:00": milliseconds to add to the day.
std::optional<std::int64_t> clock_part(std::string_view text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  std::int64_t time = ((*hour * 60 + *minute) * 60 + std::min(*second, 59)) * std::int64_t{1000};
  if (take(text, '.')) {
    int scale = 100;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      time += scale * (text.front() - '0');
      scale /= 10;
      text.remove_prefix(1);
    }
  }
  if (text == "Z" || text == "z") return time;
  const bool east = take(text, '+');
  if (!east && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  const std::int64_t offset = (*hours * 60 + *minutes) * std::int64_t{60000};
  return time + (east ? -offset : offset);
}

// First and last moment of "2020", "2020-06", "2020-06-01" or an instant.
std::optional<std::pair<std::int64_t, std::int64_t>> moments(std::string_view text) {
  if (const auto instant = parse_instant(text)) return std::pair{*instant, *instant};
  const auto year = take_digits(text, 4);
  if (!year || *year < 1) return std::nullopt;
  int month = 0, day = 0;
  if (take(text, '-')) {
    const auto told = take_digits(text, 2);
    if (!told || *told < 1 || *told > 12) return std::nullopt;
    month = *told;
    if (take(text, '-')) {
      const auto number = take_digits(text, 2);
      if (!number || *number < 1) return std::nullopt;
      day = *number;
    }
  }
  if (!text.empty()) return std::nullopt;
  const auto first = day_start(*year, std::max(month, 1), std::max(day, 1));
  if (!first) return std::nullopt;
  if (day > 0) return std::pair{*first, *first + kDay - 1};
  const auto next = month == 0 || month == 12 ? day_start(*year + 1, 1, 1) : day_start(*year, month + 1, 1);
  return std::pair{*first, *next - 1};
}

[[noreturn]] void refuse_time(std::string_view text, const std::string& why) {
  throw Error(ErrorKind::usage, "--time '" + std::string(text) + "': " + why +
                                    "; write 2020-06-01, 2014/2020, 2014-05/.. or RFC 3339 instants");
}

}  // namespace

std::optional<std::int64_t> parse_instant(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || text.empty() || (text[0] != 'T' && text[0] != 't' && text[0] != ' ')) return std::nullopt;
  text.remove_prefix(1);
  const auto start = day_start(*year, *month, *day);
  const auto time = clock_part(text);
  if (!start || !time) return std::nullopt;
  return *start + *time;
}

std::string instant_text(std::int64_t milliseconds) {
  using namespace std::chrono;
  const sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(milliseconds)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char text[48];
  int length =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()));
  const int rest = static_cast<int>(clock.subseconds().count());
  std::string out(text, static_cast<std::size_t>(length));
  if (rest != 0) {
    length = std::snprintf(text, sizeof text, ".%03d", rest);
    out.append(text, static_cast<std::size_t>(length));
  }
  return out + "Z";
}

std::string TimeSpan::text() const {
  return (first ? instant_text(*first) : "..") + "/" + (last ? instant_text(*last) : "..");
}

TimeSpan parse_time_span(std::string_view text) {
  const std::string_view whole = trim(text);
  if (whole.empty()) return {};
  const std::size_t slash = whole.find('/');
  if (slash == std::string_view::npos) {
    const auto both = moments(whole);
    if (!both) refuse_time(text, "is no time");
    return {both->first, both->second};
  }
  TimeSpan span;
  const std::string_view begin = trim(whole.substr(0, slash)), end = trim(whole.substr(slash + 1));
  if (!begin.empty() && begin != "..") {
    const auto told = moments(begin);
    if (!told) refuse_time(text, "'" + std::string(begin) + "' is no time");
    span.first = told->first;
  }
  if (!end.empty() && end != "..") {
    const auto told = moments(end);
    if (!told) refuse_time(text, "'" + std::string(end) + "' is no time");
    span.last = told->second;
  }
  if (span.first && span.last && *span.last < *span.first) refuse_time(text, "it ends before it begins");
  return span;
}

std::bitset<12> parse_months(std::string_view text) {
  std::bitset<12> months;
  const auto refuse = [&] {
    throw Error(ErrorKind::usage, "--months '" + std::string(text) +
                                      "': write numbers from 1 to 12, such as 6-8, "
                                      "11-2 or 5,7-9");
  };
  const auto month = [&](std::string_view word) {
    const auto number = parse_integer(word);
    if (!number || *number < 1 || *number > 12) refuse();
    return static_cast<std::size_t>(number.value_or(1) - 1);
  };
  if (trim(text).empty()) return months.set();
  for (const std::string& part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const std::size_t first = month(std::string_view(part).substr(0, dash));
    const std::size_t last =
        dash == std::string::npos ? first : month(std::string_view(part).substr(dash + 1));
    for (std::size_t m = first;; m = (m + 1) % 12) {
      months.set(m);
      if (m == last) break;
    }
  }
  return months;
}

}  // namespace isotherm
