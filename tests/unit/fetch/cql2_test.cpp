#include "isotherm/fetch/cql2.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

const Json kProperties = read_json(
    R"({"eo:cloud_cover":12.5,"platform":"landsat-8","landsat:wrs_path":"033","flag":true,
        "datetime":"2020-06-01T10:00:00.5Z","odd name":"it's","nothing":null})",
    "test");

bool fits(const std::string& text) { return Cql2::parse(text).fits(kProperties, "ITEM_1", "landsat-c2-l2"); }

TEST(Cql2Filters, Comparisons) {
  EXPECT_TRUE(fits("eo:cloud_cover < 20"));
  EXPECT_FALSE(fits("eo:cloud_cover < 12.5"));
  EXPECT_TRUE(fits("eo:cloud_cover <= 12.5"));
  EXPECT_TRUE(fits("eo:cloud_cover <> -1e1"));
  EXPECT_TRUE(fits("platform = 'landsat-8'"));
  EXPECT_TRUE(fits("\"odd name\" = 'it''s'"));
  EXPECT_TRUE(fits("landsat:wrs_path = 33"));
  EXPECT_TRUE(fits("flag = TRUE"));
  EXPECT_TRUE(fits("id = 'ITEM_1' AND collection = 'landsat-c2-l2'"));
  EXPECT_TRUE(fits("properties.platform = 'landsat-8'"));
  EXPECT_TRUE(fits("datetime > TIMESTAMP('2020-06-01T10:00:00Z') and datetime < DATE('2020-06-02')"));
}

TEST(Cql2Filters, ListsRangesAndPatterns) {
  EXPECT_TRUE(fits("platform IN ('landsat-9', 'landsat-8')"));
  EXPECT_TRUE(fits("platform NOT IN ('landsat-9')"));
  EXPECT_TRUE(fits("eo:cloud_cover BETWEEN 10 AND 12.5"));
  EXPECT_FALSE(fits("eo:cloud_cover NOT BETWEEN 10 AND 12.5"));
  EXPECT_TRUE(fits("platform LIKE 'land%8'"));
  EXPECT_TRUE(fits("platform LIKE '%at-_'"));
  EXPECT_FALSE(fits("platform LIKE 'landsat'"));
  EXPECT_TRUE(fits("platform LIKE '%%%%%%%%8'"));
  EXPECT_FALSE(fits("platform LIKE '\\%'"));
}

TEST(Cql2Filters, PrecedenceIsNotThenAndThenOr) {
  EXPECT_TRUE(fits("eo:cloud_cover < 0 AND flag = FALSE OR platform = 'landsat-8'"));
  EXPECT_FALSE(fits("eo:cloud_cover < 0 AND (flag = FALSE OR platform = 'landsat-8')"));
  EXPECT_TRUE(fits("NOT eo:cloud_cover < 0 AND flag = TRUE"));
}

// SQL's three values: unknown is neither taken nor, negated, taken.
TEST(Cql2Filters, WhatIsMissingIsUnknown) {
  EXPECT_FALSE(fits("gsd = 30"));
  EXPECT_FALSE(fits("NOT gsd = 30"));
  EXPECT_FALSE(fits("nothing = 1"));
  EXPECT_TRUE(fits("gsd IS NULL AND nothing IS NULL AND platform IS NOT NULL"));
  EXPECT_TRUE(fits("gsd = 30 OR platform = 'landsat-8'"));
  EXPECT_FALSE(fits("NOT (gsd = 30 AND platform = 'landsat-8')"));
  EXPECT_TRUE(fits("NOT (gsd = 30 AND platform = 'x')"));
  EXPECT_FALSE(fits("platform < 5"));  // not comparable
}

TEST(Cql2Filters, TextReadsBackAsTheSameFilter) {
  for (const char* text :
       {"eo:cloud_cover <= 20", "a = 'it''s' OR NOT (b IS NULL AND c LIKE 'x%')", "d IN (1, 2.5, 'three')",
        "e BETWEEN 1 AND 2 AND f = TIMESTAMP('2020-01-01T00:00:00Z') AND g = DATE('2020-01-01')",
        "h = TRUE"}) {
    const std::string once = Cql2::parse(text).text();
    EXPECT_EQ(Cql2::parse(once).text(), once) << text;
  }
}

// OGC 21-065r2, forms of clause 7 and 8.
TEST(Cql2Filters, AsJson) {
  EXPECT_EQ(write_json(Cql2::parse("eo:cloud_cover <= 20 AND platform IN ('a','b')").json()),
            R"({"op":"and","args":[{"op":"<=","args":[{"property":"eo:cloud_cover"},20]},)"
            R"({"op":"in","args":[{"property":"platform"},["a","b"]]}]})");
  EXPECT_EQ(write_json(Cql2::parse("NOT a IS NULL").json()),
            R"({"op":"not","args":[{"op":"isNull","args":[{"property":"a"}]}]})");
  EXPECT_EQ(write_json(Cql2::parse("d > TIMESTAMP('2020-01-01T00:00:00Z')").json()),
            R"({"op":">","args":[{"property":"d"},{"timestamp":"2020-01-01T00:00:00Z"}]})");
}

TEST(Cql2Filters, TheQueryExtensionTakesWhatItCan) {
  std::optional<Cql2> rest;
  EXPECT_EQ(write_json(Cql2::parse("a < 20 AND a >= 1 AND b BETWEEN 1 AND 2 AND c IN (1,2)").query(rest)),
            R"({"a":{"lt":20,"gte":1},"b":{"gte":1,"lte":2},"c":{"in":[1,2]}})");
  EXPECT_FALSE(rest);
  EXPECT_EQ(write_json(Cql2::parse("a < 20 AND (b = 1 OR c = 2) AND a < 30").query(rest)),
            R"({"a":{"lt":20}})");
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->text(), R"((("b" = 1 OR "c" = 2) AND "a" < 30))");
}

TEST(Cql2Filters, RefusedWithAPlace) {
  for (const char* wrong :
       {"", "a", "a =", "a = b", "a < 'x", "(a = 1", "a = 1 b = 2", "a IN ()", "a LIKE 5", "= 1",
        "a BETWEEN 1", "a == 1", "a = 1; DROP", "a = TIMESTAMP('soon')", "a = 1.2.3"}) {
    try {
      Cql2::parse(wrong);
      ADD_FAILURE() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find('^'), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(Cql2::parse(std::string(100000, '(')), Error);
  std::string nots;
  for (int n = 0; n < 100000; ++n) nots += "NOT ";
  EXPECT_THROW(Cql2::parse(nots + "a = 1"), Error);
}

}  // namespace
}  // namespace isotherm
