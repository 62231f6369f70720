// Formulas as text: a small language over bands, constants and other formulas.
//
//   expression := comparison with || && ! == != < <= > >=, + - * /, unary -, ^ (power, right associative),
//                 numbers, names, calls: where(c,a,b) min max clamp(x,lo,hi) sqrt log exp pow abs ...
// Missing (NaN) in any operand of an arithmetic step gives missing; `where` takes missing as false is NOT done: a
// missing condition gives missing. Comparisons give 1 or 0, missing when an operand is missing.
// Results that are not finite (0/0, log of a negative) become missing.
#pragma once

#include <memory>
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

/// Reads "name = expression" (one '=' that is not part of a comparison). Throws Error(usage).
Formula parse_definition(std::string_view text, std::string_view origin);

/// A function of the language, for help and documentation.
struct FormulaFunction {
  std::string_view name;
  int arguments;  ///< -1: two or more
  std::string_view help;
};
std::span<const FormulaFunction> formula_functions();

}  // namespace isotherm
