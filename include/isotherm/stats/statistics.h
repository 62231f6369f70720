// Statistics of a zone: which there are, what they need collected, how they are read off.
//
// Pixel i of a zone has value x_i and coverage weight w_i in (0, 1]; missing pixels (NaN, and infinities,
// which only a division by zero can make) are not counted.
//   count    = sum w_i                 pixels   = number of valid pixels
//   valid    = count / total weight of the zone (its whole area, also outside the raster), at most 1
//   mean     = sum w x / sum w         sum      = sum w x
//   variance = sum w (x - mean)^2 / sum w  (population form, ddof 0)     stdev = its root
//   quantile: weighted type 7 of Akinshin (2023), see weighted_quantiles
// A second weight per pixel (people, area) multiplies w everywhere but in count, pixels, valid, min, max and
// range, which stay those of the coverage.
// A zone without a valid pixel has count, pixels, valid and sum 0; everything else is NaN.
// Definitions, sources and worked values: docs/methods/statistics.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/hd.h"

namespace isotherm {

/// Weighted count, mean, spread, extremes: sums about the first value, in doubles (the shifted data algorithm
/// of Chan, Golub and LeVeque 1983). The first value is never further from the mean than the spread allows,
/// so the variance keeps its digits: docs/methods/statistics.md has the bound. No division per pixel. Merging
/// is commutative up to rounding, and empty is neutral.
struct Moments {
  double weight = 0;   ///< sum of w
  double shift = 0;    ///< the first value
  double offsets = 0;  ///< sum of w (x - shift)
  double squares = 0;  ///< sum of w (x - shift)^2
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  std::uint64_t pixels = 0;

  /// `value` is finite, `w` positive.
  ISO_HD void add(float value, float w);
  /// Adds values one after the other, leaving out those that are not finite; weights may be null: all 1.
  ISO_HD void add_run(const float* values, const float* weights, std::int32_t count);
  ISO_HD void merge(const Moments& other);
  double sum() const { return weight * shift + offsets; }
  double mean() const;      ///< NaN when empty
  double variance() const;  ///< population form; NaN when empty
};

/// A value with its weight.
struct Sample {
  float value;
  float weight;
};

/// Weighted quantiles at several probabilities in [0, 1], exact. Sorts `samples`. NaN when there are none.
///
/// Definition (Akinshin 2023, "Weighted quantile estimators", arXiv:2304.07265, the weighted type 7): lay the
/// values side by side in ascending order, each as wide as its weight, W in all. With s = sum w^2 / sum w,
/// the quantile at p is the mean of that staircase over [p (W - s), p (W - s) + s]. Equal weights give type 7
/// of Hyndman and Fan (1996), the default of R and numpy. It is continuous in the weights: a pixel the zone
/// hardly touches hardly matters.
std::vector<double> weighted_quantiles(std::span<Sample> samples, std::span<const double> probabilities);

enum class StatisticKind {
  count,
  pixels,
  valid,
  sum,
  mean,
  min,
  max,
  range,
  variance,
  stdev,
  cv,
  sumsq,
  weight,
  quantile,
  mode,
  minority,
  variety,
  fraction
};

/// A row of the list of statistics.
struct StatisticRow {
  StatisticKind kind;
  std::string_view name;  ///< "mean"; quantiles are "median" and the forms "pNN" and "qX"
  std::string_view help;
  bool needs_samples;  ///< values must be collected
};
std::span<const StatisticRow> statistic_rows();

/// A statistic as asked for: "p90" has kind quantile, probability 0.9.
struct Statistic {
  StatisticKind kind;
  double probability = 0;
  std::string name;     ///< column suffix: "mean", "p90", "p2_5", "fraction_11"
  double category = 0;  ///< of a fraction: the value of the class
  bool needs_samples() const { return kind >= StatisticKind::quantile; }
  /// The probability of a quantile, the class of a fraction.
  double number() const { return kind == StatisticKind::fraction ? category : probability; }
  /// Does a second weight per pixel take part?
  bool takes_weight() const { return kind > StatisticKind::valid && !is_extreme(); }
  bool is_extreme() const { return kind >= StatisticKind::min && kind <= StatisticKind::range; }
};

/// "mean", "median", "p10", "p2.5", "q0.1". Throws Error(usage) with the nearest name. "fraction" is a
/// family: fraction_of makes its members.
Statistic parse_statistic(std::string_view text);
/// Share of a zone's valid weight in the pixels whose value is exactly that of the class; 0 where the class
/// does not occur, missing where nothing is valid. Named "fraction_11", "fraction_m1", "fraction_2_5".
Statistic fraction_of(double category);
/// A statistic that needs no samples, read off sums; `total` as for Collector::read.
double moment_statistic(const Statistic& statistic, const Moments& moments, double total);
/// Unit of the statistic of a quantity with this unit ("K" -> variance "K2", count "pixels", valid "1").
std::string unit_of(const Statistic& statistic, std::string_view unit);

/// Everything collected of one zone and quantity; enough to read any statistic.
class Collector {
 public:
  explicit Collector(bool keep_samples = false) : keep_samples_(keep_samples) {}
  /// Values that are not finite are missing and left out.
  void add(float value, float weight) { add_run(&value, &weight, 1); }
  /// A run of pixels; weights may be null: all 1.
  void add_run(const float* values, const float* weights, std::int32_t count) {
    moments_.add_run(values, weights, count);
    keep_run(values, weights, count);
  }
  /// The two halves of add_run, for those who sum several collectors at once: the values are kept where that
  /// was asked for, and the sums replaced by others.
  void keep_run(const float* values, const float* weights, std::int32_t count) {
    if (keep_samples_) keep_values(values, weights, count);
  }
  void set_moments(const Moments& moments) { moments_ = moments; }
  /// Forgets everything, keeps its memory.
  void clear();
  /// Whether values are kept from now on; before the first of them.
  void keep_samples(bool keep) { keep_samples_ = keep; }
  const Moments& moments() const { return moments_; }
  std::span<Sample> samples() { return samples_; }
  std::size_t bytes() const { return samples_.capacity() * sizeof(Sample); }
  /// Values of `statistics` in their order; `total` is Coverage::total of the zone. Missing is NaN.
  /// Throws Error(internal) when a quantile is asked of a collector that keeps no samples.
  void read(std::span<const Statistic> statistics, double total, std::span<double> values);

 private:
  void keep_values(const float* values, const float* weights, std::int32_t count);

  bool keep_samples_;
  Moments moments_;
  std::vector<Sample> samples_;
};

/// Neither NaN nor infinite.
ISO_HD inline bool is_number(float value) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  return value >= -kLargest && value <= kLargest;
}

ISO_HD inline void Moments::add(float value, float w) {
  const double x = static_cast<double>(value), wx = static_cast<double>(w);
  if (pixels == 0) shift = x;
  const double off = x - shift, weighted = wx * off;
  weight += wx;
  offsets += weighted;
  squares += weighted * off;
  min = value < min ? value : min;
  max = value > max ? value : max;
  ++pixels;
}

ISO_HD inline void Moments::add_run(const float* values, const float* weights, std::int32_t count) {
  Moments sums = *this;  // in registers
  for (std::int32_t k = 0; k < count; ++k) {
    if (is_number(values[k])) sums.add(values[k], weights == nullptr ? 1.0f : weights[k]);
  }
  *this = sums;
}

ISO_HD inline void Moments::merge(const Moments& other) {
  if (other.pixels == 0) return;
  if (pixels == 0) {
    *this = other;
    return;
  }
  const double moved = other.shift - shift;
  squares += other.squares + moved * (2 * other.offsets + moved * other.weight);
  offsets += other.offsets + moved * other.weight;
  weight += other.weight;
  min = other.min < min ? other.min : min;
  max = other.max > max ? other.max : max;
  pixels += other.pixels;
}

}  // namespace isotherm
