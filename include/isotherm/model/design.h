// Columns that explain, with names: the X of a regression. Columns are full length, finite, in row order.
//
// A column may carry a second part, so that its value is `high + low` to about 32 digits, and columns of a
// polynomial are kept as an orthonormal basis with the map back to plain powers: coefficients and their
// covariance are reported for the powers, computed in extended precision.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isotherm/model/recipe.h"

namespace isotherm {

/// Columns first .. first + degree - 1 of a design are orthonormal polynomials of degree 1 .. degree in one
/// variable. Row d - 1 of `powers` holds the coefficients of polynomial d for the powers 0 .. degree.
struct PolynomialBlock {
  std::size_t first = 0;
  std::vector<std::vector<long double>> powers;
};

struct Design {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;
  std::vector<std::vector<double>> lows;  ///< per column: empty, or what to add to each value
  std::vector<PolynomialBlock> polynomials;
  std::vector<ColumnRecipe> recipes;  ///< per column: how to make it again from another table
  bool intercept = false;             ///< column 0 is the constant "(intercept)"

  std::size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  std::size_t size() const { return columns.size(); }
  void add(std::string name, std::vector<double> values, std::vector<double> low = {},
           ColumnRecipe recipe = {}) {
    names.push_back(std::move(name));
    columns.push_back(std::move(values));
    lows.push_back(std::move(low));
    recipes.push_back(std::move(recipe));
  }
};

inline constexpr const char* kInterceptName = "(intercept)";

/// Adds poly(values, degree) as columns `name`, `name^2`, ...: orthogonal to each other and to the constant
/// (Forsythe 1957, J. SIAM 5, three-term recurrence). Fewer than degree + 1 different values: Error(input).
void add_polynomial(Design& design, const std::string& name, std::span<const double> values, int degree);

}  // namespace isotherm
