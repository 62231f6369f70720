// How large the cells of a table are, on the ground.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "isotherm/io/table_reader.h"

namespace isotherm {

/// The side, in metres, of a square as large as a cell of the table: from outlines; without them from names
/// our grids give (column `zone`, or `id` where it is given); else the middle distance from one of `rows`
/// (those of one period) to the nearest other, coordinates without a CRS counting as metres. Nothing where
/// the table has none of these.
std::optional<double> cell_side_m(const ReadTable& cells, const std::string& id,
                                  std::span<const std::size_t> rows, int threads);

}  // namespace isotherm
