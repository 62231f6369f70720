// A series with a regressor, a wandering level and noise, whose weight and coefficient are known.
#pragma once

#include <limits>
#include <random>
#include <vector>

namespace isotherm::testing_support {

constexpr double kGapHere = std::numeric_limits<double>::quiet_NaN();

/// y = level + slope t + coefficient x + a wandering level and noise (simple smoothing with this weight).
struct RegressedPlant {
  std::vector<double> values;
  std::vector<std::vector<double>> regressors;  // one, as long as values and horizon
};
inline RegressedPlant regressed_plant(std::mt19937& random, std::size_t n, double alpha, double coefficient,
                                      std::size_t ahead = 0) {
  std::normal_distribution<double> normal;
  RegressedPlant made;
  made.regressors.emplace_back();
  double level = 20 + 3 * normal(random);
  for (std::size_t t = 0; t < n + ahead; ++t) {
    made.regressors[0].push_back(0.4 + 0.1 * normal(random));
    const double error = 0.5 * normal(random);
    if (t < n) made.values.push_back(level + coefficient * made.regressors[0][t] + error);
    level += alpha * error;
  }
  return made;
}

}  // namespace isotherm::testing_support
