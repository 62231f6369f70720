#include "kept_columns.h"

#include <vector>

#include "isotherm/io/table_writer.h"
#include "regress_tables.h"

namespace isotherm {

Table kept_table(const ReadTable& cells, std::span<const std::size_t> rows,
                 std::initializer_list<std::string> more) {
  const Table& input = cells.table;
  std::vector<std::string> names{"zone", "cell_id", "id"};
  if (input.geometry.empty()) {
    for (const std::string& name : coordinate_columns(input)) names.push_back(name);
  }
  names.insert(names.end(), more);
  Table table;
  table.crs = input.crs;
  for (const std::string& name : names) {
    const auto column = name.empty() ? std::nullopt : input.find(name);
    if (column && !table.find(name)) table.columns.push_back(picked(input.columns[*column], rows));
  }
  if (!input.geometry.empty()) {
    for (const std::size_t row : rows) table.geometry.push_back(input.geometry[row]);
  }
  return table;
}

void write_whole(const std::string& path, Table table, const RunContext& context) {
  TableSchema schema = table.schema();
  schema.has_geometry = !table.geometry.empty();
  const std::unique_ptr<RowSink> sink = open_table(path, schema, {}, context);
  sink->write(sink->prepare(std::move(table)));
  sink->finish();
}

}  // namespace isotherm
