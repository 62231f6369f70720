// Plain CSV files straight from their bytes: the same tables as GDAL's words give, and what is not plain is
// left to GDAL.
#include "../../../src/io/csv_columns.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <random>

#include "isotherm/io/table_reader.h"
#include "unit/io/table_fixture.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::TemporaryFolder;

class PlainCsv : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder.file(name);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  /// The columns a and b.
  std::optional<CsvColumns> plain(const std::string& text) {
    return read_plain_csv(file("p.csv", text), {"a", "b"}, {0, 1});
  }
  TemporaryFolder folder;
  Place place;
};

void expect_same(const Column& a, const Column& b) {
  EXPECT_EQ(a.info.name, b.info.name);
  ASSERT_EQ(a.info.type, b.info.type) << a.info.name;
  ASSERT_EQ(a.size(), b.size());
  if (a.info.type != ColumnType::real) {
    EXPECT_EQ(a.values, b.values) << a.info.name;
    return;
  }
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (!std::isnan(a.reals()[row]) || !std::isnan(b.reals()[row])) {
      EXPECT_EQ(a.reals()[row], b.reals()[row]);
    }
  }
}

TEST_F(PlainCsv, GivesTheTableThatGdalGives) {
  // Columns of few kinds of words, so that every type and every change of mind comes up. A last column with a
  // line break in quotes makes the second file one that only GDAL reads.
  const std::vector<std::vector<std::string>> kinds{
      {"1", "-7", "2147483648000", "0"},
      {"0.5", "-1e-3", "12", "1e300", "inf", "-Infinity"},
      {"2021-06-14", "1999-12-31"},
      {"north", "\"a,b\"", "\"say \"\"yes\"\"\"", "\"\"", " 5 km"},
      {"007", "08", "+5"},
      {"NA", "", "null", "nan", " "},
      {" 4", "5 ", " 0"},
      {"-0", "00", "0x10", "1.", ".5", "1e5", "-", "9223372036854775808"}};
  std::mt19937 random(4);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  for (int round = 0; round < 60; ++round) {
    const std::size_t columns = 5, rows = 1 + below(6);
    std::vector<std::array<std::size_t, 2>> of_column(columns);
    for (auto& two : of_column) two = {below(kinds.size()), below(3) > 0 ? 5 : below(kinds.size())};
    std::string simple = "a,b,x,y,e,last\n", broken = simple;
    for (std::size_t row = 0; row < rows; ++row) {
      std::string line;
      for (const auto& two : of_column) {
        const std::vector<std::string>& words = kinds[two[below(3) > 0 ? 0 : 1]];
        line += words[below(words.size())] + ",";
      }
      simple += line + "end\n";
      broken += line + "\"two\nlines\"\n";
    }
    const ReadTable ours = read_table(file("plain.csv", simple), {}, place.log);
    const ReadTable theirs = read_table(file("broken.csv", broken), {}, place.log);
    SCOPED_TRACE(simple);
    ASSERT_TRUE(read_plain_csv(folder.file("plain.csv"), {"a", "b", "x", "y", "e", "last"}, {0}));
    ASSERT_FALSE(read_plain_csv(folder.file("broken.csv"), {"a", "b", "x", "y", "e", "last"}, {0}));
    for (std::size_t k = 0; k < columns; ++k) expect_same(ours.table.columns[k], theirs.table.columns[k]);
    ASSERT_EQ(ours.anchors.size(), theirs.anchors.size());
    for (std::size_t row = 0; row < ours.anchors.size(); ++row) {
      EXPECT_TRUE(ours.anchors[row].x == theirs.anchors[row].x || std::isnan(theirs.anchors[row].x));
      EXPECT_TRUE(ours.anchors[row].y == theirs.anchors[row].y || std::isnan(theirs.anchors[row].y));
    }
  }
}

TEST_F(PlainCsv, SeparatorsLineEndsMarksAndRaggedRows) {
  const Integers one_two{1, 2};
  for (const char* text : {"a,b\n1,x\n2,y\n", "a;b\r\n1;x\r\n2;y",
                           "\xEF\xBB\xBF"
                           "a\tb\n\n1\tx\n\n2\ty\n\n",
                           "\"a\"|\"b\"\n1|\"x\"\n2|y||\n"}) {
    const auto read = plain(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->rows, 2U);
    EXPECT_EQ(read->columns[0].integers(), one_two);
    EXPECT_EQ(read->columns[1].texts(), (Texts{"x", "y"}));
  }
  const auto ragged = plain("a,b\n1\n2,3\n");
  ASSERT_TRUE(ragged);
  EXPECT_EQ(ragged->columns[1].integers(), (Integers{kMissingInteger, 3}))
      << "what a short row lacks is missing";
  EXPECT_EQ(plain("a,b\n")->rows, 0U);
}

TEST_F(PlainCsv, ALateWordMakesTextOfEveryWordBefore) {
  const auto read = plain("a,b\n1.50,NA\n1e3,\nlast,x\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->columns[0].texts(), (Texts{"1.50", "1e3", "last"})) << "as they were written";
  EXPECT_EQ(read->columns[1].texts(), (Texts{"NA", std::nullopt, "x"}));
}

TEST_F(PlainCsv, WhatIsNotPlainIsLeftToGdal) {
  EXPECT_FALSE(plain("a,c\n1,2\n")) << "another header";
  EXPECT_FALSE(plain("a b\n1 2\n")) << "spaces between words";
  EXPECT_FALSE(plain("a,b\n1,\"x\ny\"\n")) << "a line break in quotes";
  EXPECT_FALSE(plain("a,b\n1,x\"y\n")) << "a quote inside a word";
  EXPECT_FALSE(plain("a,b\n1,\"x\"y\n")) << "a word that goes on behind its quotes";
  EXPECT_FALSE(plain("a,b\n1,x\r2,y\n")) << "a lone carriage return";
  EXPECT_FALSE(plain(std::string("a,b\n1,x\0y\n", 10))) << "a zero byte";
  EXPECT_FALSE(plain("a,b\n1," + std::string(std::size_t{1} << 21, 'x') + "\n"))
      << "a line of two million bytes";
  EXPECT_FALSE(plain("a,b\n1," + std::string(std::size_t{6} << 20, 'x'))) << "one without an end";
  EXPECT_FALSE(plain(""));
  EXPECT_FALSE(read_plain_csv(folder.file("absent.csv"), {"a"}, {0}));
}

TEST_F(PlainCsv, RowsAcrossThePiecesOfALargeFile) {
  std::string text = "a,b\n";
  constexpr std::int64_t kRows = 700000;  // about 9 MB, read 4 MiB at a time
  for (std::int64_t k = 0; k < kRows; ++k) text += std::to_string(k) + "," + std::to_string(7 * k) + "\n";
  const auto read = plain(text);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->rows, static_cast<std::size_t>(kRows));
  for (std::int64_t k = 0; k < kRows; ++k) {
    ASSERT_EQ(read->columns[0].integers()[static_cast<std::size_t>(k)], k);
    ASSERT_EQ(read->columns[1].integers()[static_cast<std::size_t>(k)], 7 * k);
  }
}

}  // namespace
}  // namespace isotherm
