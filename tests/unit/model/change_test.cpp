#include "isotherm/model/change.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

Table cells() {
  Table table;
  table.columns.push_back({{"ndvi", ColumnType::real, "", ""}, Reals{0.1, 0.5, kMissing, 0.85}});
  table.columns.push_back({{"count", ColumnType::integer, "", ""}, Integers{4, 0, 7, kMissingInteger}});
  table.columns.push_back({{"zone", ColumnType::text, "", ""}, Texts{"park", "road", "park", std::nullopt}});
  table.columns.push_back({{"new area", ColumnType::real, "", ""}, Reals{1, 2, 3, 4}});
  return table;
}

std::vector<double> changed(const std::string& rule, std::size_t rows) {
  Table table = cells();
  const Change change(rule);
  EXPECT_EQ(change.apply(table), rows) << rule;
  return table.columns[*table.find(change.column())].reals();
}

std::string error_of_rule(const std::string& rule) {
  try {
    Table table = cells();
    Change(rule).apply(table);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::isnan(b[k]))
      EXPECT_TRUE(std::isnan(a[k])) << k;
    else
      EXPECT_NEAR(a[k], b[k], 1e-15) << k;
  }
}

TEST(Change, AddsWhereATextHolds) {
  expect_same(changed("ndvi += 0.1 where zone == \"park\"", 1), {0.2, 0.5, kMissing, 0.85});
}

// A row whose zone is missing is neither park nor no park.
TEST(Change, AComparisonWithWhatIsMissingIsFalse) {
  expect_same(changed("`new area` = 0 where zone != 'park'", 1), {1, 0, 3, 4});
  expect_same(changed("`new area` = 0 where count >= 0", 3), {0, 0, 0, 4});
  expect_same(changed("`new area` = 0 where not count >= 0", 1), {1, 2, 3, 0});
}

TEST(Change, MissingStaysMissing) {
  expect_same(changed("ndvi = 0.3", 3), {0.3, 0.3, kMissing, 0.3});
  expect_same(changed("`new area` = ndvi", 3), {0.1, 0.5, 3, 0.85});
}

TEST(Change, ArithmeticByTheUsualRules) {
  expect_same(changed("ndvi = min(ndvi + 0.1, 0.9)", 3), {0.2, 0.6, kMissing, 0.9});
  expect_same(changed("`new area` = 1 + 2 * `new area` - -1", 4), {4, 6, 8, 10});
  expect_same(changed("`new area` = (1 + 2) * max(`new area`, 3) / 2e0", 4), {4.5, 4.5, 4.5, 6});
  expect_same(changed("`new area` -= 1 - 2 - 3", 4), {5, 6, 7, 8});
}

TEST(Change, AWholeNumberColumnTakesFractions) {
  expect_same(changed("count *= 0.5", 3), {2, 0, 3.5, kMissing});
}

// "and" binds closer than "or"; brackets may hold a condition or a value.
TEST(Change, ConditionsJoin) {
  expect_same(changed("ndvi = 0 where zone == 'road' or ndvi > 0.8 and count > 0", 1),
              {0.1, 0, kMissing, 0.85});
  expect_same(changed("ndvi = 0 where (zone == 'road' or ndvi > 0.8) and (ndvi + 1) > 1.6", 1),
              {0.1, 0.5, kMissing, 0});
  expect_same(changed("ndvi = 0 where not (ndvi < 0.3 or ndvi > 0.6)", 1), {0.1, 0, kMissing, 0.85});
}

TEST(Change, NamesWhatItReads) {
  EXPECT_EQ(Change("a += b * 2 where c == 'x' and d > a").columns(),
            (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(Change, SaysWhereItIsNotUnderstood) {
  EXPECT_EQ(error_of_rule("ndvi"), "change 'ndvi', at character 5: one of =, +=, -=, *=, /= is expected");
  EXPECT_EQ(error_of_rule("ndvi + 0.1"),
            "change 'ndvi + 0.1', at character 6: one of =, +=, -=, *=, /= is expected");
  EXPECT_EQ(
      error_of_rule("ndvi = 0 where zone = 'park'"),
      "change 'ndvi = 0 where zone = 'park'', at character 21: one of ==, !=, <, <=, >, >= is expected");
  EXPECT_EQ(
      error_of_rule("ndvi = 0 where (zone = 'park')"),
      "change 'ndvi = 0 where (zone = 'park')', at character 22: one of ==, !=, <, <=, >, >= is expected");
  EXPECT_EQ(error_of_rule("ndvi = 0 where zone < 'park'"),
            "change 'ndvi = 0 where zone < 'park'', at character 23: a text is compared with a column, by == "
            "or !=");
  EXPECT_EQ(error_of_rule("ndvi = 0 extra"),
            "change 'ndvi = 0 extra', at character 10: an operator, 'where' or the end is expected");
  EXPECT_EQ(error_of_rule("ndvi = 'x"),
            "change 'ndvi = 'x', at character 8: the name of a column is expected");
  EXPECT_EQ(error_of_rule("ndvi = 1..2"), "change 'ndvi = 1..2', at character 12: '1..2' is no number");
}

TEST(Change, RefusesWhatTheTableCannotGive) {
  EXPECT_EQ(error_of_rule("ndwi = 0"),
            "the table has no column 'ndwi'; did you mean 'ndvi'?; there are ndvi, count, zone, new area");
  EXPECT_EQ(error_of_rule("ndvi = 0 where count == 'park'"),
            "column 'count' holds numbers: compare it with a number, not with 'park'");
  EXPECT_EQ(error_of_rule("ndvi /= count where count == 0"),
            "'ndvi /= count where count == 0', row 2: ndvi becomes inf (it was 0.5)");
}

// Hostile depth: refused in bounded time, not by the stack.
TEST(Change, BracketsHaveAnEnd) {
  const std::string deep(100000, '(');
  EXPECT_NE(error_of_rule("ndvi = " + deep).find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of_rule("ndvi = 0 where " + deep).find("nested too deep"), std::string::npos);
  EXPECT_NE(error_of_rule("ndvi = 0 where " + std::string(100000, '-') + "1 > 0").find("nested too deep"),
            std::string::npos);
}

}  // namespace
}  // namespace isotherm
