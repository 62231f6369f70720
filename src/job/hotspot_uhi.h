// Heat island measures of `hotspot`: which cells are the rural reference, intensity, UTFVI.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hotspot_summary.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/job/hotspot.h"

namespace isotherm {

/// Columns that the options of the heat island read, besides the value.
std::vector<std::string> heat_island_columns(const HotspotJob& job);

/// Refuses options that do not fit each other. Throws Error(usage).
void check_heat_island(const HotspotJob& job);

struct HeatIslandResult {
  std::vector<double> intensity, utfvi;  ///< empty when not asked for
  std::vector<std::string> rural, utfvi_class;
  MapSummary::Island summary;
};
/// One period: x are the values of the rows.
HeatIslandResult heat_island_of(const HotspotJob& job, const ReadTable& cells,
                                std::span<const std::size_t> rows, std::span<const double> x);

}  // namespace isotherm
