// A rule of change as the parser leaves it (grammar: isotherm/model/change.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

struct ChangeExpression {
  enum class Kind { number, column, negative, add, subtract, multiply, divide, least, most };
  Kind kind = Kind::number;
  double number = 0;
  std::string text;                     ///< name of a column
  std::vector<ChangeExpression> parts;  ///< operands
};

struct ChangeCondition {
  enum class Kind { compare, compare_text, both, either, negation };
  enum class Compare { equal, different, less, at_most, more, at_least };
  Kind kind = Kind::compare;
  Compare compare = Compare::equal;
  ChangeExpression left, right;
  std::string text;                    ///< what a column of text is compared with
  std::vector<ChangeCondition> parts;  ///< of both, either, negation
};

struct ParsedChange {
  enum class Operation { set, add, subtract, multiply, divide };
  std::string column;
  Operation operation = Operation::set;
  ChangeExpression value;
  std::optional<ChangeCondition> condition;
};

/// Throws Error(usage) that says where.
ParsedChange parse_change(std::string_view rule);
ChangeCondition parse_condition(std::string_view text);

}  // namespace isotherm
