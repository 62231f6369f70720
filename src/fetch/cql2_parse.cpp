// CQL2 text to nodes: a recursive descent, one function a rule.
#include <algorithm>
#include <array>

#include "cql2_node.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/time_span.h"

namespace isotherm {

namespace {

using Node = Cql2::Node;
using NodePointer = std::shared_ptr<const Node>;

constexpr int kDeepest = 50;

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) { next(); }

  NodePointer whole() {
    NodePointer node = alternatives();
    if (kind_ != Kind::end) fail("expected AND, OR or the end");
    return node;
  }

 private:
  enum class Kind { end, word, quoted_name, string, number, sign };

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::usage,
                "--filter: " + why + "\n  " + text_ + "\n  " + std::string(start_, ' ') + "^");
  }

  void next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    start_ = at_;
    token_.clear();
    if (at_ == text_.size()) {
      kind_ = Kind::end;
      return;
    }
    const char c = text_[at_];
    if (c == '\'' || c == '"') {
      quoted(c);
    } else if (is_name(c) && !is_digit(c) && c != '.') {
      kind_ = Kind::word;
      while (at_ < text_.size() && is_name(text_[at_])) token_ += text_[at_++];
    } else if (is_digit(c) || c == '.' || c == '-' || c == '+') {
      kind_ = Kind::number;
      while (at_ < text_.size() && (is_digit(text_[at_]) || is_number_part())) token_ += text_[at_++];
      if (!parse_number(token_)) fail("'" + token_ + "' is no number");
    } else {
      kind_ = Kind::sign;
      token_ = c;
      ++at_;
      if ((c == '<' || c == '>') && at_ < text_.size() &&
          (text_[at_] == '=' || (c == '<' && text_[at_] == '>'))) {
        token_ += text_[at_++];
      }
    }
  }

  void quoted(char quote) {
    kind_ = quote == '"' ? Kind::quoted_name : Kind::string;
    for (++at_;; ++at_) {
      if (at_ == text_.size()) fail("a quotation that does not end");
      if (text_[at_] == quote) {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != quote) break;
        ++at_;  // doubled: one of them
      }
      token_ += text_[at_];
    }
    ++at_;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == ':' ||
           c == '.';
  }
  bool is_number_part() const {
    const char c = text_[at_];
    const bool exponent = !token_.empty() && (token_.back() == 'e' || token_.back() == 'E');
    return c == '.' || c == 'e' || c == 'E' || ((c == '-' || c == '+') && (token_.empty() || exponent));
  }

  bool word(std::string_view wanted) const { return kind_ == Kind::word && lower(token_) == wanted; }
  bool take_word(std::string_view wanted) {
    if (!word(wanted)) return false;
    next();
    return true;
  }
  bool take_sign(std::string_view wanted) {
    if (kind_ != Kind::sign || token_ != wanted) return false;
    next();
    return true;
  }
  void want_word(std::string_view wanted, const std::string& shown) {
    if (!take_word(wanted)) fail("expected " + shown);
  }
  void want_sign(std::string_view wanted) {
    if (!take_sign(wanted)) fail("expected '" + std::string(wanted) + "'");
  }

  static NodePointer joined(Node::Kind kind, std::vector<NodePointer> parts) {
    if (parts.size() == 1) return parts.front();
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->parts = std::move(parts);
    return node;
  }

  NodePointer alternatives() {
    std::vector<NodePointer> parts{conditions()};
    while (take_word("or")) parts.push_back(conditions());
    return joined(Node::Kind::any, std::move(parts));
  }

  NodePointer conditions() {
    std::vector<NodePointer> parts{condition()};
    while (take_word("and")) parts.push_back(condition());
    return joined(Node::Kind::all, std::move(parts));
  }

  static NodePointer negated(NodePointer node) {
    auto outer = std::make_shared<Node>();
    outer->kind = Node::Kind::negation;
    outer->parts.push_back(std::move(node));
    return outer;
  }

  NodePointer condition() {
    if (++depth_ > kDeepest) fail("nested too deep");
    NodePointer node;
    if (take_word("not")) {
      node = negated(condition());
    } else if (take_sign("(")) {
      node = alternatives();
      want_sign(")");
    } else {
      node = predicate();
    }
    --depth_;
    return node;
  }

  NodePointer predicate() {
    if (kind_ != Kind::word && kind_ != Kind::quoted_name) fail("expected the name of a property");
    auto node = std::make_shared<Node>();
    node->property = token_;
    next();
    constexpr std::array<std::string_view, 6> kSigns{"=", "<>", "<", "<=", ">", ">="};
    if (kind_ == Kind::sign && std::find(kSigns.begin(), kSigns.end(), token_) != kSigns.end()) {
      node->sign = token_;
      next();
      node->values.push_back(value());
      return node;
    }
    if (take_word("is")) {
      const bool negation = take_word("not");
      want_word("null", "NULL");
      node->kind = Node::Kind::absent;
      return negation ? negated(node) : node;
    }
    const bool negation = take_word("not");
    if (take_word("between")) {
      node->kind = Node::Kind::between;
      node->values.push_back(value());
      want_word("and", "AND");
      node->values.push_back(value());
    } else if (take_word("in")) {
      node->kind = Node::Kind::one_of;
      want_sign("(");
      do {
        node->values.push_back(value());
      } while (take_sign(","));
      want_sign(")");
    } else if (take_word("like")) {
      node->kind = Node::Kind::like;
      if (kind_ != Kind::string) fail("expected a 'pattern'");
      node->values.push_back(value());
    } else {
      fail("expected a comparison (=, <>, <, <=, >, >=), BETWEEN, IN, LIKE or IS NULL");
    }
    return negation ? negated(node) : node;
  }

  Cql2Value value() {
    Cql2Value told;
    if (kind_ == Kind::number) {
      told.value = Json(*parse_number(token_));
    } else if (kind_ == Kind::string) {
      told.value = Json(token_);
    } else if (word("true") || word("false")) {
      told.value = Json(word("true"));
    } else if (word("timestamp") || word("date")) {
      told.instant = lower(token_);
      next();
      want_sign("(");
      if (kind_ != Kind::string) fail("expected a time in quotation marks");
      const bool fine = told.instant == "date" ? parse_instant(token_ + "T00:00:00Z").has_value()
                                               : parse_instant(token_).has_value();
      if (!fine) fail("'" + token_ + "' is no " + told.instant);
      told.value = Json(token_);
      next();
      if (kind_ != Kind::sign || token_ != ")") fail("expected ')'");
    } else {
      fail("expected a number, a 'text', TRUE, FALSE, TIMESTAMP('...') or DATE('...')");
    }
    next();
    return told;
  }

  const std::string& text_;
  std::size_t at_ = 0, start_ = 0;
  int depth_ = 0;
  Kind kind_ = Kind::end;
  std::string token_;
};

}  // namespace

Cql2 Cql2::parse(const std::string& text) { return Cql2(Parser(text).whole()); }

Cql2 Cql2::at_most(const std::string& property, double number) {
  auto node = std::make_shared<Node>();
  node->property = property;
  node->sign = "<=";
  node->values.push_back({Json(number)});
  return Cql2(node);
}

Cql2 Cql2::all_of(std::vector<Cql2> filters) {
  if (filters.size() == 1) return std::move(filters.front());
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::all;
  for (Cql2& filter : filters) node->parts.push_back(std::move(filter.root_));
  return Cql2(node);
}

}  // namespace isotherm
