// Coverage against matrices worked out by hand, and at its edges.
#include "isotherm/zones/coverage.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "property/zones/outlines.h"

namespace isotherm {
namespace {

using testing_support::cover;
using testing_support::matrix_of;

struct GoldenCase {
  std::string name;
  Extent extent;
  CoverageRule rule = CoverageRule::exact;
  MultiPolygon outline;
  std::optional<double> total;
  std::vector<double> weights;
};

Ring read_ring(const std::string& text) {
  Ring ring;
  for (const std::string& corner : split(text, ',')) {
    Point p;
    std::istringstream(corner) >> p.x >> p.y;
    ring.push_back(p);
  }
  return ring;
}

std::vector<GoldenCase> read_golden() {
  std::ifstream file(std::string(ISOTHERM_SOURCE_DIR) + "/tests/golden/coverage.txt");
  std::vector<GoldenCase> cases;
  std::string line, word;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    if (!(words >> word) || word[0] == '#') continue;
    std::string rest;
    std::getline(words, rest);
    if (word == "case") {
      cases.push_back({std::string(trim(rest)), {}, CoverageRule::exact, {}, {}, {}});
      continue;
    }
    GoldenCase& now = cases.back();
    if (word == "extent") {
      std::istringstream(rest) >> now.extent.xmin >> now.extent.ymin >> now.extent.xmax >> now.extent.ymax;
    } else if (word == "rule") {
      for (const CoverageRuleRow& row : coverage_rules()) {
        if (row.name == trim(rest)) now.rule = row.rule;
      }
    } else if (word == "ring") {
      now.outline.push_back({{read_ring(rest)}});
    } else if (word == "hole") {
      now.outline.back().rings.push_back(read_ring(rest));
    } else if (word == "total") {
      now.total = parse_number(rest);
    } else if (word != "weights") {
      std::istringstream row(line);
      for (double weight; row >> weight;) now.weights.push_back(weight);
    }
  }
  return cases;
}

TEST(Coverage, MatchesHandWorkedMatrices) {
  const std::vector<GoldenCase> cases = read_golden();
  ASSERT_GE(cases.size(), 25u);
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.name);
    const Window frame{0, 0, static_cast<std::int64_t>(golden.extent.width()),
                       static_cast<std::int64_t>(golden.extent.height())};
    MultiPolygon outline = golden.outline;
    for (Polygon& polygon : outline) {
      for (Ring& ring : polygon.rings) {
        for (Point& p : ring) p = {p.x - golden.extent.xmin, golden.extent.ymax - p.y};
      }
    }
    const Coverage coverage = cover(outline, frame, golden.rule);
    const testing_support::Matrix matrix = matrix_of(coverage, 0, frame);
    ASSERT_EQ(matrix.weights.size(), golden.weights.size());
    double sum = 0;
    for (std::size_t k = 0; k < golden.weights.size(); ++k) {
      EXPECT_NEAR(static_cast<double>(matrix.weights[k]), golden.weights[k], 1e-6) << "pixel " << k;
      sum += golden.weights[k];
    }
    EXPECT_NEAR(coverage.total(0), golden.total.value_or(sum), 1e-6);
  }
}

const Ring kSquare{{0.5, 0.5}, {2.5, 0.5}, {2.5, 2.5}, {0.5, 2.5}};

TEST(Coverage, RingAndPolygonGiveTheSameSpans) {
  CoverageBuilder builder({0, 0, 3, 3}, CoverageRule::exact);
  builder.add(std::span<const Point>(kSquare));
  builder.add(MultiPolygon{{{kSquare}}});
  const Coverage coverage = builder.finish();
  ASSERT_EQ(coverage.zones(), 2u);
  EXPECT_EQ(matrix_of(coverage, 0, {0, 0, 3, 3}).weights, matrix_of(coverage, 1, {0, 0, 3, 3}).weights);
}

TEST(Coverage, SpansAreSortedAndLongFullRunsCarryNoWeights) {
  const Coverage coverage = cover({{{{{0.5, 0.5}, {40.5, 0.5}, {40.5, 2.5}, {0.5, 2.5}}}}}, {0, 0, 50, 3});
  const auto spans = coverage.spans(0);
  ASSERT_EQ(spans.size(), 5u);  // half row; half pixel, 39 full ones, half pixel; half row
  EXPECT_EQ(spans[0].row, 0);
  EXPECT_EQ(spans[0].count, 41);
  EXPECT_EQ(spans[1].row, 1);
  EXPECT_EQ(spans[1].count, 1);
  EXPECT_EQ(spans[2].weights, Span::kFull);
  EXPECT_EQ(spans[2].col, 1);
  EXPECT_EQ(spans[2].count, 39);
  EXPECT_EQ(spans[3].col, 40);
  EXPECT_EQ(spans[4].row, 2);
  EXPECT_EQ(coverage.window(), (Window{0, 0, 41, 3}));
}

TEST(Coverage, ShortFullRunsJoinTheirNeighboursWeights) {
  const Coverage coverage = cover({{{kSquare}}}, {0, 0, 3, 3});
  ASSERT_EQ(coverage.spans(0).size(), 3u);  // one span a row
  EXPECT_EQ(coverage.weights().size(), 9u);
}

TEST(Coverage, FullPixelsAloneNeedNoWeights) {
  const Coverage coverage = cover({{{{{1, 1}, {3, 1}, {3, 3}, {1, 3}}}}}, {0, 0, 4, 4});
  EXPECT_TRUE(coverage.weights().empty());
  EXPECT_EQ(coverage.total(0), 4);
}

TEST(Coverage, FrameNeedNotStartAtTheOrigin) {
  const Window frame{1, 1, 2, 2};
  const Coverage coverage = cover({{{kSquare}}}, frame);
  const testing_support::Matrix matrix = matrix_of(coverage, 0, frame);
  EXPECT_EQ(matrix.weights, (std::vector<float>{1, .5f, .5f, .25f}));
  EXPECT_EQ(coverage.window(), frame);
  EXPECT_EQ(coverage.total(0), 4);
}

TEST(Coverage, NothingToCoverIsStillAZone) {
  CoverageBuilder builder({0, 0, 3, 3}, CoverageRule::exact);
  builder.add(MultiPolygon{});
  builder.add(MultiPolygon{{{{}}}});
  builder.add(MultiPolygon{{{{{1, 1}, {2, 2}}}}});
  builder.add(MultiPolygon{{{kSquare}}});
  const Coverage coverage = builder.finish();
  ASSERT_EQ(coverage.zones(), 4u);
  for (std::size_t zone = 0; zone < 3; ++zone) {
    EXPECT_TRUE(coverage.spans(zone).empty());
    EXPECT_EQ(coverage.total(zone), 0);
  }
  EXPECT_EQ(coverage.total(3), 4);
}

TEST(Coverage, FinishStartsAfresh) {
  CoverageBuilder builder({0, 0, 3, 3}, CoverageRule::exact);
  builder.add(MultiPolygon{{{kSquare}}});
  EXPECT_EQ(builder.finish().zones(), 1u);
  const Coverage none = builder.finish();
  EXPECT_EQ(none.zones(), 0u);
  EXPECT_TRUE(none.window().empty());
}

TEST(Coverage, AClosingPointChangesNothing) {
  Ring closed = kSquare;
  closed.push_back(closed.front());
  EXPECT_EQ(matrix_of(cover({{{closed}}}, {0, 0, 3, 3}), 0, {0, 0, 3, 3}).weights,
            matrix_of(cover({{{kSquare}}}, {0, 0, 3, 3}), 0, {0, 0, 3, 3}).weights);
}

TEST(Coverage, RoundingResidueMakesNoPixel) {
  const double hair = 1e-11;
  const Coverage coverage =
      cover({{{{{1 - hair, 1 - hair}, {3 + hair, 1 - hair}, {3 + hair, 3 + hair}, {1 - hair, 3 + hair}}}}},
            {0, 0, 4, 4});
  EXPECT_EQ(coverage.window(), (Window{1, 1, 2, 2}));
  EXPECT_EQ(coverage.total(0), 4);
}

TEST(Coverage, ZoneOnTheBorderOfTheFrameIsWhole) {
  // A corner that rounding has put a hair outside must not make the zone count as cut.
  const Ring ring{{-1e-11, 0}, {2, -1e-11}, {2, 2.5}, {0, 2.5}};
  const Coverage coverage = cover({{{ring}}}, {0, 0, 3, 3});
  EXPECT_EQ(coverage.total(0), 5);
}

TEST(Coverage, CoordinatesThatAreNoNumbersAreRefused) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()}) {
    for (const CoverageRuleRow& row : coverage_rules()) {
      CoverageBuilder builder({0, 0, 3, 3}, row.rule);
      for (const Ring& ring : {Ring{{0, 0}, {bad, 1}, {2, 2}}, Ring{{0, 0}, {1, bad}, {2, 2}, {0, 2}}}) {
        try {
          builder.add(std::span<const Point>(ring));
          FAIL() << "accepted " << bad;
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::input);
        }
      }
      builder.add(MultiPolygon{{{kSquare}}});
      EXPECT_EQ(builder.finish().zones(), 1u) << "a refused zone was counted";
    }
  }
}

TEST(Coverage, AbsurdCoordinatesNeitherLoopNorOverflow) {
  const double far = 1e12;
  const Window frame{0, 0, 5, 4};
  const Ring diamond{{far, 0.5}, {0.5, far}, {-far, 0.5}, {0.5, -far}};
  const Ring rectangle{{-far, -far}, {far, -far}, {far, far}, {-far, far}};
  for (const Ring& ring : {diamond, rectangle}) {
    const Coverage coverage = cover({{{ring}}}, frame);
    EXPECT_DOUBLE_EQ(matrix_of(coverage, 0, frame).sum(), 20);
    EXPECT_GT(coverage.total(0), 1e24);
  }
  // Whole pixels of such a zone cannot be counted one by one.
  for (const CoverageRule rule : {CoverageRule::centre, CoverageRule::touch}) {
    CoverageBuilder builder(frame, rule);
    EXPECT_THROW(builder.add(std::span<const Point>(diamond)), Error);
  }
}

TEST(Coverage, AWideZoneOfFewRowsCanBeCountedByCentres) {
  const Ring ring{{-1e9, 0}, {1e9, 0}, {1e9, 3}, {-1e9, 3}};
  EXPECT_EQ(cover({{{ring}}}, {0, 0, 2, 2}, CoverageRule::centre).total(0), 6e9);
}

TEST(Coverage, LargeZonesTakeMemoryByTheirOutline) {
  const Ring ring{{0.5, 0.25}, {59999.5, 10000}, {30000, 59999.5}};
  const Coverage coverage = cover({{{ring}}}, {0, 0, 60000, 60000});
  EXPECT_NEAR(coverage.total(0) / std::abs(signed_area(ring)), 1, 1e-12);
  EXPECT_LT(coverage.bytes(), std::size_t{16} << 20);  // 1.6e9 pixels are covered
}

TEST(Coverage, FrameBeyondThirtyTwoBitsIsRefused) {
  EXPECT_THROW(CoverageBuilder({0, 0, std::int64_t{1} << 32, 1}, CoverageRule::exact), Error);
}

TEST(Coverage, RulesAreListedByName) {
  ASSERT_EQ(coverage_rules().size(), 3u);
  EXPECT_EQ(coverage_rules()[0].name, "exact");
}

}  // namespace
}  // namespace isotherm
