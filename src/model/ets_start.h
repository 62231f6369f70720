// Where the search for weights and states begins.
#pragma once

#include <span>
#include <vector>

#include "ets_search.h"

namespace isotherm::ets_detail {

/// Parameters (see ets_gradient.h) over a grid of weights, their states read off the first cycles.
std::vector<std::vector<double>> raw_starts(const EtsForm& form, std::span<const double> values, int period);

/// Points with finite objectives, best first, their states already fitted where one step does it.
std::vector<SearchPoint> starting_points(Problem& problem);

}  // namespace isotherm::ets_detail
