// Places of cells that have neither geometry nor coordinates but the names our grids give: hex100_4590_65853.
#pragma once

#include <optional>
#include <string>

#include "isotherm/io/table_reader.h"

namespace isotherm {

/// Fills `anchors` with the centres of the cells that column `zone`, or `id` where it is given, names, in the
/// units of the grid's CRS. Leaves the table alone when it has places, or when a name is none of a grid's.
void place_by_names(ReadTable& cells, const std::string& id);

/// Side in metres of a square as large as the cell that the first row names, with or without places beside
/// it; nothing where that is no name of a grid's.
std::optional<double> side_by_name(const ReadTable& cells, const std::string& id);

}  // namespace isotherm
