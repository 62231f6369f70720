// A formula of the language over plain numbers instead of pixels, in double precision: what is computed from
// the columns of a row. Names mean what the caller says they mean; `pi` and `nan` are known. Missing (NaN)
// follows the language: see formula.h and step.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

class NumberFormula {
 public:
  /// Throws Error(usage) naming `title` (such as "--derive 'spread'"), with the text and a caret under the
  /// place.
  NumberFormula(std::string_view text, std::string_view title);

  /// The names the formula takes values for, each once, in order of first use.
  std::span<const std::string> names() const { return names_; }
  /// values[k] stands for names()[k]. Thread-safe.
  double evaluate(std::span<const double> values) const;
  /// An error about one of the names, with a caret under its first place.
  [[noreturn]] void refuse(std::string_view name, std::string_view why) const;

 private:
  struct Tree;
  std::string text_, title_;
  std::vector<std::string> names_;
  std::shared_ptr<const Tree> tree_;  ///< copies share it
};

}  // namespace isotherm
