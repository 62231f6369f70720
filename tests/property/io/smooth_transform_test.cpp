// The quick way to longitude and latitude against PROJ's own, all over several maps and at their rims.
//
// Tolerance: a patch is refused when it is off by more than kBound where a cubic error is largest; errors of
// higher order may add to that, but not as much again.
#include "../../../src/io/smooth_transform.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace isotherm {
namespace {

struct TestedPlace {
  const char* crs;
  Extent where;
};

const TestedPlace kPlaces[] = {
    {"EPSG:32632", {390000, 5619000, 618000, 5850000}},         // a Landsat scene
    {"EPSG:32633", {166000, 0, 834000, 9300000}},               // a whole UTM zone
    {"EPSG:3035", {2500000, 1400000, 7500000, 5500000}},        // Europe, equal area
    {"EPSG:3857", {-20037508, -20037508, 20037508, 20037508}},  // the world, both its borders
    {"EPSG:3995", {-3000000, -3000000, 3000000, 3000000}},  // about the pole, where longitude has no value
    {"EPSG:32601", {-500000, 0, 500000, 9000000}},          // across the antimeridian
    {"EPSG:2263", {913000, 120000, 1067000, 272000}},       // feet
};

class SmoothTransformOf : public ::testing::TestWithParam<TestedPlace> {};
INSTANTIATE_TEST_SUITE_P(Maps, SmoothTransformOf, ::testing::ValuesIn(kPlaces));

TEST_P(SmoothTransformOf, StaysWithinItsBound) {
  const CrsTransform exact(GetParam().crs, "EPSG:4326");
  SmoothTransform smooth(exact);
  const Extent& where = GetParam().where;
  std::mt19937_64 random(9);
  std::uniform_real_distribution<double> x(where.xmin, where.xmax), y(where.ymin, where.ymax),
      step(-900, 900);
  for (int times = 0; times < 400; ++times) {
    std::vector<Point> points{{x(random), y(random)}};
    if (times == 0) points = {{0, 0}};
    for (int k = 0; k < 20; ++k) points.push_back({points[0].x + step(random), points[0].y + step(random)});
    std::vector<Point> expected = points, found = points;
    exact.apply(expected);
    smooth.apply(found);
    for (std::size_t k = 0; k < points.size(); ++k) {
      if (!std::isfinite(expected[k].x)) {
        EXPECT_FALSE(std::isfinite(found[k].x));
        continue;
      }
      ASSERT_NEAR(found[k].x, expected[k].x, 2 * SmoothTransform::kBound)
          << points[k].x << " " << points[k].y;
      ASSERT_NEAR(found[k].y, expected[k].y, 2 * SmoothTransform::kBound)
          << points[k].x << " " << points[k].y;
    }
  }
}

TEST_P(SmoothTransformOf, MakesOfAPointTheSameWhateverCameBefore) {
  const CrsTransform exact(GetParam().crs, "EPSG:4326");
  const Extent& where = GetParam().where;
  std::mt19937_64 random(10);
  std::uniform_real_distribution<double> x(where.xmin, where.xmax), y(where.ymin, where.ymax);
  std::vector<Point> points;
  for (int k = 0; k < 200; ++k) points.push_back({x(random), y(random)});
  std::vector<Point> forwards = points, backwards(points.rbegin(), points.rend());
  SmoothTransform(exact).apply(forwards);
  SmoothTransform other(exact);
  other.apply(backwards);
  std::reverse(backwards.begin(), backwards.end());
  EXPECT_EQ(forwards, backwards) << "bit-equal";
}

TEST(SmoothTransform, LeavesDegreesAlone) {
  SmoothTransform same(CrsTransform("EPSG:4326", "EPSG:4326"));
  std::vector<Point> points{{7.5, 51.25}};
  same.apply(points);
  EXPECT_EQ(points[0], (Point{7.5, 51.25}));
}

}  // namespace
}  // namespace isotherm
