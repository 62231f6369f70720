// Instants and spans of time as searches write them: RFC 3339, with open ends and shortened forms.
//
//   2020-06-01T10:00:00Z     that second        2020-06-01   that day     2020-06   that month     2020 that
//   year 2014/2020                from the first moment of the one to the last of the other 2014/..  ../2020
//   2014/  /2020     open
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm {

/// Milliseconds since 1970 of an RFC 3339 instant, with a fraction and an offset or Z; nothing when it is
/// none.
std::optional<std::int64_t> parse_instant(std::string_view text);
/// "2020-06-01T10:00:00Z", with milliseconds where there are some.
std::string instant_text(std::int64_t milliseconds);

/// Both ends belong to it; an absent end is open.
struct TimeSpan {
  std::optional<std::int64_t> first, last;

  bool open() const { return !first && !last; }
  bool contains(std::int64_t milliseconds) const {
    return (!first || milliseconds >= *first) && (!last || milliseconds <= *last);
  }
  /// As STAC's `datetime`: "2014-01-01T00:00:00Z/2020-12-31T23:59:59Z", ".." for an open end.
  std::string text() const;
};

/// Throws Error(usage) with the forms there are, also for an end before its beginning. Empty: all time.
TimeSpan parse_time_span(std::string_view text);

/// Months of the year, January first: "6-8", "11-2" (over the new year), "5,7-9". Throws Error(usage). Empty:
/// all.
std::bitset<12> parse_months(std::string_view text);

}  // namespace isotherm
