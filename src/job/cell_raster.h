// A zonal table of square cells as a raster: a pixel per cell, a band per column of values.
//
// Values are float32; cells that are not in the table, and missing values, are NaN. Bands are called as the
// columns (lst_c_mean, with several dates lst_c_mean_20210614) and carry their unit and description. Columns
// about cells (area, share, numbers of observations) are left out; counts of features are values.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "isotherm/engine/zone_source.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

/// Squares of one lattice and the rectangle of them a table may speak of.
struct CellLattice {
  Grid grid;
  CellRange range;
  std::string crs;
};

/// The lattice of the cells of a run, or of the squares of `factor` by `factor` of them; nothing for zones
/// that are no squares.
std::optional<CellLattice> cell_lattice(const ZoneSource& zones, std::int32_t factor);

/// Does a user who writes this path (or --format) mean a raster?
bool is_cell_raster(const std::string& path, const std::string& format);

/// Rows must come in zone order. Throws Error(usage) where cells are no squares or the table has no cell_id.
std::unique_ptr<RowSink> open_cell_raster(const std::string& path, const TableOutput& output,
                                          const TableSchema& schema, const std::optional<CellLattice>& cells,
                                          const RunContext& context);

}  // namespace isotherm
