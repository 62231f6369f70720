// Tests of residuals beside effects that were taken out: against dummies in the formula, against transformed
// data, against dense matrices.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/effects.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/spatial_fit.h"
#include "isotherm/model/spatial_tests.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

using Eigen::Index;
using testing_support::fraction;

/// Cells of a square over periods: two columns, effects in y, and dependence between neighbours.
struct EffectSample {
  Weights block, weights;  ///< of one period, of all
  std::vector<std::int64_t> cell, period;
  std::vector<double> a, b, y;
};

/// Of each period the cells for which keep(cell, period) holds.
template <class Keep>
EffectSample effect_sample(int side, int periods, const Keep& keep) {
  EffectSample s;
  std::vector<Weights> parts;
  for (int t = 0; t < periods; ++t) {
    std::vector<Point> places;
    for (int i = 0; i < side * side; ++i) {
      if (!keep(i, t)) continue;
      const auto u = static_cast<std::uint64_t>(t * side * side + i);
      places.push_back(
          {i % side + 0.3 * fraction(1, static_cast<std::uint64_t>(i)), static_cast<double>(i / side)});
      s.cell.push_back(i);
      s.period.push_back(t);
      s.a.push_back(fraction(2, u) + 0.1 * (i % side));
      s.b.push_back(fraction(3, u) + 0.2 * t);
      s.y.push_back(2 * s.a.back() - s.b.back() + std::sin(i) + 0.5 * t +
                    (0.5 + s.a.back()) * fraction(4, u));
    }
    Weights part = nearest_neighbours(places, 4, false, 1);
    standardise(part);
    parts.push_back(std::move(part));
  }
  s.block = parts.front();
  s.weights = joined(parts);
  const std::vector<double> around = lag(s.weights, s.y);
  for (std::size_t k = 0; k < s.y.size(); ++k) s.y[k] += 0.5 * around[k];
  return s;
}

EffectSample balanced_panel() {
  return effect_sample(5, 4, [](int, int) { return true; });
}
EffectSample unbalanced_panel() {
  return effect_sample(4, 4, [](int cell, int period) { return (3 * cell + 5 * period) % 7 != 0; });
}

std::vector<double> without(const Effects& effects, std::vector<double> column) {
  effects.take_out(column);
  return column;
}

/// Least squares with one or two sets of effects taken out.
Fit fit_beside(const EffectSample& s, std::span<const std::int64_t> first,
               std::span<const std::int64_t> second, bool cells) {
  const Effects effects = second.empty() ? Effects(first) : Effects(first, second);
  Design design;
  design.add("a", without(effects, s.a));
  design.add("b", without(effects, s.b));
  const TakenEffects taken = taken_effects(first, second, cells, 1);
  FitChoice choice;
  choice.absorbed = effects.degrees();
  choice.response = s.y;
  choice.weights = &s.weights;
  choice.effects = &taken;
  return fit_linear(std::move(design), without(effects, s.y), choice);
}

const TestResult& test_beside(const std::vector<TestResult>& tests, const std::string& name) {
  for (const TestResult& test : tests) {
    if (test.name == name) return test;
  }
  throw std::runtime_error("no test " + name);
}

/// Moran's I with its moments, and the five multiplier tests; 1e-9 leaves room for sums in another order.
void expect_same_tests(const std::vector<TestResult>& here, const std::vector<TestResult>& there) {
  for (const char* name : {"moran_residuals", "lm_lag", "lm_error", "rlm_lag", "rlm_error", "lm_sarma"})
    EXPECT_NEAR(test_beside(here, name).value / test_beside(there, name).value, 1, 1e-9) << name;
  const TestResult &a = test_beside(here, "moran_residuals"), &b = test_beside(there, "moran_residuals");
  EXPECT_NEAR(a.expectation, b.expectation, 1e-12);
  EXPECT_NEAR(a.variance / b.variance, 1, 1e-9);
}

TEST(TestsBesideEffects, AreasAreWhatDummiesInTheFormulaAre) {
  const EffectSample s = effect_sample(9, 1, [](int, int) { return true; });
  std::vector<std::int64_t> area;
  for (std::int64_t cell : s.cell) area.push_back((cell % 9) / 3 + 3 * (cell / 27));
  Design dummies;
  for (std::int64_t g = 0; g < 9; ++g) {
    std::vector<double> column;
    for (std::int64_t code : area) column.push_back(code == g ? 1 : 0);
    dummies.add("area " + std::to_string(g), std::move(column));
  }
  dummies.add("a", s.a);
  dummies.add("b", s.b);
  FitChoice choice;
  choice.weights = &s.weights;
  expect_same_tests(fit_beside(s, area, {}, false).tests, fit_linear(dummies, s.y, choice).tests);
}

/// A column in orthogonal deviations: of a balanced panel T - 1 periods that do not depend on each other.
std::vector<double> panel_deviations(const EffectSample& s, const std::vector<double>& column) {
  return orthogonal_deviations(codes_of(s.cell), column).values;
}

// Debarsy and Ertur (2010) define the tests as those of this transformed panel.
TEST(TestsBesideEffects, CellsOfABalancedPanelAreThoseOfItsOrthogonalDeviations) {
  const EffectSample s = balanced_panel();
  Design design;
  design.add("a", panel_deviations(s, s.a));
  design.add("b", panel_deviations(s, s.b));
  const Weights weights = joined(std::vector<Weights>(3, s.block));
  FitChoice choice;
  choice.weights = &weights;
  const Fit transformed = fit_linear(design, panel_deviations(s, s.y), choice);
  const Fit fit = fit_beside(s, s.cell, {}, true);
  EXPECT_NEAR(fit.rss / transformed.rss, 1, 1e-12);
  expect_same_tests(fit.tests, transformed.tests);
}

/// I - Z (Z'Z)^+ Z'.
Eigen::MatrixXd dense_annihilator(const Eigen::MatrixXd& z) {
  const Eigen::MatrixXd inverse = (z.transpose() * z).completeOrthogonalDecomposition().pseudoInverse();
  return Eigen::MatrixXd::Identity(z.rows(), z.rows()) - z * inverse * z.transpose();
}

TEST(TestsBesideEffects, MomentsOfAnUnbalancedPanelAreThoseOfDenseMatrices) {
  const EffectSample s = unbalanced_panel();
  const auto n = static_cast<Index>(s.y.size());
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(n, n), cells = Eigen::MatrixXd::Zero(n, 16);
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(n, 22);
  for (Index k = 0; k < n; ++k) {
    const auto row = static_cast<std::size_t>(k);
    for (std::size_t j = 0; j < s.weights.degree(row); ++j)
      w(k, s.weights.neighbours(row)[j]) = s.weights.weights(row)[j];
    cells(k, s.cell[row]) = 1;
    all(k, 16 + s.period[row]) = 1;
    all(k, 20) = s.a[row];
    all(k, 21) = s.b[row];
  }
  all.leftCols(16) = cells;
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(s.y.data(), n);
  const Eigen::MatrixXd m = dense_annihilator(all), m_cells = dense_annihilator(cells), mw = m * w;
  const Eigen::VectorXd e = m * y;
  const double rest = m.trace(), scale = static_cast<double>(n) / w.sum();
  const double expectation = scale * mw.trace() / rest;
  const double variance =
      scale * scale * ((mw * m * w.transpose()).trace() + (mw * mw).trace() + mw.trace() * mw.trace()) /
          (rest * (rest + 2)) -
      expectation * expectation;
  const Fit fit = fit_beside(s, s.cell, s.period, true);
  const TestResult& moran = test_beside(fit.tests, "moran_residuals");
  EXPECT_NEAR(moran.value, scale * e.dot(w * e) / e.squaredNorm(), 1e-12);
  EXPECT_NEAR(moran.expectation, expectation, 1e-12);
  EXPECT_NEAR(moran.variance / variance, 1, 1e-9);
  const double traces = (m_cells * w * m_cells * (w + w.transpose())).trace();
  const double sigma2 = e.squaredNorm() / m_cells.trace();
  const double score = e.dot(w * e) / sigma2;
  EXPECT_NEAR(test_beside(fit.tests, "lm_error").value / (score * score / traces), 1, 1e-9);
  const double both = (m * w * (y - e)).squaredNorm() / sigma2 + traces, lagged = e.dot(w * y) / sigma2;
  EXPECT_NEAR(test_beside(fit.tests, "lm_lag").value / (lagged * lagged / both), 1, 1e-9);
}

// 1, 3, 8: (1 - 5.5) sqrt(2/3), (3 - 8) sqrt(1/2); the squares add to those about the mean, 26.
TEST(OrthogonalDeviations, OfThreeValuesByHand) {
  const std::vector<std::int64_t> groups{0, 1, 0, 0};
  const std::vector<double> values{1, 7, 3, 8};
  const OrthogonalDeviations made = orthogonal_deviations(groups, values);
  EXPECT_EQ(made.rows, (std::vector<std::size_t>{0, 2}));
  ASSERT_EQ(made.values.size(), 2U);
  EXPECT_NEAR(made.values[0], -4.5 * std::sqrt(2.0 / 3), 1e-15);
  EXPECT_NEAR(made.values[1], -5 * std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(made.values[0] * made.values[0] + made.values[1] * made.values[1], 26, 1e-13);
}

// With one column n R2 is n times a squared correlation. Areas keep all rows, cells all but their last.
TEST(TestsBesideEffects, VariancesAgainstTheColumnAsItStoodInTheTable) {
  const EffectSample s = balanced_panel();
  const Effects effects{std::span<const std::int64_t>(s.cell)};
  const std::vector<double> y = without(effects, s.y), a = without(effects, s.a);
  Design design;
  design.add("a", a);
  const std::vector<double> e = LeastSquares(design, y, 1).residuals();
  Design levels;
  levels.add("a", s.a);
  TakenEffects taken = taken_effects(s.cell, {}, true, 1);
  const std::vector<TestResult> tests = residual_tests(levels, e, taken, 1);
  const OrthogonalDeviations kept = orthogonal_deviations(taken.groups, e);
  ASSERT_EQ(kept.values.size(), 75U);
  std::vector<double> squares, there;
  for (std::size_t k = 0; k < kept.values.size(); ++k) {
    squares.push_back(kept.values[k] * kept.values[k]);
    there.push_back(s.a[kept.rows[k]]);
  }
  EXPECT_NEAR(test_beside(tests, "koenker_bassett").value, 75 * squared_correlation(squares, there), 1e-9);
  EXPECT_EQ(test_beside(tests, "breusch_pagan").df, 1);
  EXPECT_EQ(test_beside(tests, "white").df, 2);
  taken.cells = false;
  std::vector<double> all;
  for (double v : e) all.push_back(v * v);
  EXPECT_NEAR(test_beside(residual_tests(levels, e, taken, 1), "koenker_bassett").value,
              100 * squared_correlation(all, s.a), 1e-9);
}

TEST(TestsBesideEffects, MorePeriodsThanTheyTakeAreRefused) {
  std::vector<std::int64_t> cell, period;
  for (std::int64_t t = 0; t < 61; ++t) {
    for (std::int64_t i = 0; i < 2; ++i) {
      cell.push_back(i);
      period.push_back(t);
    }
  }
  EXPECT_THROW(taken_effects(cell, period, true, 1), Error);
}

// The transformed panel is a cross-section of three blocks, whose test has standard errors from the expected
// information; the panel's come from the observed one, which differs by a few percent with 75 rows.
TEST(TestsBesideEffects, ErrorLeftByALagModelOfAPanel) {
  const EffectSample s = balanced_panel();
  const Effects effects{std::span<const std::int64_t>(s.cell)};
  const std::vector<double> y = without(effects, s.y), a = without(effects, s.a);
  Design design, transformed;
  design.add("a", a);
  transformed.add("a", panel_deviations(s, s.a));
  LogDeterminant one(s.block, {});
  SpatialFitChoice choice;
  choice.lag = true;
  choice.weights = &s.weights;
  choice.log_determinant = &one;
  choice.periods = 4;
  choice.cell_effects = true;
  choice.absorbed = effects.degrees();
  choice.response = s.y;
  const Fit panel = fit_spatial(design, y, choice);
  const Weights blocks = joined(std::vector<Weights>(3, s.block));
  LogDeterminant three(blocks, {});
  SpatialFitChoice plain;
  plain.lag = true;
  plain.weights = &blocks;
  plain.log_determinant = &three;
  const Fit whole = fit_spatial(transformed, panel_deviations(s, s.y), plain);
  EXPECT_NEAR(panel.dependence[0].value, whole.dependence[0].value, 1e-8);
  EXPECT_NEAR(test_beside(panel.tests, "lm_residual_error").value /
                  test_beside(whole.tests, "lm_residual_error").value,
              1, 0.1);
  EXPECT_GT(panel.pseudo_r2, panel.pseudo_r2_reduced);
}

}  // namespace
}  // namespace isotherm
