#include "isotherm/core/table.h"

namespace isotherm {

Column make_column(ColumnInfo info) {
  Column column;
  switch (info.type) {
    case ColumnType::integer:
      column.values = Integers{};
      break;
    case ColumnType::real:
      column.values = Reals{};
      break;
    case ColumnType::text:
    case ColumnType::date:
      column.values = Texts{};
      break;
  }
  column.info = std::move(info);
  return column;
}

TableSchema Table::schema() const {
  TableSchema schema;
  for (const Column& column : columns) schema.columns.push_back(column.info);
  schema.has_geometry = !geometry.empty();
  schema.crs = crs;
  return schema;
}

std::optional<std::size_t> Table::find(std::string_view name) const {
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (columns[k].info.name == name) return k;
  }
  return std::nullopt;
}

Table make_table(const TableSchema& schema) {
  Table table;
  for (const ColumnInfo& info : schema.columns) table.columns.push_back(make_column(info));
  table.crs = schema.crs;
  return table;
}

}  // namespace isotherm
