// Values of one zone with their weights in ascending order, ready to be asked for any number of quantiles,
// classes and shares without allocating. Host and device compile this text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "isotherm/core/hd.h"
#include "isotherm/core/missing.h"
#include "isotherm/stats/statistics.h"

namespace isotherm {

/// The order of samples: by value, ties by weight, so that sums over them, and thus the last bit, do not
/// depend on the order of arrival.
ISO_HD inline bool comes_before(const Sample& a, const Sample& b) {
  return a.value < b.value || (a.value == b.value && a.weight < b.weight);
}

/// Sorts on the host.
inline void sort_samples(std::span<Sample> samples) {
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return comes_before(a, b); });
}

/// Sorts without recursion or memory of its own, as one thread of a device can: by
/// insertion what is short, else by a heap.
ISO_HD inline void sort_alone(Sample* samples, std::size_t count) {
  constexpr std::size_t kShort = 24;
  const auto sink = [samples](std::size_t at, std::size_t end) {
    const Sample sinking = samples[at];
    for (std::size_t child = 2 * at + 1; child < end; child = 2 * at + 1) {
      if (child + 1 < end && comes_before(samples[child], samples[child + 1])) ++child;
      if (!comes_before(sinking, samples[child])) break;
      samples[at] = samples[child];
      at = child;
    }
    samples[at] = sinking;
  };
  if (count > kShort) {
    for (std::size_t k = count / 2; k-- > 0;) sink(k, count);
    for (std::size_t end = count - 1; end > 0; --end) {
      const Sample largest = samples[0];
      samples[0] = samples[end];
      samples[end] = largest;
      sink(0, end);
    }
    return;
  }
  for (std::size_t k = 1; k < count; ++k) {
    const Sample inserted = samples[k];
    std::size_t at = k;
    for (; at > 0 && comes_before(inserted, samples[at - 1]); --at) samples[at] = samples[at - 1];
    samples[at] = inserted;
  }
}

/// A statistic of the values themselves as plain data: `number` is the probability or the class.
struct ValueStatistic {
  std::uint32_t quantity = 0;
  StatisticKind kind = StatisticKind::quantile;
  double number = 0;
};

class SortedSamples {
 public:
  /// A view of samples that are in order.
  ISO_HD SortedSamples(const Sample* samples, std::size_t count);
  /// As defined at weighted_quantiles; NaN when there are no samples.
  ISO_HD double quantile(double probability) const;

  /// Equal values taken together as classes. Missing where there are no samples; `number` is then 0.
  struct Classes {
    double heaviest,
        lightest;  ///< value of the class with the most and the least weight; of equals the smallest
    double number;
  };
  ISO_HD Classes classes() const;
  /// Weight of the samples of exactly this value, as a share of all; NaN when there are no samples.
  ISO_HD double share_of(double value) const;
  ISO_HD double read(StatisticKind kind, double number) const;

 private:
  const Sample* samples_;
  std::size_t count_;
  double total_ = 0;  ///< sum of w
  double width_ = 0;  ///< sum of w^2 / sum of w: the weight of a typical sample
};

ISO_HD inline SortedSamples::SortedSamples(const Sample* samples, std::size_t count)
    : samples_(samples), count_(count) {
  double squares = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double w = static_cast<double>(samples[k].weight);
    total_ += w;
    squares += w * w;
  }
  if (total_ > 0) width_ = squares / total_;
}

ISO_HD inline SortedSamples::Classes SortedSamples::classes() const {
  Classes found{kMissing, kMissing, 0};
  double most = -1, least = 0;
  for (std::size_t k = 0; k < count_;) {
    const float value = samples_[k].value;
    double weight = 0;
    for (; k < count_ && samples_[k].value == value; ++k) weight += static_cast<double>(samples_[k].weight);
    if (weight > most) {
      most = weight;
      found.heaviest = static_cast<double>(value);
    }
    if (found.number == 0 || weight < least) {
      least = weight;
      found.lightest = static_cast<double>(value);
    }
    ++found.number;
  }
  return found;
}

ISO_HD inline double SortedSamples::share_of(double value) const {
  if (count_ == 0) return kMissing;
  std::size_t low = 0, high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (static_cast<double>(samples_[middle].value) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  double weight = 0;
  for (; low < count_ && static_cast<double>(samples_[low].value) == value; ++low)
    weight += static_cast<double>(samples_[low].weight);
  return weight / total_;
}

ISO_HD inline double SortedSamples::quantile(double probability) const {
  if (count_ == 0) return kMissing;
  const double from = probability * (total_ - width_), to = from + width_;
  std::size_t k = 0;
  double left = 0, right = static_cast<double>(samples_[0].weight);
  while (right <= from && k + 1 < count_) {
    left = right;
    right += static_cast<double>(samples_[++k].weight);
  }
  // Measured from the first value of the window, so that equal values give exactly that value.
  const double base = static_cast<double>(samples_[k].value);
  double rest = 0;
  for (; left < to; left = right, right += static_cast<double>(samples_[k].weight)) {
    const double overlap = (right < to ? right : to) - (left > from ? left : from);
    rest += (static_cast<double>(samples_[k].value) - base) * overlap;
    if (++k == count_) break;
  }
  return base + rest / width_;
}

ISO_HD inline double SortedSamples::read(StatisticKind kind, double number) const {
  switch (kind) {
    case StatisticKind::mode:
      return classes().heaviest;
    case StatisticKind::minority:
      return classes().lightest;
    case StatisticKind::variety:
      return classes().number;
    case StatisticKind::fraction:
      return share_of(number);
    default:
      return quantile(number);
  }
}

}  // namespace isotherm
