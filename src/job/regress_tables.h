// The rows of a table by periods.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"

namespace isotherm {

struct PeriodRows {
  std::string name;
  std::vector<std::size_t> rows;
};
/// Periods in ascending order (numbers by size, text by bytes), rows in theirs. Without a column one period
/// "all". The column has a value in every row given.
std::vector<PeriodRows> rows_by_period(const Table& table, const std::string& column,
                                       std::span<const std::size_t> rows);

/// The values of the given rows.
Column picked(const Column& column, std::span<const std::size_t> rows);

/// Words in columns as wide as their widest; the first leans left, the others right.
std::string aligned(const std::vector<std::vector<std::string>>& rows);
/// A number for a person, with so many significant digits; "-" when it is not finite.
std::string short_number(double value, int digits);

}  // namespace isotherm
