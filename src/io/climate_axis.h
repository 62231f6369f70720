// Centres of a grid along longitude or latitude, and which of them is nearest.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace isotherm {

class ClimateAxis {
 public:
  /// `around`: longitudes, where 360 degrees more are the same place.
  ClimateAxis(std::vector<double> centres, bool around);

  /// The number of the nearest centre, of two as near that which comes first; nothing where it is further
  /// away than the widest gap between neighbouring centres (a single centre is near to all).
  std::optional<std::size_t> nearest(double at) const;

 private:
  std::vector<std::pair<double, std::size_t>> sorted_;  ///< centre (longitudes from 0 to 360) and its number
  double reach_ = 0;
  bool around_;
};

}  // namespace isotherm
