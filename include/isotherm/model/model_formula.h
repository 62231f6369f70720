// The formula language of regressions: "y ~ a + b + a:b + log(a) + poly(a, 2) + factor(c) + w(a) - 1".
//
//   a          a column of the table; `a b` in backquotes when the name is no plain word
//   f(a)       a function of a column, one of column_functions(); also on the left side
//   poly(a, d) powers 1 to d of a column, computed from an orthogonal basis
//   factor(c)  one 0/1 column per value of a column but the first (all of them in a model without intercept)
//   w(t)       spatial lag of a column or of a function of one
//   s:t        product of terms, s*t stands for s + t + s:t
//   - 1, + 0   no intercept
//
// Rows where a column of the formula is missing are left out and counted; infinite values and values outside
// a function's domain are Error(input) that names column and row.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/model/design.h"
#include "isotherm/model/weights.h"

namespace isotherm {

struct ColumnFunction {
  std::string_view name;
  std::string_view help;
};
std::span<const ColumnFunction> column_functions();

/// A factor of a product.
struct FormulaAtom {
  enum class Kind { column, function, polynomial, factor };
  Kind kind = Kind::column;
  bool lagged = false;   ///< inside w()
  std::string function;  ///< of kind function
  std::string column;
  int degree = 1;  ///< of kind polynomial
  bool operator==(const FormulaAtom&) const = default;
};
using FormulaTerm = std::vector<FormulaAtom>;  ///< a product

struct ModelFormula {
  FormulaAtom response;
  std::vector<FormulaTerm> terms;
  bool intercept = true;
  /// Columns it needs, each once, in order of appearance.
  std::vector<std::string> columns() const;
  bool has_lags() const;
};

/// Throws Error(usage) with the place where it is not understood, and the nearest function.
ModelFormula parse_model_formula(std::string_view text);
/// As it would be written: "log(a)", "w(ndvi)".
std::string text_of(const FormulaAtom& atom);

/// Rows in which every one of the columns has a value. Infinite values: Error(input).
std::vector<std::size_t> complete_rows(const Table& table, std::span<const std::string> columns);
/// The columns with every missing number replaced.
void fill_missing(Table& table, std::span<const std::string> columns, double value);

/// Values of the left side in the given rows.
std::vector<double> response_of(const ModelFormula& formula, const Table& table,
                                std::span<const std::size_t> rows);
/// How that is made, with what it took from these rows.
RecipePart response_recipe(const ModelFormula& formula, const Table& table,
                           std::span<const std::size_t> rows);

struct DesignChoice {
  const Weights* weights = nullptr;  ///< of the given rows; needed for w() and lags
  bool lag_all = false;              ///< also the lag of every numeric term that is none
  bool intercept = true;             ///< false leaves it out even when the formula has one (absorbed effects)
};
Design design_of(const ModelFormula& formula, const Table& table, std::span<const std::size_t> rows,
                 const DesignChoice& choice);

}  // namespace isotherm
