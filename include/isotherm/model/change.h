// Rules that change columns of a table: "what if NDVI rises by 0.1 in the parks".
//
//   rule       := column op value [ "where" condition ]
//   op         := "=" | "+=" | "-=" | "*=" | "/="
//   value      := arithmetic of numbers and columns: + - * / ( ) min(a, b) max(a, b)
//   condition  := comparison { ("and" | "or") comparison } with "not" and ( ), "and" before "or"
//   comparison := value (== | != | < | <= | > | >=) value | column (== | !=) "text"
//   column     := a plain word, or any name in backquotes
//
// "ndvi_mean += 0.1 where zone == \"park\"", "ndvi_mean = min(ndvi_mean + 0.1, 0.9) where building_count >
// 5".
//
// Texts stand in double or single quotes. Rules apply in their order, each to what the one before left. A
// missing value stays missing (also by "="), a comparison with one is false, also "!=". A whole-number column
// becomes real. A result that is not finite (0 / 0) is Error(input) that names rule and row.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"

namespace isotherm {

/// A condition alone, as it stands behind "where".
class Condition {
 public:
  /// Throws Error(usage) with the place where it is not understood.
  explicit Condition(std::string_view text);
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  ~Condition();

  /// Every column it reads, each once.
  std::vector<std::string> columns() const;
  /// 1 where it holds, by row. Throws Error(input) as Change::apply.
  std::vector<char> rows(const Table& table) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Change {
 public:
  /// Throws Error(usage) with the place where the rule is not understood.
  explicit Change(std::string_view rule);
  Change(Change&&) noexcept;
  Change& operator=(Change&&) noexcept;
  ~Change();

  const std::string& text() const;    ///< as it was written
  const std::string& column() const;  ///< what it changes
  /// Every column it reads or changes, each once.
  std::vector<std::string> columns() const;
  /// Changes the table and says in how many rows. Throws Error(input) for unknown columns (with the nearest
  /// name), for text where numbers are needed and the reverse.
  std::size_t apply(Table& table) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
