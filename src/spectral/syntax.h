// Formulas as trees: what the parser gives and the compiler reads. Nodes lie in one vector, children before
// parents, so walking the vector from front to back evaluates the tree without recursion.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/spectral/step.h"

namespace isotherm {

struct SyntaxNode {
  enum class Kind { number, name, step };
  Kind kind = Kind::number;
  std::size_t position = 0;  ///< byte of the text this node begins at (for operators: the operator)
  double number = 0;
  std::string name;
  Op op = Op::add;
  std::size_t operand[3] = {0, 0, 0};  ///< indices of earlier nodes; operands not read repeat the first
};

/// The last node is the whole expression.
using Syntax = std::vector<SyntaxNode>;

/// Throws Error(usage) naming `title` (such as "--expr 'heat'"), with the text and a caret under the place.
Syntax parse_formula(std::string_view text, std::string_view title);

/// "title: what" over the formula (the part around the place when it is long) and a caret under the place.
std::string marked(std::string_view title, std::string_view what, std::string_view text,
                   std::size_t position);

}  // namespace isotherm
