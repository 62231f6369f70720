// Where the search for weights and states begins.
#pragma once

#include <span>
#include <vector>

#include "ets_search.h"

namespace isotherm::ets_detail {

/// Points with finite objectives, best first, their states already fitted where one step does it.
std::vector<SearchPoint> starting_points(Problem& problem);

}  // namespace isotherm::ets_detail
