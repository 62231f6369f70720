// The one missing value of every number that leaves or enters a computation.
#pragma once

#include <limits>

namespace isotherm {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace isotherm
