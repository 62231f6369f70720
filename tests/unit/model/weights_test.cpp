#include "isotherm/model/weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "isotherm/model/weights_text.h"
#include "unit/model/classic_data.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::columbus_neighbours;
using testing_support::table_of;

std::vector<std::int32_t> neighbours(const Weights& weights, std::size_t row) {
  return {weights.neighbours(row).begin(), weights.neighbours(row).end()};
}

MultiPolygon square(double x, double y) { return {{{{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}}}}}; }

std::vector<Point> scattered(std::size_t count, std::uint64_t seed, double step) {
  std::vector<Point> points;
  std::uint64_t state = seed;
  const auto uniform = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const double u = static_cast<double>(state >> 11) * 0x1p-53;
    return step > 0 ? std::floor(u / step) * step : u;
  };
  for (std::size_t k = 0; k < count; ++k) {
    const double x = uniform();
    points.push_back({x, uniform()});
  }
  return points;
}

/// All pairs, by the stated rule.
std::vector<std::int32_t> nearest_by_hand(const std::vector<Point>& points, std::size_t row, std::size_t k) {
  std::vector<std::pair<double, std::int32_t>> others;
  for (std::size_t other = 0; other < points.size(); ++other) {
    const double x = points[row].x - points[other].x, y = points[row].y - points[other].y;
    if (other != row) others.emplace_back(x * x + y * y, static_cast<std::int32_t>(other));
  }
  std::sort(others.begin(), others.end());
  std::vector<std::int32_t> found;
  for (std::size_t n = 0; n < k; ++n) found.push_back(others[n].second);
  std::sort(found.begin(), found.end());
  return found;
}

// On a line 0, 1, 2, 3, 4 the two nearest of the middle are its sides; of an end the next two.
TEST(NearestNeighbours, OnALine) {
  const std::vector<Point> points{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}};
  const Weights weights = nearest_neighbours(points, 2, false, 1);
  EXPECT_EQ(neighbours(weights, 0), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(neighbours(weights, 2), (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(one_way_links(weights), 2U) << "0 to 2 and 4 to 2";
}

// Four points around one at equal distance: ties go to the smaller rows, whatever the order of the tree.
TEST(NearestNeighbours, TiesGoToTheSmallerRow) {
  const std::vector<Point> points{{1, 0}, {0, 0}, {-1, 0}, {0, 1}, {0, -1}};
  EXPECT_EQ(neighbours(nearest_neighbours(points, 2, false, 1), 1), (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(neighbours(nearest_neighbours(points, 3, false, 1), 1), (std::vector<std::int32_t>{0, 2, 3}));
}

// Property: the tree agrees with all pairs, on scattered points and on a coarse lattice full of ties and
// duplicates.
TEST(NearestNeighbours, AgreeWithAllPairs) {
  for (const double step : {0.0, 0.125}) {
    const std::vector<Point> points = scattered(400, 5, step);
    for (const int k : {1, 8, 399}) {
      const Weights weights = nearest_neighbours(points, k, false, 2);
      for (std::size_t row = 0; row < points.size(); row += 7)
        EXPECT_EQ(neighbours(weights, row), nearest_by_hand(points, row, static_cast<std::size_t>(k)))
            << step << " " << k;
    }
  }
}

TEST(NearestNeighbours, SameForAnyThreads) {
  const std::vector<Point> points = scattered(40000, 9, 0);
  EXPECT_EQ(nearest_neighbours(points, 8, false, 1), nearest_neighbours(points, 8, false, 3));
}

// At 60 degrees north a degree of longitude is half as long as one of latitude; and 179.5 lies beside -179.5.
TEST(NearestNeighbours, DegreesRunAlongGreatCircles) {
  const std::vector<Point> points{{10, 60}, {11.5, 60}, {10, 61}, {-179.5, 0}, {179.5, 0}};
  const Weights weights = nearest_neighbours(points, 1, true, 1);
  EXPECT_EQ(neighbours(weights, 0), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(neighbours(weights, 3), (std::vector<std::int32_t>{4}));
  EXPECT_EQ(neighbours(nearest_neighbours(points, 1, false, 1), 0), (std::vector<std::int32_t>{2}));
}

TEST(NearestNeighbours, TooFewRowsOrNoPlaceIsRefused) {
  EXPECT_THROW(nearest_neighbours(scattered(8, 1, 0), 8, false, 1), Error);
  EXPECT_THROW(nearest_neighbours(std::vector<Point>{{0, 0}, {NAN, 0}, {1, 1}}, 1, false, 1), Error);
}

// A 3 x 3 lattice: within 1 the rook's neighbours, within 1.5 the queen's.
TEST(DistanceBand, EdgeIncluded) {
  std::vector<Point> points;
  for (int k = 0; k < 9; ++k) points.push_back({static_cast<double>(k % 3), static_cast<double>(k / 3)});
  EXPECT_EQ(neighbours(neighbours_within(points, 1, false, 1), 4), (std::vector<std::int32_t>{1, 3, 5, 7}));
  EXPECT_EQ(neighbours_within(points, 1.5, false, 1).degree(4), 8U);
  EXPECT_EQ(islands(neighbours_within(points, 0.9, false, 1)), 9U);
  // A degree along the equator is 111195 m on the sphere used.
  EXPECT_EQ(neighbours_within(points, 111196, true, 1).degree(0), 2U);
  EXPECT_EQ(neighbours_within(points, 111190, true, 1).degree(0), 0U);
}

TEST(Contiguous, QueenSharesVerticesRookEdges) {
  const std::vector<MultiPolygon> outlines{square(0, 0), square(1, 0), square(1, 1), square(5, 5)};
  const Weights queen = contiguous(outlines, Contiguity::queen);
  EXPECT_EQ(neighbours(queen, 0), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(neighbours(contiguous(outlines, Contiguity::rook), 0), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(islands(queen), 1U);
}

TEST(Contiguous, VerticesAgreeWithinRounding) {
  MultiPolygon moved = square(1, 0);
  for (Point& p : moved[0].rings[0]) p.x += 1e-12;
  const std::vector<MultiPolygon> outlines{square(0, 0), moved};
  EXPECT_EQ(contiguous(outlines, Contiguity::rook).links(), 2U);
}

TEST(WeightsOperations, StandardiseSymmetriseAndLag) {
  Weights weights = binary_weights({{1, 2}, {}, {0}});
  const Weights mutual = symmetrised(weights);
  EXPECT_EQ(neighbours(mutual, 1), (std::vector<std::int32_t>{0}));
  EXPECT_EQ(transposed(mutual), mutual);
  standardise(weights);
  EXPECT_EQ(lag(weights, std::vector<double>{1, 4, 10}), (std::vector<double>{7, 0, 1}));
  const std::vector<Weights> parts{weights, weights};
  EXPECT_EQ(lag(joined(parts), std::vector<double>{1, 4, 10, 2, 5, 20}),
            (std::vector<double>{7, 0, 1, 12.5, 0, 2}));
}

TEST(WeightsText, GalAndGwtComeBack) {
  NamedWeights named{{"a", "b", "c"}, binary_weights({{1, 2}, {}, {0}})};
  EXPECT_EQ(gal_text(named), "0 3 cells id\na 2\nb c\nb 0\n\nc 1\na\n");
  const NamedWeights gal = parse_gal(gal_text(named), "w.gal");
  EXPECT_EQ(gal.names, named.names);
  EXPECT_EQ(gal.weights, named.weights);
  standardise(named.weights);
  EXPECT_EQ(gwt_text(named), "0 3 cells id\na b 0.5\na c 0.5\nc a 1\n");
  const NamedWeights gwt = parse_gwt(gwt_text(named), "w.gwt");
  EXPECT_EQ(gwt.weights, named.weights);
}

TEST(WeightsText, WhatIsWrongIsNamedWithItsLine) {
  const auto error = [](const char* text, bool gal) -> std::string {
    try {
      gal ? parse_gal(text, "w") : parse_gwt(text, "w");
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(error("2\n1 1\n2\n", true), "w, line 3: ends after 1 of 2 rows");
  EXPECT_EQ(error("2\n1 2\n2\n", true), "w, line 3: 2 neighbours of '1' are expected");
  EXPECT_EQ(error("2\n1 1\n7\n2 0\n", true), "w: '1' has the neighbour '7', which has no row");
  EXPECT_EQ(error("1\n1 1\n1\n", true), "w: '1' is its own neighbour");
  EXPECT_EQ(error("many\n", true), "w, line 1: the number of rows is expected");
  EXPECT_EQ(error("0 2 l i\na b\n", false), "w, line 2: two names and a weight are expected");
  // A weight below 0 can bring the sum of a row to 0, and a huge one past what a number holds.
  EXPECT_EQ(error("0 2 l i\na b -1\n", false), "w, line 2: the weight -1 is not one from 0 to 1e100");
  EXPECT_EQ(error("0 2 l i\na b 1e308\n", false), "w, line 2: the weight 1e308 is not one from 0 to 1e100");
  EXPECT_EQ(error("0 2 l i\na b 1\nb a 1\na b 2\n", false), "w: 'a' has the neighbour 'b' twice");
  EXPECT_EQ(error("2\n1 2\n2 2\n2 0\n", true), "w: '1' has the neighbour '2' twice");
}

// Anselin (1988) and spatialreg lmSLX: coefficients, classical errors.
TEST(SpatialLagOfX, Columbus) {
  const Table table = table_of(testing_support::kColumbus);
  Weights weights = binary_weights(columbus_neighbours());
  standardise(weights);
  const ModelFormula formula = parse_model_formula("CRIME ~ INC + HOVAL");
  const Fit fit = fit_linear(design_of(formula, table, all_rows(table), {&weights, true, true}),
                             response_of(formula, table, all_rows(table)), {});
  const double values[] = {75.02874789692639, -1.1089292776880086, -0.2897283227457893, -1.3709724502223248,
                           0.19176078828008356};
  const double errors[] = {6.625979951552586, 0.3738129206826061, 0.10136734343506022, 0.561277146299103,
                           0.2003334790477801};
  for (std::size_t j = 0; j < 5; ++j) {
    EXPECT_NEAR(fit.coefficients[j].value, values[j], 1e-11);
    EXPECT_NEAR(fit.coefficients[j].standard_error, errors[j], 1e-11);
  }
  EXPECT_EQ(fit.coefficients[3].name, "w(INC)");
  EXPECT_NEAR(fit.log_likelihood, -184.07818560843327, 1e-10);
  EXPECT_NEAR(fit.r2, 0.6087934365303286, 1e-13);
}

}  // namespace
}  // namespace isotherm
