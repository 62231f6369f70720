#include "isotherm/model/recipe.h"

#include <algorithm>
#include <cmath>

#include "column_functions.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "table_numbers.h"

namespace isotherm {

namespace {

std::vector<double> level_values(const RecipePart& part, const Table& table,
                                 std::span<const std::size_t> rows) {
  const Column& column = column_named(table, part.column);
  std::vector<double> values(rows.size());
  const auto number = parse_number(part.level);
  const bool text = column.info.type == ColumnType::text || column.info.type == ColumnType::date;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    values[k] = text ? (column.texts()[rows[k]] == part.level ? 1 : 0)
                     : (number && number_at(column, rows[k]) == *number ? 1 : 0);
  }
  return values;
}

void polynomial_values(const RecipePart& part, std::vector<double>& values) {
  for (double& x : values) {
    double before = 0, current = part.scale;
    for (const PolynomialStep& step : part.steps) {
      const double next = ((x - step.centre) * current - step.previous * before) / step.length;
      before = current;
      current = next;
    }
    x = current;
  }
}

std::vector<double> part_values(const RecipePart& part, const Table& table, std::span<const std::size_t> rows,
                                const Weights* weights) {
  std::vector<double> values;
  if (part.kind == RecipePart::Kind::level) {
    values = level_values(part, table, rows);
  } else {
    values = numbers_of(number_column(table, part.column), rows);
    if (part.kind == RecipePart::Kind::function) apply_function(part, rows, values);
    if (part.kind == RecipePart::Kind::polynomial) polynomial_values(part, values);
  }
  if (!part.lagged) return values;
  if (weights == nullptr)
    throw Error(ErrorKind::usage, "w() and lags need weights; give --weights, as knn:8");
  return lag(*weights, values);
}

}  // namespace

std::vector<std::string> columns_of(std::span<const ColumnRecipe> recipes) {
  std::vector<std::string> names;
  for (const ColumnRecipe& recipe : recipes) {
    for (const RecipePart& part : recipe) {
      if (std::find(names.begin(), names.end(), part.column) == names.end()) names.push_back(part.column);
    }
  }
  return names;
}

std::vector<double> values_of(const ColumnRecipe& recipe, const Table& table,
                              std::span<const std::size_t> rows, const Weights* weights) {
  if (recipe.empty()) return std::vector<double>(rows.size(), 1.0);
  std::vector<double> product = part_values(recipe.front(), table, rows, weights);
  for (std::size_t p = 1; p < recipe.size(); ++p) {
    const std::vector<double> next = part_values(recipe[p], table, rows, weights);
    for (std::size_t k = 0; k < product.size(); ++k) product[k] *= next[k];
  }
  return product;
}

std::string text_at(const Column& column, std::size_t row) {
  if (const auto* integers = std::get_if<Integers>(&column.values))
    return (*integers)[row] == kMissingInteger ? "" : std::to_string((*integers)[row]);
  if (const auto* reals = std::get_if<Reals>(&column.values))
    return std::isnan((*reals)[row]) ? "" : number_text((*reals)[row]);
  return column.texts()[row].value_or("");
}

}  // namespace isotherm
