// Formulas as text: a small language over bands, constants and other formulas.
//
//   numbers, names, ( ), calls such as where(c,a,b); then, binding ever looser:
//   ^ or ** (power, right associative), unary - + !, * /, + -, < <= > >= == !=, &&, ||
//
// -a^2 is -(a^2). Comparisons give 1 or 0 and do not chain (a < b < c is refused). Missing (NaN) in any
// operand gives missing, also in comparisons, && and ||; `where` with a missing condition is missing, and
// what it does not take does no harm. Results that are not finite (0/0, log of a negative) become missing.
// Names are letters, digits and _; `pi` and `nan` are known.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

/// A named formula as a user or the catalogue writes it.
struct Formula {
  std::string name;
  std::string text;
  std::string origin;  ///< for messages: "catalogue", "--expr", a file name
};

/// Reads "name = expression" (one '=' that is not part of a comparison) and checks that the expression can be
/// parsed. Throws Error(usage) with the formula and a caret under the place.
Formula parse_definition(std::string_view text, std::string_view origin);

/// A function of the language, for help and documentation.
struct FormulaFunction {
  std::string_view name;
  int arguments;  ///< -1: two or more
  std::string_view help;
};
std::span<const FormulaFunction> formula_functions();

}  // namespace isotherm
