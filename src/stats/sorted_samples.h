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

  /// Equal values taken together as classes. Missing where there are no samples; `number` is then 0.
  struct Classes {
    double heaviest,
        lightest;  ///< value of the class with the most and the least weight; of equals the smallest
    double number;
  };
  Classes classes() const;
  /// Weight of the samples of exactly this value, as a share of all; NaN when there are no samples.
  double share_of(double value) const;

 private:
  std::span<const Sample> samples_;
  double total_ = 0;  ///< sum of w
  double width_ = 0;  ///< sum of w^2 / sum of w: the weight of a typical sample
};

}  // namespace isotherm
