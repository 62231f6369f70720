#include "isotherm/model/log_determinant.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "isotherm/core/error.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

using testing_support::board;
using testing_support::fraction;
using testing_support::jittered_neighbours;

using Dense = std::vector<std::vector<double>>;

Dense dense(const Weights& weights, double rho) {
  Dense matrix(weights.rows(), std::vector<double>(weights.rows(), 0.0));
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    matrix[row][row] = 1;
    for (std::size_t k = 0; k < weights.degree(row); ++k)
      matrix[row][static_cast<std::size_t>(weights.neighbours(row)[k])] -= rho * weights.weights(row)[k];
  }
  return matrix;
}

/// Gauss-Jordan with row exchanges: the inverse, and ln of the determinant's size.
Dense inverse_of(Dense a, double& log_determinant) {
  const std::size_t n = a.size();
  Dense inverse(n, std::vector<double>(n, 0.0));
  for (std::size_t k = 0; k < n; ++k) inverse[k][k] = 1;
  log_determinant = 0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) pivot = std::abs(a[i][k]) > std::abs(a[pivot][k]) ? i : pivot;
    std::swap(a[k], a[pivot]);
    std::swap(inverse[k], inverse[pivot]);
    log_determinant += std::log(std::abs(a[k][k]));
    const double scale = 1 / a[k][k];
    for (std::size_t j = 0; j < n; ++j) {
      a[k][j] *= scale;
      inverse[k][j] *= scale;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = i == k ? 0 : a[i][k];
      if (factor == 0) continue;
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] -= factor * a[k][j];
        inverse[i][j] -= factor * inverse[k][j];
      }
    }
  }
  return inverse;
}

/// Everything the class says, from the dense inverse.
void expect_as_dense(const Weights& weights, double rho) {
  LogDeterminant determinant(weights, {});
  double expected = 0;
  const Dense s = inverse_of(dense(weights, rho), expected);
  const std::size_t n = s.size();
  Dense g(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < weights.degree(i); ++k) {
      for (std::size_t j = 0; j < n; ++j)
        g[i][j] += weights.weights(i)[k] * s[static_cast<std::size_t>(weights.neighbours(i)[k])][j];
    }
  }
  double trace = 0, square = 0, cross = 0, transposed = 0, rows = 0;
  for (std::size_t i = 0; i < n; ++i) {
    trace += g[i][i];
    for (std::size_t j = 0; j < n; ++j) {
      square += g[i][j] * g[j][i];
      cross += g[i][j] * g[i][j];
      rows += s[i][j] / static_cast<double>(n);
    }
    for (std::size_t k = 0; k < weights.degree(i); ++k)
      transposed += weights.weights(i)[k] * g[i][static_cast<std::size_t>(weights.neighbours(i)[k])];
  }
  const LogDeterminant::Value value = determinant.polished(rho);
  const double size = static_cast<double>(n);
  EXPECT_NEAR(value.log_determinant, expected, 1e-13 * size);
  EXPECT_NEAR(value.trace, trace, 1e-12 * size);
  EXPECT_EQ(value.trace_error, 0);
  EXPECT_NEAR(determinant.trace_of_square(rho), square, 1e-8 * (square + 1));
  EXPECT_NEAR(determinant.trace_of_cross(rho, rho), cross, 1e-11 * cross);
  EXPECT_NEAR(determinant.trace_of_transposed(rho), transposed, 1e-10 * size);
  EXPECT_NEAR(determinant.mean_row_sum(rho), rows, 1e-11 * rows);
  std::vector<double> v(n);
  for (std::size_t k = 0; k < n; ++k) v[k] = fraction(5, k) - 0.5;
  const std::vector<double> x = determinant.solve(rho, v);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += s[i][j] * v[j];
    EXPECT_NEAR(x[i], sum, 1e-11);
  }
}

TEST(LogDeterminant, EqualsTheDenseInverse) {
  Weights queen = board(9, true);
  expect_as_dense(queen, 0.1);  // binary: the radius is below 8
  standardise(queen);
  expect_as_dense(queen, 0.7);
  expect_as_dense(queen, -0.95);
  expect_as_dense(jittered_neighbours(10, 8), 0.6);
  expect_as_dense(jittered_neighbours(10, 3), 0.99);
  expect_as_dense(jittered_neighbours(10, 3), -0.5);
}

TEST(LogDeterminant, GraphInPiecesWithIslands) {
  Weights weights = binary_weights({{1}, {0, 2}, {1}, {}, {5}, {4}, {}});
  standardise(weights);
  expect_as_dense(weights, 0.8);
  // Two pairs of a path of three and a pair, by hand: (1 - rho^2) each.
  LogDeterminant determinant(weights, {});
  EXPECT_NEAR(determinant.polished(0.8).log_determinant, 2 * std::log(1 - 0.64), 1e-14);
}

struct TableRow {
  double rho, value;
};

void expect_table(const Weights& weights, std::vector<TableRow> table, double tolerance) {
  LogDeterminant determinant(weights, {});
  EXPECT_TRUE(determinant.exact());
  for (const TableRow& row : table)
    EXPECT_NEAR(determinant.polished(row.rho).log_determinant, row.value, tolerance) << row.rho;
}

// scipy's SuperLU on the same points; the last row is beyond small().
TEST(LogDeterminant, TablesOfNearestNeighbours) {
  expect_table(jittered_neighbours(20, 8),
               {{-0.9, -16.181897682729453}, {0.5, -7.166356603764477}, {0.99, -52.24231458715303}}, 1e-11);
  expect_table(jittered_neighbours(100, 8),
               {{-0.9, -425.9340849538659}, {0.5, -182.1828589247942}, {0.99, -1251.707397900024}}, 1e-9);
}

TEST(LogDeterminant, TablesOfContiguity) {
  Weights queen = board(20, true), rook = board(20, false), large = board(100, true);
  standardise(queen);
  standardise(rook);
  standardise(large);
  expect_table(queen, {{-0.9, -19.93124835921248}, {0.5, -8.276101263830732}, {0.99, -59.15882735633634}},
               1e-11);
  expect_table(rook, {{-0.9, -61.83904502835261}, {0.9, -61.83904502835261}, {0.99, -91.82475865934715}},
               1e-11);
  expect_table(large, {{-0.9, -463.0354194341032}, {0.5, -191.46969599396442}, {0.99, -1302.6068451519932}},
               1e-9);
}

// Of a board with weights 1/4 the eigenvalues are (cos(pi i/(s+1)) + cos(pi j/(s+1))) / 2.
TEST(LogDeterminant, ClosedFormOfTheBoard) {
  constexpr int kSide = 30;
  Weights weights = board(kSide, false);
  for (double& w : weights.values) w = 0.25;
  LogDeterminant determinant(weights, {});
  const double radius = std::cos(std::numbers::pi / (kSide + 1));
  // From a bound on the radius, so a little inside.
  EXPECT_LE(determinant.high(), 1 / radius);
  EXPECT_GT(determinant.high(), 0.9999 / radius);
  for (double rho : {-0.9, 0.3, 0.999}) {
    double sum = 0;
    for (int i = 1; i <= kSide; ++i) {
      for (int j = 1; j <= kSide; ++j) {
        sum += std::log(1 - rho *
                                (std::cos(std::numbers::pi * i / (kSide + 1)) +
                                 std::cos(std::numbers::pi * j / (kSide + 1))) /
                                2);
      }
    }
    EXPECT_NEAR(determinant.polished(rho).log_determinant, sum, 1e-10);
  }
}

TEST(LogDeterminant, ProbesStateTheirError) {
  const Weights weights = jittered_neighbours(100, 8);
  LogDeterminant exact(weights, {}), probes(weights, {LogDeterminantMethod::probes, 7, 1});
  EXPECT_FALSE(probes.exact());
  for (double rho : {-0.5, 0.3, 0.6, 0.9, 0.97}) {
    while (probes.extend_for(rho)) {
    }
    const LogDeterminant::Value truth = exact.polished(rho), value = probes.polished(rho);
    EXPECT_GT(value.trace_error, 0);
    // 16 probes, five of them spent on control variates: 4 standard deviations of Student's t with 11.
    EXPECT_LT(std::abs(value.trace - truth.trace), 4 * value.trace_error) << rho;
    EXPECT_LT(value.trace_error, 0.02 * std::abs(truth.trace)) << rho;
    EXPECT_NEAR(value.log_determinant, truth.log_determinant, 0.02 * std::abs(truth.log_determinant)) << rho;
  }
}

TEST(LogDeterminant, ProbesSolveWithoutFactors) {
  const Weights weights = jittered_neighbours(40, 8);
  LogDeterminant exact(weights, {}), probes(weights, {LogDeterminantMethod::probes, 7, 1});
  std::vector<double> v(weights.rows());
  for (std::size_t k = 0; k < v.size(); ++k) v[k] = fraction(3, k);
  const std::vector<double> a = exact.solve(0.95, v), b = probes.solve(0.95, v);
  for (std::size_t k = 0; k < v.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-10);
}

TEST(LogDeterminant, SameBitsForAnyThreads) {
  const Weights weights = jittered_neighbours(150, 8);
  for (LogDeterminantMethod method : {LogDeterminantMethod::exact, LogDeterminantMethod::probes}) {
    LogDeterminant one(weights, {method, 1, 1}), three(weights, {method, 1, 3});
    EXPECT_EQ(one.polished(0.7).log_determinant, three.polished(0.7).log_determinant);
    EXPECT_EQ(one.polished(0.7).trace, three.polished(0.7).trace);
    EXPECT_EQ(one.estimated_trace(0.4), three.estimated_trace(0.4));
  }
}

TEST(LogDeterminant, RefusesWhatHasNoInterval) {
  const Weights none = binary_weights({{}, {}});
  EXPECT_THROW(LogDeterminant(none, {}), Error);
  Weights negative = binary_weights({{1}, {0}});
  negative.values[0] = -1;
  EXPECT_THROW(LogDeterminant(negative, {}), Error);
}

}  // namespace
}  // namespace isotherm
