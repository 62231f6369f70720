// Planted truth: over many samples from a model its estimator is unbiased and its 95 % intervals hold the
// truth in 95 % of them, both within Monte Carlo error.
#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/model/spatial_fit.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

constexpr int kSide = 14;
constexpr int kSamples = 120;
constexpr double kRho = 0.5;
constexpr double kBeta[] = {1, 0.8, -0.5};

struct Tally {
  std::vector<double> errors;
  int held = 0;
  void add(const Coefficient& c, double truth) {
    errors.push_back(c.value - truth);
    held += c.low <= truth && truth <= c.high ? 1 : 0;
  }
  /// `bias`: what theory allows at this size.
  void expect(const std::string& what, double bias) const {
    double mean = 0, square = 0;
    for (double e : errors) mean += e / kSamples;
    for (double e : errors) square += (e - mean) * (e - mean) / (kSamples - 1);
    EXPECT_LT(std::abs(mean), 4 * std::sqrt(square / kSamples) + bias) << what;
    // 4 binomial standard deviations around 0.95; intervals rest on n = 196, a few percent short.
    const double share = held / static_cast<double>(kSamples);
    EXPECT_GT(share, 0.95 - 4 * std::sqrt(0.95 * 0.05 / kSamples) - 0.02) << what;
  }
};

/// Normal numbers by Box and Muller from counters.
double normal(std::uint64_t seed, std::uint64_t k) {
  const double u = testing_support::fraction(seed, 2 * k), v = testing_support::fraction(seed, 2 * k + 1);
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * 3.14159265358979323846 * v);
}

void expect_truth(bool lag_model) {
  const Weights weights = testing_support::jittered_neighbours(kSide, 5);
  LogDeterminant determinant(weights, {});
  const std::size_t n = weights.rows();
  Tally dependence, slope, other;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    Design design;
    design.intercept = true;
    design.add(kInterceptName, std::vector<double>(n, 1.0));
    std::vector<double> x1(n), x2(n), e(n), y(n);
    for (std::size_t k = 0; k < n; ++k) {
      x1[k] = normal(1000 + sample, k);
      x2[k] = normal(2000 + sample, k);
      e[k] = normal(3000 + sample, k);
      y[k] = kBeta[0] + kBeta[1] * x1[k] + kBeta[2] * x2[k];
    }
    if (!lag_model) e = determinant.solve(kRho, e);
    for (std::size_t k = 0; k < n; ++k) y[k] += e[k];
    if (lag_model) y = determinant.solve(kRho, y);
    design.add("x1", x1);
    design.add("x2", x2);
    SpatialFitChoice choice;
    choice.lag = lag_model;
    choice.error = !lag_model;
    choice.weights = &weights;
    choice.log_determinant = &determinant;
    const Fit fit = fit_spatial(design, y, choice);
    dependence.add(fit.dependence[0], kRho);
    slope.add(fit.coefficients[1], kBeta[1]);
    other.add(fit.coefficients[2], kBeta[2]);
  }
  // Of rho the bias is of order columns/n = 0.015, downwards.
  dependence.expect(lag_model ? "rho" : "lambda", 0.02);
  slope.expect("x1", 0.002);
  other.expect("x2", 0.002);
}

TEST(SpatialCoverage, LagModel) { expect_truth(true); }
TEST(SpatialCoverage, ErrorModel) { expect_truth(false); }

}  // namespace
}  // namespace isotherm
