// Deviations of a map's values from their mean.
#pragma once

#include <span>
#include <vector>

namespace isotherm {

struct MapMoments {
  std::vector<double> z;
  double m2 = 0, m4 = 0;  ///< means of z^2 and z^4
};
/// Throws Error(input) for fewer than 4 values, one that is not finite, or values that are all the same.
MapMoments moments_of(std::span<const double> x);

}  // namespace isotherm
