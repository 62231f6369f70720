// Two-stage least squares, moments and random effects against R (spatialreg, plm) and Python (spreg).
#include "isotherm/model/moments.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/effects.h"
#include "isotherm/model/model_formula.h"
#include "isotherm/model/random_effects.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::codes;
using testing_support::has_reference;
using testing_support::reference_table;
using testing_support::weights_of_triplets;

class ColumbusMoments : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_reference("data/columbus.csv"))
      GTEST_SKIP() << "the reference tables are not beside the checkout";
    table = reference_table("data/columbus.csv");
    weights = weights_of_triplets(reference_table("data/columbus_contiguity.csv"), table.rows());
    y = response_of(formula, table, all_rows(table));
  }
  Design design() const { return design_of(formula, table, all_rows(table), {}); }

  static void expect_values(const Fit& fit, const std::vector<double>& values, double tolerance) {
    std::vector<double> all;
    for (const Coefficient& c : fit.coefficients) all.push_back(c.value);
    all.push_back(fit.dependence.at(0).value);
    ASSERT_EQ(all.size(), values.size());
    for (std::size_t j = 0; j < all.size(); ++j) EXPECT_NEAR(all[j] / values[j], 1, tolerance) << j;
  }
  static void expect_errors(const Fit& fit, const std::vector<double>& errors, double tolerance) {
    std::vector<double> all;
    for (const Coefficient& c : fit.coefficients) all.push_back(c.standard_error);
    all.push_back(fit.dependence.at(0).standard_error);
    for (std::size_t j = 0; j < errors.size(); ++j) EXPECT_NEAR(all[j] / errors[j], 1, tolerance) << j;
  }

  ModelFormula formula = parse_model_formula("CRIME ~ INC + HOVAL");
  Table table;
  Weights weights;
  std::vector<double> y;
};

// spatialreg stsls, whose variance divides by n - k; White's errors by spreg.
TEST_F(ColumbusMoments, LagByTwoStageLeastSquares) {
  MomentsChoice choice;
  choice.instrument_lags = 1;
  const Fit one = fit_lag_moments(design(), y, weights, choice);
  expect_values(one, {44.35951243944305, -1.0143193014410974, -0.26568149121618045, 0.4442019410417208},
                1e-11);
  expect_errors(one, {11.15707913047495, 0.387469400896623, 0.09195438203297619, 0.1891411130599706}, 1e-11);
  EXPECT_NEAR(one.rss, 4664.926902072713, 1e-8);
  EXPECT_NEAR(one.tests[0].value, 0.05815636645236211, 1e-11);
  EXPECT_NEAR(one.tests[0].p, 0.8094339702760844, 1e-11);
  choice.unequal_variances = true;
  expect_errors(fit_lag_moments(design(), y, weights, choice),
                {7.673055841762369, 0.4411346423281013, 0.17352680131350337, 0.1374819341486917}, 1e-11);
  choice = {};
  const Fit two = fit_lag_moments(design(), y, weights, choice);
  expect_values(two, {43.793442469328454, -1.000715777134113, -0.2654889860222003, 0.4545669490458214},
                1e-11);
  expect_errors(two, {10.952229436034067, 0.3838577774512233, 0.09185167387065067, 0.1851184480632632},
                1e-11);
  EXPECT_NEAR(two.tests[0].value, 0.04340115393890544, 1e-11);
}

// spreg and spatialreg stop their searches at about 1e-8; the minimum here is found to the last digits.
// Errors divide by n - k as spatialreg's do.
TEST_F(ColumbusMoments, ErrorByThreeMoments) {
  const Fit fit = fit_error_moments(design(), y, weights, {});
  expect_values(fit, {62.513752569961625, -1.1282833627801665, -0.2969573050680494, 0.4019574494418947},
                2e-7);
  const double unbiased = std::sqrt(49.0 / 46);  // spreg divides by n
  expect_errors(fit,
                {5.008699453211629 * unbiased, 0.3322725421790359 * unbiased, 0.0935940762089954 * unbiased},
                1e-6);
  EXPECT_TRUE(std::isnan(fit.dependence[0].standard_error));
}

// spreg GM_Error_Het with its step 1c, whose search stops at about 3e-6.
TEST_F(ColumbusMoments, ErrorWithUnequalVariances) {
  MomentsChoice choice;
  choice.unequal_variances = true;
  const Fit fit = fit_error_moments(design(), y, weights, choice);
  expect_values(fit, {62.13210079797256, -1.100454335286651, -0.29787699502779175, 0.5633300373585354}, 5e-6);
  expect_errors(fit, {4.732760876605002, 0.4467892196320511, 0.16420770927805078, 0.13856168937828794}, 5e-6);
}

// Where X has nothing that varies between neighbours rho cannot be told.
TEST_F(ColumbusMoments, ALagNeedsInstruments) {
  Design constant;
  constant.intercept = true;
  constant.add(kInterceptName, std::vector<double>(y.size(), 1.0));
  EXPECT_THROW(fit_lag_moments(constant, y, weights, {}), Error);
}

/// A ring of n cells: neighbours on either side.
Weights ring(std::int32_t n) {
  std::vector<std::vector<std::int32_t>> lists;
  for (std::int32_t k = 0; k < n; ++k) lists.push_back({(k + n - 1) % n, (k + 1) % n});
  Weights weights = binary_weights(lists);
  standardise(weights);
  return weights;
}

// Planted rho and slope: the mean lies within four of its standard errors, 95 % intervals cover the truth as
// often as they say, within four binomial deviations, and errors stated are the spread seen.
TEST(Moments, PlantedLagIsRecovered) {
  constexpr std::int32_t kCells = 400;
  const Weights weights = ring(kCells);
  std::uint64_t state = 17;
  const auto uniform = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
  };
  double sum = 0, squares = 0, stated = 0;
  int covered = 0;
  constexpr int kPanels = 400;
  for (int sample = 0; sample < kPanels; ++sample) {
    Design design;
    design.intercept = true;
    std::vector<double> x(kCells), y(kCells);
    for (double& v : x) v = 4 * uniform();
    for (std::size_t k = 0; k < y.size(); ++k) y[k] = 1 + 2 * x[k] + 2 * (uniform() + uniform() + uniform());
    const std::vector<double> noise = y;
    for (int round = 0; round < 200; ++round) {  // (I - 0.5 W)^-1
      const std::vector<double> lagged = lag(weights, y);
      for (std::size_t k = 0; k < y.size(); ++k) y[k] = noise[k] + 0.5 * lagged[k];
    }
    design.add(kInterceptName, std::vector<double>(kCells, 1.0));
    design.add("x", x);
    const Fit fit = fit_lag_moments(design, y, weights, {});
    const Coefficient& rho = fit.dependence[0];
    sum += rho.value;
    squares += rho.value * rho.value;
    stated += rho.standard_error * rho.standard_error / kPanels;
    covered += rho.low <= 0.5 && 0.5 <= rho.high ? 1 : 0;
  }
  const double mean = sum / kPanels, spread = std::sqrt(squares / kPanels - mean * mean);
  EXPECT_NEAR(mean, 0.5, 4 * spread / std::sqrt(kPanels));
  EXPECT_NEAR(covered / static_cast<double>(kPanels), 0.95, 4 * std::sqrt(0.95 * 0.05 / kPanels));
  EXPECT_NEAR(std::sqrt(stated) / spread, 1, 4 / std::sqrt(2.0 * kPanels));
}

// plm phtest: its random effects are Swamy and Arora's.
TEST(RandomEffects, HausmanOfThePanelIsThatOfPlm) {
  if (!has_reference("data/panel.csv")) GTEST_SKIP() << "the reference tables are not beside the checkout";
  const Table table = reference_table("data/panel.csv");
  const ModelFormula formula = parse_model_formula("y ~ x1 + x2");
  const Fit fit = fit_random_effects(design_of(formula, table, all_rows(table), {}),
                                     response_of(formula, table, all_rows(table)), codes(table, "cell"), 1);
  EXPECT_EQ(fit.tests[0].name, "hausman");
  EXPECT_NEAR(fit.tests[0].value / 15.71953429900726, 1, 1e-9);
  EXPECT_NEAR(fit.tests[0].p / 0.00038596373275626405, 1, 1e-9);
}

TEST(RandomEffects, HausmanOfTheUnbalancedPanelIsThatOfPlm) {
  if (!has_reference("data/panel_unbalanced.csv"))
    GTEST_SKIP() << "the reference tables are not beside the checkout";
  const Table table = reference_table("data/panel_unbalanced.csv");
  const ModelFormula formula = parse_model_formula("y ~ x1 + x2");
  const Fit fit = fit_random_effects(design_of(formula, table, all_rows(table), {}),
                                     response_of(formula, table, all_rows(table)), codes(table, "cell"), 1);
  EXPECT_NEAR(fit.tests[0].value / 12.228971722551446, 1, 1e-6);
}

// Groups that differ less than chance makes them: the effects have variance 0 and the fit is pooled least
// squares. By hand: every group has mean y = 0 at mean x = 0.
TEST(RandomEffects, WithoutVarianceBetweenGroupsItIsPooled) {
  Design design;
  design.intercept = true;
  design.add(kInterceptName, std::vector<double>(8, 1.0));
  design.add("x", {-1, 1, -2, 2, -1, 1, -3, 3});
  const std::vector<double> y{-2, 2, -3, 3, -1.5, 1.5, -7, 7};
  const std::vector<std::int64_t> groups{1, 1, 2, 2, 3, 3, 4, 4};
  EXPECT_THROW(fit_random_effects(design, y, std::vector<std::int64_t>{1, 1, 1, 1, 2, 2, 2, 2}, 1), Error);
  Design shifted = design;
  shifted.columns[1] = {-1, 1.1, -2, 2, -1, 1, -3, 3};  // group means of x must differ to be told apart
  const Fit random = fit_random_effects(shifted, y, groups, 1);
  const Fit pooled = fit_linear(shifted, y, {});
  EXPECT_NEAR(random.coefficients[1].value, pooled.coefficients[1].value, 1e-12);
}

}  // namespace
}  // namespace isotherm
