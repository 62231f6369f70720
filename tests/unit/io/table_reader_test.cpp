#include "isotherm/io/table_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/table_writer.h"
#include "unit/io/table_fixture.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::schema_of;
using testing_support::small_table;
using testing_support::TemporaryFolder;

class TableReader : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder.file(name);
    std::ofstream(path) << text;
    return path;
  }
  ReadTable read(const std::string& path, const TableReadOptions& options = {}) {
    return read_table(path, options, place.log);
  }
  std::string error_of(const std::string& path, const TableReadOptions& options = {}) {
    try {
      read(path, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  TemporaryFolder folder;
  Place place;
};

TEST_F(TableReader, CsvColumnsAreTypedByWhatEveryRowHolds) {
  const ReadTable read_back = read(file("a.csv",
                                        "cell,year,lst,day,name,code,none\n"
                                        "1,2021,30.5,2021-06-14,north,007,\n"
                                        "2,2022,NA,2022-06-14,,008,\n"
                                        "-3,,1e-3,,12a,009,nan\n"));
  const Table& table = read_back.table;
  ASSERT_EQ(table.columns.size(), 7U);
  EXPECT_EQ(table.columns[0].integers(), (Integers{1, 2, -3}));
  EXPECT_EQ(table.columns[1].integers(), (Integers{2021, 2022, kMissingInteger}));
  EXPECT_EQ(table.columns[2].info.type, ColumnType::real);
  EXPECT_EQ(table.columns[2].reals()[0], 30.5);
  EXPECT_TRUE(std::isnan(table.columns[2].reals()[1]));
  EXPECT_EQ(table.columns[2].reals()[2], 1e-3);
  EXPECT_EQ(table.columns[3].info.type, ColumnType::date);
  EXPECT_EQ(table.columns[3].texts(), (Texts{"2021-06-14", "2022-06-14", std::nullopt}));
  EXPECT_EQ(table.columns[4].texts(), (Texts{"north", std::nullopt, "12a"}));
  EXPECT_EQ(table.columns[5].texts(), (Texts{"007", "008", "009"})) << "names, not numbers";
  EXPECT_EQ(table.columns[6].info.type, ColumnType::real) << "nothing but missing values";
  EXPECT_TRUE(read_back.anchors.empty());
  EXPECT_TRUE(table.geometry.empty());
}

TEST_F(TableReader, CsvCoordinatesBecomeAnchors) {
  const ReadTable metres = read(file("m.csv", "id,x,y\n1,10,20\n2,,5\n"));
  ASSERT_EQ(metres.anchors.size(), 2U);
  EXPECT_EQ(metres.anchors[0], (Point{10, 20}));
  EXPECT_TRUE(std::isnan(metres.anchors[1].x));
  EXPECT_EQ(metres.table.crs, "");
  const ReadTable degrees = read(file("d.csv", "Lat,Lon,v\n51.5,7.25,1\n"));
  EXPECT_EQ(degrees.anchors, (std::vector<Point>{{7.25, 51.5}}));
  EXPECT_EQ(degrees.table.crs, "EPSG:4326");
}

// GeoJSON is in degrees by its standard; files of metres exist all the same.
TEST_F(TableReader, ACrsThatContradictsTheFilesOwnIsBelievedWithAWarning) {
  const std::string path =
      file("m.geojson",
           R"({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"v": 1},
                                "geometry": {"type": "Point", "coordinates": [400000, 5700000]}}]})");
  TableReadOptions options;
  options.crs = "EPSG:32632";
  EXPECT_EQ(read(path, options).table.crs, "EPSG:32632");
  ASSERT_EQ(place.log.warnings.size(), 1U);
  options.crs = "EPSG:4326";
  read(path, options);
  EXPECT_EQ(place.log.warnings.size(), 1U) << "the same CRS is no contradiction";
}

TEST_F(TableReader, CsvOutlinesComeFromWkt) {
  TableReadOptions options;
  options.crs = "EPSG:32632";
  const ReadTable result =
      read(file("w.csv", "id,wkt\n1,\"POLYGON((0 0,4 0,4 2,0 2,0 0))\"\n2,\"POINT(7 8)\"\n"), options);
  ASSERT_EQ(result.table.columns.size(), 1U);
  ASSERT_EQ(result.table.geometry.size(), 2U);
  EXPECT_EQ(area(result.table.geometry[0]), 8);
  EXPECT_TRUE(result.table.geometry[1].empty());
  EXPECT_EQ(result.anchors, (std::vector<Point>{{2, 1}, {7, 8}}));
  EXPECT_EQ(result.table.crs, "EPSG:32632");
}

// The centroid of the L made of a 2x2 square without its upper right quarter: (1.5*... ) by parts:
// areas 2 (lower half, centre (1, .5)) and 1 (upper left, centre (.5, 1.5)) -> (2.5/3, 2.5/3). Far from the
// origin the digits must not be lost.
TEST_F(TableReader, CentroidIsTheCentreOfMass) {
  const ReadTable result = read(file(
      "l.csv",
      "id,wkt\n1,\"POLYGON((5000000 6000000,5000002 6000000,5000002 6000001,5000001 6000001,5000001 6000002,"
      "5000000 6000002,5000000 6000000))\"\n"));
  EXPECT_NEAR(result.anchors[0].x, 5000000 + 2.5 / 3, 1e-8);
  EXPECT_NEAR(result.anchors[0].y, 6000000 + 2.5 / 3, 1e-8);
}

TEST_F(TableReader, WhatTheWriterWroteComesBack) {
  const Table table = small_table("EPSG:32632");
  for (const char* name : {"t.gpkg", "t.csv"}) {
    const std::string path = folder.file(name);
    const auto sink = open_table(path, schema_of(table), {}, place.context());
    sink->write(sink->prepare(table));
    sink->finish();
    const Table back = read(path).table;
    ASSERT_EQ(back.rows(), 2U) << name;
    EXPECT_EQ(back.columns[*back.find("zone")].texts(), table.columns[0].texts()) << name;
    EXPECT_EQ(back.columns[*back.find("id")].integers(), table.columns[1].integers()) << name;
    EXPECT_EQ(back.columns[*back.find("lst")].reals()[0], 300.25) << name;
    EXPECT_TRUE(std::isnan(back.columns[*back.find("lst")].reals()[1])) << name;
    EXPECT_EQ(back.columns[*back.find("date")].texts(), table.columns[3].texts()) << name;
    if (std::string(name) != "t.csv") {
      EXPECT_EQ(back.geometry, table.geometry) << name;
      EXPECT_EQ(back.crs, "EPSG:32632") << name;
    }
  }
}

TEST_F(TableReader, OnlyTheColumnsAskedForInTheirOrder) {
  TableReadOptions options;
  options.columns = {"c", "a", "c"};
  const ReadTable result = read(file("s.csv", "a,b,c,x,y\n1,2,3,4,5\n"), options);
  ASSERT_EQ(result.table.columns.size(), 2U);
  EXPECT_EQ(result.table.columns[0].info.name, "c");
  EXPECT_EQ(result.anchors.size(), 1U) << "coordinates are read all the same";
}

TEST_F(TableReader, ErrorsNameWhatIsWrong) {
  TableReadOptions options;
  options.columns = {"ndvi_maen"};
  const std::string path = file("e.csv", "zone,ndvi_mean\na,1\n");
  EXPECT_NE(error_of(path, options).find("did you mean 'ndvi_mean'"), std::string::npos);
  EXPECT_NE(error_of(file("empty.csv", "a,b\n")).find("has no rows"), std::string::npos);
  EXPECT_NE(error_of(folder.file("absent.csv")).find("absent.csv"), std::string::npos);
}

TEST_F(TableReader, AWordThatNoColumnTakesIsAnError) {
  // A decimal comma: 20 would be read where 20.5 was meant.
  const std::string text = error_of(file("comma.csv", "id,t\na,21\nb,20,5\n"));
  EXPECT_NE(text.find("the row 'b,20,5' has 3 words where the header has 2"), std::string::npos) << text;
  EXPECT_EQ(error_of(file("ends.csv", "id,t\na,21,\nb,20,,\n")), "") << "separators alone are nothing";
  EXPECT_EQ(error_of(file("german.csv", "id;t\na;20,5\n")), "");
}

}  // namespace
}  // namespace isotherm
