// What outputs of a zonal run are told beside their rows.
#pragma once

#include <span>

#include "isotherm/job/zonal.h"
#include "zonal_outputs.h"

namespace isotherm {

/// Where the table comes from, for the dictionary of a workbook; the lattice of its cells, for rasters.
ZonalOutputFacts output_facts(const ZonalJob& job, std::span<const Observation> observations,
                              const ZoneSource& zones);

/// Does the output want all of its dates or periods in one row, whatever --layout says? A raster of cells has
/// a band where a table has a row.
bool wants_bands(const TableOutput& output, std::size_t slots);

}  // namespace isotherm
