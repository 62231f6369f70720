// GeoJSON as text: bytes, numbers, directions, shared vertices, the antimeridian.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "../../../src/io/geojson_outline.h"
#include "../../../src/io/geos_support.h"
#include "../../../src/io/table_text.h"
#include "isotherm/core/error.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/zones/grid.h"
#include "unit/io/table_fixture.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using nlohmann::json;
using testing_support::box;
using testing_support::Place;
using testing_support::read_file;
using testing_support::schema_of;
using testing_support::small_table;
using testing_support::TemporaryFolder;

std::string real(double value, int digits = 0) {
  std::string text;
  append_real(text, value, digits);
  return text;
}

std::string written(const std::vector<Table>& batches, const std::string& name, TableOptions options = {}) {
  const TemporaryFolder folder;
  Place place;
  const auto sink = open_table(folder.file(name), schema_of(batches.front()), options, place.context());
  for (const Table& batch : batches) sink->write(sink->prepare(batch));
  sink->finish();
  return read_file(folder.file(name));
}

Table outlines(std::vector<MultiPolygon> geometry, const std::string& crs) {
  Table table;
  table.columns.push_back(make_column({"n", ColumnType::integer, "", ""}));
  for (std::size_t k = 0; k < geometry.size(); ++k)
    table.columns[0].integers().push_back(static_cast<std::int64_t>(k));
  table.geometry = std::move(geometry);
  table.crs = crs;
  return table;
}

json coordinates(const std::string& text, std::size_t feature) {
  return json::parse(text)["features"][feature]["geometry"]["coordinates"];
}

TEST(GeoJson, BytesOfASmallTable) {
  const std::string first =
      R"({"type":"Feature","properties":{"zone":"a \"quoted\", name","id":7,"lst":300.25,"date":"2021-06-14"},)"
      R"("geometry":{"type":"Polygon","coordinates":[[[7,51],[8,51],[8,52],[7,52],[7,51]]]}})";
  const std::string second =
      R"({"type":"Feature","properties":{"zone":null,"id":null,"lst":null,"date":null},"geometry":null})";
  EXPECT_EQ(written({small_table()}, "t.geojson"),
            "{\"type\":\"FeatureCollection\",\"features\":[\n" + first + ",\n" + second + "\n]}\n");
  EXPECT_EQ(written({small_table()}, "t.geojsonl"), first + "\n" + second + "\n");
}

TEST(GeoJson, BatchesDoNotShow) {
  Table one = small_table();
  Table empty = make_table(schema_of(one));
  const std::string text = written({one, empty, one}, "t.geojson");
  EXPECT_EQ(json::parse(text)["features"].size(), 4u);
}

TEST(GeoJson, AnEmptyTableIsAnEmptyCollection) {
  const TemporaryFolder folder;
  Place place;
  const auto sink = open_table(folder.file("t.geojson"), schema_of(small_table()), {}, place.context());
  sink->finish();
  EXPECT_EQ(json::parse(read_file(folder.file("t.geojson"))),
            (json{{"type", "FeatureCollection"}, {"features", json::array()}}));
}

TEST(GeoJson, OutlinesFollowTheRightHandRuleWhateverComesIn) {
  Ring shell = box(7, 51, 8, 52), hole = box(7.2, 51.2, 7.4, 51.4);
  std::reverse(shell.begin(), shell.end());  // clockwise shell, counter-clockwise hole: both wrong
  const auto rings = coordinates(written({outlines({{{{shell, hole}}}}, "EPSG:4326")}, "t.geojson"), 0);
  const auto twice_area = [](const json& ring) {
    double sum = 0;
    for (std::size_t k = 0; k + 1 < ring.size(); ++k) {
      sum += ring[k][0].get<double>() * ring[k + 1][1].get<double>() -
             ring[k + 1][0].get<double>() * ring[k][1].get<double>();
    }
    return sum;
  };
  EXPECT_NEAR(twice_area(rings[0]), 2, 1e-9);
  EXPECT_NEAR(twice_area(rings[1]), -0.08, 1e-9);
  EXPECT_EQ(rings[0].front(), rings[0].back());
}

TEST(GeoJson, NeighboursShareTheirDigits) {
  const Grid grid = Grid::parse("hex:100");
  const Cell cell = grid.zone_at({400000, 5700000});
  std::vector<MultiPolygon> cells{{{{grid.outline(cell)}}}};
  for (const Cell& beside : grid.neighbours(cell)) cells.push_back({{{grid.outline(beside)}}});
  const json features = json::parse(written({outlines(cells, "EPSG:32632")}, "t.geojson"))["features"];
  std::map<std::string, int> seen;
  for (const json& feature : features) {
    const json& ring = feature["geometry"]["coordinates"][0];
    ASSERT_EQ(ring.size(), 7u);
    for (std::size_t k = 0; k < 6; ++k) ++seen[ring[k].dump()];
  }
  // Seven hexagons: 6 vertices of the middle one in three cells each, 6 more in two, 12 in one.
  std::map<int, int> counts;
  for (const auto& [text, count] : seen) ++counts[count];
  EXPECT_EQ(counts, (std::map<int, int>{{3, 6}, {2, 6}, {1, 12}}));
}

TEST(GeoJson, BytesDoNotDependOnTheBatch) {
  const Grid grid = Grid::parse("hex:3000");  // long enough that edges get points
  std::vector<MultiPolygon> cells;
  const CellRange range = grid.cells_over({350000, 5690000, 380000, 5720000});
  for (std::int64_t k = 0; k < range.size(); ++k) cells.push_back({{{grid.outline(range.at(k))}}});
  std::vector<Table> singles;
  for (const MultiPolygon& cell : cells) singles.push_back(outlines({cell}, "EPSG:32632"));
  std::string all = written({outlines(cells, "EPSG:32632")}, "t.geojsonl"),
              one = written(singles, "t.geojsonl");
  const auto without_numbers = [](std::string text) {
    std::string result;
    for (std::size_t at = 0; (at = text.find("\"geometry\"", at)) != std::string::npos; ++at) {
      result += text.substr(at, text.find('\n', at) - at) + "\n";
    }
    return result;
  };
  EXPECT_EQ(without_numbers(all), without_numbers(one));
}

TEST(GeoJson, CoordinatesAreThoseOfTheProjection) {
  const auto ring = coordinates(
      written({outlines({{{{box(500000, 5700000, 500100, 5700100)}}}}, "EPSG:32632")}, "t.geojson"), 0)[0];
  EXPECT_EQ(ring[0][0], 9) << "the central meridian";
  const Point corner = CrsTransform("EPSG:32632", "EPSG:4326").apply(Point{500100, 5700100});
  EXPECT_NEAR(ring[2][0].get<double>(), corner.x, 0.5e-7);
  EXPECT_NEAR(ring[2][1].get<double>(), corner.y, 0.5e-7);
}

TEST(GeoJson, LongEdgesAreDrawnTrueWithinAMetre) {
  const auto ring = coordinates(
      written({outlines({{{{box(200000, 5600000, 400000, 5800000)}}}}, "EPSG:32632")}, "t.geojson"), 0)[0];
  ASSERT_GT(ring.size(), 20u);
  const CrsTransform back("EPSG:4326", "EPSG:32632");
  for (std::size_t k = 0; k + 1 < ring.size(); ++k) {
    const Point middle = back.apply(Point{(ring[k][0].get<double>() + ring[k + 1][0].get<double>()) / 2,
                                          (ring[k][1].get<double>() + ring[k + 1][1].get<double>()) / 2});
    const double off = std::min({std::abs(middle.x - 200000), std::abs(middle.x - 400000),
                                 std::abs(middle.y - 5600000), std::abs(middle.y - 5800000)});
    EXPECT_LT(off, 1.2) << k;
  }
}

TEST(GeoJson, TextIsEscapedAndAlwaysUtf8) {
  std::string text;
  append_json_string(text, "a\"b\\c\n\x01\xC3\xA9\xFF\xC0\x80\xED\xA0\x80");
  EXPECT_EQ(text,
            "\"a\\\"b\\\\c\\u000a\\u0001\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "\xEF\xBF\xBD\"");
  EXPECT_NO_THROW(json::parse(text));
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {  // whatever the bytes, a strict parser takes it
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    std::string out;
    append_json_string(out, bytes);
    EXPECT_NO_THROW(json::parse(out));
  }
}

TEST(Numbers, AreShortAndHonest) {
  EXPECT_EQ(real(0), "0");
  EXPECT_EQ(real(-0.0), "0");
  EXPECT_EQ(real(1234567890123.0), "1234567890123") << "whole numbers in full";
  EXPECT_EQ(real(static_cast<double>(0.3127f)), "0.3127") << "a float32 as people write it";
  EXPECT_EQ(real(0.1), "0.1");
  EXPECT_EQ(real(123456.789012345), "123456.789012345") << "a decimal of 15 digits comes back as it was";
  EXPECT_EQ(real(1.0 / 3), "0.3333333333333333") << "all digits, where none are too many";
  EXPECT_EQ(real(1.0 / 3, 10), "0.3333333333") << "a computed number to 10 digits";
  EXPECT_EQ(real(8660.254037844386, 10), "8660.254038");
  EXPECT_EQ(real(-0.00012345678949, 10), "-0.0001234567895");
  EXPECT_EQ(real(99999999.9999, 10), "100000000");
  EXPECT_EQ(real(10007185820.123, 10), "10007185820");
  EXPECT_EQ(real(123456789012.5 + 0.1, 10), "123456789000");
  EXPECT_EQ(real(1.1e-7 + 1e-16, 10), "1.100000001e-07");
  EXPECT_EQ(real(-1e-7), "-1e-07");
  std::mt19937_64 random(2);
  std::uniform_real_distribution<float> floats(-400, 400);
  for (int k = 0; k < 20000; ++k) {
    const float f = floats(random);
    EXPECT_EQ(std::stof(real(static_cast<double>(f))), f);
    const double d = static_cast<double>(f) * 1.000001234567;
    EXPECT_NEAR(std::stod(real(d)), d, std::abs(d) * 5.1e-10);
  }
}

TEST(Numbers, CoordinatesAreRoundedAndTrimmed) {
  const auto text = [](double value, int decimals) {
    std::string out;
    CoordinateText(decimals).append(out, value);
    return out;
  };
  EXPECT_EQ(text(7.12345678, 7), "7.1234568");
  EXPECT_EQ(text(-7.1, 7), "-7.1");
  EXPECT_EQ(text(-0.00000001, 7), "0");
  EXPECT_EQ(text(-0.5, 7), "-0.5");
  EXPECT_EQ(text(180, 7), "180");
  EXPECT_EQ(text(1.05, 0), "1");
  EXPECT_EQ(text(1e12, 3), "1000000000000");
  EXPECT_EQ(text(0.1234567890123, 12), "0.123456789012");
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> degrees(-180, 180);
  for (int k = 0; k < 20000; ++k) {
    const double d = degrees(random);
    EXPECT_NEAR(std::stod(text(d, 7)), d, 0.5000001e-7);
  }
}

// --- the antimeridian
// ----------------------------------------------------------------------------------------------

TEST(Antimeridian, CellsAcrossItAreCutInTwo) {
  const Point corner = CrsTransform("EPSG:4326", "EPSG:32660").apply(Point{179.9995, 10});
  const std::string text = written(
      {outlines({{{{box(corner.x, corner.y, corner.x + 100, corner.y + 100)}}}}, "EPSG:32660")}, "t.geojson");
  const json geometry = json::parse(text)["features"][0]["geometry"];
  ASSERT_EQ(geometry["type"], "MultiPolygon");
  ASSERT_EQ(geometry["coordinates"].size(), 2u);
  for (const json& polygon : geometry["coordinates"]) {
    double west = 999, east = -999;
    for (const json& p : polygon[0]) {
      west = std::min(west, p[0].get<double>());
      east = std::max(east, p[0].get<double>());
    }
    EXPECT_LT(east - west, 0.001) << "each part lies on one side";
    EXPECT_TRUE(east == 180 || west == -180) << "and reaches the line";
  }
}

TEST(Antimeridian, CellsAboutAPoleReachIt) {
  const std::string text = written({outlines({{{{box(-1e5, -1e5, 1e5, 1e5)}}}}, "EPSG:3413")}, "t.geojson");
  double north = 0, west = 0, east = 0;
  const json ring = coordinates(text, 0)[0];
  for (const json& p : ring) {
    north = std::max(north, p[1].get<double>());
    west = std::min(west, p[0].get<double>());
    east = std::max(east, p[0].get<double>());
  }
  EXPECT_EQ(north, 90);
  EXPECT_EQ(west, -180);
  EXPECT_EQ(east, 180);
}

TEST(Antimeridian, PlainDegreesInsideTheRangeAreLeftAlone) {
  // RFC 7946 edges are straight lines of the plane, so a band around the globe is a wide box.
  EXPECT_EQ(
      coordinates(written({outlines({{{{box(-180, 40, 180, 50)}}}}, "EPSG:4326")}, "t.geojson"), 0)[0][1],
      (json{180, 40}));
}

/// Rings of a Polygon or MultiPolygon; `run_on`: edges of more than 180 degrees are meant the short way
/// round.
MultiPolygon read_geometry(const json& geometry, bool run_on) {
  const json polygons =
      geometry["type"] == "Polygon" ? json::array({geometry["coordinates"]}) : geometry["coordinates"];
  MultiPolygon result;
  for (const json& polygon : polygons) {
    Polygon& to = result.emplace_back();
    for (const json& ring : polygon) {
      Ring points;
      for (const json& p : ring) points.push_back({p[0].get<double>(), p[1].get<double>()});
      points.pop_back();
      for (std::size_t k = 1; run_on && k < points.size(); ++k) {
        points[k].x += 360 * std::round((points[k - 1].x - points[k].x) / 360);
      }
      to.rings.push_back(std::move(points));
    }
  }
  return result;
}

TEST(Antimeridian, AgreesWithPublishedCuts) {
  const std::string folder = ISOTHERM_SOURCE_DIR "/../shared/data/hostile/geojson/antimeridian";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no sample data at " << folder;
  const Geos geos;
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/input")) {
    const std::string name = entry.path().filename().string();
    const json input = json::parse(std::ifstream(entry.path()));
    const json expected = json::parse(std::ifstream(folder + "/expected_flat/" + name));
    // Left out: a band right round the globe, which crosses nothing (see above), and a shell that runs
    // clockwise to mean the rest of the globe, which outlines of this program never do.
    if (name == "latitude-band.json" || name == "both-poles.json") continue;
    const MultiPolygon ours = cut_at_antimeridian(read_geometry(input, true));
    const auto a = geos.from(ours), b = geos.from(read_geometry(expected, false));
    const auto difference = geos.own(GEOSSymDifference_r(geos.handle(), a.get(), b.get()));
    double area = 0;
    GEOSArea_r(geos.handle(), difference.get(), &area);
    EXPECT_LT(area, 1e-6) << name;
    ++compared;
  }
  EXPECT_GT(compared, 5);
}

}  // namespace
}  // namespace isotherm
