#include "isotherm/job/grid.h"

#include <gtest/gtest.h>

#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::read_file;
using testing_support::TemporaryFolder;
using testing_support::TinyRaster;
using testing_support::write_raster;

GridJob job(const std::string& zones, const std::string& aoi, const std::string& path) {
  GridJob result;
  result.zones.zones = zones;
  result.zones.aoi = aoi;
  result.output.path = path;
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(GridJob, SmallBoxByHand) {
  const TemporaryFolder folder;
  Place place;
  // 250 m x 200 m in UTM: squares of 100 m, the third column half outside.
  GridJob squares = job("square:100", "400000,5700000,400250,5700200", folder.file("cells.csv"));
  squares.zones.aoi_crs = "EPSG:32632";
  squares.zones.crs = "EPSG:32632";
  squares.zones.aoi_rule = "any";
  run(squares, place.context());
  const auto lines = lines_of(read_file(folder.file("cells.csv")));
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0], "zone,cell_id,area_m2,share");
  // (i + 2^25) 2^26 + (j + 2^25) of cell (4000, 57001), the north-west one.
  const long long id = (4000 + (1LL << 25)) * (1LL << 26) + 57001 + (1LL << 25);
  EXPECT_TRUE(lines[1].starts_with("sq100_4000_57001," + std::to_string(id) + ",")) << lines[1];
  EXPECT_TRUE(lines[3].starts_with("sq100_4002_57001,"));
  EXPECT_TRUE(lines[3].ends_with(",0.5")) << lines[3];
  EXPECT_TRUE(lines[4].starts_with("sq100_4000_57000,"));
  // Ground area: map area over the squared scale, 0.9996 (1 + (x / R)^2 / 2) at x = 100 km west of the
  // meridian.
  const double scale = 0.9996 * (1 + 0.5 * (99950.0 / 6.385e6) * (99950.0 / 6.385e6));
  EXPECT_NEAR(*parse_number(split(lines[1], ',')[2]), 1e4 / (scale * scale), 0.05);
}

TEST(GridJob, BytesDoNotDependOnThreads) {
  const TemporaryFolder folder;
  for (const char* name : {"cells.geojson", "cells.csv"}) {
    std::string first;
    for (int threads : {1, 2, 7}) {
      Place place;
      GridJob hexagons = job("hex:60", "7,51,7.15,51.12", folder.file(name));  // several batches
      run(hexagons, place.context(threads, true));
      const std::string text = read_file(folder.file(name));
      EXPECT_GT(lines_of(text).size(), 30000u);
      if (first.empty()) first = text;
      EXPECT_TRUE(text == first) << name << " with " << threads << " threads";
    }
  }
}

TEST(GridJob, CoversAScene) {
  const TemporaryFolder folder;
  Place place;
  TinyRaster raster;
  raster.bands = {{1, 2, 3, 4}};
  GridJob squares = job("square:30", "", folder.file("cells.csv"));
  squares.input.scenes = {write_raster(folder.file("scene.tif"), raster)};
  run(squares, place.context());
  const std::string text = read_file(folder.file("cells.csv"));
  EXPECT_EQ(text.find("share"), std::string::npos) << "no area, no share";
  EXPECT_GE(lines_of(text).size(), 5u);
}

TEST(GridJob, RefusalsLeaveNothing) {
  const TemporaryFolder folder;
  Place place;
  const auto kind = [&](const GridJob& wanted) {
    try {
      run(wanted, place.context());
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  EXPECT_EQ(kind(job("districts.gpkg", "7,51,7.1,51.1", folder.file("a.csv"))), ErrorKind::usage);
  EXPECT_EQ(kind(job("hex:100", "", folder.file("a.csv"))), ErrorKind::usage);
  GridJob none = job("hex:5000", "7,51,7.001,51.001", folder.file("a.csv"));
  none.zones.aoi_rule = "full";
  EXPECT_EQ(kind(none), ErrorKind::no_data);
  EXPECT_EQ(kind(job("hex:0.01", "-20,-20,20,20", folder.file("a.csv"))), ErrorKind::usage)
      << "ids would overflow";
  place.stop.request();
  EXPECT_EQ(kind(job("hex:100", "7,51,7.1,51.1", folder.file("a.csv"))), ErrorKind::interrupted);
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace isotherm
