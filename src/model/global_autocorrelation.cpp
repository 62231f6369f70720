#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/model/autocorrelation.h"
#include "isotherm/model/distributions.h"
#include "map_moments.h"

namespace isotherm {

namespace {

/// S0, S1 and S2 of Cliff and Ord (1981).
struct WeightSums {
  double s0 = 0, s1 = 0, s2 = 0;
};

WeightSums sums_of(const Weights& weights) {
  const Weights mirror = transposed(weights);
  WeightSums sums;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    double out = 0, in = 0;
    for (double w : weights.weights(row)) {
      out += w;
      sums.s1 += w * w;
    }
    for (double w : mirror.weights(row)) in += w;
    sums.s0 += out;
    sums.s2 += (out + in) * (out + in);
    const auto there = weights.neighbours(row), back = mirror.neighbours(row);
    for (std::size_t a = 0, b = 0; a < there.size(); ++a) {
      while (b < back.size() && back[b] < there[a]) ++b;
      if (b < back.size() && back[b] == there[a]) sums.s1 += weights.weights(row)[a] * mirror.weights(row)[b];
    }
  }
  if (sums.s0 == 0) throw Error(ErrorKind::input, "no cell has a neighbour");
  return sums;
}

void judge(GlobalAutocorrelation& result, double sign) {
  result.z = sign * (result.value - result.expectation) / std::sqrt(result.variance);
  result.p = normal_two_sided(result.z);
}

}  // namespace

MapMoments moments_of(std::span<const double> x) {
  if (x.size() < 4)
    throw Error(ErrorKind::input, "at least 4 cells with values are needed, not " + std::to_string(x.size()));
  long double sum = 0;
  for (double v : x) {
    if (!std::isfinite(v)) throw Error(ErrorKind::input, "a value is not finite");
    sum += v;
  }
  const auto mean = static_cast<double>(sum / static_cast<long double>(x.size()));
  MapMoments map;
  map.z.reserve(x.size());
  long double squares = 0, fourth = 0;
  for (double v : x) {
    const double z = v - mean;
    map.z.push_back(z);
    squares += static_cast<long double>(z) * z;
    fourth += static_cast<long double>(z) * z * z * z;
  }
  map.m2 = static_cast<double>(squares / static_cast<long double>(x.size()));
  map.m4 = static_cast<double>(fourth / static_cast<long double>(x.size()));
  if (map.m2 <= 1e-24 * mean * mean) throw Error(ErrorKind::input, "all values are the same");
  return map;
}

GlobalAutocorrelation global_moran(std::span<const double> x, const Weights& weights) {
  const MapMoments map = moments_of(x);
  const WeightSums w = sums_of(weights);
  const auto n = static_cast<double>(x.size());
  const std::vector<double> lagged = lag(weights, map.z);
  double cross = 0;
  for (std::size_t k = 0; k < x.size(); ++k) cross += map.z[k] * lagged[k];
  GlobalAutocorrelation result;
  result.value = cross / (w.s0 * map.m2);
  result.expectation = -1 / (n - 1);
  const double b2 = map.m4 / (map.m2 * map.m2), s00 = w.s0 * w.s0;
  result.variance = (n * ((n * n - 3 * n + 3) * w.s1 - n * w.s2 + 3 * s00) -
                     b2 * ((n * n - n) * w.s1 - 2 * n * w.s2 + 6 * s00)) /
                        ((n - 1) * (n - 2) * (n - 3) * s00) -
                    result.expectation * result.expectation;
  judge(result, 1);
  return result;
}

GlobalAutocorrelation global_geary(std::span<const double> x, const Weights& weights) {
  const MapMoments map = moments_of(x);
  const WeightSums w = sums_of(weights);
  const auto n = static_cast<double>(x.size());
  double differences = 0;
  for (std::size_t row = 0; row < x.size(); ++row) {
    for (std::size_t k = 0; k < weights.degree(row); ++k) {
      const double d = map.z[row] - map.z[static_cast<std::size_t>(weights.neighbours(row)[k])];
      differences += weights.weights(row)[k] * d * d;
    }
  }
  GlobalAutocorrelation result;
  result.value = (n - 1) * differences / (2 * w.s0 * n * map.m2);
  result.expectation = 1;
  const double b2 = map.m4 / (map.m2 * map.m2), s00 = w.s0 * w.s0;
  result.variance = ((n - 1) * w.s1 * (n * n - 3 * n + 3 - (n - 1) * b2) -
                     (n - 1) * w.s2 / 4 * (n * n + 3 * n - 6 - (n * n - n + 2) * b2) +
                     s00 * (n * n - 3 - (n - 1) * (n - 1) * b2)) /
                    (n * (n - 2) * (n - 3) * s00);
  judge(result, -1);
  return result;
}

GlobalAutocorrelation global_getis_ord(std::span<const double> x, const Weights& weights) {
  moments_of(x);  // the same refusals
  GlobalAutocorrelation result;
  if (std::any_of(x.begin(), x.end(), [](double v) { return v < 0; })) {
    return {kMissing, kMissing, kMissing, kMissing, kMissing};
  }
  const WeightSums w = sums_of(weights);
  const auto n = static_cast<double>(x.size());
  const std::vector<double> lagged = lag(weights, x);
  long double cross = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const long double v = x[k];
    cross += v * lagged[k];
    m1 += v;
    m2 += v * v;
    m3 += v * v * v;
    m4 += v * v * v * v;
  }
  const double s00 = w.s0 * w.s0;
  const long double pairs = m1 * m1 - m2;
  result.value = static_cast<double>(cross / pairs);
  result.expectation = w.s0 / (n * (n - 1));
  const double b0 = (n * n - 3 * n + 3) * w.s1 - n * w.s2 + 3 * s00;
  const double b1 = -((n * n - n) * w.s1 - 2 * n * w.s2 + 6 * s00);
  const double b2 = -(2 * n * w.s1 - (n + 3) * w.s2 + 6 * s00);
  const double b3 = 4 * (n - 1) * w.s1 - 2 * (n + 1) * w.s2 + 8 * s00;
  const double b4 = w.s1 - w.s2 + s00;
  const long double top = b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1 * m1 * m1 * m1;
  const long double expected = result.expectation;
  result.variance =
      static_cast<double>(top / (pairs * pairs * n * (n - 1) * (n - 2) * (n - 3)) - expected * expected);
  judge(result, 1);
  return result;
}

}  // namespace isotherm
