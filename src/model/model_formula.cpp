#include "isotherm/model/model_formula.h"

#include <algorithm>
#include <cctype>

#include "column_functions.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool inside_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.';
}

/// A product of n names stands for 2^n - 1 terms.
constexpr std::size_t kMostTerms = 1000;

/// Recursive descent over the text; every failure says where.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ModelFormula parse() {
    ModelFormula formula;
    formula.response = atom();
    if (formula.response.kind == FormulaAtom::Kind::polynomial ||
        formula.response.kind == FormulaAtom::Kind::factor || formula.response.lagged) {
      fail("the left side is a column or a function of one");
    }
    expect('~', "'~' and the terms that explain");
    bool minus = take('-');
    for (;;) {
      add_term(formula, minus);
      if (take('+')) {
        minus = false;
      } else if (take('-')) {
        minus = true;
      } else {
        break;
      }
    }
    skip();
    if (at_ < text_.size()) fail("an operator (+, -, :, *) or the end is expected");
    if (formula.terms.empty() && !formula.intercept) fail("nothing is left to explain with");
    return formula;
  }

 private:
  void add_term(ModelFormula& formula, bool minus) {
    skip();
    if (at_ < text_.size() && (text_[at_] == '0' || text_[at_] == '1')) {
      formula.intercept = (text_[at_] == '1') != minus;
      ++at_;
      return;
    }
    if (minus) fail("only the intercept can be taken away (- 1)");
    std::vector<FormulaTerm> sum{{atom()}};
    for (;;) {
      if (take(':')) {
        const FormulaAtom next = atom();
        for (FormulaTerm& term : sum) term.push_back(next);
      } else if (take('*')) {
        const FormulaAtom next = atom();
        if (2 * sum.size() + 1 > kMostTerms) refuse_terms();
        const std::vector<FormulaTerm> before = sum;
        sum.push_back({next});
        for (FormulaTerm term : before) {
          term.push_back(next);
          sum.push_back(std::move(term));
        }
      } else {
        break;
      }
    }
    if (formula.terms.size() + sum.size() > kMostTerms) refuse_terms();
    for (FormulaTerm& term : sum) {
      if (term == FormulaTerm{formula.response}) fail("the left side cannot explain itself");
      if (std::find(formula.terms.begin(), formula.terms.end(), term) == formula.terms.end())
        formula.terms.push_back(std::move(term));
    }
  }

  [[noreturn]] void refuse_terms() const {
    fail("more than " + std::to_string(kMostTerms) + " terms; '*' makes every combination of what it joins");
  }

  FormulaAtom atom() {
    FormulaAtom result;
    const std::string word = name();
    if (quoted_ || !take('(')) {
      result.column = word;
      return result;
    }
    if (word == "w") {
      result = atom();
      if (result.lagged) fail("w() holds no further w()");
      if (result.kind == FormulaAtom::Kind::polynomial || result.kind == FormulaAtom::Kind::factor)
        fail("w() holds a column or a function of one");
      result.lagged = true;
    } else if (word == "poly") {
      result.kind = FormulaAtom::Kind::polynomial;
      result.column = name();
      expect(',', "',' and the degree");
      result.degree = degree();
    } else if (word == "factor") {
      result.kind = FormulaAtom::Kind::factor;
      result.column = name();
    } else {
      result.kind = FormulaAtom::Kind::function;
      result.function = word;
      require_function(word);
      result.column = name();
    }
    expect(')', "')'");
    return result;
  }

  void require_function(const std::string& word) const {
    std::vector<std::string> names{"w", "poly", "factor"};
    for (const ColumnFunction& row : column_functions()) {
      if (row.name == word) return;
      names.emplace_back(row.name);
    }
    fail("unknown function '" + word + "'" + suggestion(word, names) + "; there are " + join(names, ", "));
  }

  std::string name() {
    skip();
    quoted_ = take('`');
    const std::size_t first = at_;
    if (quoted_) {
      while (at_ < text_.size() && text_[at_] != '`') ++at_;
      if (at_ == text_.size() || at_ == first) fail("a name in backquotes is expected");
      return std::string(text_.substr(first, at_++ - first));
    }
    if (at_ == text_.size() || !begins_name(text_[at_])) fail("the name of a column is expected");
    while (at_ < text_.size() && inside_name(text_[at_])) ++at_;
    return std::string(text_.substr(first, at_ - first));
  }

  int degree() {
    skip();
    const std::size_t first = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const auto value = parse_integer(text_.substr(first, at_ - first));
    if (!value || *value < 1 || *value > 20) fail("a degree from 1 to 20 is expected");
    return static_cast<int>(*value);
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const std::string& what) {
    if (!take(c)) fail(what + " is expected");
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::usage,
                "formula '" + std::string(text_) + "', at character " + std::to_string(at_ + 1) + ": " + why);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool quoted_ = false;
};

}  // namespace

ModelFormula parse_model_formula(std::string_view text) { return Parser(text).parse(); }

std::string text_of(const FormulaAtom& atom) {
  std::string text = atom.column;
  if (atom.kind == FormulaAtom::Kind::function) text = atom.function + "(" + text + ")";
  if (atom.kind == FormulaAtom::Kind::factor) text = "factor(" + text + ")";
  return atom.lagged ? "w(" + text + ")" : text;
}

std::vector<std::string> ModelFormula::columns() const {
  std::vector<std::string> names{response.column};
  for (const FormulaTerm& term : terms) {
    for (const FormulaAtom& atom : term) {
      if (std::find(names.begin(), names.end(), atom.column) == names.end()) names.push_back(atom.column);
    }
  }
  return names;
}

bool ModelFormula::has_lags() const {
  return std::any_of(terms.begin(), terms.end(), [](const FormulaTerm& term) {
    return std::any_of(term.begin(), term.end(), [](const FormulaAtom& atom) { return atom.lagged; });
  });
}

}  // namespace isotherm
