#include "isotherm/model/ets.h"

#include <algorithm>
#include <array>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr EtsPart kN = EtsPart::none;
constexpr EtsPart kA = EtsPart::additive;
constexpr EtsPart kM = EtsPart::multiplicative;

// From few parameters to many, so that the first of equals is the simplest.
constexpr std::array<EtsForm, 19> kForms{{
    {kA, kN, kN, false}, {kM, kN, kN, false}, {kA, kA, kN, false}, {kM, kA, kN, false}, {kA, kA, kN, true},
    {kM, kA, kN, true},  {kM, kM, kN, false}, {kM, kM, kN, true},  {kA, kN, kA, false}, {kM, kN, kA, false},
    {kM, kN, kM, false}, {kA, kA, kA, false}, {kM, kA, kA, false}, {kM, kA, kM, false}, {kA, kA, kA, true},
    {kM, kA, kA, true},  {kM, kA, kM, true},  {kM, kM, kM, false}, {kM, kM, kM, true},
}};

char letter(EtsPart part) { return part == kN ? 'N' : part == kA ? 'A' : 'M'; }

}  // namespace

std::string ets_name(const EtsForm& form) {
  std::string name{letter(form.error), letter(form.trend)};
  if (form.damped) name += 'd';
  return name + letter(form.season);
}

std::optional<EtsForm> find_ets(std::string_view text) {
  std::string plain;
  for (const char c : lower(text)) {
    if (c != ',' && c != ' ') plain += c;
  }
  if (plain.starts_with("ets(") && plain.ends_with(")")) plain = plain.substr(4, plain.size() - 5);
  const auto form = std::ranges::find(kForms, plain, [](const EtsForm& f) { return lower(ets_name(f)); });
  return form == kForms.end() ? std::nullopt : std::optional(*form);
}

EtsForm parse_ets(std::string_view text) {
  if (const auto form = find_ets(text)) return *form;
  std::vector<std::string> names;
  for (const EtsForm& form : kForms) names.push_back(ets_name(form));
  throw Error(ErrorKind::usage, "'" + std::string(text) +
                                    "' is no exponential smoothing form; there are (error, trend, season) " +
                                    join(names, ", ") + suggestion(text, names));
}

std::span<const EtsForm> ets_forms() { return kForms; }

int ets_parameter_count(const EtsForm& form, int period) {
  return 3 + (form.has_trend() ? 2 : 0) + (form.damped ? 1 : 0) + (form.has_season() ? period : 0);
}

}  // namespace isotherm
