// Calendar dates (proleptic Gregorian) without times: a scene is taken on a day.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm {

struct Date {
  int year = 0;
  int month = 1;  ///< 1..12
  int day = 1;    ///< 1..31
  auto operator<=>(const Date&) const = default;
};

/// "2021-06-14", also with a time behind it ("2021-06-14T10:00:00Z"), or "20210614". Nothing when it is no
/// date.
std::optional<Date> parse_date(std::string_view text);
/// "2021-06-14".
std::string to_string(const Date& date);

}  // namespace isotherm
