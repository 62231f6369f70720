#include <algorithm>

#include "isotherm/stats/sorted_samples.h"
#include "isotherm/stats/statistics.h"

namespace isotherm {

std::vector<double> weighted_quantiles(std::span<Sample> samples, std::span<const double> probabilities) {
  sort_samples(samples);
  const SortedSamples sorted(samples.data(), samples.size());
  std::vector<double> quantiles;
  quantiles.reserve(probabilities.size());
  for (const double probability : probabilities) quantiles.push_back(sorted.quantile(probability));
  return quantiles;
}

}  // namespace isotherm
