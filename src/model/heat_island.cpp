#include "isotherm/model/heat_island.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::array<UtfviClass, 6> kClasses{{
    {-std::numeric_limits<double>::infinity(), "none", "excellent"},
    {0.000, "weak", "good"},
    {0.005, "middle", "normal"},
    {0.010, "strong", "bad"},
    {0.015, "stronger", "worse"},
    {0.020, "strongest", "worst"},
}};

/// Reference cells by elevation with running sums, so that the mean of a band is a difference of two.
class ByElevation {
 public:
  ByElevation(std::span<const double> temperatures, std::span<const char> reference,
              std::span<const double> elevations) {
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < reference.size(); ++k) {
      if (reference[k] != 0) order.push_back(k);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return elevations[a] < elevations[b]; });
    sums_.push_back(0);
    for (std::size_t k : order) {
      heights_.push_back(elevations[k]);
      sums_.push_back(sums_.back() + temperatures[k]);
    }
  }
  /// Edges included; NaN when there is none.
  double mean_within(double low, double high) const {
    const auto first = std::lower_bound(heights_.begin(), heights_.end(), low) - heights_.begin();
    const auto end = std::upper_bound(heights_.begin(), heights_.end(), high) - heights_.begin();
    if (first >= end) return kMissing;
    const long double sum = sums_[static_cast<std::size_t>(end)] - sums_[static_cast<std::size_t>(first)];
    return static_cast<double>(sum / static_cast<long double>(end - first));
  }

 private:
  std::vector<double> heights_;
  std::vector<long double> sums_;
};

}  // namespace

HeatIsland heat_island(std::span<const double> temperatures, std::span<const char> reference,
                       std::span<const double> elevations, double band_m) {
  HeatIsland result;
  long double inside = 0, outside = 0;
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    (reference[k] != 0 ? inside : outside) += temperatures[k];
    result.reference_cells += reference[k] != 0 ? 1 : 0;
  }
  if (result.reference_cells == 0) throw Error(ErrorKind::input, "no cell belongs to the rural reference");
  const std::size_t others = temperatures.size() - result.reference_cells;
  result.reference = static_cast<double>(inside / static_cast<long double>(result.reference_cells));
  result.others = others == 0 ? kMissing : static_cast<double>(outside / static_cast<long double>(others));
  result.intensity.reserve(temperatures.size());
  if (elevations.empty()) {
    for (double t : temperatures) result.intensity.push_back(t - result.reference);
    return result;
  }
  const ByElevation matched(temperatures, reference, elevations);
  for (std::size_t k = 0; k < temperatures.size(); ++k)
    result.intensity.push_back(temperatures[k] -
                               matched.mean_within(elevations[k] - band_m, elevations[k] + band_m));
  return result;
}

std::vector<double> utfvi(std::span<const double> kelvin) {
  long double sum = 0;
  for (double t : kelvin) {
    if (!(t > 0)) throw Error(ErrorKind::input, "utfvi: a temperature of " + number_text(t) + " K cannot be");
    sum += t;
  }
  const auto mean =
      static_cast<double>(sum / static_cast<long double>(std::max<std::size_t>(kelvin.size(), 1)));
  std::vector<double> result;
  result.reserve(kelvin.size());
  for (double t : kelvin) result.push_back((t - mean) / t);
  return result;
}

std::span<const UtfviClass> utfvi_classes() { return kClasses; }

const UtfviClass& utfvi_class(double value) {
  std::size_t at = kClasses.size() - 1;
  while (at > 0 && value < kClasses[at].from) --at;
  return kClasses[at];
}

}  // namespace isotherm
