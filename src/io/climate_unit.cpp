#include "climate_unit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "isotherm/core/text.h"

namespace isotherm {

namespace {

struct UnitRow {
  std::string_view name;
  std::array<std::string_view, 6> words;  ///< alone, or behind "deg", "degree", "degrees"
};

constexpr std::array<UnitRow, 3> kUnitRows{{
    {"K", {"k", "kelvin", "kelvins"}},
    {"degC", {"c", "celsius", "centigrade"}},
    {"degF", {"f", "fahrenheit"}},
}};

/// The word behind "degrees", "deg_" and the like.
std::string_view bare_word(std::string_view unit) {
  for (const std::string_view prefix : {"degrees", "degree", "deg", "\u00b0"}) {
    if (!unit.starts_with(prefix)) continue;
    unit.remove_prefix(prefix.size());
    while (!unit.empty() && (unit.front() == ' ' || unit.front() == '_' || unit.front() == '.'))
      unit.remove_prefix(1);
    return unit;
  }
  return unit;
}

bool same_number(double stored, double fill) {
  if (stored == fill) return true;
  constexpr double kMost = std::numeric_limits<float>::max();
  if (std::fabs(stored) > kMost || std::fabs(fill) > kMost) return false;
  return static_cast<float>(stored) == static_cast<float>(fill);
}

}  // namespace

std::optional<std::string> temperature_unit(const std::string& written) {
  const std::string unit = lower(trim(written));
  if (unit.empty()) return "";
  const std::string_view word = bare_word(unit);
  for (const UnitRow& row : kUnitRows) {
    if (!word.empty() && std::ranges::find(row.words, word) != row.words.end()) return std::string(row.name);
  }
  return std::nullopt;
}

double ClimateNumbers::operator()(double stored) const {
  if (std::ranges::any_of(fills_, [&](double fill) { return same_number(stored, fill); }))
    return std::numeric_limits<double>::quiet_NaN();
  const double value = stored * scale_ + offset_;
  return unit_ == "degF" ? value * 5 / 9 : value;
}

}  // namespace isotherm
