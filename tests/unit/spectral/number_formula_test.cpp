#include "isotherm/spectral/number_formula.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

double value(std::string_view text, std::vector<double> values = {}) {
  return NumberFormula(text, "--derive 'x'").evaluate(values);
}

TEST(NumberFormula, NamesInOrderOfFirstUse) {
  const NumberFormula formula("p90 - p10 + 0 * (p90 + mean)", "--derive 'x'");
  EXPECT_EQ(std::vector<std::string>(formula.names().begin(), formula.names().end()),
            (std::vector<std::string>{"p90", "p10", "mean"}));
  EXPECT_EQ(formula.evaluate(std::vector<double>{7, 3, 100}), 4);
}

TEST(NumberFormula, DoublePrecision) {
  // 0.1 + 0.2 as doubles; as floats it would be 0.3000000119.
  EXPECT_EQ(value("0.1 + 0.2"), 0.1 + 0.2);
  EXPECT_EQ(value("a + 1", {16777216.0}), 16777217.0);  // 2^24 + 1 is no float
}

TEST(NumberFormula, LanguageOfFormulas) {
  EXPECT_EQ(value("-a^2", {3}), -9);
  EXPECT_EQ(value("2^3^2"), 512);
  EXPECT_EQ(value("where(a > b, a, b)", {1, 2}), 2);
  EXPECT_EQ(value("max(a, b, 5) - min(a, b)", {1, 2}), 4);
  EXPECT_EQ(value("pi"), std::numbers::pi);
}

TEST(NumberFormula, MissingFollowsTheLanguage) {
  const double nan = std::nan("");
  EXPECT_TRUE(std::isnan(value("a - b", {1, nan})));
  EXPECT_TRUE(std::isnan(value("a / 0", {1})));
  EXPECT_TRUE(std::isnan(value("a > b", {1, nan})));
  EXPECT_TRUE(std::isnan(value("nan")));
  EXPECT_EQ(value("where(is_missing(a), b, a)", {nan, 4}), 4);
}

TEST(NumberFormula, RefusesWithTheFormulaAndACaret) {
  try {
    value("p90 - * p10");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("--derive 'x'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("p90 - * p10\n"), std::string::npos);
  }
  try {
    NumberFormula("mean - maen", "--derive 'x'").refuse("maen", "what is this?");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "--derive 'x': what is this?\n  mean - maen\n         ^");
  }
}

}  // namespace
}  // namespace isotherm
