// A second weight per pixel: its lattice, its missing pixels, which statistics it touches.
#include <random>

#include "isotherm/io/crs.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

class ZonalWeight : public ZonalFixture {
 protected:
  ZonalJob weighted(const std::string& weight) {
    ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:60");
    made.stats = {"count,pixels,valid,min,max,sum,mean,variance,weight,median,mode,fraction"};
    made.classes = {"6"};
    made.weight = weight;
    return made;
  }
  std::string refusal(const ZonalJob& made) {
    try {
      run(made, run_.context);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(ZonalWeight, MultipliesCoverage) {
  const Csv csv = table(weighted(four_pixels("w.tif", {1, 0, 2, 5})));
  EXPECT_EQ(csv.number(0, "b1_count"), 4) << "a weight of 0 is a weight";
  EXPECT_EQ(csv.number(0, "b1_pixels"), 4);
  EXPECT_EQ(csv.number(0, "b1_valid"), 1);
  EXPECT_EQ(csv.number(0, "b1_min"), 1);
  EXPECT_EQ(csv.number(0, "b1_max"), 6);
  EXPECT_EQ(csv.number(0, "b1_weight"), 8);
  EXPECT_EQ(csv.number(0, "b1_sum"), 1 + 6 + 30);
  EXPECT_EQ(csv.number(0, "b1_mean"), 37.0 / 8);
  // (1 + 18 + 180) / 8 - (37 / 8)^2
  EXPECT_NEAR(csv.number(0, "b1_variance"), 199.0 / 8 - 37.0 * 37.0 / 64, 1e-9);
  EXPECT_EQ(csv.number(0, "b1_mode"), 6);
  EXPECT_EQ(csv.number(0, "b1_fraction_6"), 5.0 / 8);
  // W = 8, s = 30 / 8 = 3.75: the window is [2.125, 5.875]; the staircase is 1 to 1, 3 to 3, 6 to 8.
  EXPECT_NEAR(csv.number(0, "b1_median"), (3 * (3 - 2.125) + 6 * (5.875 - 3)) / 3.75, 1e-9);
}

TEST_F(ZonalWeight, PixelsWithoutAWeightTakePartInNothing) {
  const Csv csv = table(weighted(four_pixels("w.tif", {1, std::nan(""), 1, std::nan("")})));
  EXPECT_EQ(csv.number(0, "b1_count"), 2);
  EXPECT_EQ(csv.number(0, "b1_valid"), 0.5);
  EXPECT_EQ(csv.number(0, "b1_max"), 3);
  EXPECT_EQ(csv.number(0, "b1_mean"), 2);
}

TEST_F(ZonalWeight, AllWeightsZeroLeaveCountsOnly) {
  const Csv csv = table(weighted(four_pixels("w.tif", {0, 0, 0, 0})));
  EXPECT_EQ(csv.number(0, "b1_count"), 4);
  EXPECT_EQ(csv.number(0, "b1_weight"), 0);
  EXPECT_EQ(csv.text(0, "b1_mean"), "");
  EXPECT_EQ(csv.text(0, "b1_median"), "");
}

TEST_F(ZonalWeight, EqualWeightsChangeNothing) {
  ZonalJob made = weighted(four_pixels("w.tif", {1, 1, 1, 1}));
  table(made);
  const std::string with = read_file(folder_.file("out.csv"));
  made.weight.clear();
  table(made);
  EXPECT_EQ(read_file(folder_.file("out.csv")), with);
}

TEST_F(ZonalWeight, ACoarserRasterGivesItsPixelsValue) {
  // One weight pixel of 60 m over the west half and beyond, one over the east half: the centres decide.
  const std::string coarse = write_raster(folder_.file("w.tif"), {2, 1, GDT_Float32, {{1, 3}}, {}},
                                          "EPSG:32632", {500010, 60, 0, 5000040, 0, -60});
  const Csv csv = table(weighted(coarse));
  EXPECT_EQ(csv.number(0, "b1_weight"), 1 + 3 + 1 + 3);
  EXPECT_EQ(csv.number(0, "b1_mean"), (1 + 3 * 2 + 3 + 3 * 6) / 8.0);
}

TEST_F(ZonalWeight, AFinerRasterGivesTheMeanInThePixel) {
  // 4 x 4 weights of 15 m: the means of the quarters are 1, 2, 3 and (0 + 0 + 8) / 3, one being missing.
  const double nan = std::nan("");
  const std::string fine = write_raster(
      folder_.file("w.tif"), {4, 4, GDT_Float32, {{1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 0, 0, 3, 3, 8, nan}}, {}},
      "EPSG:32632", {500040, 15, 0, 5000040, 0, -15});
  const Csv csv = table(weighted(fine));
  EXPECT_NEAR(csv.number(0, "b1_weight"), 1 + 2 + 3 + 8.0 / 3, 1e-6);
}

TEST_F(ZonalWeight, ARasterInAnotherCrsIsSampledWhereThePixelLies) {
  // Weights in degrees, each pixel 0.001 degree, numbered; the oracle looks the pixel's centre up itself.
  const CrsTransform to_degrees("EPSG:32632", "EPSG:4326");
  const Point corner = to_degrees.apply(Point{500040, 5000040});
  const double west = std::floor(corner.x * 1000 - 20) / 1000, north = std::ceil(corner.y * 1000 + 20) / 1000;
  std::vector<double> numbers(64 * 64);
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<double>(k);
  const std::string degrees = write_raster(folder_.file("w.tif"), {64, 64, GDT_Float32, {numbers}, {}},
                                           "EPSG:4326", {west, 0.001, 0, north, 0, -0.001});
  ZonalJob made = weighted(degrees);
  made.zones.zones = "square:30";
  made.stats = {"weight"};
  made.classes = {};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 4u);
  for (std::size_t k = 0; k < 4; ++k) {
    const Point centre = to_degrees.apply(
        Point{500055 + 30.0 * static_cast<double>(k % 2), 5000025 - 30.0 * static_cast<double>(k / 2)});
    const auto col = static_cast<std::size_t>((centre.x - west) / 0.001);
    const auto row = static_cast<std::size_t>((north - centre.y) / 0.001);
    EXPECT_EQ(csv.number(k, "b1_weight"), numbers[row * 64 + col]) << k;
  }
}

TEST_F(ZonalWeight, OutsideTheWeightRasterNothingCounts) {
  const std::string far = write_raster(folder_.file("w.tif"), {1, 1, GDT_Float32, {{1}}, {}}, "EPSG:32632",
                                       {500040, 30, 0, 5000040, 0, -30});
  const Csv csv = table(weighted(far));
  EXPECT_EQ(csv.number(0, "b1_count"), 1);
  EXPECT_EQ(csv.number(0, "b1_mean"), 1);
}

TEST_F(ZonalWeight, AreasOfDegreesShrinkTowardsThePoles) {
  // Two pixels of 10 degrees, 0-10 N and 60-70 N in one column of 10 x 10 degrees between.
  std::vector<double> values(7, std::nan(""));
  values.front() = 1;  // 60..70 N
  values.back() = 0;   // 0..10 N
  const std::string raster = write_raster(folder_.file("a.tif"), {1, 7, GDT_Float32, {values}, {}},
                                          "EPSG:4326", {0, 10, 0, 70, 0, -10});
  const std::string zones = write_text("z.csv", "id,wkt\n1,\"POLYGON((0 0, 10 0, 10 70, 0 70, 0 0))\"\n");
  ZonalJob made = job(raster, zones);
  made.zones.zones_crs = "EPSG:4326";
  made.stats = {"mean,weight"};
  made.weight = "area";
  const Csv csv = table(made);
  // Snyder (1987), equation 3-12: q(phi) with e2 = 0.00669438; area of a zone between parallels is
  // a^2 / 2 (q2 - q1) times the width in radians.
  const auto q = [](double degrees) {
    const double e2 = 0.0066943799901413165, e = std::sqrt(e2), s = std::sin(degrees * M_PI / 180);
    return (1 - e2) * (s / (1 - e2 * s * s) - 1 / (2 * e) * std::log((1 - e * s) / (1 + e * s)));
  };
  const double width = 10 * M_PI / 180, a2 = 6378137.0 * 6378137.0;
  const double north = a2 / 2 * (q(70) - q(60)) * width, south = a2 / 2 * (q(10) - q(0)) * width;
  // Weights are float32.
  EXPECT_NEAR(csv.number(0, "b1_mean"), north / (north + south), 1e-6);
  EXPECT_NEAR(csv.number(0, "b1_weight") / (north + south), 1, 1e-6);
}

TEST_F(ZonalWeight, WhatIsRefused) {
  EXPECT_NE(refusal(weighted(four_pixels("w.tif", {1, -99, 2, 5}))).find("nodata=-99"), std::string::npos);
  EXPECT_NE(refusal(weighted(folder_.file("none.tif"))).find("none.tif"), std::string::npos);
  ZonalJob made = weighted(folder_.file("w.tif") + ",nodata=-99");
  EXPECT_EQ(table(made).number(0, "b1_count"), 3);
}

}  // namespace
}  // namespace isotherm
