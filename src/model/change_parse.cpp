#include <array>
#include <cctype>

#include "change_parts.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr int kDeepest = 64;  // brackets within brackets

bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool inside_name(char c) { return begins_name(c) || is_digit(c) || c == '.'; }

struct Operator {
  std::string_view sign;
  ParsedChange::Operation operation;
};
constexpr std::array<Operator, 5> kOperators{{
    {"+=", ParsedChange::Operation::add},
    {"-=", ParsedChange::Operation::subtract},
    {"*=", ParsedChange::Operation::multiply},
    {"/=", ParsedChange::Operation::divide},
    {"=", ParsedChange::Operation::set},
}};

struct Comparison {
  std::string_view sign;
  ChangeCondition::Compare compare;
};
// The longer sign first where one begins another.
constexpr std::array<Comparison, 6> kComparisons{{
    {"==", ChangeCondition::Compare::equal},
    {"!=", ChangeCondition::Compare::different},
    {"<=", ChangeCondition::Compare::at_most},
    {">=", ChangeCondition::Compare::at_least},
    {"<", ChangeCondition::Compare::less},
    {">", ChangeCondition::Compare::more},
}};

/// Recursive descent over the text; every failure says where.
class Parser {
 public:
  Parser(std::string_view text, std::string what) : text_(text), what_(std::move(what)) {}

  ParsedChange parse() {
    ParsedChange rule;
    rule.column = name();
    rule.operation = operation();
    rule.value = sum();
    if (word("where")) rule.condition = alternatives();
    skip();
    if (at_ < text_.size())
      fail(rule.condition ? "'and', 'or' or the end is expected"
                          : "an operator, 'where' or the end is expected");
    return rule;
  }

  ChangeCondition parse_alone() {
    ChangeCondition condition = alternatives();
    skip();
    if (at_ < text_.size()) fail("'and', 'or' or the end is expected");
    return condition;
  }

 private:
  ParsedChange::Operation operation() {
    for (const Operator& row : kOperators) {
      if (sign(row.sign)) return row.operation;
    }
    fail("one of =, +=, -=, *=, /= is expected");
  }

  ChangeCondition alternatives() {
    ChangeCondition left = conjunction();
    while (word("or")) left = joined(ChangeCondition::Kind::either, std::move(left), conjunction());
    return left;
  }
  ChangeCondition conjunction() {
    ChangeCondition left = negation();
    while (word("and")) left = joined(ChangeCondition::Kind::both, std::move(left), negation());
    return left;
  }
  ChangeCondition negation() {
    const Depth depth(*this);
    if (word("not")) {
      ChangeCondition result;
      result.kind = ChangeCondition::Kind::negation;
      result.parts.push_back(negation());
      return result;
    }
    // A bracket may open a condition or a value: try the condition, and come back when it is none.
    skip();
    const std::size_t start = at_;
    if (sign("(")) {
      try {
        ChangeCondition inner = alternatives();
        if (sign(")") && !comparison_follows()) return inner;
      } catch (const Error&) {  // told if the value is none either: fail() keeps what came furthest
      }
      at_ = start;
    }
    return comparison();
  }
  bool comparison_follows() {
    skip();
    return at_ < text_.size() && std::string_view("=!<>+-*/").find(text_[at_]) != std::string_view::npos;
  }
  static ChangeCondition joined(ChangeCondition::Kind kind, ChangeCondition left, ChangeCondition right) {
    ChangeCondition result;
    result.kind = kind;
    result.parts.push_back(std::move(left));
    result.parts.push_back(std::move(right));
    return result;
  }

  ChangeCondition comparison() {
    ChangeCondition result;
    result.left = sum();
    result.compare = compare();
    skip();
    if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
      result.right = sum();
      return result;
    }
    const bool equality = result.compare == ChangeCondition::Compare::equal ||
                          result.compare == ChangeCondition::Compare::different;
    if (!equality || result.left.kind != ChangeExpression::Kind::column)
      fail("a text is compared with a column, by == or !=");
    result.kind = ChangeCondition::Kind::compare_text;
    result.text = quoted();
    return result;
  }
  ChangeCondition::Compare compare() {
    for (const Comparison& row : kComparisons) {
      if (sign(row.sign)) return row.compare;
    }
    fail("one of ==, !=, <, <=, >, >= is expected");
  }

  ChangeExpression sum() {
    ChangeExpression left = product();
    for (;;) {
      if (sign("+")) {
        left = joined(ChangeExpression::Kind::add, std::move(left), product());
      } else if (sign("-")) {
        left = joined(ChangeExpression::Kind::subtract, std::move(left), product());
      } else {
        return left;
      }
    }
  }
  ChangeExpression product() {
    ChangeExpression left = factor();
    for (;;) {
      if (sign("*")) {
        left = joined(ChangeExpression::Kind::multiply, std::move(left), factor());
      } else if (sign("/")) {
        left = joined(ChangeExpression::Kind::divide, std::move(left), factor());
      } else {
        return left;
      }
    }
  }
  ChangeExpression factor() {
    const Depth depth(*this);
    ChangeExpression result;
    if (sign("-")) {
      result.kind = ChangeExpression::Kind::negative;
      result.parts.push_back(factor());
      return result;
    }
    if (sign("(")) {
      result = sum();
      expect(")");
      return result;
    }
    if (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) {
      result.number = number();
      return result;
    }
    const bool plain = at_ < text_.size() && text_[at_] != '`';
    result.text = name();
    if (plain && (result.text == "min" || result.text == "max") && sign("(")) {
      ChangeExpression first = sum();
      expect(",");
      ChangeExpression second = sum();
      expect(")");
      return joined(result.text == "min" ? ChangeExpression::Kind::least : ChangeExpression::Kind::most,
                    std::move(first), std::move(second));
    }
    result.kind = ChangeExpression::Kind::column;
    return result;
  }
  static ChangeExpression joined(ChangeExpression::Kind kind, ChangeExpression left, ChangeExpression right) {
    ChangeExpression result;
    result.kind = kind;
    result.parts.push_back(std::move(left));
    result.parts.push_back(std::move(right));
    return result;
  }

  double number() {
    const std::size_t first = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    }
    const auto value = parse_number(text_.substr(first, at_ - first));
    if (!value) fail("'" + std::string(text_.substr(first, at_ - first)) + "' is no number");
    return *value;
  }
  std::string quoted() {
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("the text has no closing quote");
    const std::string result(text_.substr(at_, end - at_));
    at_ = end + 1;
    return result;
  }
  std::string name() {
    skip();
    if (at_ < text_.size() && text_[at_] == '`') {
      const std::size_t end = text_.find('`', at_ + 1);
      if (end == std::string_view::npos || end == at_ + 1) fail("a name in backquotes is expected");
      const std::string result(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return result;
    }
    if (at_ == text_.size() || !begins_name(text_[at_])) fail("the name of a column is expected");
    const std::size_t first = at_;
    while (at_ < text_.size() && inside_name(text_[at_])) ++at_;
    return std::string(text_.substr(first, at_ - first));
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool sign(std::string_view what) {
    skip();
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  bool word(std::string_view what) {
    skip();
    if (text_.substr(at_, what.size()) != what) return false;
    const std::size_t end = at_ + what.size();
    if (end < text_.size() && inside_name(text_[end])) return false;
    at_ = end;
    return true;
  }
  void expect(std::string_view what) {
    if (!sign(what)) fail("'" + std::string(what) + "' is expected");
  }
  /// Of two ways to read a bracket the one that came further says what is wrong.
  [[noreturn]] void fail(const std::string& why) {
    if (failure_.empty() || at_ > furthest_) {
      furthest_ = at_;
      failure_ = why;
    }
    throw Error(ErrorKind::usage, what_ + " '" + std::string(text_) + "', at character " +
                                      std::to_string(furthest_ + 1) + ": " + failure_);
  }

  struct Depth {
    explicit Depth(Parser& owner) : parser(owner) {
      if (parser.depth_ == kDeepest) parser.fail("brackets are nested too deep");
      ++parser.depth_;
    }
    ~Depth() { --parser.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    Parser& parser;
  };

  std::string_view text_;
  std::string what_;  // of messages
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t furthest_ = 0;
  std::string failure_;
};

}  // namespace

ParsedChange parse_change(std::string_view rule) { return Parser(rule, "change").parse(); }
ChangeCondition parse_condition(std::string_view text) { return Parser(text, "condition").parse_alone(); }

}  // namespace isotherm
