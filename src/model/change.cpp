#include "isotherm/model/change.h"

#include <algorithm>
#include <cmath>

#include "change_parts.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/recipe.h"
#include "table_numbers.h"

namespace isotherm {

namespace {

/// Values of an expression in every row; missing is NaN.
std::vector<double> values_of(const ChangeExpression& expression, const Table& table) {
  using Kind = ChangeExpression::Kind;
  if (expression.kind == Kind::number) return std::vector<double>(table.rows(), expression.number);
  if (expression.kind == Kind::column) {
    const Column& column = number_column(table, expression.text);
    std::vector<double> values(table.rows());
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = number_at(column, row);
    return values;
  }
  std::vector<double> left = values_of(expression.parts[0], table);
  if (expression.kind == Kind::negative) {
    for (double& v : left) v = -v;
    return left;
  }
  const std::vector<double> right = values_of(expression.parts[1], table);
  for (std::size_t row = 0; row < left.size(); ++row) {
    double& a = left[row];
    const double b = right[row];
    if (std::isnan(a) || std::isnan(b)) {
      a = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    switch (expression.kind) {
      case Kind::add:
        a += b;
        break;
      case Kind::subtract:
        a -= b;
        break;
      case Kind::multiply:
        a *= b;
        break;
      case Kind::divide:
        a /= b;
        break;
      case Kind::least:
        a = std::min(a, b);
        break;
      default:
        a = std::max(a, b);
        break;
    }
  }
  return left;
}

bool holds(ChangeCondition::Compare compare, int order) {
  using Compare = ChangeCondition::Compare;
  switch (compare) {
    case Compare::equal:
      return order == 0;
    case Compare::different:
      return order != 0;
    case Compare::less:
      return order < 0;
    case Compare::at_most:
      return order <= 0;
    case Compare::more:
      return order > 0;
    default:
      return order >= 0;
  }
}

std::vector<char> compare_text(const ChangeCondition& condition, const Table& table) {
  const Column& column = column_named(table, condition.left.text);
  if (column.info.type == ColumnType::integer || column.info.type == ColumnType::real) {
    throw Error(ErrorKind::input, "column '" + condition.left.text +
                                      "' holds numbers: compare it with a number, not with '" +
                                      condition.text + "'");
  }
  std::vector<char> truth(table.rows());
  for (std::size_t row = 0; row < truth.size(); ++row) {
    const auto& text = column.texts()[row];
    truth[row] = text && holds(condition.compare, *text == condition.text ? 0 : 1) ? 1 : 0;
  }
  return truth;
}

std::vector<char> truth_of(const ChangeCondition& condition, const Table& table) {
  using Kind = ChangeCondition::Kind;
  if (condition.kind == Kind::compare_text) return compare_text(condition, table);
  std::vector<char> truth(table.rows());
  if (condition.kind == Kind::compare) {
    const std::vector<double> left = values_of(condition.left, table),
                              right = values_of(condition.right, table);
    for (std::size_t row = 0; row < truth.size(); ++row) {
      if (std::isnan(left[row]) || std::isnan(right[row])) continue;
      const int order = left[row] < right[row] ? -1 : left[row] > right[row] ? 1 : 0;
      truth[row] = holds(condition.compare, order) ? 1 : 0;
    }
    return truth;
  }
  truth = truth_of(condition.parts[0], table);
  if (condition.kind == Kind::negation) {
    for (char& t : truth) t = t == 0 ? 1 : 0;
    return truth;
  }
  const std::vector<char> other = truth_of(condition.parts[1], table);
  for (std::size_t row = 0; row < truth.size(); ++row) {
    const bool both = truth[row] != 0 && other[row] != 0, either = truth[row] != 0 || other[row] != 0;
    truth[row] = (condition.kind == Kind::both ? both : either) ? 1 : 0;
  }
  return truth;
}

void add_name(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_names(const ChangeExpression& expression, std::vector<std::string>& names) {
  if (expression.kind == ChangeExpression::Kind::column) add_name(expression.text, names);
  for (const ChangeExpression& part : expression.parts) add_names(part, names);
}

void add_names(const ChangeCondition& condition, std::vector<std::string>& names) {
  using Kind = ChangeCondition::Kind;
  if (condition.kind == Kind::compare || condition.kind == Kind::compare_text) {
    add_names(condition.left, names);
    add_names(condition.right, names);
  }
  for (const ChangeCondition& part : condition.parts) add_names(part, names);
}

/// A whole-number column takes fractions from now on.
Reals& make_real(Column& column) {
  if (const auto* integers = std::get_if<Integers>(&column.values)) {
    Reals reals(integers->size());
    for (std::size_t row = 0; row < reals.size(); ++row) reals[row] = number_at(column, row);
    column.values = std::move(reals);
    column.info.type = ColumnType::real;
  }
  return column.reals();
}

}  // namespace

struct Condition::State {
  ChangeCondition parsed;
};

Condition::Condition(std::string_view text) : state_(new State{parse_condition(text)}) {}
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

std::vector<std::string> Condition::columns() const {
  std::vector<std::string> names;
  add_names(state_->parsed, names);
  return names;
}

std::vector<char> Condition::rows(const Table& table) const { return truth_of(state_->parsed, table); }

struct Change::State {
  std::string text;
  ParsedChange parsed;
};

Change::Change(std::string_view rule) : state_(new State{std::string(rule), parse_change(rule)}) {}
Change::Change(Change&&) noexcept = default;
Change& Change::operator=(Change&&) noexcept = default;
Change::~Change() = default;

const std::string& Change::text() const { return state_->text; }
const std::string& Change::column() const { return state_->parsed.column; }

std::vector<std::string> Change::columns() const {
  std::vector<std::string> names{state_->parsed.column};
  add_names(state_->parsed.value, names);
  if (state_->parsed.condition) add_names(*state_->parsed.condition, names);
  return names;
}

std::size_t Change::apply(Table& table) const {
  const ParsedChange& rule = state_->parsed;
  number_column(table, rule.column);
  const std::vector<double> values = values_of(rule.value, table);
  std::vector<char> chosen(table.rows(), 1);
  if (rule.condition) chosen = truth_of(*rule.condition, table);
  Reals& column = make_real(table.columns[*table.find(rule.column)]);
  std::size_t changed = 0;
  for (std::size_t row = 0; row < column.size(); ++row) {
    double& v = column[row];
    if (chosen[row] == 0 || std::isnan(v) || std::isnan(values[row])) continue;
    const double before = v;
    switch (rule.operation) {
      case ParsedChange::Operation::set:
        v = values[row];
        break;
      case ParsedChange::Operation::add:
        v += values[row];
        break;
      case ParsedChange::Operation::subtract:
        v -= values[row];
        break;
      case ParsedChange::Operation::multiply:
        v *= values[row];
        break;
      case ParsedChange::Operation::divide:
        v /= values[row];
        break;
    }
    if (!std::isfinite(v)) {
      throw Error(ErrorKind::input, "'" + state_->text + "', row " + std::to_string(row + 1) + ": " +
                                        rule.column + " becomes " + number_text(v) + " (it was " +
                                        number_text(before) + ")");
    }
    ++changed;
  }
  return changed;
}

}  // namespace isotherm
