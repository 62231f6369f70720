#include "isotherm/core/date.h"

#include <chrono>

namespace isotherm {

namespace {
std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}
}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  const bool dashed = text.size() >= 10 && text[4] == '-' && text[7] == '-';
  if (dashed ? (text.size() > 10 && text[10] != 'T' && text[10] != ' ') : text.size() != 8)
    return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(dashed ? 5 : 4, 2));
  const auto day = digits(text.substr(dashed ? 8 : 6, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day civil{std::chrono::year{*year},
                                          std::chrono::month{static_cast<unsigned>(*month)},
                                          std::chrono::day{static_cast<unsigned>(*day)}};
  if (!civil.ok()) return std::nullopt;
  return Date{*year, *month, *day};
}

std::string to_string(const Date& date) {
  std::string text = "0000-00-00";
  const auto put = [&](std::size_t last, int number) {
    for (std::size_t k = last; number > 0; --k, number /= 10) text[k] = static_cast<char>('0' + number % 10);
  };
  put(3, date.year);
  put(6, date.month);
  put(9, date.day);
  return text;
}

}  // namespace isotherm
