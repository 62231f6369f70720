// Nearest neighbours of scattered points in the plane by a grid of buckets with about three points each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// The k nearest of every row into `columns` (k each, ascending): nearer first, then the smaller row. False,
/// with nothing done, where points crowd so much that buckets would be no help.
bool bucket_neighbours(std::span<const Point> points, std::size_t k, int threads,
                       std::vector<std::int32_t>& columns);

}  // namespace isotherm
