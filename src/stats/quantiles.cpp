#include <algorithm>
#include <limits>

#include "isotherm/core/missing.h"
#include "isotherm/stats/statistics.h"
#include "sorted_samples.h"

namespace isotherm {

SortedSamples::SortedSamples(std::span<Sample> samples) : samples_(samples) {
  // Ties in order of weight, so that the sums below, and thus the last bit, do not depend on the order of
  // arrival.
  std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
    return a.value < b.value || (a.value == b.value && a.weight < b.weight);
  });
  double squares = 0;
  for (const Sample& sample : samples) {
    const double w = static_cast<double>(sample.weight);
    total_ += w;
    squares += w * w;
  }
  if (total_ > 0) width_ = squares / total_;
}

SortedSamples::Classes SortedSamples::classes() const {
  Classes found{kMissing, kMissing, 0};
  double most = -1, least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < samples_.size();) {
    const float value = samples_[k].value;
    double weight = 0;
    for (; k < samples_.size() && samples_[k].value == value; ++k)
      weight += static_cast<double>(samples_[k].weight);
    if (weight > most) {
      most = weight;
      found.heaviest = static_cast<double>(value);
    }
    if (weight < least) {
      least = weight;
      found.lightest = static_cast<double>(value);
    }
    ++found.number;
  }
  return found;
}

double SortedSamples::share_of(double value) const {
  if (samples_.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto below = [](const Sample& sample, double limit) {
    return static_cast<double>(sample.value) < limit;
  };
  double weight = 0;
  for (auto at = std::lower_bound(samples_.begin(), samples_.end(), value, below);
       at != samples_.end() && static_cast<double>(at->value) == value; ++at) {
    weight += static_cast<double>(at->weight);
  }
  return weight / total_;
}

double SortedSamples::quantile(double probability) const {
  if (samples_.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double from = probability * (total_ - width_), to = from + width_;
  std::size_t k = 0;
  double left = 0, right = static_cast<double>(samples_[0].weight);
  while (right <= from && k + 1 < samples_.size()) {
    left = right;
    right += static_cast<double>(samples_[++k].weight);
  }
  // Measured from the first value of the window, so that equal values give exactly that value.
  const double base = static_cast<double>(samples_[k].value);
  double rest = 0;
  for (; left < to; left = right, right += static_cast<double>(samples_[k].weight)) {
    const double overlap = std::min(right, to) - std::max(left, from);
    rest += (static_cast<double>(samples_[k].value) - base) * overlap;
    if (++k == samples_.size()) break;
  }
  return base + rest / width_;
}

std::vector<double> weighted_quantiles(std::span<Sample> samples, std::span<const double> probabilities) {
  const SortedSamples sorted(samples);
  std::vector<double> quantiles;
  quantiles.reserve(probabilities.size());
  for (const double probability : probabilities) quantiles.push_back(sorted.quantile(probability));
  return quantiles;
}

}  // namespace isotherm
