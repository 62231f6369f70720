// The reference tables that stand beside the repository, where they are there; and numbers written inside a
// test.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/model/weights.h"

namespace isotherm::testing_support {

inline std::string reference_path(const std::string& name) {
  return std::string(ISOTHERM_SOURCE_DIR) + "/../shared/reference/" + name;
}
inline bool has_reference(const std::string& name) { return std::filesystem::exists(reference_path(name)); }

/// A comma-separated text of numbers as a table; words stay text.
inline Table table_of(std::istream& in) {
  Table table;
  std::string line;
  std::getline(in, line);
  std::istringstream header(line);
  for (std::string name; std::getline(header, name, ',');)
    table.columns.push_back(make_column({name, ColumnType::real, "", ""}));
  while (std::getline(in, line)) {
    if (line.empty()) continue;
    std::istringstream row(line);
    std::string word;
    for (Column& column : table.columns) {
      std::getline(row, word, ',');
      char* end = nullptr;
      const double value = std::strtod(word.c_str(), &end);
      column.reals().push_back(end == word.c_str() ? std::numeric_limits<double>::quiet_NaN() : value);
    }
  }
  return table;
}
inline Table table_of(const std::string& text) {
  std::istringstream in(text);
  return table_of(in);
}
inline Table reference_table(const std::string& name) {
  std::ifstream in(reference_path(name));
  return table_of(in);
}

/// A column of whole numbers as class codes.
inline std::vector<std::int64_t> codes(const Table& table, const std::string& name) {
  std::vector<std::int64_t> values;
  for (double v : table.columns[*table.find(name)].reals()) values.push_back(static_cast<std::int64_t>(v));
  return values;
}

/// Weights from triplets i, j, w sorted by i then j, rows from 0.
inline Weights weights_of_triplets(const Table& triplets, std::size_t rows) {
  Weights weights;
  std::size_t at = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    while (at < triplets.rows() && triplets.columns[0].reals()[at] == static_cast<double>(row)) {
      weights.columns.push_back(static_cast<std::int32_t>(triplets.columns[1].reals()[at]));
      weights.values.push_back(triplets.columns[2].reals()[at++]);
    }
    weights.starts.push_back(static_cast<std::int64_t>(weights.columns.size()));
  }
  return weights;
}

inline std::vector<std::size_t> all_rows(const Table& table) {
  std::vector<std::size_t> rows(table.rows());
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = k;
  return rows;
}

}  // namespace isotherm::testing_support
