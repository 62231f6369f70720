#include "isotherm/io/catalogue_listing.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace isotherm {

namespace {

using JsonValue = nlohmann::ordered_json;

JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue(nullptr) : JsonValue(text);
}
JsonValue number_or_null(double number) {
  return std::isfinite(number) ? JsonValue(number) : JsonValue(nullptr);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width) + 2, ' ');
  return text;
}

}  // namespace

std::string catalogue_text(const Catalogue& catalogue) {
  std::size_t name = 0, unit = 0, title = 0;
  for (const IndexRow& row : catalogue.rows()) {
    name = std::max(name, row.name.size());
    unit = std::max(unit, row.unit.size());
    title = std::max(title, row.title.size());
  }
  std::string text;
  for (const IndexRow& row : catalogue.rows()) {
    const std::string& formula = row.formula == "-" ? row.formula_level1 : row.formula;
    text += padded(row.name, name) + padded(row.unit, unit) + padded(row.title, title) + formula + "\n";
  }
  return text;
}

std::string catalogue_json(const Catalogue& catalogue) {
  JsonValue rows = JsonValue::array();
  for (const IndexRow& row : catalogue.rows()) {
    rows.push_back({{"name", row.name},
                    {"title", row.title},
                    {"group", text_or_null(row.group)},
                    {"formula", text_or_null(row.formula == "-" ? "" : row.formula)},
                    {"formula_level1", text_or_null(row.formula_level1 == "-" ? "" : row.formula_level1)},
                    {"why_not", text_or_null(row.why_not)},
                    {"unit", row.unit},
                    {"valid_min", number_or_null(row.valid_min)},
                    {"valid_max", number_or_null(row.valid_max)},
                    {"source", row.source}});
  }
  return JsonValue{{"indices", rows}}.dump(2, ' ', false, JsonValue::error_handler_t::replace) + "\n";
}

}  // namespace isotherm
