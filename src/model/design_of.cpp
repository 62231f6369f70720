#include <algorithm>
#include <cmath>
#include <map>

#include "column_functions.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/model_formula.h"
#include "table_numbers.h"

namespace isotherm {

namespace {

bool missing_at(const Column& column, std::size_t row) {
  if (column.info.type == ColumnType::text || column.info.type == ColumnType::date)
    return !column.texts()[row];
  return std::isnan(number_at(column, row));
}

/// The values of a factor as text, and those that occur in their order: numbers by size, text by bytes.
struct Levels {
  std::vector<std::string> names;
  std::vector<std::size_t> of_row;
};

Levels levels_of(const Table& table, const std::string& name, std::span<const std::size_t> rows) {
  const Column& column = column_named(table, name);
  Levels levels;
  levels.of_row.resize(rows.size());
  const auto collect = [&](auto key_of, auto text_of_key) {
    std::map<std::decay_t<decltype(key_of(std::size_t{0}))>, std::size_t> found;
    for (std::size_t row : rows) found.try_emplace(key_of(row), 0);
    for (auto& [key, position] : found) {
      position = levels.names.size();
      levels.names.push_back(text_of_key(key));
    }
    for (std::size_t k = 0; k < rows.size(); ++k) levels.of_row[k] = found.at(key_of(rows[k]));
  };
  if (column.info.type == ColumnType::text || column.info.type == ColumnType::date) {
    collect([&](std::size_t row) { return *column.texts()[row]; },
            [](const std::string& key) { return key; });
  } else {
    collect([&](std::size_t row) { return number_at(column, row); },
            [](double key) { return number_text(key); });
  }
  return levels;
}

struct MadeColumn {
  std::string name;
  std::vector<double> values;
  ColumnRecipe recipe;
};

class Builder {
 public:
  Builder(const ModelFormula& formula, const Table& table, std::span<const std::size_t> rows,
          const DesignChoice& choice)
      : formula_(formula), table_(table), rows_(rows), choice_(choice) {}

  Design build() {
    design_.intercept = formula_.intercept && choice_.intercept;
    if (design_.intercept) design_.add(kInterceptName, std::vector<double>(rows_.size(), 1.0));
    all_levels_ = !formula_.intercept;
    for (const FormulaTerm& term : formula_.terms) add(term);
    if (choice_.lag_all) add_lags();
    return std::move(design_);
  }

  /// A column or a function of one; what the function takes from the rows is taken from ours.
  MadeColumn numbers(const FormulaAtom& atom) const {
    RecipePart part;
    part.kind =
        atom.kind == FormulaAtom::Kind::function ? RecipePart::Kind::function : RecipePart::Kind::column;
    part.column = atom.column;
    part.function = atom.function;
    std::vector<double> values = numbers_of(number_column(table_, atom.column), rows_);
    if (part.kind == RecipePart::Kind::function) {
      learn_function(part, values);
      apply_function(part, rows_, values);
    }
    part.lagged = atom.lagged;
    if (atom.lagged) values = lagged(values);
    return {text_of(atom), std::move(values), {std::move(part)}};
  }

 private:
  std::vector<double> lagged(const std::vector<double>& values) const {
    if (choice_.weights == nullptr)
      throw Error(ErrorKind::usage, "w() and lags need weights; give --weights, as knn:8");
    return lag(*choice_.weights, values);
  }

  std::vector<MadeColumn> columns_of(const FormulaAtom& atom) {
    std::vector<MadeColumn> columns;
    if (atom.kind != FormulaAtom::Kind::factor) {
      columns.push_back(numbers(atom));
      return columns;
    }
    const Levels levels = levels_of(table_, atom.column, rows_);
    if (levels.names.size() < 2) {
      throw Error(ErrorKind::input,
                  "factor(" + atom.column + ") has only the value '" + levels.names.front() + "'");
    }
    for (std::size_t level = all_levels_ ? 0 : 1; level < levels.names.size(); ++level) {
      std::vector<double> values(rows_.size());
      for (std::size_t k = 0; k < rows_.size(); ++k) values[k] = levels.of_row[k] == level ? 1 : 0;
      RecipePart part;
      part.kind = RecipePart::Kind::level;
      part.column = atom.column;
      part.level = levels.names[level];
      columns.push_back({text_of(atom) + levels.names[level], std::move(values), {std::move(part)}});
    }
    all_levels_ = false;
    return columns;
  }

  void add(const FormulaTerm& term) {
    if (term.size() == 1 && term[0].kind == FormulaAtom::Kind::polynomial) {
      if (choice_.intercept && !formula_.intercept) {
        throw Error(ErrorKind::usage, "poly() needs the intercept; leave out '- 1'");
      }
      FormulaAtom variable;
      variable.column = term[0].column;
      add_polynomial(design_, variable.column, numbers(variable).values, term[0].degree);
      return;
    }
    std::vector<MadeColumn> product;
    for (const FormulaAtom& atom : term) {
      if (atom.kind == FormulaAtom::Kind::polynomial)
        throw Error(ErrorKind::usage, "poly() cannot be part of a product");
      const std::vector<MadeColumn> next = columns_of(atom);
      product = product.empty() ? next : products(product, next);
    }
    for (MadeColumn& column : product) put(std::move(column));
  }

  static std::vector<MadeColumn> products(const std::vector<MadeColumn>& left,
                                          const std::vector<MadeColumn>& right) {
    std::vector<MadeColumn> joined;
    for (const MadeColumn& a : left) {
      for (const MadeColumn& b : right) {
        MadeColumn column{a.name + ":" + b.name, a.values, a.recipe};
        for (std::size_t k = 0; k < column.values.size(); ++k) column.values[k] *= b.values[k];
        column.recipe.insert(column.recipe.end(), b.recipe.begin(), b.recipe.end());
        joined.push_back(std::move(column));
      }
    }
    return joined;
  }

  void put(MadeColumn column) {
    design_.add(std::move(column.name), std::move(column.values), {}, std::move(column.recipe));
  }

  /// Of plain columns and functions of them; those the formula lags itself are not added twice.
  void add_lags() {
    for (const FormulaTerm& term : formula_.terms) {
      FormulaAtom atom = term[0];
      if (atom.kind == FormulaAtom::Kind::polynomial) {
        throw Error(ErrorKind::usage, "poly(" + atom.column + ", ...) cannot be lagged; write " +
                                          atom.column + " + square(" + atom.column + ") in models with lags");
      }
      if (term.size() != 1 || atom.kind == FormulaAtom::Kind::factor || atom.lagged) continue;
      atom.lagged = true;
      if (std::find(formula_.terms.begin(), formula_.terms.end(), FormulaTerm{atom}) != formula_.terms.end())
        continue;
      put(numbers(atom));
    }
  }

  const ModelFormula& formula_;
  const Table& table_;
  std::span<const std::size_t> rows_;
  const DesignChoice& choice_;
  bool all_levels_ = false;
  Design design_;
};

}  // namespace

std::vector<std::size_t> complete_rows(const Table& table, std::span<const std::string> columns) {
  std::vector<char> complete(table.rows(), 1);
  for (const std::string& name : columns) {
    const Column& column = column_named(table, name);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (missing_at(column, row)) {
        complete[row] = 0;
      } else if (column.info.type == ColumnType::real && std::isinf(column.reals()[row])) {
        throw Error(ErrorKind::input, "column '" + name + "', row " + std::to_string(row + 1) + ": holds " +
                                          number_text(column.reals()[row]) + ", which is no measurement");
      }
    }
  }
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (complete[row] != 0) rows.push_back(row);
  }
  return rows;
}

void fill_missing(Table& table, std::span<const std::string> columns, double value) {
  for (const std::string& name : columns) {
    column_named(table, name);
    Column& column = table.columns[*table.find(name)];
    if (column.info.type == ColumnType::real) {
      for (double& v : column.reals()) v = std::isnan(v) ? value : v;
    } else if (column.info.type == ColumnType::integer) {
      for (std::int64_t& v : column.integers())
        v = v == kMissingInteger ? static_cast<std::int64_t>(value) : v;
    }
  }
}

std::vector<double> response_of(const ModelFormula& formula, const Table& table,
                                std::span<const std::size_t> rows) {
  return Builder(formula, table, rows, {}).numbers(formula.response).values;
}

RecipePart response_recipe(const ModelFormula& formula, const Table& table,
                           std::span<const std::size_t> rows) {
  return Builder(formula, table, rows, {}).numbers(formula.response).recipe.front();
}

Design design_of(const ModelFormula& formula, const Table& table, std::span<const std::size_t> rows,
                 const DesignChoice& choice) {
  return Builder(formula, table, rows, choice).build();
}

}  // namespace isotherm
