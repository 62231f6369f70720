#include "isotherm/model/impacts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/model/moments.h"
#include "isotherm/model/spatial_fit.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

using testing_support::fraction;

constexpr int kDraws = 4000;

struct DurbinSample {
  Weights weights = testing_support::jittered_neighbours(10, 5);
  Design design;
  std::vector<double> y;

  explicit DurbinSample(bool lags = true) {
    const std::size_t n = weights.rows();
    std::vector<double> x(n), mean(n);
    for (std::size_t k = 0; k < n; ++k) {
      x[k] = 2 * fraction(7, k) - 1;
      mean[k] = 1 + 2 * x[k];
      for (std::uint64_t j = 0; j < 12; ++j) mean[k] += fraction(20 + j, k) - 0.5;
    }
    LogDeterminant determinant(weights, {});
    y = determinant.solve(0.5, mean);
    design.intercept = true;
    design.add(kInterceptName, std::vector<double>(n, 1.0));
    design.add("x", x);
    if (lags) design.add("w(x)", lag(weights, x));
  }
};

/// (I - rho W)^-1 by Gauss and Jordan: mean of the diagonal, mean row sum, and the same of it times W.
Multipliers dense_multipliers(const Weights& weights, double rho) {
  const std::size_t n = weights.rows();
  std::vector<std::vector<double>> m(n, std::vector<double>(2 * n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    m[i][i] = m[i][n + i] = 1;
    for (std::size_t k = 0; k < weights.degree(i); ++k)
      m[i][static_cast<std::size_t>(weights.neighbours(i)[k])] -= rho * weights.weights(i)[k];
  }
  for (std::size_t c = 0; c < n; ++c) {
    const double pivot = m[c][c];
    for (double& v : m[c]) v /= pivot;
    for (std::size_t a = 0; a < n; ++a) {
      const double factor = m[a][c];
      if (a == c || factor == 0) continue;
      for (std::size_t k = c; k < 2 * n; ++k) m[a][k] -= factor * m[c][k];
    }
  }
  Multipliers result;
  result.direct = result.total = result.lag_direct = result.lag_total = 0;
  const auto size = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    result.direct += m[i][n + i] / size;
    std::vector<double> row(n, 0.0);  // of S W
    for (std::size_t j = 0; j < n; ++j) {
      result.total += m[i][n + j] / size;
      for (std::size_t k = 0; k < weights.degree(j); ++k)
        row[static_cast<std::size_t>(weights.neighbours(j)[k])] += m[i][n + j] * weights.weights(j)[k];
    }
    result.lag_direct += row[i] / size;
    for (double v : row) result.lag_total += v / size;
  }
  return result;
}

Fit durbin_fit(const DurbinSample& sample, LogDeterminant& determinant, int draws, std::uint64_t seed = 1,
               int threads = 1) {
  SpatialFitChoice choice;
  choice.lag = true;
  choice.weights = &sample.weights;
  choice.log_determinant = &determinant;
  choice.draws = {draws, seed};
  choice.threads = threads;
  return fit_spatial(sample.design, sample.y, choice);
}

TEST(Impacts, MultipliersAreThoseOfTheDenseInverse) {
  const Weights weights = testing_support::jittered_neighbours(10, 5);
  LogDeterminant determinant(weights, {});
  for (const double rho : {-0.6, 1e-6, 0.3, 0.85}) {
    const Multipliers dense = dense_multipliers(weights, rho), sparse = multipliers_at(determinant, rho);
    EXPECT_NEAR(sparse.direct, dense.direct, 1e-10);
    EXPECT_NEAR(sparse.total, dense.total, 1e-10 * dense.total);
    EXPECT_NEAR(sparse.lag_direct, dense.lag_direct, 1e-9);
    EXPECT_NEAR(sparse.lag_total, dense.lag_total, 1e-7 * dense.lag_total);
  }
}

// Both intervals describe the same uncertainty: they part where the effects bend within it.
TEST(Impacts, DrawnIntervalsStandNearThoseOfTheDeltaMethod) {
  const DurbinSample sample;
  LogDeterminant determinant(sample.weights, {});
  const Fit fit = durbin_fit(sample, determinant, kDraws);
  ASSERT_EQ(fit.impacts.size(), 1U);
  const Impact& impact = fit.impacts[0];
  for (const auto& [c, drawn] : {std::pair{&impact.direct, &impact.direct_drawn},
                                 {&impact.indirect, &impact.indirect_drawn},
                                 {&impact.total, &impact.total_drawn}}) {
    ASSERT_TRUE(drawn->has_value());
    EXPECT_LT((*drawn)->low, c->value);
    EXPECT_GT((*drawn)->high, c->value);
    // 4000 draws know a spread to 1.1 %; total effects lean to the right, as 1/(1 - rho) does.
    EXPECT_NEAR((*drawn)->standard_error, c->standard_error, 0.25 * c->standard_error);
    EXPECT_NEAR((*drawn)->high - (*drawn)->low, c->high - c->low, 0.25 * (c->high - c->low));
  }
  EXPECT_GT(impact.total_drawn->high - impact.total.value, impact.total.value - impact.total_drawn->low);
}

// The same draws with the multipliers of a dense inverse per draw, instead of the polynomial.
TEST(Impacts, DrawsUseTheEffectsOfTheirOwnRho) {
  const DurbinSample sample(false);
  LogDeterminant determinant(sample.weights, {});
  // Only rho is uncertain: the impact is a function of it that never falls, so its points are those of rho.
  Coefficient b;
  b.name = "x";
  b.value = 1;
  SquareMatrix covariance = square_matrix(2);
  covariance.at(1, 1) = 0.01;
  const Multipliers at_rho = multipliers_at(determinant, 0.6);
  std::vector<Impact> list = impacts(std::span(&b, 1), covariance, at_rho);
  add_drawn_impacts(list, std::span(&b, 1), covariance, at_rho, 0.6, &determinant, {kDraws, 3});
  const Multipliers low = dense_multipliers(sample.weights, 0.6 - 1.959964 * 0.1);
  const Multipliers high = dense_multipliers(sample.weights, 0.6 + 1.959964 * 0.1);
  // A 2.5 % point of 4000 draws is known to 0.025 standard deviations times about 1.7.
  EXPECT_NEAR(list[0].direct_drawn->low, low.direct, 0.01 * low.direct);
  EXPECT_NEAR(list[0].direct_drawn->high, high.direct, 0.02 * high.direct);
  EXPECT_NEAR(list[0].total_drawn->low, low.total, 0.02 * low.total);
  EXPECT_NEAR(list[0].total_drawn->high, high.total, 0.06 * high.total);
}

TEST(Impacts, DrawsDependOnTheirSeedAlone) {
  const DurbinSample sample;
  LogDeterminant determinant(sample.weights, {});
  const Fit a = durbin_fit(sample, determinant, 500, 7, 1), b = durbin_fit(sample, determinant, 500, 7, 3);
  EXPECT_EQ(a.impacts[0].total_drawn->low, b.impacts[0].total_drawn->low);
  EXPECT_EQ(a.impacts[0].direct_drawn->standard_error, b.impacts[0].direct_drawn->standard_error);
  const Fit other = durbin_fit(sample, determinant, 500, 8);
  EXPECT_NE(a.impacts[0].total_drawn->low, other.impacts[0].total_drawn->low);
  EXPECT_FALSE(durbin_fit(sample, determinant, 0).impacts[0].total_drawn.has_value());
}

TEST(Impacts, OfTheLagModelByMoments) {
  const DurbinSample sample(false);
  MomentsChoice choice;
  choice.diagnostics = true;
  choice.draws = {500, 1};
  const Fit fit = fit_lag_moments(sample.design, sample.y, sample.weights, choice);
  const Multipliers dense = dense_multipliers(sample.weights, fit.dependence[0].value);
  const double slope = fit.coefficients[1].value;
  ASSERT_EQ(fit.impacts.size(), 1U);
  EXPECT_NEAR(fit.impacts[0].direct.value, slope * dense.direct, 1e-9);
  EXPECT_NEAR(fit.impacts[0].total.value, slope * dense.total, 1e-9);
  EXPECT_GT(fit.impacts[0].total.standard_error, fit.impacts[0].direct.standard_error);
  EXPECT_TRUE(fit.impacts[0].total_drawn.has_value());
}

}  // namespace
}  // namespace isotherm
