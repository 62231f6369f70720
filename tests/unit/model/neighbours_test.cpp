// Nearest neighbours by whatever road: the same as looking at every pair.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/folds.h"
#include "isotherm/model/weights.h"
#include "isotherm/model/weights_text.h"

namespace isotherm {
namespace {

class Uniform {
 public:
  explicit Uniform(std::uint64_t seed) : state_(seed) {}
  double operator()() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

/// Distances that differ by less than `tie` (relative) are the same; then the smaller row.
std::vector<std::int32_t> by_every_pair(const std::vector<Point>& points, std::size_t row, std::size_t k,
                                        double tie) {
  std::vector<std::pair<double, std::int32_t>> all;
  for (std::size_t other = 0; other < points.size(); ++other) {
    if (other == row) continue;
    const double x = points[other].x - points[row].x, y = points[other].y - points[row].y;
    all.emplace_back(x * x + y * y, static_cast<std::int32_t>(other));
  }
  std::sort(all.begin(), all.end());
  for (std::size_t first = 0; first < all.size();) {
    std::size_t end = first + 1;
    while (end < all.size() && all[end].first <= all[end - 1].first * (1 + tie)) ++end;
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(first),
              all.begin() + static_cast<std::ptrdiff_t>(end),
              [](const auto& a, const auto& b) { return a.second < b.second; });
    first = end;
  }
  std::vector<std::int32_t> nearest;
  for (std::size_t n = 0; n < k; ++n) nearest.push_back(all[n].second);
  std::sort(nearest.begin(), nearest.end());
  return nearest;
}

void expect_every_pair(const std::vector<Point>& points, int k, double tie) {
  const Weights weights = nearest_neighbours(points, k, false, 3);
  ASSERT_EQ(weights, nearest_neighbours(points, k, false, 1));
  for (std::size_t row = 0; row < points.size(); ++row) {
    const auto found = weights.neighbours(row);
    ASSERT_EQ(std::vector<std::int32_t>(found.begin(), found.end()),
              by_every_pair(points, row, static_cast<std::size_t>(k), tie))
        << "row " << row;
  }
}

TEST(NearestNeighbours, ScatteredPoints) {
  Uniform uniform(1);
  for (const double stretch : {1.0, 40.0}) {
    std::vector<Point> points;
    for (int n = 0; n < 1500; ++n)
      points.push_back({500000 + stretch * 1000 * uniform(), 4e6 + 1000 * uniform()});
    for (int k : {1, 8, 30}) expect_every_pair(points, k, 0);
  }
}

// Crowds with emptiness between them, points on one line, and many at one place: the tree takes over.
TEST(NearestNeighbours, CrowdsAndLines) {
  Uniform uniform(2);
  std::vector<Point> crowds, line, same;
  for (int n = 0; n < 900; ++n) {
    crowds.push_back({n % 3 * 1e5 + uniform(), n % 2 * 1e5 + uniform()});
    line.push_back({10 * uniform(), 7});
    same.push_back({n < 300 ? 5.0 : uniform(), n < 300 ? 5.0 : uniform()});
  }
  for (const auto& points : {crowds, line, same}) expect_every_pair(points, 8, 0);
}

/// Squares, rectangles, hexagons of either kind, with holes, rows in any order.
std::vector<Point> lattice(int kind, bool shuffled) {
  Uniform uniform(static_cast<std::uint64_t>(3 + kind));
  const double tall = std::sqrt(3.0) / 2;
  std::vector<Point> points;
  for (int j = 29; j >= 0; --j) {
    for (int i = 0; i < 33; ++i) {
      if (uniform() < 0.2 || (i > 10 && i < 16 && j > 10 && j < 18)) continue;
      Point p{100.0 * i, 100.0 * j};
      if (kind == 1) p = {100.0 * i, 37.5 * j};
      if (kind == 2) p = {100.0 * i + (j % 2 == 0 ? 0 : 50), 100.0 * tall * j};
      if (kind == 3) p = {100.0 * tall * i, 100.0 * j + (i % 2 == 0 ? 0 : 50)};
      points.push_back({412345.678 + p.x, 4567891.234 + p.y});
    }
  }
  if (shuffled) {
    for (std::size_t k = points.size(); k > 1; --k)
      std::swap(points[k - 1], points[static_cast<std::size_t>(uniform() * static_cast<double>(k))]);
  }
  return points;
}

// On a lattice equal distances are equal whatever the last digit of a coordinate is, and the smaller row
// wins.
TEST(NearestNeighbours, LatticesWithHoles) {
  for (int kind = 0; kind < 4; ++kind) {
    for (bool shuffled : {false, true}) {
      SCOPED_TRACE(kind);
      for (int k : {4, 6, 8, 25}) expect_every_pair(lattice(kind, shuffled), k, 1e-9);
    }
  }
}

// A disc around a cell once was measured in steps of the shorter side, which could be any number of them.
TEST(NearestNeighbours, LatticesOfVeryDifferentSteps) {
  for (const double step : {0.2, 1e-3, 1e-5, 1e-13}) {
    std::vector<Point> points;
    for (int j = 0; j < 40; ++j) {
      for (int i = 0; i < 3; ++i) points.push_back({step * i, j / step});
    }
    SCOPED_TRACE(step);
    // Only the first is taken as a lattice; of the others distances count to the last digit.
    expect_every_pair(points, 4, step > 0.1 ? 1e-9 : 0);
  }
}

TEST(NearestNeighbours, AFewPointsOfALattice) {
  const std::vector<Point> corner{{0, 0}, {1, 0}, {0, 1}, {9, 0}, {0, 9}};
  expect_every_pair(corner, 4, 1e-9);
  EXPECT_THROW(nearest_neighbours(corner, 5, false, 1), Error);
}

// By hand: on a line at 0, 1, 3 with bandwidth 4.
TEST(KernelWeights, FallWithDistance) {
  const std::vector<Point> points{{0, 0}, {1, 0}, {3, 0}, {50, 0}};
  const Weights triangular = kernel_weights(points, 4, KernelShape::triangular, false, 1);
  EXPECT_EQ(triangular.degree(0), 2);
  EXPECT_DOUBLE_EQ(triangular.weights(0)[0], 0.75);
  EXPECT_DOUBLE_EQ(triangular.weights(0)[1], 0.25);
  EXPECT_EQ(triangular.degree(3), 0);
  EXPECT_DOUBLE_EQ(kernel_weights(points, 4, KernelShape::epanechnikov, false, 1).weights(1)[1], 0.75 * 0.75);
  EXPECT_DOUBLE_EQ(kernel_weights(points, 4, KernelShape::gaussian, false, 1).weights(0)[0],
                   std::exp(-1.0 / 32));
}

// A degree of longitude on the equator is 111 195 m on the sphere.
TEST(KernelWeights, DegreesAreGreatCircles) {
  const std::vector<Point> points{{10, 0}, {11, 0}};
  const Weights weights = kernel_weights(points, 2 * 111195.0, KernelShape::triangular, true, 1);
  EXPECT_NEAR(weights.weights(0)[0], 0.5, 1e-6);
}

TEST(WeightsBinary, ReadsBackAndRefusesWhatIsBroken) {
  NamedWeights named;
  named.names = {"a", "b c", "\xC3\xBC", ""};
  named.weights = binary_weights({{1, 2}, {0}, {}, {2}});
  EXPECT_EQ(parse_weights_binary(weights_binary(named), "w.isow").weights, named.weights);
  standardise(named.weights);
  const std::string bytes = weights_binary(named);
  const NamedWeights back = parse_weights_binary(bytes, "w.isow");
  EXPECT_EQ(back.weights, named.weights);
  EXPECT_EQ(back.names, named.names);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(parse_weights_binary(std::string_view(bytes).substr(0, size), "w.isow"), Error) << size;
  EXPECT_THROW(parse_weights_binary(bytes + "x", "w.isow"), Error);
  for (std::size_t at = 4; at < 32; ++at) {  // every byte of the head
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x41);
    EXPECT_THROW(parse_weights_binary(other, "w.isow"), Error) << at;
  }
  std::string self = bytes;
  self[32 + 16] = 0;  // the first link of row 1 leads to row 1
  EXPECT_THROW(parse_weights_binary(self, "w.isow"), Error);
}

// 4 x 4 places in 4 blocks: the quarters of the square, whatever the order of rows and however often a place
// occurs.
TEST(Folds, AreCompactBlocksOfEqualSize) {
  std::vector<Point> points;
  for (int k = 0; k < 32; ++k)
    points.push_back({static_cast<double>(k * 5 % 16 % 4), static_cast<double>(k * 5 % 16 / 4)});
  const std::vector<std::size_t> folds = block_folds(points, 4);
  for (std::size_t a = 0; a < points.size(); ++a) {
    for (std::size_t b = 0; b < points.size(); ++b) {
      const bool quarter = (points[a].x < 2) == (points[b].x < 2) && (points[a].y < 2) == (points[b].y < 2);
      EXPECT_EQ(folds[a] == folds[b], quarter);
    }
  }
}

TEST(Folds, SizesDifferByAtMostOne) {
  Uniform uniform(9);
  std::vector<Point> points;
  for (int k = 0; k < 103; ++k) points.push_back({uniform(), 3 * uniform()});
  for (std::size_t count : {2U, 3U, 7U, 10U}) {
    std::vector<std::size_t> size(count, 0);
    for (std::size_t fold : block_folds(points, count)) ++size.at(fold);
    EXPECT_LE(*std::max_element(size.begin(), size.end()) - *std::min_element(size.begin(), size.end()), 2U)
        << count;
    EXPECT_GT(*std::min_element(size.begin(), size.end()), 0U);
  }
  EXPECT_THROW(block_folds(std::vector<Point>(20, Point{1, 1}), 2), Error);
}

TEST(Folds, KeptWeightsAreThoseOfTheRowsThatStay) {
  const Weights weights = binary_weights({{1, 2}, {0, 3}, {1}, {0, 2}});
  const std::vector<std::size_t> kept{0, 2, 3};
  EXPECT_EQ(kept_weights(weights, kept), binary_weights({{1}, {}, {0, 1}}));
}

}  // namespace
}  // namespace isotherm
