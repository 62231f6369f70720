#include "isotherm/model/heat_island.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

// By hand: rural cells at 20, 22, 30 (elevation 100, 140, 400), others at 27, 25 (elevation 110, 390).
TEST(HeatIsland, AgainstAllReferenceCellsAndThoseOfTheSameElevation) {
  const std::vector<double> t{20, 22, 30, 27, 25}, elevation{100, 140, 400, 110, 390};
  const std::vector<char> rural{1, 1, 1, 0, 0};
  const HeatIsland plain = heat_island(t, rural, {}, 50);
  EXPECT_EQ(plain.reference_cells, 3);
  EXPECT_DOUBLE_EQ(plain.reference, 24);
  EXPECT_DOUBLE_EQ(plain.others, 26);
  EXPECT_DOUBLE_EQ(plain.intensity[3], 3);
  const HeatIsland matched = heat_island(t, rural, elevation, 50);
  EXPECT_DOUBLE_EQ(matched.intensity[3], 6);
  EXPECT_DOUBLE_EQ(matched.intensity[4], -5);
  EXPECT_DOUBLE_EQ(heat_island(t, rural, elevation, 30).intensity[3], 6);  // the edge counts
  EXPECT_TRUE(std::isnan(heat_island(t, rural, elevation, 5).intensity[4]));
}

TEST(HeatIsland, NeedsAReference) {
  const std::vector<double> t{20, 22};
  EXPECT_THROW(heat_island(t, std::vector<char>{0, 0}, {}, 50), Error);
  EXPECT_TRUE(std::isnan(heat_island(t, std::vector<char>{1, 1}, {}, 50).others));
}

// By hand: mean 300 K; 303 K gives 3/303 = 0.0099, one class below 0.010.
TEST(Utfvi, ValuesAndClasses) {
  const std::vector<double> index = utfvi(std::vector<double>{297, 300, 303});
  EXPECT_DOUBLE_EQ(index[0], -3.0 / 297);
  EXPECT_DOUBLE_EQ(index[1], 0);
  EXPECT_DOUBLE_EQ(index[2], 3.0 / 303);
  EXPECT_EQ(utfvi_class(index[0]).name, "none");
  EXPECT_EQ(utfvi_class(index[1]).name, "weak");
  EXPECT_EQ(utfvi_class(index[2]).name, "middle");
  EXPECT_EQ(utfvi_class(0.020).name, "strongest");
  EXPECT_EQ(utfvi_class(0.0199).comfort, "worse");
  EXPECT_THROW(utfvi(std::vector<double>{20, -1}), Error);
}

}  // namespace
}  // namespace isotherm
