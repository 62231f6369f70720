#include "table_numbers.h"

#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

const Column& column_named(const Table& table, const std::string& name) {
  if (const auto position = table.find(name)) return table.columns[*position];
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.info.name);
  throw Error(ErrorKind::input, "the table has no column '" + name + "'" + suggestion(name, names) +
                                    "; there are " + join(names, ", "));
}

const Column& number_column(const Table& table, const std::string& name) {
  const Column& column = column_named(table, name);
  if (column.info.type == ColumnType::text || column.info.type == ColumnType::date) {
    throw Error(ErrorKind::input, "column '" + name + "' holds text; in a formula factor(" + name +
                                      ") makes a 0/1 column of each value");
  }
  return column;
}

double number_at(const Column& column, std::size_t row) {
  if (column.info.type == ColumnType::real) return column.reals()[row];
  const std::int64_t value = column.integers()[row];
  return value == kMissingInteger ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(value);
}

std::vector<double> numbers_of(const Column& column, std::span<const std::size_t> rows) {
  std::vector<double> values(rows.size());
  for (std::size_t k = 0; k < rows.size(); ++k) values[k] = number_at(column, rows[k]);
  return values;
}

}  // namespace isotherm
