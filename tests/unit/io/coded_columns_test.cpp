// Columns given as each value once and a number per row: from plain CSV, from CSV with outlines and from
// typed files alike; and tables that are more than may be held.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/io/table_writer.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::TemporaryFolder;

class CodedColumns : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder.file(name);
    std::ofstream(path) << text;
    return path;
  }
  ReadTable read(const std::string& path, const TableReadOptions& options) {
    return read_table(path, options, place.log);
  }
  TemporaryFolder folder;
  Place place;
};

TEST_F(CodedColumns, EachValueStandsOnce) {
  TableReadOptions options;
  options.columns = {"lst"};
  options.coded = {"cell", "year"};
  const ReadTable table = read(file("a.csv",
                                    "cell,year,lst,x,y\n7,2021,1.5,1,2\n7,2022,2,1,2\n"
                                    "NA,2021,3,1,2\n9,2021,,1,2\n7,2023,5,1,2\n"),
                               options);
  ASSERT_EQ(table.coded.size(), 2u);
  EXPECT_EQ(table.rows, 5u);
  EXPECT_EQ(table.coded[0].values.integers(), (Integers{7, kMissingInteger, 9}));
  EXPECT_EQ(table.coded[0].codes, (std::vector<std::uint32_t>{0, 0, 1, 2, 0}));
  EXPECT_EQ(table.coded[1].values.integers(), (Integers{2021, 2022, 2023}));
  EXPECT_EQ(table.coded[1].codes, (std::vector<std::uint32_t>{0, 1, 0, 0, 2}));
  ASSERT_EQ(table.table.columns.size(), 1u);
  EXPECT_EQ(table.table.columns[0].info.name, "lst");
}

TEST_F(CodedColumns, TypesAreThoseOfTheWholeColumn) {
  const std::string path = file("t.csv",
                                "number,name,day\n1,north,2021-06-14\n2.5,007,2021-06-14\n"
                                "1,north,2021-07-01\n,,\n");
  TableReadOptions options;
  options.coded = {"number", "name", "day"};
  const ReadTable table = read(path, options);
  EXPECT_EQ(table.coded[0].values.info.type, ColumnType::real);
  EXPECT_EQ(table.coded[0].values.reals()[1], 2.5);
  EXPECT_TRUE(std::isnan(table.coded[0].values.reals()[2]));
  EXPECT_EQ(table.coded[1].values.texts(), (Texts{"north", "007", std::nullopt}));
  EXPECT_EQ(table.coded[2].values.info.type, ColumnType::date);
  EXPECT_EQ(table.table.columns.size(), 3u) << "no columns named: all, the coded ones as well";
}

TEST_F(CodedColumns, OutlinesStandOnceForEachValueOfTheFirst) {
  const std::string path =
      file("w.csv",
           "cell,year,lst,wkt\n"
           "a,2021,1,\"POLYGON ((0 0,1 0,1 1,0 0))\"\nb,2021,2,\"POLYGON ((5 0,6 0,6 1,5 0))\"\n"
           "a,2022,3,\"POLYGON ((0 0,1 0,1 1,0 0))\"\nb,2022,4,\"POLYGON ((5 0,6 0,6 1,5 0))\"\n");
  TableReadOptions options;
  options.columns = {"lst"};
  options.coded = {"cell"};
  options.outlines_once = true;
  options.crs = "EPSG:32632";
  const auto check = [&](const ReadTable& table) {
    EXPECT_EQ(table.rows, 4u);
    EXPECT_EQ(table.coded[0].values.texts(), (Texts{"a", "b"}));
    EXPECT_EQ(table.coded[0].codes, (std::vector<std::uint32_t>{0, 1, 0, 1}));
    ASSERT_EQ(table.table.geometry.size(), 2u);
    EXPECT_EQ(table.table.geometry[1].front().rings.front().front().x, 5);
    EXPECT_EQ(table.table.columns[0].size(), 4u);
  };
  check(read(path, options));
  // The same rows in a file with types.
  TableReadOptions all;
  all.crs = "EPSG:32632";
  const ReadTable whole = read(path, all);
  const std::string typed = folder.file("w.gpkg");
  const auto sink = open_table(typed, whole.table.schema(), {}, place.context());
  sink->write(sink->prepare(Table(whole.table)));
  sink->finish();
  check(read(typed, options));
}

TEST_F(CodedColumns, WhatIsMoreThanMayBeHeldIsRefused) {
  std::string text = "cell,year,lst\n";
  for (int k = 0; k < 2000; ++k) text += std::to_string(k) + ",2021,20.5\n";
  const std::string path = file("big.csv", text);
  TableReadOptions options;
  options.columns = {"lst"};
  options.coded = {"cell", "year"};
  options.most_bytes = 1 << 20;
  EXPECT_EQ(read(path, options).rows, 2000u);
  options.most_bytes = 20000;  // 2000 rows of 16 bytes, and names
  try {
    read(path, options);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("--memory"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace isotherm
