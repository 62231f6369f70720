#include "isotherm/model/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace isotherm {
namespace {

void expect_close(double value, double expected) { EXPECT_NEAR(value / expected, 1, 1e-12); }

// Closed forms: chi-squared with 2 degrees is exp(-x/2), with 4 exp(-x/2) (1 + x/2); t with 1 degree is
// Cauchy's, with 2 1 - t / sqrt(2 + t^2); F with (2, m) is (1 + 2 f / m)^(-m/2).
TEST(Distributions, ClosedForms) {
  for (const double x : {0.01, 1.0, 5.0, 40.0, 400.0}) {
    expect_close(chi_squared_upper(x, 2), std::exp(-x / 2));
    expect_close(chi_squared_upper(x, 4), std::exp(-x / 2) * (1 + x / 2));
    expect_close(chi_squared_upper(x, 1), std::erfc(std::sqrt(x / 2)));
    expect_close(fisher_upper(x, 2, 7), std::pow(1 + 2 * x / 7, -3.5));
    expect_close(student_two_sided(x, 1), 1 - 2 / M_PI * std::atan(x) > 0.5 ? 1 - 2 / M_PI * std::atan(x)
                                                                            : 2 / M_PI * std::atan(1 / x));
    expect_close(student_two_sided(x, 2), 2 / (std::sqrt(2 + x * x) * (std::sqrt(2 + x * x) + x)));
  }
}

// R: 2 * pt(-14.490373143689117, 46), 2 * pt(-2.6544086427177325, 46), qt(0.975, 46), qnorm(0.975).
TEST(Distributions, ValuesOfR) {
  EXPECT_NEAR(student_two_sided(14.490373143689117, 46) / 9.210889988916805e-19, 1, 1e-11);
  expect_close(student_two_sided(-2.6544086427177325, 46), 0.010874504909753478);
  EXPECT_NEAR(student_quantile_two_sided(0.05, 46), 2.0128955989194299, 1e-12);
  EXPECT_NEAR(student_quantile_two_sided(0.05, INFINITY), 1.9599639845400545, 1e-12);
}

TEST(Distributions, EdgesAndMissing) {
  EXPECT_EQ(chi_squared_upper(0, 3), 1);
  EXPECT_EQ(fisher_upper(0, 3, 3), 1);
  EXPECT_EQ(student_two_sided(0, 3), 1);
  EXPECT_TRUE(std::isnan(chi_squared_upper(NAN, 3)));
  EXPECT_TRUE(std::isnan(fisher_upper(NAN, 3, 3)));
}

}  // namespace
}  // namespace isotherm
