#include "isotherm/io/feature_reader.h"

#include <cmath>
#include <random>

#include "isotherm/core/error.h"
#include "isotherm/io/box_tree.h"
#include "isotherm/io/crs.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

constexpr Extent kEverywhere{-180, -85, 180, 85};

class FeatureReaderTest : public testing::Test {
 protected:
  /// A GeoJSON file of geometries, each with a number n (null for the second) and a text.
  std::string features(const std::vector<std::string>& geometries) {
    std::string text = R"({"type":"FeatureCollection","features":[)";
    for (std::size_t k = 0; k < geometries.size(); ++k) {
      text += k == 0 ? "" : ",";
      text += R"({"type":"Feature","properties":{"n":)" + (k == 1 ? "null" : std::to_string(k + 1) + ".5") +
              R"(,"use":"u)" + std::to_string(k) + R"("},"geometry":)" + geometries[k] + "}";
    }
    std::ofstream(folder_.file("f.geojson")) << text << "]}";
    return folder_.file("f.geojson");
  }
  static std::string polygon(const std::string& rings) {
    return R"({"type":"Polygon","coordinates":[)" + rings + "]}";
  }
  std::vector<Feature> read(const FeatureSource& source, const std::string& crs = "EPSG:4326",
                            const Extent& place = kEverywhere) {
    FeatureReader reader(source, crs, place);
    std::vector<Feature> all;
    for (std::vector<Feature> some = reader.next(1); !some.empty(); some = reader.next(1))
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  std::string refusal(const FeatureSource& source) {
    try {
      read(source);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryFolder folder_;
};

TEST_F(FeatureReaderTest, PlacesAreCentresOrLieOnTheSurface) {
  const std::string path = features({
      polygon("[[0,0],[2,0],[2,2],[0,2],[0,0]]"),
      // An L of three squares: its centre of mass, at 5/6, lies inside; a thin one's does not.
      polygon("[[0,0],[10,0],[10,1],[1,1],[1,10],[0,10],[0,0]]"),
      polygon("[[0,0],[9,0],[9,9],[0,9],[0,0]],[[3,3],[3,6],[6,6],[6,3],[3,3]]"),
      R"({"type":"Point","coordinates":[7,8]})",
      R"({"type":"MultiPoint","coordinates":[[5,6]]})",
  });
  const std::vector<Feature> all = read({path, "", "", "", {"n"}});
  ASSERT_EQ(all.size(), 5u);
  EXPECT_NEAR(all[0].place.x, 1, 1e-12);
  EXPECT_NEAR(all[0].place.y, 1, 1e-12);
  const auto on_the_l = [](Point p) {
    return (p.x > 0 && p.x < 10 && p.y > 0 && p.y < 1) || (p.x > 0 && p.x < 1 && p.y > 0 && p.y < 10);
  };
  EXPECT_TRUE(on_the_l(all[1].place)) << all[1].place.x << " " << all[1].place.y;
  const Point court = all[2].place;
  EXPECT_FALSE(court.x > 3 && court.x < 6 && court.y > 3 && court.y < 6) << "not in the courtyard";
  EXPECT_EQ(all[3].place, (Point{7, 8}));
  EXPECT_EQ(all[4].place, (Point{5, 6}));
  EXPECT_TRUE(all[3].outline.empty());
  EXPECT_EQ(all[3].ground_area_m2, 0);
  EXPECT_EQ(all[0].numbers, std::vector<double>{1.5});
  EXPECT_TRUE(std::isnan(all[1].numbers[0])) << "null is missing";
}

TEST_F(FeatureReaderTest, AreasAreTrueOnesWhateverTheZonesLieIn) {
  const std::string path =
      features({polygon("[[8.40,51.40],[8.41,51.40],[8.41,51.41],[8.40,51.41],[8.40,51.40]]")});
  const double in_degrees = read({path, "", "", "", {}})[0].ground_area_m2;
  const std::vector<Feature> in_metres = read({path, "", "", "", {}}, "EPSG:3857", {0, 0, 2e6, 8e6});
  EXPECT_EQ(in_degrees, in_metres.at(0).ground_area_m2);
  // 0.01 degrees squared there: meridian 1112.6 m (M = 6374.6 km), parallel 695.6 m (N cos 51.405).
  EXPECT_NEAR(in_degrees, 1112.65 * 695.78, 100);
  EXPECT_NEAR(GroundArea("EPSG:3857").square_metres(in_metres[0].outline), in_degrees, 1e-6 * in_degrees);
}

TEST_F(FeatureReaderTest, AHouseAcrossTheAntimeridianIsOneHouse) {
  const std::string path = features({R"({"type":"MultiPolygon","coordinates":[
      [[[179.9,10],[180,10],[180,10.1],[179.9,10.1],[179.9,10]]],
      [[[-180,10],[-179.7,10],[-179.7,10.1],[-180,10.1],[-180,10]]]]})"});
  const std::vector<Feature> east = read({path, "", "", "", {}}, "EPSG:4326", {178, 9, 181, 11});
  ASSERT_EQ(east.size(), 1u);
  EXPECT_NEAR(east[0].place.x, 180.1, 1e-9);
  EXPECT_EQ(extent_of(east[0].outline).xmax, 180.3);
  const std::vector<Feature> west = read({path, "", "", "", {}}, "EPSG:4326", {-182, 9, -178, 11});
  EXPECT_NEAR(west.at(0).place.x, -179.9, 1e-9) << "next to the zones";
  const std::vector<Feature> metres = read({path, "", "", "", {}}, "EPSG:32660", {8e5, 1e6, 9e5, 1.2e6});
  EXPECT_LT(extent_of(metres.at(0).outline).width(), 50e3);
}

TEST_F(FeatureReaderTest, OnlyWhatIsAskedForIsRead) {
  const std::string path =
      features({polygon("[[0,0],[2,0],[2,2],[0,2],[0,0]]"), R"({"type":"Point","coordinates":[7,8]})"});
  EXPECT_EQ(read({path, "", "", "use = 'u1'", {}}).size(), 1u);
  EXPECT_EQ(read({path, "", "", "", {}}, "EPSG:4326", {6, 6, 8, 9}).size(), 1u) << "the other is far away";
  EXPECT_NE(refusal({path, "", "", "colour = 'red'", {}}).find("where=colour = 'red' is not understood"),
            std::string::npos);
}

TEST_F(FeatureReaderTest, RefusalsSayWhich) {
  const std::string path = features(
      {polygon("[[0,0],[2,0],[2,2],[0,2],[0,0]]"), R"({"type":"LineString","coordinates":[[7,8],[9,9]]})"});
  EXPECT_EQ(refusal({path, "", "", "", {}}),
            path + ": feature 1 is a LINESTRING; only polygons and single points are counted");
  EXPECT_NE(refusal({path, "", "", "", {"m"}}).find("has no attribute 'm'"), std::string::npos);
  EXPECT_NE(refusal({path, "", "", "", {"use"}}).find("'use' does not hold numbers"), std::string::npos);
  EXPECT_NE(refusal({path, "houses", "", "", {}}).find("has no layer 'houses'"), std::string::npos);
  std::ofstream(folder_.file("t.csv")) << "a,b\n1,2\n";
  EXPECT_NE(refusal({folder_.file("t.csv"), "", "", "", {}}).find("t.csv"), std::string::npos);
}

TEST_F(FeatureReaderTest, CoordinatesOfNoPlaceAreRefused) {
  const std::string path = features({polygon("[[-1e9,-1e9],[1e9,-1e9],[1e9,1e9],[-1e9,1e9],[-1e9,-1e9]]")});
  EXPECT_NE(refusal({path, "", "EPSG:32632", "", {}}).find("feature 0"), std::string::npos);
  FeatureReader same({path, "", "EPSG:32632", "", {}}, "EPSG:32632", {0, 0, 1, 1});
  EXPECT_THROW(same.next(10), Error) << "also where nothing is transformed";
}

TEST_F(FeatureReaderTest, WhatHasNoAreaHasNoPlaceAndBowTiesAreRepaired) {
  const std::string path =
      features({"null", polygon("[[0,0],[1,1],[2,2],[0,0]]"), polygon("[[0,0],[2,2],[2,0],[0,2],[0,0]]")});
  FeatureReader reader({path, "", "", "", {}}, "EPSG:32632", {-1e9, -1e9, 1e9, 1e9});
  EXPECT_EQ(reader.next(1000).size(), 1u);
  EXPECT_EQ(reader.left_out(), 2);
  EXPECT_EQ(reader.repaired(), 2) << "the spike became nothing, the bow tie two triangles";
}

TEST(SplitLayer, BehindTheLastColon) {
  TemporaryFolder folder;
  const auto parts = [](const std::string& text) {
    std::string path, layer;
    split_layer(text, path, layer);
    return path + "|" + layer;
  };
  EXPECT_EQ(parts("a.gpkg"), "a.gpkg|");
  EXPECT_EQ(parts("a.gpkg:houses"), "a.gpkg|houses");
  EXPECT_EQ(parts("https://host:8080/a.gpkg"), "https://host:8080/a.gpkg|");
  EXPECT_EQ(parts("https://host/a.gpkg:houses"), "https://host/a.gpkg|houses");
  std::ofstream(folder.file("a:b.csv")) << "x";
  EXPECT_EQ(parts(folder.file("a:b.csv")), folder.file("a:b.csv") + "|") << "the whole is a file";
}

TEST(BoxTreeTest, FindsWhatMeetsAndNothingElse) {
  std::mt19937 random(4);
  const auto number = [&](double most) { return std::uniform_real_distribution<double>(0, most)(random); };
  std::vector<Extent> boxes{{}};
  for (int k = 0; k < 500; ++k) {
    const double x = number(100), y = number(100);
    boxes.push_back({x, y, x + (k % 7 == 0 ? 0 : number(5)), y + (k % 7 == 0 ? 0 : number(5))});
  }
  const BoxTree tree(boxes);
  for (int k = 0; k < 200; ++k) {
    const double x = number(110), y = number(110);
    const Extent box{x, y, x + number(10), y + number(10)};
    std::vector<std::size_t> expected;
    for (std::size_t b = 1; b < boxes.size(); ++b) {
      const Extent& e = boxes[b];
      if (e.xmin <= box.xmax && e.xmax >= box.xmin && e.ymin <= box.ymax && e.ymax >= box.ymin)
        expected.push_back(b);
    }
    EXPECT_EQ(tree.meeting(box), expected);
  }
  EXPECT_TRUE(tree.meeting({}).empty());
  EXPECT_TRUE(BoxTree({}).meeting({0, 0, 1, 1}).empty());
}

}  // namespace
}  // namespace isotherm
