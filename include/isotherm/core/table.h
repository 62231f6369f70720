// Typed columns with optional polygons: the only thing that leaves the pixel world.
//
// Missing values: real NaN, integer kMissingInteger, text no value.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

inline constexpr std::int64_t kMissingInteger = std::numeric_limits<std::int64_t>::min();

enum class ColumnType { integer, real, text, date };

/// What a column holds. Dates are text columns in ISO 8601 whose type says so.
struct ColumnInfo {
  std::string name;
  ColumnType type = ColumnType::real;
  std::string unit;         ///< "" for none; "1" for a share or ratio
  std::string description;  ///< one line for dictionaries and metadata
  int digits = 0;  ///< significant digits text formats write of reals; 0: as many as tell the number apart
  bool operator==(const ColumnInfo&) const = default;
};

using Integers = std::vector<std::int64_t>;
using Reals = std::vector<double>;
using Texts = std::vector<std::optional<std::string>>;

struct Column {
  ColumnInfo info;
  std::variant<Integers, Reals, Texts> values;

  std::size_t size() const {
    return std::visit([](const auto& v) { return v.size(); }, values);
  }
  Integers& integers() { return std::get<Integers>(values); }
  Reals& reals() { return std::get<Reals>(values); }
  Texts& texts() { return std::get<Texts>(values); }
  const Integers& integers() const { return std::get<Integers>(values); }
  const Reals& reals() const { return std::get<Reals>(values); }
  const Texts& texts() const { return std::get<Texts>(values); }
};

/// An empty column whose values have the kind its type asks for.
Column make_column(ColumnInfo info);

/// What every batch of rows of one output shares.
struct TableSchema {
  std::vector<ColumnInfo> columns;
  bool has_geometry = false;
  std::string crs;  ///< of the geometry, canonical text as in Frame
  bool operator==(const TableSchema&) const = default;
};

/// Rows. All columns have `rows()` values; `geometry` has as many or is empty when the schema has none.
struct Table {
  std::vector<Column> columns;
  std::vector<MultiPolygon> geometry;
  std::string crs;

  std::size_t rows() const { return columns.empty() ? geometry.size() : columns.front().size(); }
  TableSchema schema() const;
  /// Position of a column by name; nothing when there is none.
  std::optional<std::size_t> find(std::string_view name) const;
};

/// An empty table of that schema.
Table make_table(const TableSchema& schema);

}  // namespace isotherm
