// The samples of one zone in ascending order, ready to be asked for any number of quantiles without
// allocating.
#pragma once

#include <span>

#include "isotherm/stats/statistics.h"

namespace isotherm {

class SortedSamples {
 public:
  /// Sorts what it is given and keeps a view of it.
  explicit SortedSamples(std::span<Sample> samples);
  /// As defined at weighted_quantiles; NaN when there are no samples.
  double quantile(double probability) const;

 private:
  std::span<const Sample> samples_;
  double total_ = 0;  ///< sum of w
  double width_ = 0;  ///< sum of w^2 / sum of w: the weight of a typical sample
};

}  // namespace isotherm
