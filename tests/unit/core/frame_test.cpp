#include "isotherm/core/frame.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

Frame landsat(double west, double north, std::int64_t width, std::int64_t height) {
  return {width, height, GeoTransform({west, 30, 0, north, 0, -30}), "EPSG:32632"};
}

TEST(Frame, KnowsItsExtent) { EXPECT_EQ(landsat(300, 900, 10, 20).extent(), (Extent{300, 300, 600, 900})); }

TEST(Frame, ScenesOfDifferentDatesShareOneLattice) {
  const Frame first = landsat(459015, 5703015, 100, 100), shifted = landsat(459045, 5702955, 50, 60);
  EXPECT_EQ(lattice_offset(first, shifted), (std::pair<std::int64_t, std::int64_t>{1, 2}));
  EXPECT_EQ(lattice_offset(shifted, first), (std::pair<std::int64_t, std::int64_t>{-1, -2}));
  EXPECT_FALSE(same_lattice(first, landsat(459015 + 15, 5703015, 100, 100))) << "half a pixel off";
  Frame other = first;
  other.crs = "EPSG:32633";
  EXPECT_FALSE(same_lattice(first, other));
  other = first;
  other.transform = GeoTransform({459015, 30.01, 0, 5703015, 0, -30});
  EXPECT_FALSE(same_lattice(first, other)) << "steps differ by a pixel over the raster";
}

TEST(Frame, UnionHoldsBothAndKeepsTheLattice) {
  const Frame a = landsat(300, 900, 10, 10), b = landsat(240, 750, 4, 20);
  const Frame both = unite(a, b);
  EXPECT_EQ(both.extent(), (Extent{240, 150, 600, 900}));
  EXPECT_TRUE(same_lattice(both, a));
  EXPECT_THROW(unite(a, landsat(310, 900, 1, 1)), Error);
}

}  // namespace
}  // namespace isotherm
