#include "isotherm/core/text.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

TEST(Text, SplitsAndTrims) {
  EXPECT_EQ(split(" a, b ,c", ','), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(split("  ", ',').empty());
  EXPECT_EQ(split("a,", ','), (std::vector<std::string>{"a", ""}));
}

TEST(Text, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_number(" 1.5e3 "), 1500.0);
  EXPECT_EQ(parse_number("+2"), 2.0);
  EXPECT_FALSE(parse_number("1.5x"));
  EXPECT_FALSE(parse_number("inf"));
  EXPECT_FALSE(parse_number(""));
  EXPECT_EQ(parse_integer("-7"), -7);
  EXPECT_FALSE(parse_integer("7.0"));
}

TEST(Text, WritesShortNumbers) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(fixed_text(12.5000, 7), "12.5");
  EXPECT_EQ(fixed_text(-0.00000001, 7), "0");
  EXPECT_EQ(fixed_text(100, 0), "100");
}

TEST(Text, SuggestsTheNearestName) {
  const std::vector<std::string> names{"ndvi", "ndbi", "lst_c", "median"};
  EXPECT_EQ(nearest_name("nvdi", names), "ndvi");
  EXPECT_EQ(nearest_name("NDBI", names), "ndbi");
  EXPECT_EQ(nearest_name("medain", names), "median");
  EXPECT_EQ(nearest_name("zebra", names), "");
  EXPECT_EQ(suggestion("lstc", names), "; did you mean 'lst_c'?");
}

TEST(Text, ReadsSizes) {
  EXPECT_EQ(parse_bytes("512M"), 512u << 20);
  EXPECT_EQ(parse_bytes("1.5GiB"), (std::size_t{3} << 30) / 2);
  EXPECT_EQ(parse_bytes("100"), 100u);
  EXPECT_THROW(parse_bytes("many"), Error);
  EXPECT_THROW(parse_bytes("5X"), Error);
}

}  // namespace
}  // namespace isotherm
