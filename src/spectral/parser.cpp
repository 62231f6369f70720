// Recursive descent over the text of a formula, one function per level of binding.
#include <array>
#include <cctype>
#include <charconv>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/spectral/formula.h"
#include "syntax.h"

namespace isotherm {
namespace {

constexpr std::size_t kMaxLength = 20000;  // bytes of one formula
constexpr int kMaxDepth = 200;             // parentheses, calls, signs and powers inside each other

struct FunctionRow {
  FormulaFunction function;
  Op op;
};
constexpr std::array kFunctions{
    FunctionRow{{"where", 3, "where(c, a, b): a where c is not 0, else b"}, Op::where},
    FunctionRow{{"min", -1, "smallest of two or more"}, Op::minimum},
    FunctionRow{{"max", -1, "largest of two or more"}, Op::maximum},
    FunctionRow{{"clamp", 3, "clamp(x, low, high): x kept between low and high"}, Op::clamp},
    FunctionRow{{"abs", 1, "absolute value"}, Op::absolute},
    FunctionRow{{"sqrt", 1, "square root"}, Op::square_root},
    FunctionRow{{"log", 1, "natural logarithm"}, Op::natural_log},
    FunctionRow{{"log10", 1, "logarithm to base 10"}, Op::log10_},
    FunctionRow{{"exp", 1, "e to the power of x"}, Op::exponential},
    FunctionRow{{"pow", 2, "pow(x, y): x to the power of y, as x^y"}, Op::power},
    FunctionRow{{"sin", 1, "sine of radians"}, Op::sine},
    FunctionRow{{"cos", 1, "cosine of radians"}, Op::cosine},
    FunctionRow{{"tan", 1, "tangent of radians"}, Op::tangent},
    FunctionRow{{"atan", 1, "arc tangent in radians"}, Op::arctangent},
    FunctionRow{{"atan2", 2, "atan2(y, x): angle of the point (x, y) in radians"}, Op::arctangent2},
    FunctionRow{{"floor", 1, "largest whole number not above x"}, Op::floor_},
    FunctionRow{{"ceil", 1, "smallest whole number not below x"}, Op::ceil_},
    FunctionRow{{"round", 1, "nearest whole number, halves away from zero"}, Op::round_},
    FunctionRow{{"is_missing", 1, "1 where x is missing, else 0"}, Op::is_missing},
};
constexpr auto kFunctionList = [] {
  std::array<FormulaFunction, kFunctions.size()> list{};
  for (std::size_t k = 0; k < list.size(); ++k) list[k] = kFunctions[k].function;
  return list;
}();

struct BinaryRow {
  std::string_view sign;
  Op op;
  bool swapped;  // a > b is b < a
};
constexpr std::array kOr{BinaryRow{"||", Op::logical_or, false}};
constexpr std::array kAnd{BinaryRow{"&&", Op::logical_and, false}};
constexpr std::array kComparisons{
    BinaryRow{"<=", Op::less_equal, false}, BinaryRow{">=", Op::less_equal, true},
    BinaryRow{"==", Op::equal, false},      BinaryRow{"!=", Op::not_equal, false},
    BinaryRow{"<", Op::less, false},        BinaryRow{">", Op::less, true}};
constexpr std::array kSums{BinaryRow{"+", Op::add, false}, BinaryRow{"-", Op::subtract, false}};
constexpr std::array kProducts{BinaryRow{"*", Op::multiply, false}, BinaryRow{"/", Op::divide, false}};

class Parser {
 public:
  Parser(std::string_view text, std::string_view title) : text_(text), title_(title) {}

  Syntax parse() {
    if (text_.size() > kMaxLength) {
      throw Error(ErrorKind::usage, std::string(title_) + ": the formula has " +
                                        std::to_string(text_.size()) + " bytes; " +
                                        std::to_string(kMaxLength) + " is the limit");
    }
    expression();
    if (next() != '\0' || at_ < text_.size()) fail(at_, unexpected());
    return std::move(nodes_);
  }

 private:
  [[noreturn]] void fail(std::size_t position, const std::string& what) const {
    throw Error(ErrorKind::usage, marked(title_, what, text_, position));
  }

  char next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(std::string_view sign) {
    next();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  std::string unexpected() {
    const char c = next();
    if (at_ >= text_.size()) return "the formula ends where a value was expected";
    if (c == '=') return "'=' does not belong here; comparing is ==";
    if (c == ')') return "')' without '('";
    if (c == ',') return "',' outside a call";
    if (c == '&' || c == '|') return std::string("a single '") + c + "'; write " + c + c;
    if (static_cast<unsigned char>(c) >= 128 || std::isprint(static_cast<unsigned char>(c)) == 0) {
      return "a character that formulas do not have";
    }
    return "an operator was expected before '" + std::string(1, c) + "'";
  }

  std::size_t add_step(Op op, std::size_t position, std::size_t a, std::size_t b, std::size_t c) {
    nodes_.push_back({SyntaxNode::Kind::step, position, 0, {}, op, {a, b, c}});
    return nodes_.size() - 1;
  }

  // Runs one deeper level, refusing what would exhaust the stack.
  template <class Level>
  std::size_t deeper(Level level) {
    if (++depth_ > kMaxDepth) {
      fail(at_, "nested too deep; " + std::to_string(kMaxDepth) + " levels are the limit");
    }
    const std::size_t node = level();
    --depth_;
    return node;
  }

  const BinaryRow* take_one(std::span<const BinaryRow> rows, std::size_t& position) {
    for (const BinaryRow& row : rows) {
      next();
      position = at_;
      if (row.sign == "*" && text_.substr(at_).starts_with("**")) continue;
      if (take(row.sign)) return &row;
    }
    return nullptr;
  }

  template <class Level>
  std::size_t left_to_right(std::span<const BinaryRow> rows, bool chains, Level level) {
    std::size_t left = level();
    std::size_t position = 0;
    for (int count = 0; const BinaryRow* row = take_one(rows, position); ++count) {
      if (count > 0 && !chains) fail(position, "comparisons do not chain; write a < b && b < c");
      const std::size_t right = level();
      const std::size_t a = row->swapped ? right : left;
      left = add_step(row->op, position, a, row->swapped ? left : right, a);
    }
    return left;
  }

  std::size_t expression() {
    return left_to_right(kOr, true, [this] { return conjunction(); });
  }
  std::size_t conjunction() {
    return left_to_right(kAnd, true, [this] { return comparison(); });
  }
  std::size_t comparison() {
    return left_to_right(kComparisons, false, [this] { return sum(); });
  }
  std::size_t sum() {
    return left_to_right(kSums, true, [this] { return product(); });
  }
  std::size_t product() {
    return left_to_right(kProducts, true, [this] { return sign(); });
  }

  std::size_t sign() {
    const char c = next();
    const std::size_t position = at_;
    const bool is_not = c == '!' && !text_.substr(at_).starts_with("!=");
    if (c != '-' && c != '+' && !is_not) return power();
    ++at_;
    const std::size_t a = deeper([this] { return sign(); });
    if (c == '+') return a;
    return add_step(c == '-' ? Op::negate : Op::logical_not, position, a, a, a);
  }

  std::size_t power() {
    const std::size_t base = primary();
    next();
    const std::size_t position = at_;
    if (!take("^") && !take("**")) return base;
    const std::size_t exponent =
        deeper([this] { return sign(); });  // takes further powers: right associative
    return add_step(Op::power, position, base, exponent, base);
  }

  std::size_t primary() {
    const char c = next();
    const std::size_t position = at_;
    if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') return name_or_call();
    if (!take("(")) {
      if (c == '*' || c == '/' || c == '<' || c == '>' || c == '!' || c == '^') {
        fail(position, "a value was expected before '" + std::string(1, c) + "'");
      }
      fail(position, unexpected());
    }
    const std::size_t inside = deeper([this] { return expression(); });
    if (!take(")")) fail(next() == '\0' ? position : at_, next() == '\0' ? "'(' without ')'" : unexpected());
    return inside;
  }

  std::size_t number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) fail(at_, "this number is too large or too small");
    if (error != std::errc()) fail(at_, "this is no number");
    const std::size_t after = static_cast<std::size_t>(end - text_.data());
    if (after < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[after])) != 0 ||
                                 text_[after] == '_' || text_[after] == '.')) {
      fail(after, "a number runs into '" + std::string(1, text_[after]) + "'; an operator is missing");
    }
    nodes_.push_back({SyntaxNode::Kind::number, at_, value, {}, Op::add, {0, 0, 0}});
    at_ = after;
    return nodes_.size() - 1;
  }

  std::size_t name_or_call() {
    const std::size_t position = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    std::string name(text_.substr(position, at_ - position));
    if (take("(")) return call(name, position);
    nodes_.push_back({SyntaxNode::Kind::name, position, 0, std::move(name), Op::add, {0, 0, 0}});
    return nodes_.size() - 1;
  }

  std::size_t call(const std::string& name, std::size_t position) {
    const FunctionRow& row = function(name, position);
    std::vector<std::size_t> values;
    if (next() != ')') {
      do {
        values.push_back(deeper([this] { return expression(); }));
      } while (take(","));
    }
    if (!take(")")) {
      if (next() == '\0') fail(position, "the call of '" + name + "' is not closed by ')'");
      fail(at_, unexpected());
    }
    const int wanted = row.function.arguments;
    const int given = static_cast<int>(values.size());
    if (wanted < 0 ? given < 2 : given != wanted) {
      fail(position, "'" + name + "' takes " + (wanted < 0 ? "two or more" : std::to_string(wanted)) +
                         (wanted == 1 ? " value" : " values") + ", not " + std::to_string(given));
    }
    if (wanted < 0) {
      std::size_t folded = values[0];
      for (std::size_t k = 1; k < values.size(); ++k)
        folded = add_step(row.op, position, folded, values[k], folded);
      return folded;
    }
    values.resize(3, values[0]);
    return add_step(row.op, position, values[0], values[1], values[2]);
  }

  const FunctionRow& function(const std::string& name, std::size_t position) const {
    std::vector<std::string> names;
    for (const FunctionRow& row : kFunctions) {
      if (row.function.name == lower(name)) return row;
      names.emplace_back(row.function.name);
    }
    fail(position,
         "unknown function '" + name + "'" + suggestion(name, names) + " (known: " + join(names, ", ") + ")");
  }

  std::string_view text_;
  std::string_view title_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Syntax nodes_;
};

}  // namespace

Syntax parse_formula(std::string_view text, std::string_view title) { return Parser(text, title).parse(); }

std::span<const FormulaFunction> formula_functions() { return kFunctionList; }

}  // namespace isotherm
