#include "isotherm/io/crs.h"

#include <geodesic.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <thread>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

constexpr double kUtmScale = 0.9996;

Ring square(double x, double y, double side) {
  return {{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}};
}

TEST(CanonicalCrs, FindsTheEntryBehindOtherSpellings) {
  EXPECT_EQ(canonical_crs("EPSG:32632"), "EPSG:32632");
  EXPECT_EQ(canonical_crs(" epsg:32632 "), "EPSG:32632");
  EXPECT_EQ(canonical_crs("+proj=utm +zone=32 +datum=WGS84 +units=m +no_defs"), "EPSG:32632");
  EXPECT_EQ(canonical_crs("OGC:CRS84"), "EPSG:4326");
  EXPECT_EQ(canonical_crs("WGS84"), "EPSG:4326");
  EXPECT_EQ(canonical_crs("EPSG:4979"), "EPSG:4326") << "height dropped";
  EXPECT_EQ(canonical_crs("EPSG:32632+5773"), "EPSG:32632") << "vertical part dropped";
  EXPECT_EQ(canonical_crs("ESRI:54009"), "ESRI:54009");
}

TEST(CanonicalCrs, FindsTheEntryBehindEsriText) {
  const char* esri =
      R"(PROJCS["WGS_1984_UTM_Zone_19N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,)"
      R"(298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],)"
      R"(PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-69.0],)"
      R"(PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]])";
  EXPECT_EQ(canonical_crs(esri), "EPSG:32619");
}

TEST(CanonicalCrs, DoesNotBelieveACodeOnAnotherDefinition) {
  // The root says EPSG:32632, but the false easting is not that of UTM.
  const char* wrong =
      R"(PROJCS["mine",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],)"
      R"(UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],)"
      R"(PARAMETER["central_meridian",9],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",400000],)"
      R"(PARAMETER["false_northing",0],UNIT["metre",1],AUTHORITY["EPSG","32632"]])";
  const std::string canonical = canonical_crs(wrong);
  EXPECT_TRUE(canonical.starts_with("PROJCRS[")) << canonical;
  EXPECT_EQ(canonical.find('\n'), std::string::npos);
  EXPECT_EQ(canonical_crs(canonical), canonical) << "canonical text is a fixed point";
}

TEST(CanonicalCrs, RefusesWhatIsNone) {
  for (const char* text : {"", "  ", "nonsense", "EPSG:999999", "PROJCS[\"broken\"", "EPSG:4978"}) {
    try {
      canonical_crs(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << text;
    }
  }
  try {
    canonical_crs("32632");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("EPSG:32632"), std::string::npos) << error.what();
  }
}

TEST(CrsWords, NamesAndUnits) {
  EXPECT_EQ(crs_name("EPSG:32632"), "EPSG:32632 (WGS 84 / UTM zone 32N)");
  EXPECT_TRUE(is_geographic("EPSG:4326"));
  EXPECT_FALSE(is_geographic("EPSG:3857"));
  EXPECT_EQ(metres_per_unit("EPSG:32632"), 1);
  EXPECT_NEAR(metres_per_unit("EPSG:2263"), 0.304800609601219, 1e-12) << "US survey foot, 1200/3937 m";
  EXPECT_THROW(metres_per_unit("EPSG:4326"), Error);
}

TEST(UtmCrs, ZonesAndTheirExceptions) {
  EXPECT_EQ(utm_crs(7.6, 51.96), "EPSG:32632");    // Muenster
  EXPECT_EQ(utm_crs(-74, 40.7), "EPSG:32618");     // New York
  EXPECT_EQ(utm_crs(151.2, -33.9), "EPSG:32756");  // Sydney
  EXPECT_EQ(utm_crs(5.3, 60.4), "EPSG:32632");     // Bergen: 31 by its longitude, 32 by rule
  EXPECT_EQ(utm_crs(15.6, 78.2), "EPSG:32633");    // Longyearbyen
  EXPECT_EQ(utm_crs(10, 78), "EPSG:32633");
  EXPECT_EQ(utm_crs(180, 0), "EPSG:32601") << "180 is -180";
  EXPECT_EQ(utm_crs(190, 10), "EPSG:32602");
  EXPECT_EQ(utm_crs(-180, -1), "EPSG:32701");
  EXPECT_THROW(utm_crs(std::nan(""), 0), Error);
}

TEST(EqualAreaCrs, IsCentredOnWholeDegreesAndKeepsAreas) {
  EXPECT_EQ(equal_area_crs(7.6, 51.96), equal_area_crs(8.4, 52.4));
  const std::string crs = equal_area_crs(7.6, 51.96);
  const Point centre = CrsTransform("EPSG:4326", crs).apply(Point{8, 52});
  EXPECT_NEAR(centre.x, 0, 1e-6);
  EXPECT_NEAR(centre.y, 0, 1e-6);
  const double area = GroundArea(crs).square_metres({{{square(50e3, -80e3, 1000)}}});
  EXPECT_NEAR(area, 1e6, 0.01);
}

TEST(CrsTransform, AgreesWithThePublishedExampleOfTransverseMercator) {
  // J. P. Snyder, Map Projections: A Working Manual (1987), p. 269-270: Clarke 1866, 40 30' N 73 30' W,
  // central meridian 75 W, k0 = 0.9996, no false easting: x = 127106.5, y = 4484124.4 m.
  const CrsTransform to("+proj=longlat +ellps=clrk66 +type=crs",
                        "+proj=tmerc +lat_0=0 +lon_0=-75 +k=0.9996 +ellps=clrk66 +type=crs");
  const Point p = to.apply(Point{-73.5, 40.5});
  EXPECT_NEAR(p.x, 127106.5, 0.06) << "printed to 0.1 m";
  EXPECT_NEAR(p.y, 4484124.4, 0.06);
}

TEST(CrsTransform, GoesThereAndBack) {
  const CrsTransform there("EPSG:4326", "EPSG:32632"), back("EPSG:32632", "EPSG:4326");
  for (double longitude : {6.0, 7.6, 9.0, 12.0}) {
    for (double latitude : {0.0, 51.9, 83.0}) {
      const Point p = back.apply(there.apply(Point{longitude, latitude}));
      EXPECT_NEAR(p.x, longitude, 1e-10);  // 0.01 mm
      EXPECT_NEAR(p.y, latitude, 1e-10);
    }
  }
  const Point centre = there.apply(Point{9, 0});
  EXPECT_NEAR(centre.x, 500000, 1e-6);
  EXPECT_NEAR(centre.y, 0, 1e-6);
}

TEST(CrsTransform, IdentityTouchesNothing) {
  const CrsTransform same("EPSG:32632", "+proj=utm +zone=32 +datum=WGS84");
  EXPECT_TRUE(same.identity());
  EXPECT_EQ(same.apply(Point{1.1, 2.2}), (Point{1.1, 2.2}));
  EXPECT_FALSE(CrsTransform("EPSG:32632", "EPSG:32633").identity());
}

TEST(CrsTransform, PointsWithoutImageBecomeInfinite) {
  const CrsTransform to("EPSG:4326", "EPSG:3857");
  EXPECT_TRUE(std::isinf(to.apply(Point{0, 91}).x));
  std::vector<Point> points{{0, 91}, {10, 0}};
  to.apply(points);
  EXPECT_TRUE(std::isinf(points[0].y));
  EXPECT_NEAR(points[1].x, 1113194.9079327357, 1e-6) << "the good one is mapped all the same";
}

TEST(CrsTransform, CopiesWorkInThreadsOfTheirOwn) {
  const CrsTransform original("EPSG:4326", "EPSG:32632");
  const Point expected = original.apply(Point{7.6, 51.9});
  std::vector<Point> got(4);
  std::vector<std::thread> threads;
  for (Point& p : got) {
    threads.emplace_back([&original, &p] {
      const CrsTransform own(original);
      for (int k = 0; k < 1000; ++k) p = own.apply(Point{7.6, 51.9});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Point p : got) EXPECT_EQ(p, expected);
}

TEST(Reproject, LongEdgesFollowTheCurve) {
  // A parallel of latitude is curved in UTM: over 6 degrees at 50 N it departs by kilometres from its chord.
  const CrsTransform to("EPSG:4326", "EPSG:32632");
  const MultiPolygon band{{{{{6, 50}, {12, 50}, {12, 51}, {6, 51}}}}};
  const MultiPolygon image = reproject(band, to, 1.0);
  ASSERT_GT(image[0].rings[0].size(), 50u);
  // Independent check: dense points of the true curve lie within the tolerance of the drawn pieces.
  const Ring& ring = image[0].rings[0];
  for (int k = 0; k <= 1000; ++k) {
    const Point p = to.apply(Point{6 + 6 * k / 1000.0, 50});
    double nearest = 1e9;
    for (std::size_t e = 0; e < ring.size(); ++e) {
      const Point a = ring[e], b = ring[(e + 1) % ring.size()];
      const double dx = b.x - a.x, dy = b.y - a.y;
      const double t = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
      nearest = std::min(nearest, std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy));
    }
    EXPECT_LE(nearest, 1.0) << k;
  }
}

TEST(Reproject, ShortEdgesGetNoPoints) {
  const CrsTransform to("EPSG:32632", "EPSG:4326");
  EXPECT_EQ(reproject({{{square(400000, 5700000, 100)}}}, to, 1e-7)[0].rings[0].size(), 4u);
}

TEST(Reproject, NeighboursGetTheSamePointsOnTheirSharedEdge) {
  const CrsTransform to("EPSG:4326", "EPSG:32632");
  const MultiPolygon west{{{{{6, 50}, {8, 50.3}, {8.1, 52}, {6, 52}}}}};
  const MultiPolygon east{{{{{8.1, 52}, {8, 50.3}, {10, 50}, {10, 52}}}}};  // walks the edge the other way
  const Ring a = reproject(west, to, 0.5)[0].rings[0], b = reproject(east, to, 0.5)[0].rings[0];
  const Point from = to.apply(Point{8, 50.3}), till = to.apply(Point{8.1, 52});
  const auto piece = [](const Ring& ring, Point start, Point end) {
    auto at = std::find(ring.begin(), ring.end(), start);
    Ring points;
    for (;; at = at + 1 == ring.end() ? ring.begin() : at + 1) {
      points.push_back(*at);
      if (*at == end) return points;
    }
  };
  Ring up = piece(a, from, till), down = piece(b, till, from);
  std::reverse(down.begin(), down.end());
  EXPECT_GT(up.size(), 2u);
  EXPECT_EQ(up, down);
}

TEST(Reproject, LongitudesRunOnAcrossTheAntimeridian) {
  const CrsTransform to("EPSG:32660", "EPSG:4326");  // central meridian 177 E
  const Point corner = CrsTransform("EPSG:4326", "EPSG:32660").apply(Point{179.99, 10});
  const Ring ring = reproject({{{square(corner.x, corner.y, 5000)}}}, to, 1e-7)[0].rings[0];
  double west = 1e9, east = -1e9;
  for (Point p : ring) {
    west = std::min(west, p.x);
    east = std::max(east, p.x);
  }
  EXPECT_LT(east - west, 0.1);
  EXPECT_LT(ring.size(), 20u) << "and the edge is not cut to dust";
}

TEST(Reproject, ExtentLooksAtEdgesAndPoles) {
  // In a polar stereographic square about the pole, corners are the farthest from the pole and the pole is
  // inside.
  const CrsTransform polar("EPSG:3413", "EPSG:4326");
  const Extent around = reproject(Extent{-1e6, -1e6, 1e6, 1e6}, polar);
  EXPECT_EQ(around.ymax, 90);
  EXPECT_LE(around.xmin, -180);
  EXPECT_GE(around.xmax, 180);
  // The top edge of a UTM square bulges north in the middle: a corners-only box would miss it.
  const CrsTransform utm("EPSG:32632", "EPSG:4326");
  const Extent box = reproject(Extent{300000, 5600000, 700000, 5700000}, utm);
  const Point corner = utm.apply(Point{300000, 5700000}), middle = utm.apply(Point{500000, 5700000});
  EXPECT_GT(middle.y, corner.y);
  EXPECT_NEAR(box.ymax, middle.y, 1e-9);
  // Across the antimeridian the box stays small.
  const Extent pacific =
      reproject(Extent{800000, 0, 900000, 100000}, CrsTransform("EPSG:32660", "EPSG:4326"));
  EXPECT_LT(pacific.width(), 1.5);
}

TEST(GroundArea, UtmSquareOnTheCentralMeridian) {
  const double area = GroundArea("EPSG:32632").square_metres({{{square(499500, 5700000, 1000)}}});
  // Scale on the meridian is 0.9996; off it, it grows by (x/R)^2/2, 4e-9 at 500 m.
  EXPECT_NEAR(area, 1e6 / (kUtmScale * kUtmScale), 0.01);
}

TEST(GroundArea, OneDegreeCellByTheAuthalicFormula) {
  // Zone between two parallels on WGS 84 (Snyder 1987, eq. 3-12), written out independently.
  const double a = 6378137, f = 1 / 298.257223563, e = std::sqrt(f * (2 - f));
  const auto q = [&](double degrees) {
    const double s = std::sin(degrees * std::numbers::pi / 180);
    return (1 - e * e) * (s / (1 - e * e * s * s) - std::log((1 - e * s) / (1 + e * s)) / (2 * e));
  };
  const double expected = a * a / 2 * (q(52) - q(51)) * std::numbers::pi / 180;
  const double area = GroundArea("EPSG:4326").square_metres({{{square(7, 51, 1)}}});
  EXPECT_NEAR(area / expected, 1, 1e-12);
}

TEST(GroundArea, AgreesWithGeodesicPolygons) {
  // An independent method (Karney 2013): edges as geodesics. Ours are straight in UTM; over 2 km the two
  // differ by less than a millimetre at the middle of an edge.
  const MultiPolygon hexagon{{{{{601000, 5700000},
                                {602000, 5700577},
                                {602000, 5701732},
                                {601000, 5702309},
                                {600000, 5701732},
                                {600000, 5700577}}}}};
  const CrsTransform to("EPSG:32632", "EPSG:4326");
  geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6378137, 1 / 298.257223563);
  geod_polygon polygon;
  geod_polygon_init(&polygon, 0);
  for (Point p : hexagon[0].rings[0]) {
    const Point image = to.apply(p);
    geod_polygon_addpoint(&ellipsoid, &polygon, image.y, image.x);
  }
  double expected = 0;
  geod_polygon_compute(&ellipsoid, &polygon, 0, 1, &expected, nullptr);
  EXPECT_NEAR(GroundArea("EPSG:32632").square_metres(hexagon) / expected, 1, 1e-8);
}

TEST(GroundArea, HolesPolesAndTheImpossible) {
  const GroundArea utm("EPSG:32632");
  MultiPolygon ring{{{square(499000, 5700000, 2000), square(499500, 5700500, 1000)}}};
  EXPECT_NEAR(utm.square_metres(ring), 3e6 / (kUtmScale * kUtmScale), 0.1);
  EXPECT_EQ(utm.square_metres({}), 0);
  EXPECT_TRUE(std::isnan(GroundArea("EPSG:4326").square_metres({{{square(0, 90, 1)}}})));
  EXPECT_TRUE(std::isnan(utm.square_metres({{{square(1e9, 1e9, 1000)}}})));

  // Equal-area polar grids are their own oracle: the pole inside, and the pole as a corner.
  const GroundArea polar("EPSG:6931");
  EXPECT_NEAR(polar.square_metres({{{square(-5e5, -4e5, 1e6)}}}) / 1e12, 1, 1e-7);
  EXPECT_NEAR(polar.square_metres({{{square(0, 0, 1e6)}}}) / 1e12, 1, 1e-7);
  const GroundArea south("EPSG:6932");
  EXPECT_NEAR(south.square_metres({{{square(-5e5, -4e5, 1e6)}}}) / 1e12, 1, 1e-7);
}

TEST(GroundArea, DoesNotCareAboutUnitsOfAngle) {
  // NTF (Paris): grads from the meridian of Paris.
  const double grads = GroundArea("EPSG:4807").square_metres({{{square(0, 55, 0.1)}}});
  const double degrees = GroundArea("EPSG:4275").square_metres({{{square(2.33722917, 49.5, 0.09)}}});
  EXPECT_NEAR(grads / degrees, 1, 1e-9);
}

}  // namespace
}  // namespace isotherm
