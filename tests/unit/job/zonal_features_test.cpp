// Features counted in zones: buildings worked by hand, and many of them against the plainest way to count.
#include <map>
#include <random>

#include "isotherm/io/crs.h"
#include "isotherm/job/merge.h"
#include "property/zones/outlines.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

// True square metres of a square metre on the map, on the central meridian of UTM: 1 / 0.9996^2.
constexpr double kTrue = 1 / (0.9996 * 0.9996);

class ZonalFeaturesTest : public ZonalFixture {
 protected:
  struct House {
    MultiPolygon outline;
    std::string height = "null";
  };
  static MultiPolygon box(double west, double south, double width, double height) {
    return {
        {{{{west, south}, {west + width, south}, {west + width, south + height}, {west, south + height}}}}};
  }
  std::string write_features(const std::string& name, const std::vector<House>& houses,
                             const std::string& crs = "EPSG::32632") {
    std::string text =
        R"({"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:)" + crs +
        R"("}},"features":[)";
    for (std::size_t k = 0; k < houses.size(); ++k) {
      text += std::string(k == 0 ? "" : ",") + R"({"type":"Feature","properties":{"n":)" + std::to_string(k) +
              R"(,"height":)" + houses[k].height + R"(},"geometry":{"type":"MultiPolygon","coordinates":[)";
      for (std::size_t p = 0; p < houses[k].outline.size(); ++p) {
        text += p == 0 ? "[" : ",[";
        const Polygon& polygon = houses[k].outline[p];
        for (std::size_t r = 0; r < polygon.rings.size(); ++r) {
          text += r == 0 ? "[" : ",[";
          const Ring& ring = polygon.rings[r];
          for (std::size_t v = 0; v <= ring.size(); ++v) {
            const Point& at = ring[v % ring.size()];
            text += std::string(v == 0 ? "" : ",") + "[" + number_text(at.x) + "," + number_text(at.y) + "]";
          }
          text += "]";
        }
        text += "]";
      }
      text += "]}}";
    }
    return write_text(name, text + "]}");
  }
  /// Houses of all shapes around the 40 x 25 pixels of `wide`, some beyond its edges.
  std::vector<House> random_houses(int count, unsigned seed) {
    Random random(seed);
    std::vector<House> houses;
    for (int k = 0; k < count; ++k) {
      MultiPolygon outline = random_outline(random, uniform(random, 3, 40));
      outline =
          shifted(std::move(outline), uniform(random, 499950, 501300), uniform(random, 4999200, 5000100));
      houses.push_back({std::move(outline), k % 3 == 0 ? "null" : std::to_string(3 + k % 17)});
    }
    return houses;
  }
  std::string wide(const std::string& name) {
    return write_raster(folder_.file(name), {40, 25, GDT_Float32, {std::vector<double>(1000, 1.0)}, {}},
                        "EPSG:32632", {500040, 30, 0, 5000040, 0, -30});
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

TEST_F(ZonalFeaturesTest, FourCellsByHand) {
  const std::string houses =
      write_features("h.geojson", {{box(500045, 4999985, 10, 10), "5"},       // in the south-west
                                   {box(500060, 4999990, 20, 10), "null"},    // its centre on the edge: east
                                   {box(500065, 5000005, 10, 10), "7"},       // on the corner: north-east
                                   {box(500090, 5000030, 6, 6), "4"},         // in the north-east
                                   {box(503000, 5000030, 10, 10), "1000"}});  // far away
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 4}), "square:30");
  made.features = {"building=" + houses + ",mean=height"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 4u);  // north-west, north-east, south-west, south-east
  const std::vector<double> counts{0, 2, 1, 1}, areas{0, 136, 100, 200}, covered{25, 61, 225, 125};
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(csv.number(row, "building_count"), counts[row]);
    // Ten digits are written.
    EXPECT_NEAR(csv.number(row, "building_area_m2"), areas[row] * kTrue, 1e-7);
    EXPECT_NEAR(csv.number(row, "building_share"), covered[row] / 900, 1e-9);
  }
  EXPECT_EQ(csv.text(0, "building_height_mean"), "") << "no house, no mean";
  EXPECT_EQ(csv.number(1, "building_height_mean"), 5.5);
  EXPECT_EQ(csv.number(2, "building_height_mean"), 5);
  EXPECT_EQ(csv.text(3, "building_height_mean"), "") << "its only height is not known";
}

TEST_F(ZonalFeaturesTest, CellsAreCountedAsThePolygonsTheyAre) {
  // The same zones once by arithmetic and convex cuts, once by outlines and GEOS.
  const std::string houses = write_features("h.geojson", random_houses(150, 5)), raster = wide("w.tif");
  for (const std::string grid : {"square:70", "hex:90", "hex:120:flat"}) {
    ZonalJob cells = job(raster, grid);
    cells.features = {"building=" + houses + ",mean=height"};
    cells.output.wkt = true;
    const Csv by_cell = table(cells);
    cells.output.path = folder_.file("cells.gpkg");
    cells.output.wkt = false;
    run(cells, run_.context);
    ZonalJob polygons = job(raster, folder_.file("cells.gpkg"));
    polygons.features = cells.features;
    const Csv by_outline = table(polygons);
    ASSERT_EQ(by_cell.rows(), by_outline.rows());
    double total = 0;
    for (std::size_t row = 0; row < by_cell.rows(); ++row) {
      EXPECT_EQ(by_cell.text(row, "building_count"), by_outline.text(row, "building_count")) << grid << row;
      EXPECT_EQ(by_cell.text(row, "building_height_mean"), by_outline.text(row, "building_height_mean"));
      // Ten digits of each; GEOS and we round crossing points each in our way.
      EXPECT_NEAR(by_cell.number(row, "building_share"), by_outline.number(row, "building_share"), 2e-9);
      total += by_cell.number(row, "building_count");
    }
    EXPECT_GT(total, 50);
  }
}

TEST_F(ZonalFeaturesTest, PlacesAreCountedAsByWalkingRoundEveryZone) {
  // Points, so that nothing but the place matters; polygons that share edges, overlap and have holes.
  std::string points =
      R"({"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:32632"}},"features":[)";
  Random random(8);
  std::vector<Point> places;
  for (int k = 0; k < 800; ++k) {
    places.push_back(
        {std::floor(uniform(random, 500000, 501300)), std::floor(uniform(random, 4999250, 5000080))});
    points += std::string(k == 0 ? "" : ",") +
              R"({"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[)" +
              number_text(places.back().x) + "," + number_text(places.back().y) + "]}}";
  }
  const std::string trees = write_text("trees.geojson", points + "]}");
  std::vector<House> zones;
  for (int k = 0; k < 30; ++k)
    zones.push_back({box(500000 + 40 * (k % 6) * 5, 4999250 + 160 * (k / 6), 200, 160)});
  for (int k = 0; k < 20; ++k)
    zones.push_back({shifted(random_outline(random, 150), 500400 + 30 * k, 4999600)});
  ZonalJob made = job(wide("w.tif"), write_features("zones.geojson", zones));
  made.features = {"tree=" + trees};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), zones.size());
  EXPECT_EQ(std::ranges::count(csv.names(), "tree_count"), 1);
  EXPECT_EQ(std::ranges::count(csv.names(), "tree_share"), 0) << "points cover nothing";
  double total = 0, in_boxes = 0;
  for (std::size_t z = 0; z < zones.size(); ++z) {
    int expected = 0;
    for (const Point& place : places) {
      int rings = 0;
      for (const Polygon& part : zones[z].outline) {
        for (const Ring& ring : part.rings) rings += inside(ring, place) ? 1 : 0;
      }
      expected += rings % 2;
    }
    EXPECT_EQ(csv.number(z, "tree_count"), expected) << "zone " << z;
    total += expected;
    if (z < 30) in_boxes += csv.number(z, "tree_count");
  }
  EXPECT_GT(total, in_boxes);
  const auto in_all = std::ranges::count_if(
      places, [](Point p) { return p.x >= 500000 && p.x < 501200 && p.y >= 4999250 && p.y < 5000050; });
  EXPECT_EQ(in_boxes, in_all) << "each tree in one of the boxes that share edges";
}

TEST_F(ZonalFeaturesTest, SharesAddUpToTheTrueAreaOfTheOutlines) {
  // All houses lie inside the cells, so that what the cells lose nobody has. Cells in another CRS than the
  // houses.
  std::vector<House> houses = random_houses(80, 11);
  std::erase_if(houses, [](const House& house) {
    const Extent e = extent_of(house.outline);
    return e.xmin < 500150 || e.xmax > 501100 || e.ymin < 4999400 || e.ymax > 4999950;
  });
  ASSERT_GT(houses.size(), 20u);
  double expected = 0;
  const GroundArea ground("EPSG:32632");
  for (House& house : houses) {
    normalise(house.outline);
    expected += ground.square_metres(house.outline);
  }
  ZonalJob made = job(wide("w.tif"), "");
  made.features = {"b=" + write_features("h.geojson", houses)};
  for (const auto& [grid, crs] : std::map<std::string, std::string>{
           {"square:50", ""}, {"hex:60", "EPSG:3035"}, {"square:0.001deg", ""}, {"tile:17", ""}}) {
    made.zones.zones = grid;
    made.zones.crs = crs;
    const Csv csv = table(made);
    double covered = 0, areas = 0, count = 0;
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      covered += csv.number(row, "b_share") * csv.number(row, "area_m2");
      areas += csv.number(row, "b_area_m2");
      count += csv.number(row, "b_count");
    }
    EXPECT_EQ(count, static_cast<double>(houses.size())) << grid;
    EXPECT_NEAR(areas, expected, 1e-6) << grid;
    // A straight wall on one map is bent by up to a centimetre on another: see the reader's tolerance.
    EXPECT_NEAR(covered, expected, 1e-5 * expected) << grid;
  }
}

TEST_F(ZonalFeaturesTest, CellsCutToAnAreaHoldWhatLiesInTheirPart) {
  // The cell of 100 m is cut to its western 40 m: one house inside, one across the cut with its centre beyond
  // it.
  const std::string houses = write_features(
      "h.geojson",
      {{box(500110, 4999910, 10, 10)}, {box(500130, 4999950, 30, 10)}, {box(500170, 4999970, 10, 10)}});
  ZonalJob made = job(wide("w.tif"), "square:100");
  made.features = {"b=" + houses};
  made.zones.aoi = "500100,4999900,500140,5000000";
  made.zones.aoi_crs = "EPSG:32632";
  made.zones.aoi_rule = "clip";
  const Csv cut = table(made);
  ASSERT_EQ(cut.rows(), 1u);
  EXPECT_EQ(cut.text(0, "b_count"), "1");
  EXPECT_NEAR(cut.number(0, "b_share"), (100 + 100) / 4000.0, 1e-9);
  made.zones.aoi_rule = "any";
  const Csv whole = table(made);
  EXPECT_EQ(whole.text(0, "b_count"), "3");
  EXPECT_NEAR(whole.number(0, "b_share"), 500 / 10000.0, 1e-9);
}

TEST_F(ZonalFeaturesTest, ParentsCountForThemselves) {
  const std::string houses = write_features("h.geojson", random_houses(120, 21)), raster = wide("w.tif");
  ZonalJob made = job(raster, "square:60");
  made.features = {"b=" + houses + ",mean=height"};
  made.parents = {"3=" + folder_.file("large.csv")};
  table(made);
  const Csv parents(folder_.file("large.csv"));
  made.parents.clear();
  made.zones.zones = "square:180";
  const Csv direct = table(made);
  std::map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < direct.rows(); ++row) rows[direct.text(row, "zone")] = row;
  ASSERT_EQ(parents.rows(), direct.rows());
  for (std::size_t row = 0; row < parents.rows(); ++row) {
    const std::size_t same = rows.at(parents.text(row, "zone"));
    EXPECT_EQ(parents.text(row, "b_count"), direct.text(same, "b_count"));
    EXPECT_EQ(parents.text(row, "b_height_mean"), direct.text(same, "b_height_mean"));
    EXPECT_NEAR(parents.number(row, "b_area_m2"), direct.number(same, "b_area_m2"), 1e-6);
    EXPECT_NEAR(parents.number(row, "b_share"), direct.number(same, "b_share"), 1e-9);
  }
}

TEST_F(ZonalFeaturesTest, ThreadsMemoryAndSharesChangeNoByte) {
  const std::string houses = write_features("h.geojson", random_houses(300, 31)), raster = wide("w.tif");
  for (const std::string& zones :
       {std::string("hex:40"), write_features("z.geojson", random_houses(60, 32))}) {
    ZonalJob made = job(raster, zones);
    made.features = {"b=" + houses + ",mean=height"};
    table(made);
    const std::string whole = read_file(folder_.file("out.csv"));
    run_.context.threads = 3;
    run_.context.memory = std::size_t{1} << 20;
    table(made);
    EXPECT_EQ(read_file(folder_.file("out.csv")), whole);
    MergeJob merge;
    for (const char* share : {"1/3", "2/3", "3/3"}) {
      made.shard = share;
      made.output.path = folder_.file("s-{shard}.part");
      run(made, run_.context);
      merge.parts.push_back(folder_.file(std::string("s-") + share[0] + "-of-3.part"));
    }
    merge.output.path = folder_.file("merged.csv");
    run(merge, run_.context);
    EXPECT_EQ(read_file(folder_.file("merged.csv")), whole);
    run_.context.memory = std::size_t{64} << 20;
  }
}

TEST_F(ZonalFeaturesTest, HousesAtTheAntimeridianAreWholeInCellsAndPolygonsOnBothSides) {
  // 0.02 and 0.03 degrees on its two sides, as RFC 7946 wants them cut, and one house on each side.
  const House across{{box(179.98, 10, 0.02, 0.02).front(), box(-180, 10, 0.03, 0.02).front()}};
  const std::string houses = write_features(
      "h.geojson", {across, {box(-179.8, 10, 0.01, 0.01)}, {box(179.7, 10, 0.01, 0.01)}}, "EPSG::4326");
  const std::string raster =
      write_raster(folder_.file("r.tif"), {10, 10, GDT_Float32, {std::vector<double>(100, 1.0)}, {}},
                   "EPSG:4326", {179.5, 0.1, 0, 10.5, 0, -0.1});
  const std::string zones = write_features(
      "z.geojson",
      {{{box(179.5, 9.5, 0.5, 1).front(), box(-180, 9.5, 0.5, 1).front()}}, {box(179.5, 9.5, 1, 1)}},
      "EPSG::4326");
  ZonalJob made = job(raster, "square:0.1deg");
  made.features = {"b=" + houses};
  const auto sums_of = [](const Csv& csv) {
    double count = 0, area = 0, covered = 0;
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      count += csv.number(row, "b_count");
      area += csv.number(row, "b_area_m2");
      covered += csv.number(row, "b_share") * csv.number(row, "area_m2");
    }
    EXPECT_NEAR(covered, area, 1e-8 * area);
    return count;
  };
  EXPECT_EQ(sums_of(table(made)), 3);
  made.zones.aoi = "179.6,9.8,-179.7,10.2";
  for (const char* rule : {"any", "centre", "clip"}) {
    made.zones.aoi_rule = rule;
    EXPECT_EQ(sums_of(table(made)), 3) << rule;
  }
  ZonalJob polygons = job(raster, zones);
  polygons.features = made.features;
  EXPECT_EQ(sums_of(table(polygons)), 6) << "each holds all three, cut in two or past 180 degrees";
}

TEST_F(ZonalFeaturesTest, WhatOverlapsCountsTwice) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 4}), "square:60");
  const House house{box(500045, 4999985, 50, 50)};
  made.features = {"b=" + write_features("h.geojson", {house, house}),
                   "c=" + write_features("g.geojson", {house})};
  made.zones.aoi = "500040,4999980,500100,5000040";
  made.zones.aoi_crs = "EPSG:32632";
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 1u);
  EXPECT_NEAR(csv.number(0, "b_share"), 5000 / 3600.0, 1e-9);
  EXPECT_NEAR(csv.number(0, "c_share"), 2500 / 3600.0, 1e-9);
}

TEST_F(ZonalFeaturesTest, TheTextIsTakenApart) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 4}), "square:30");
  const std::string form = "; the form is NAME=FILE[:LAYER][,crs=CRS][,mean=ATTRIBUTE]...[,where=CONDITION]";
  const auto refused = [&](const std::string& text) {
    made.features = {text};
    return refusal(made);
  };
  EXPECT_EQ(refused("houses.gpkg"), "--features 'houses.gpkg': there is no NAME=" + form);
  EXPECT_NE(refused("2b=h.gpkg").find("a name is made of letters"), std::string::npos);
  EXPECT_NE(refused("b=").find("there is no file"), std::string::npos);
  EXPECT_NE(refused("b=h.gpkg,men=height").find("unknown 'men'; did you mean 'mean'?"), std::string::npos);
  EXPECT_NE(refused("b=h.gpkg,mean=").find("mean says nothing"), std::string::npos);
  EXPECT_NE(refused("b=h.gpkg,mean=a,mean=a").find("mean=a is given twice"), std::string::npos);
  EXPECT_NE(refused("b=h.gpkg,where= ").find("where says nothing"), std::string::npos);
  EXPECT_NE(refused("b=h.gpkg,mean=a").find("h.gpkg"), std::string::npos);
  const std::string houses =
      write_features("h.geojson", {{box(500045, 4999985, 10, 10), "5"}, {box(500045, 4999985, 5, 5), "6"}});
  made.features = {"b=" + houses, "b=" + houses};
  EXPECT_NE(refusal(made).find("the name 'b' is given twice"), std::string::npos);
  made.features = {"b=" + houses + ",where=height > 5, or never"};
  EXPECT_NE(refusal(made).find("not understood"), std::string::npos) << "a condition may hold commas";
  made.features = {"b=" + houses + ":h,mean=height,crs=EPSG:32632,where=height > 5"};
  EXPECT_EQ(table(made).number(2, "b_height_mean"), 6);
  made.features = {"b1=" + houses, "b2=" + houses};
  made.columns = {"zone", "b2_count"};
  EXPECT_EQ(table(made).names(),
            (std::vector<std::string>{"zone", "b2_count", "b1_mean", "b1_count", "b1_valid"}));
}

TEST_F(ZonalFeaturesTest, ColumnsOfOneNameAreRefused) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 4}), "square:30");
  made.features = {"b1=" + write_features("h.geojson", {{box(500045, 4999985, 10, 10)}})};
  EXPECT_NE(refusal(made).find(
                "two columns would be called 'b1_count'; rename the quantity with --expr or the features"),
            std::string::npos);
}

// --- real footprints

struct Footprints {
  const char* file;
  double count, area_m2;  ///< as ../shared/data/buildings/README.md has them; 0: not known
};

class RealFootprints : public ZonalFeaturesTest, public testing::WithParamInterface<Footprints> {};

TEST_P(RealFootprints, EveryOneLiesInOneCell) {
  const std::string path = std::string(ISOTHERM_SOURCE_DIR) + "/../shared/data/buildings/" + GetParam().file;
  std::string file, layer;
  file = path.substr(0, path.find(".gpkg:") == std::string::npos ? path.size() : path.find(".gpkg:") + 5);
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  // A raster of one pixel that holds the place of all three.
  const std::string raster = write_raster(folder_.file("world.tif"), {1, 1, GDT_Float32, {{1.0}}, {}},
                                          "EPSG:4326", {1, 25, 0, 61, 0, -25});
  const bool french = path.find("BATIMENT") != std::string::npos;
  for (const std::string grid : {"square:200", "hex:150"}) {
    ZonalJob made = job(raster, grid);
    made.zones.aoi = french ? "2.48,44.28,2.62,44.4" : "14.35,50.08,14.45,50.13";
    made.features = {"b=" + path};
    made.stats = {"count"};
    made.columns = {"zone", "area_m2", "b_count", "b_area_m2", "b_share"};
    const Csv csv = table(made);
    double count = 0, area = 0, covered = 0;
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      count += csv.number(row, "b_count");
      area += csv.number(row, "b_area_m2");
      covered += csv.number(row, "b_share") * csv.number(row, "area_m2");
    }
    EXPECT_EQ(count, GetParam().count) << grid;
    EXPECT_NEAR(covered, area, 1e-5 * area) << grid;
    // The map of France departs from true areas by less than 0.2 % there.
    if (GetParam().area_m2 > 0) {
      EXPECT_NEAR(area, GetParam().area_m2, 2e-3 * area) << grid;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, RealFootprints,
                         testing::Values(Footprints{"olemps_bdtopo/BATIMENT.shp", 2273, 353434.058560},
                                         Footprints{"bubenec/bubenec.gpkg:buildings", 144, 0}));

}  // namespace
}  // namespace isotherm
