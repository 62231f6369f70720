// What a table made of another table's rows keeps: who its cells are and where.
#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/table_reader.h"

namespace isotherm {

/// A table of these rows with the columns that name cells (zone, cell_id, id), coordinates where there is no
/// geometry, the columns named in `more` (empty names are passed over), each once, and the geometry.
Table kept_table(const ReadTable& cells, std::span<const std::size_t> rows,
                 std::initializer_list<std::string> more);

/// The table as a file, whole or not at all.
void write_whole(const std::string& path, Table table, const RunContext& context);

}  // namespace isotherm
