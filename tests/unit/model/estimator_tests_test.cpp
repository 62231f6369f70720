// Tests of the residuals of estimators that are not least squares: what each regresses on what, written out.
// With one column n R2 is n times a squared correlation.
#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/model/fit.h"
#include "isotherm/model/local_fit.h"
#include "isotherm/model/moments.h"
#include "isotherm/model/random_effects.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

using testing_support::fraction;

constexpr int kPlantedSide = 12;
constexpr std::size_t kPlantedRows = kPlantedSide * kPlantedSide;

struct PlantedSample {
  Weights weights = testing_support::jittered_neighbours(kPlantedSide, 5);
  Design design;
  std::vector<double> a, y;
};

/// The spread of y grows with a.
PlantedSample planted_sample() {
  PlantedSample s;
  for (std::size_t k = 0; k < kPlantedRows; ++k) {
    s.a.push_back(fraction(1, k));
    s.y.push_back(1 + 2 * s.a.back() + (0.2 + s.a.back()) * (fraction(2, k) + fraction(3, k) - 1));
  }
  s.design.intercept = true;
  s.design.add(kInterceptName, std::vector<double>(kPlantedRows, 1.0));
  s.design.add("a", s.a);
  return s;
}

double planted_value(const Fit& fit, const std::string& name) {
  for (const TestResult& test : fit.tests) {
    if (test.name == name) return test.value;
  }
  throw std::runtime_error("no test " + name);
}

double koenker_by_hand(std::vector<double> residuals, const std::vector<double>& column) {
  for (double& v : residuals) v *= v;
  return static_cast<double>(residuals.size()) * squared_correlation(residuals, column);
}

double jarque_bera_by_hand(const std::vector<double>& e) {
  const auto n = static_cast<double>(e.size());
  double mean = 0, second = 0, third = 0, fourth = 0;
  for (double v : e) mean += v / n;
  for (double v : e) {
    second += std::pow(v - mean, 2) / n;
    third += std::pow(v - mean, 3) / n;
    fourth += std::pow(v - mean, 4) / n;
  }
  return n / 6 * (third * third / std::pow(second, 3) + std::pow(fourth / (second * second) - 3, 2) / 4);
}

TEST(EstimatorTests, LagByMomentsAgainstTheColumnsWithoutTheLag) {
  const PlantedSample s = planted_sample();
  MomentsChoice choice;
  choice.diagnostics = true;
  const Fit fit = fit_lag_moments(s.design, s.y, s.weights, choice);
  EXPECT_NEAR(planted_value(fit, "koenker_bassett"), koenker_by_hand(fit.residuals, s.a), 1e-9);
  EXPECT_NEAR(planted_value(fit, "jarque_bera"), jarque_bera_by_hand(fit.residuals), 1e-9);
  EXPECT_GT(planted_value(fit, "white"), planted_value(fit, "koenker_bassett"));
  EXPECT_GE(fit.coefficients[1].vif, 1);
  EXPECT_TRUE(std::isnan(fit.coefficients[0].vif));
  EXPECT_GT(fit.pseudo_r2, 0.2);
  EXPECT_GT(fit.pseudo_r2_reduced, 0.2);
}

TEST(EstimatorTests, ErrorByMomentsAgainstTheFilteredColumns) {
  const PlantedSample s = planted_sample();
  for (const bool unequal : {false, true}) {
    MomentsChoice choice;
    choice.diagnostics = true;
    choice.unequal_variances = unequal;
    const Fit fit = fit_error_moments(s.design, s.y, s.weights, choice);
    std::vector<double> filtered = s.a;
    const std::vector<double> around = lag(s.weights, s.a);
    for (std::size_t k = 0; k < kPlantedRows; ++k) filtered[k] -= fit.dependence[0].value * around[k];
    EXPECT_NEAR(planted_value(fit, "koenker_bassett"), koenker_by_hand(fit.residuals, filtered), 1e-9);
    EXPECT_NEAR(planted_value(fit, "jarque_bera"), jarque_bera_by_hand(fit.residuals), 1e-9);
    // One column beside the constant has nothing to be inflated by.
    EXPECT_NEAR(fit.coefficients[1].vif, 1, 1e-9);
    EXPECT_EQ(fit.pseudo_r2, fit.pseudo_r2_reduced);
  }
}

// The transformed rows by hand: u - theta mean(u), theta from the two variances the fit prints.
TEST(EstimatorTests, RandomEffectsAgainstTheColumnsOfTheTransformedRows) {
  PlantedSample s = planted_sample();
  std::vector<std::int64_t> groups;
  for (std::size_t k = 0; k < kPlantedRows; ++k) {
    groups.push_back(static_cast<std::int64_t>(k % 36));
    s.y[k] += fraction(9, k % 36);
  }
  const Fit fit = fit_random_effects(s.design, s.y, groups, 1);
  const double noise = planted_value(fit, "sigma2_noise"), effects = planted_value(fit, "sigma2_cells");
  ASSERT_GT(effects, 0);
  const double theta = 1 - std::sqrt(noise / (4 * effects + noise));
  std::vector<double> e = fit.residuals;
  for (std::size_t k = 0; k < kPlantedRows; ++k) {
    for (std::size_t t = 0; t < 4; ++t) e[k] -= theta * fit.residuals[k % 36 + 36 * t] / 4;
  }
  EXPECT_NEAR(planted_value(fit, "koenker_bassett"), koenker_by_hand(e, s.a), 1e-8);
  EXPECT_NEAR(planted_value(fit, "jarque_bera"), jarque_bera_by_hand(e), 1e-8);
  EXPECT_NEAR(fit.coefficients[1].vif, 1, 1e-9);
}

// With a bandwidth far beyond the map all rows count everywhere the same: S is the hat matrix H of least
// squares, which is its own square, so residuals are divided by sqrt(1 - h).
TEST(EstimatorTests, LocalResidualsAreStandardised) {
  const PlantedSample s = planted_sample();
  std::vector<Point> places;
  for (std::size_t k = 0; k < kPlantedRows; ++k)
    places.push_back({static_cast<double>(k % kPlantedSide), static_cast<double>(k / kPlantedSide)});
  LocalFitChoice choice;
  choice.kernel = LocalKernel::gaussian;
  choice.adaptive = false;
  const Fit fit = LocalRegression(s.design, s.y, places, choice).fit(1e6);
  const LeastSquares whole(s.design, s.y, 1);
  std::vector<double> e = whole.residuals();
  const std::vector<double> leverages = whole.leverages();
  for (std::size_t k = 0; k < kPlantedRows; ++k) e[k] /= std::sqrt(1 - leverages[k]);
  EXPECT_NEAR(planted_value(fit, "koenker_bassett"), koenker_by_hand(e, s.a), 1e-6);
  EXPECT_NEAR(planted_value(fit, "jarque_bera"), jarque_bera_by_hand(e), 1e-6);
}

}  // namespace
}  // namespace isotherm
