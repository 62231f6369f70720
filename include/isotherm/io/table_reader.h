// Tables from files: whatever GDAL reads with features, and CSV. Columns typed, missing kept missing,
// geometry optional.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"

namespace isotherm {

struct TableReadOptions {
  std::string layer;  ///< empty: the only layer, or an error that lists them
  std::vector<std::string>
      columns;           ///< to read; empty: all. A missing one is Error(input) with the nearest name
  bool geometry = true;  ///< read outlines where there are any (polygons; points become no outline)
  std::string crs;       ///< supplies or overrides the CRS
};

/// A whole table, rows in file order. CSV columns that hold numbers in every row become real or integer, ISO
/// dates become date, the rest text; a `wkt` column becomes geometry. Points (and `x`/`y` or `lon`/`lat`
/// columns) are given by `anchor`, polygons' anchors are their centroids. Throws Error(input).
struct ReadTable {
  Table table;                 ///< geometry is empty when the file has none
  std::vector<Point> anchors;  ///< a point per row where there is geometry or coordinates, else empty
};
ReadTable read_table(const std::string& path, const TableReadOptions& options, Log& log);

}  // namespace isotherm
