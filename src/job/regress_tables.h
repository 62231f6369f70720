// The rows of a table by periods.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/job/regress.h"

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
/// How a table is printed for a person or a paper.
enum class TableStyle { text, markdown, latex };
/// Of a name of table_style_words(); Error(usage) for others.
TableStyle table_style(const std::string& name);
/// Rows as a table of that style; the first row is the head.
std::string table_text(const std::vector<std::vector<std::string>>& rows, TableStyle style);
/// Lines of words in that style, ended; nothing for an empty text.
std::string paragraph(const std::string& text, TableStyle style);
/// A number for a person, with so many significant digits; "-" when it is not finite.
std::string short_number(double value, int digits);

}  // namespace isotherm
