#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>

#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/vector_reader.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::KeptLog;
using testing_support::TemporaryFolder;

const std::string kUtm = "EPSG:32632";

Area make(const MultiPolygon& outline) { return Area(outline, kUtm); }

ErrorKind refusal(const std::string& spec, const std::string& crs = kUtm, const std::string& bbox_crs = "") {
  KeptLog log;
  try {
    Area::read(spec, crs, bbox_crs, log);
  } catch (const Error& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST(Area, PointsOnSharedEdgesBelongToOneSide) {
  // Four areas round a slanted cross; every point of the plane square belongs to exactly one.
  const Point middle{5.3, 4.7}, south{4, 0}, east{10, 5.5}, north{6, 10}, west{0, 5};
  const std::vector<Area> parts{
      make({{{{{0, 0}, south, middle, west}}}}), make({{{{south, {10, 0}, east, middle}}}}),
      make({{{{middle, east, {10, 10}, north}}}}), make({{{{west, middle, north, {0, 10}}}}})};
  std::mt19937 random(1);
  std::uniform_real_distribution<double> along(0, 1);
  const auto count = [&](Point p) {
    return std::count_if(parts.begin(), parts.end(), [&](const Area& part) { return part.contains(p); });
  };
  for (int k = 0; k < 5000; ++k) EXPECT_EQ(count({10 * along(random), 10 * along(random)}), 1);
  for (Point corner : {south, east, north, west}) {
    for (int k = 1; k < 200; ++k) {
      const double t = k / 200.0;
      const Point p{middle.x + t * (corner.x - middle.x), middle.y + t * (corner.y - middle.y)};
      EXPECT_EQ(count(p), 1) << p.x << " " << p.y;
    }
  }
  EXPECT_EQ(count(middle), 1);
  EXPECT_EQ(count({0, 0}), 1) << "south-west borders are in";
  EXPECT_EQ(count({10, 3}), 0) << "east borders are out";
  EXPECT_EQ(count({3, 10}), 0) << "north borders are out";
}

TEST(Area, ContainsAgreesWithAngles) {
  // Oracle: the winding of the outline about the point, for random stars with a hole.
  std::mt19937 random(2);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 20; ++round) {
    Ring star, hole;
    for (int k = 0; k < 40; ++k) {
      const double angle = 2 * M_PI * k / 40, radius = 4 + 5 * unit(random);
      star.push_back({radius * std::cos(angle), radius * std::sin(angle)});
      hole.push_back({2 * std::cos(-angle), 2 * std::sin(-angle)});
    }
    const Area area = make({{{star, hole}}});
    const auto winds = [](const Ring& ring, Point p) {
      double total = 0;
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point a = ring[k], b = ring[(k + 1) % ring.size()];
        total +=
            std::remainder(std::atan2(b.y - p.y, b.x - p.x) - std::atan2(a.y - p.y, a.x - p.x), 2 * M_PI);
      }
      return std::abs(total) > M_PI;
    };
    for (int k = 0; k < 300; ++k) {
      const Point p{20 * unit(random) - 10, 20 * unit(random) - 10};
      EXPECT_EQ(area.contains(p), winds(star, p) && !winds(hole, p));
    }
  }
}

TEST(Area, SharesAndCutsByHand) {
  const Area area = make({{{box(0, 0, 10, 10), box(4, 4, 6, 6)}}});
  EXPECT_EQ(area.share_inside(box(1, 1, 2, 2)), 1);
  EXPECT_EQ(area.share_inside(box(20, 0, 21, 1)), 0);
  EXPECT_EQ(area.share_inside(box(10, 0, 11, 1)), 0) << "touching is not inside";
  EXPECT_DOUBLE_EQ(area.share_inside(box(9, 9, 11, 11)), 0.25);
  EXPECT_DOUBLE_EQ(area.share_inside(box(3, 3, 7, 7)), 0.75) << "16 less the hole of 4";
  EXPECT_DOUBLE_EQ(area.share_inside(box(4, 4, 6, 6)), 0);
  EXPECT_EQ(area.clip(box(1, 1, 2, 2)), (MultiPolygon{{{box(1, 1, 2, 2)}}}))
      << "whole cells come back bit-equal";
  EXPECT_DOUBLE_EQ(isotherm::area(area.clip(box(9, 9, 11, 11))), 1);
  EXPECT_TRUE(area.clip(box(10, 0, 11, 1)).empty());
  EXPECT_EQ(area.side({1, 1, 2, 2}), Area::Side::inside);
  EXPECT_EQ(area.side({11, 11, 12, 12}), Area::Side::outside);
  EXPECT_EQ(area.side({4.5, 4.5, 5, 5}), Area::Side::outside);
  EXPECT_EQ(area.side({9, 9, 11, 11}), Area::Side::mixed);
}

TEST(Area, OverlappingAndInvalidPartsBecomeOneValidOutline) {
  const Area two = make({{{box(0, 0, 4, 4)}}, {{box(2, 2, 6, 6)}}});
  EXPECT_DOUBLE_EQ(isotherm::area(two.outline()), 28);
  EXPECT_TRUE(two.contains({3, 3})) << "an overlap is inside, not cancelled";
  const Area bow = make({{{{{0, 0}, {2, 2}, {2, 0}, {0, 2}}}}});
  EXPECT_DOUBLE_EQ(isotherm::area(bow.outline()), 2);
  EXPECT_THROW(make({}), Error);
}

TEST(Area, CopiesAnswerAlike) {
  const Area one = make({{{box(0, 0, 10, 10)}}});
  Area two(one);
  EXPECT_EQ(two.outline(), one.outline());
  EXPECT_DOUBLE_EQ(two.share_inside(box(9, 9, 11, 11)), 0.25);
  two = make({{{box(0, 0, 1, 1)}}});
  EXPECT_EQ(two.share_inside(box(9, 9, 11, 11)), 0);
}

TEST(AreaRead, BoxesInDegreesAndInMetres) {
  KeptLog log;
  const Area degrees = Area::read("7, 51, 8, 52", kUtm, "", log);
  const CrsTransform to("EPSG:4326", kUtm);
  EXPECT_TRUE(degrees.contains(to.apply(Point{7.5, 51.9999})));
  EXPECT_FALSE(degrees.contains(to.apply(Point{7.5, 52.0001}))) << "the parallel is followed, not its chord";
  const Area metres = Area::read("400000,5700000,400100,5700300", kUtm, kUtm, log);
  EXPECT_EQ(metres.outline(), (MultiPolygon{{{box(400000, 5700000, 400100, 5700300)}}}));
}

TEST(AreaRead, BoxAcrossTheAntimeridian) {
  KeptLog log;
  const Area pacific = Area::read("179,-1,-179,1", "EPSG:3832", "", log);  // PDC Mercator, centred on 150 E
  EXPECT_NEAR(pacific.extent().width(), 2 * 111319.49, 1);
  const Area degrees = Area::read("179,-1,-179,1", "EPSG:4326", "", log);
  EXPECT_EQ(degrees.outline().size(), 2u);
  EXPECT_TRUE(degrees.contains({179.5, 0}));
  EXPECT_TRUE(degrees.contains({-179.5, 0}));
  EXPECT_FALSE(degrees.contains({0, 0}));
}

TEST(AreaRead, FilesAreBroughtToTheCrs) {
  const TemporaryFolder folder;
  KeptLog log;
  std::ofstream(folder.file("a.geojson"))
      << R"({"type":"Polygon","coordinates":[[[7,51],[8,51],[8,52],[7,52],[7,51]]]})";
  EXPECT_NEAR(isotherm::area(Area::read(folder.file("a.geojson"), kUtm, "", log).outline()) /
                  isotherm::area(Area::read("7,51,8,52", kUtm, "", log).outline()),
              1, 1e-12);
}

TEST(AreaRead, RefusesWhatMakesNoArea) {
  EXPECT_EQ(refusal("7,51,8"), ErrorKind::usage);
  EXPECT_EQ(refusal("7,52,8,51"), ErrorKind::usage);
  EXPECT_EQ(refusal("7,51,7,52"), ErrorKind::usage);
  EXPECT_EQ(refusal("8,51,7,52"), ErrorKind::usage) << "the way around the globe is not meant";
  EXPECT_EQ(refusal("400000,5700000,400100,5700300"), ErrorKind::usage) << "metres without --aoi-crs";
  EXPECT_EQ(refusal("2,0,1,1", kUtm, kUtm), ErrorKind::usage);
  EXPECT_EQ(refusal("nowhere.geojson"), ErrorKind::input);
}

}  // namespace
}  // namespace isotherm
