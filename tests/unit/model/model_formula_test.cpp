#include "isotherm/model/model_formula.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::table_of;

std::string error_of_formula(const std::string& formula) {
  try {
    parse_model_formula(formula);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Design design(const std::string& formula, const Table& table, const DesignChoice& choice = {}) {
  return design_of(parse_model_formula(formula), table, all_rows(table), choice);
}

TEST(ModelFormula, TermsGiveNamedColumns) {
  const Table table = table_of("y,a,b,c\n1,2,3,1\n2,4,5,2\n3,8,9,1\n");
  const Design d = design("log(y) ~ a + b + a:b + square(a) + factor(c)", table);
  EXPECT_EQ(d.names, (std::vector<std::string>{"(intercept)", "a", "b", "a:b", "square(a)", "factor(c)2"}));
  EXPECT_EQ(d.columns[3], (std::vector<double>{6, 20, 72}));
  EXPECT_EQ(d.columns[4], (std::vector<double>{4, 16, 64}));
  EXPECT_EQ(d.columns[5], (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(response_of(parse_model_formula("log(y) ~ a"), table, all_rows(table))[1], std::log(2.0));
}

TEST(ModelFormula, StarIsBothAndTheirProductOnce) {
  const Table table = table_of("y,a,b\n1,2,3\n");
  EXPECT_EQ(design("y ~ a + a*b", table).names, (std::vector<std::string>{"(intercept)", "a", "b", "a:b"}));
}

TEST(ModelFormula, WithoutInterceptAFactorKeepsAllLevels) {
  const Table table = table_of("y,c\n1,10\n2,9\n3,10\n");
  for (const char* formula : {"y ~ factor(c) - 1", "y ~ 0 + factor(c)"})
    EXPECT_EQ(design(formula, table).names, (std::vector<std::string>{"factor(c)9", "factor(c)10"}))
        << "by size";
}

TEST(ModelFormula, LagsOfColumnsAndFunctions) {
  const Table table = table_of("y,a\n1,1\n2,2\n3,6\n");
  Weights weights = binary_weights({{1, 2}, {0}, {0, 1}});
  standardise(weights);
  const Design d = design("y ~ a + w(square(a))", table, {&weights, true, true});
  EXPECT_EQ(d.names, (std::vector<std::string>{"(intercept)", "a", "w(square(a))", "w(a)"}));
  EXPECT_EQ(d.columns[2], (std::vector<double>{20, 1, 2.5}));
  EXPECT_EQ(d.columns[3], (std::vector<double>{4, 1, 1.5}));
  EXPECT_THROW(design("y ~ w(a)", table), Error) << "without weights";
}

// (1, 3, 8): mean 4, deviations -3, -1, 4, standard deviation sqrt(26 / 2).
TEST(ModelFormula, CentreAndStandardise) {
  const Table table = table_of("y,a\n1,1\n2,3\n3,8\n");
  EXPECT_EQ(design("y ~ centre(a)", table).columns[1], (std::vector<double>{-3, -1, 4}));
  EXPECT_NEAR(design("y ~ standardise(a)", table).columns[1][2], 4 / std::sqrt(13.0), 1e-15);
}

TEST(ModelFormula, BackquotesHoldAnyName) {
  const Table table = table_of("y,a b-1\n1,2\n2,5\n");
  EXPECT_EQ(design("y ~ `a b-1`", table).columns[1], (std::vector<double>{2, 5}));
}

TEST(ModelFormula, RowsWithAMissingValueAreNotComplete) {
  const Table table = table_of("y,a,b\n1,2,x\n2,,1\n3,4,\n");
  EXPECT_EQ(complete_rows(table, std::vector<std::string>{"y", "a"}), (std::vector<std::size_t>{0, 2}));
  Table filled = table;
  fill_missing(filled, std::vector<std::string>{"a"}, 0);
  EXPECT_EQ(filled.columns[1].reals(), (std::vector<double>{2, 0, 4}));
}

TEST(ModelFormula, ErrorsSayWhere) {
  EXPECT_EQ(error_of_formula("y ~ a + lgo(b)"),
            "formula 'y ~ a + lgo(b)', at character 13: unknown function 'lgo'; did you mean 'log'?; there "
            "are w, poly, "
            "factor, log, log1p, log10, exp, sqrt, square, centre, standardise");
  EXPECT_EQ(error_of_formula("y a"),
            "formula 'y a', at character 3: '~' and the terms that explain is expected");
  EXPECT_EQ(error_of_formula("y ~ a b"),
            "formula 'y ~ a b', at character 7: an operator (+, -, :, *) or the end is expected");
  EXPECT_EQ(error_of_formula("y ~ a - b"),
            "formula 'y ~ a - b', at character 9: only the intercept can be taken away (- 1)");
  EXPECT_EQ(error_of_formula("y ~ 0"), "formula 'y ~ 0', at character 6: nothing is left to explain with");
  EXPECT_NE(error_of_formula("y ~ poly(a, 21)").find("a degree from 1 to 20"), std::string::npos);
  EXPECT_NE(error_of_formula("y ~ w(w(a))").find("no further w()"), std::string::npos);
  EXPECT_EQ(error_of_formula("y ~ a + y"),
            "formula 'y ~ a + y', at character 10: the left side cannot explain itself");
  EXPECT_NE(error_of_formula("").find("the name of a column is expected"), std::string::npos);
}

TEST(ModelFormula, ProductsOfManyNamesAreRefusedBeforeTheyAreMade) {
  std::string product = "y ~ a0";
  for (int k = 1; k < 9; ++k) product += "*a" + std::to_string(k);
  EXPECT_EQ(parse_model_formula(product).terms.size(), 511u);
  for (int k = 9; k < 60; ++k) product += "*a" + std::to_string(k);
  EXPECT_NE(error_of_formula(product).find("more than 1000 terms"), std::string::npos);
  std::string sum = "y ~ a0";
  for (int k = 1; k < 1001; ++k) sum += " + a" + std::to_string(k);
  EXPECT_NE(error_of_formula(sum).find("more than 1000 terms"), std::string::npos);
}

TEST(ModelFormula, ValuesOutsideAFunctionsDomainAreNamed) {
  const Table table = table_of("y,a\n1,2\n2,-3\n");
  try {
    design("y ~ log(a)", table);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "log(a): row 2 holds -3, where it has no finite value");
  }
  Table infinite = table;
  infinite.columns[1].reals()[0] = INFINITY;
  EXPECT_THROW(complete_rows(infinite, std::vector<std::string>{"a"}), Error);
}

}  // namespace
}  // namespace isotherm
