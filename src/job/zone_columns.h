// The columns every table of zones begins with: who the zone is, what it brought along, how large it is.
#pragma once

#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/engine/zone_source.h"

namespace isotherm {

/// Significant digits of computed numbers in text formats: float32 pixels carry seven, ten keep sums of them
/// apart.
inline constexpr int kResultDigits = 10;

/// zone, cell_id, attributes of polygons, area_m2, and share where there is an area of interest.
std::vector<ColumnInfo> zone_columns(const ZoneSource& zones);

/// Appends the cells of one zone to the first columns of `table`, which are zone_columns(); returns how many
/// they are.
std::size_t append_zone(const ZoneBatch& zones, std::size_t zone, bool with_share, Table& table);

}  // namespace isotherm
