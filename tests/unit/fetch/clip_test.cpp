#include "isotherm/fetch/clip.h"

#include <gtest/gtest.h>

#include <random>

namespace isotherm {
namespace {

// 100 x 80 pixels of 30 m, upper left corner at (300000, 5000000), UTM 32.
Frame landsat() { return {100, 80, GeoTransform({300000, 30, 0, 5000000, 0, -30}), "EPSG:32632"}; }

MultiPolygon box(double xmin, double ymin, double xmax, double ymax) {
  Polygon polygon;
  polygon.rings.push_back(Ring{{xmin, ymin}, {xmax, ymin}, {xmax, ymax}, {xmin, ymax}});
  return {polygon};
}

TEST(CoveringWindow, TakesWholePixelsOutwards) {
  // From 45 m to 91 m east: columns 1, 2 and 3. From 31 m to 89 m south: rows 1 and 2.
  EXPECT_EQ(covering_window(landsat(), box(300045, 4999911, 300091, 4999969), 0), (Window{1, 1, 3, 2}));
}

TEST(CoveringWindow, AnEdgeOnAPixelEdgeTakesNoFurtherPixel) {
  EXPECT_EQ(covering_window(landsat(), box(300030, 4999910, 300090, 4999970), 0), (Window{1, 1, 2, 2}));
  // A hundredth of a millimetre off, as a reprojection there and back is.
  EXPECT_EQ(covering_window(landsat(), box(300029.99999, 4999909.99999, 300090.00001, 4999970.00001), 0),
            (Window{1, 1, 2, 2}));
}

TEST(CoveringWindow, MarginIsCutToTheFrame) {
  EXPECT_EQ(covering_window(landsat(), box(300000, 4999970, 300030, 5000000), 2), (Window{0, 0, 3, 3}));
  EXPECT_EQ(covering_window(landsat(), box(0, 0, 1e7, 1e7), 0), (Window{0, 0, 100, 80}));
}

TEST(CoveringWindow, IsEmptyWhereTheyDoNotMeet) {
  EXPECT_TRUE(covering_window(landsat(), box(310000, 4999000, 310100, 4999100), 0).empty());
  EXPECT_TRUE(covering_window(landsat(), {}, 0).empty());
  EXPECT_TRUE(covering_window(landsat(), box(-1e300, -1e300, -1e299, -1e299), 0).empty());
}

TEST(CoveringWindow, OfARotatedRasterHoldsTheBox) {
  const Frame frame{50, 50, GeoTransform({0, 1, 1, 0, 1, -1}), "EPSG:32632"};  // turned by 45 degrees
  // Pixel (c, r) lies at (c + r, c - r): the box from (9, -1) to (11, 1) has its corners at columns 4 to 6,
  // rows 4 to 6.
  EXPECT_EQ(covering_window(frame, box(9, -1, 11, 1), 0), (Window{4, 4, 2, 2}));
}

// Law: brute force over pixels. Every pixel that the box overlaps is inside, and the window is the smallest.
TEST(CoveringWindow, AgreesWithBruteForce) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> place(-20, 120);
  for (int n = 0; n < 500; ++n) {
    double x0 = place(random), x1 = place(random), y0 = place(random), y1 = place(random);
    if (x0 > x1) std::swap(x0, x1);
    if (y0 > y1) std::swap(y0, y1);
    const Window window = covering_window(
        landsat(), box(300000 + 30 * x0, 5000000 - 30 * y1, 300000 + 30 * x1, 5000000 - 30 * y0), 0);
    for (int c = 0; c < 100; ++c) {
      const bool overlaps = c < x1 && c + 1 > x0;
      const bool rows = y1 > 0 && y0 < 80;
      EXPECT_EQ(c >= window.col && c < window.col_end() && !window.empty(), overlaps && rows) << n;
    }
    for (int r = 0; r < 80; ++r) {
      const bool overlaps = r < y1 && r + 1 > y0;
      const bool columns = x1 > 0 && x0 < 100;
      EXPECT_EQ(r >= window.row && r < window.row_end() && !window.empty(), overlaps && columns) << n;
    }
  }
}

TEST(ClipArea, BringsDegreesToTheCrsOfARaster) {
  // About 1 km round a point on the central meridian of zone 32 at 48 degrees north (500000, 5316300).
  const Frame frame{400, 400, GeoTransform({494000, 30, 0, 5322300, 0, -30}), "EPSG:32632"};
  const ClipArea area(box(8.995, 47.998, 9.005, 48.002), 0);
  const Window window = area.window(frame);
  // 0.01 degrees of longitude at 48 degrees are 746 m, 0.004 of latitude 445 m: 25 to 26 and 15 to 16 pixels.
  EXPECT_NEAR(static_cast<double>(window.width), 25.5, 1);
  EXPECT_NEAR(static_cast<double>(window.height), 15.5, 1);
  EXPECT_NEAR(static_cast<double>(window.col + window.col_end()) / 2, 200, 1);
}

TEST(ClipArea, IdTellsAreasAndMarginsApart) {
  const MultiPolygon one = box(8, 48, 9, 49), other = box(8, 48, 9, 49.5);
  EXPECT_EQ(ClipArea(one, 1).id(), ClipArea(one, 1).id());
  EXPECT_NE(ClipArea(one, 1).id(), ClipArea(one, 2).id());
  EXPECT_NE(ClipArea(one, 1).id(), ClipArea(other, 1).id());
  EXPECT_EQ(ClipArea(one, 1).id().size(), 12U);
}

}  // namespace
}  // namespace isotherm
