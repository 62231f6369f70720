// Levenberg's and Marquardt's search for the least objective of a Problem, in a box for the weights.
#pragma once

#include <vector>

#include "ets_gradient.h"

namespace isotherm::ets_detail {

struct SearchPoint {
  std::vector<double> parameters;
  double objective = 0;
};

/// Moves from a point with a finite objective to a near minimum. With `only_states` the weights stay.
void descend(Problem& problem, SearchPoint& point, bool only_states, int most_steps);

/// Bounds of the weights; states have none.
struct Bounds {
  double least, most;
};
Bounds bounds_of(int parameter);

}  // namespace isotherm::ets_detail
