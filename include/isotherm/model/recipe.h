// How a column of a design comes out of a table, so that the same column can be made again from another one:
// from new cells, from changed drivers, from the cells that cross-validation held back.
//
// A column is a product of parts. What a part took from the rows it was fitted to (the mean of centre(), the
// levels of factor(), the orthogonal basis of poly()) is kept as numbers here and not taken anew.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/model/weights.h"

namespace isotherm {

/// One step of the three-term recurrence: p(d) = ((x - centre) p(d - 1) - previous p(d - 2)) / length.
struct PolynomialStep {
  double centre = 0;
  double previous = 0;
  double length = 1;
  bool operator==(const PolynomialStep&) const = default;
};

struct RecipePart {
  enum class Kind { column, function, level, polynomial };
  Kind kind = Kind::column;
  bool lagged = false;                ///< the mean over the neighbours of what follows
  std::string column;                 ///< of the table
  std::string function;               ///< of kind function, one of column_functions()
  double centre = 0;                  ///< of functions centre and standardise: (value - centre) / scale
  double scale = 1;                   ///< of kind polynomial: the constant p(0)
  std::string level;                  ///< of kind level: 1 where the column holds this, as text, else 0
  std::vector<PolynomialStep> steps;  ///< of kind polynomial: as many as its degree
  bool operator==(const RecipePart&) const = default;
};

/// A product of parts; of none it is the constant 1.
using ColumnRecipe = std::vector<RecipePart>;

/// The columns of the table that recipes read, each once.
std::vector<std::string> columns_of(std::span<const ColumnRecipe> recipes);

/// The values in the given rows, which must all have the columns that are read (complete_rows). `weights` are
/// of these rows; lagged parts need them: Error(usage) without. Throws Error(input) for unknown columns, text
/// where numbers are needed, and values outside a function's domain.
std::vector<double> values_of(const ColumnRecipe& recipe, const Table& table,
                              std::span<const std::size_t> rows, const Weights* weights);

/// A value of a column as the text that levels and effects are called by; empty where it is missing.
std::string text_at(const Column& column, std::size_t row);

}  // namespace isotherm
