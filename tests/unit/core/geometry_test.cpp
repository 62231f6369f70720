#include "isotherm/core/geometry.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

TEST(Extent, EmptyIsNeutralForUnite) {
  const Extent some{1, 2, 3, 4};
  EXPECT_EQ(unite(Extent{}, some), some);
  EXPECT_TRUE(Extent{}.empty());
  EXPECT_TRUE(intersect(some, {3, 2, 5, 4}).empty()) << "half-open rectangles that touch share nothing";
  EXPECT_EQ(intersect(some, {0, 3, 2, 9}), (Extent{1, 3, 2, 4}));
}

TEST(Extent, HoldsItsLowerEdgesOnly) {
  const Extent unit{0, 0, 1, 1};
  EXPECT_TRUE(unit.contains({0, 0}));
  EXPECT_FALSE(unit.contains({1, 0.5}));
  EXPECT_FALSE(unit.contains({0.5, 1}));
}

TEST(Window, IntersectsAndUnites) {
  EXPECT_EQ(intersect(Window{0, 0, 10, 10}, Window{8, -5, 10, 10}), (Window{8, 0, 2, 5}));
  EXPECT_TRUE(intersect(Window{0, 0, 2, 2}, Window{2, 0, 2, 2}).empty());
  EXPECT_EQ(unite(Window{}, Window{3, 4, 1, 1}), (Window{3, 4, 1, 1}));
  EXPECT_EQ(unite(Window{0, 0, 1, 1}, Window{5, 7, 1, 1}), (Window{0, 0, 6, 8}));
}

TEST(GeoTransform, GoesThereAndBack) {
  const GeoTransform north_up({500000, 30, 0, 5700000, 0, -30});
  EXPECT_EQ(north_up.to_map({2, 3}), (Point{500060, 5699910}));
  EXPECT_EQ(north_up.to_pixel({500060, 5699910}), (Point{2, 3}));
  EXPECT_EQ(north_up.pixel_area(), 900);
  const GeoTransform rotated({10, 0.8, -0.6, 20, 0.6, 0.8});
  const Point back = rotated.to_pixel(rotated.to_map({7.25, -3.5}));
  EXPECT_NEAR(back.x, 7.25, 1e-13);
  EXPECT_NEAR(back.y, -3.5, 1e-13);
  EXPECT_FALSE(rotated.axis_aligned());
  EXPECT_NEAR(rotated.pixel_area(), 1, 1e-15);
}

TEST(GeoTransform, RefusesWhatCannotBeInverted) {
  EXPECT_THROW(GeoTransform({0, 0, 0, 0, 0, 1}), Error);
  EXPECT_THROW(GeoTransform({0, 1, 1, 0, 2, 2}), Error);
  EXPECT_THROW(GeoTransform({0, std::nan(""), 0, 0, 0, 1}), Error);
  EXPECT_THROW(GeoTransform({0, 1e-320, 0, 0, 0, 1e-320}), Error);
}

TEST(Polygons, AreaCountsHolesAndParts) {
  const Ring square{{0, 0}, {4, 0}, {4, 4}, {0, 4}};
  const Ring hole{{1, 1}, {2, 1}, {2, 2}, {1, 2}};
  const Ring far{{10, 10}, {10, 11}, {11, 11}};
  EXPECT_EQ(signed_area(square), 16);
  EXPECT_EQ(signed_area(far), -0.5);
  EXPECT_EQ(area({Polygon{{square, hole}}, Polygon{{far}}}), 15.5);
}

TEST(Polygons, AreaKeepsItsDigitsFarFromTheOrigin) {
  Ring cell{{0, 0}, {30, 0}, {30, 30}, {0, 30}};
  for (Point& p : cell) p = {p.x + 4.5e6, p.y + 9.9e6};
  EXPECT_EQ(signed_area(cell), 900) << "a shoelace about the origin loses these digits";
}

TEST(Polygons, NormaliseTurnsShellsLeftAndHolesRight) {
  MultiPolygon polygons{Polygon{{{{0, 0}, {0, 4}, {4, 4}, {4, 0}}, {{1, 1}, {2, 1}, {2, 2}}}}};
  normalise(polygons);
  EXPECT_GT(signed_area(polygons[0].rings[0]), 0);
  EXPECT_LT(signed_area(polygons[0].rings[1]), 0);
  EXPECT_EQ(polygons[0].rings[0].front(), (Point{0, 0})) << "the first point stays first";
}

}  // namespace
}  // namespace isotherm
