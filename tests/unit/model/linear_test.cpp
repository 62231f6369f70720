#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "unit/model/classic_data.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::table_of;

Fit fit_formula(const std::string& formula, const Table& table, const std::string& covariance = "classical") {
  const ModelFormula parsed = parse_model_formula(formula);
  FitChoice choice;
  choice.covariance = covariance;
  return fit_linear(design_of(parsed, table, all_rows(table), {}),
                    response_of(parsed, table, all_rows(table)), choice);
}

/// Log relative error: how many digits agree, at most 15.
double digits(double value, double certified) {
  if (value == certified) return 15;
  return std::min(15.0,
                  -std::log10(std::abs(value - certified) / (certified == 0 ? 1 : std::abs(certified))));
}

double least_digits(const Fit& fit, const std::vector<double>& certified) {
  double least = 15;
  EXPECT_EQ(fit.coefficients.size(), certified.size());
  for (std::size_t j = 0; j < certified.size(); ++j)
    least = std::min(least, digits(fit.coefficients[j].value, certified[j]));
  testing::Test::RecordProperty("digits",
                                std::to_string(least));  // for the table of docs/methods/regression.md
  return least;
}
double least_digits_of_errors(const Fit& fit, const std::vector<double>& certified) {
  double least = 15;
  for (std::size_t j = 0; j < certified.size(); ++j)
    least = std::min(least, digits(fit.coefficients[j].standard_error, certified[j]));
  return least;
}

const Coefficient& coefficient(const Fit& fit, const std::string& name) {
  for (const Coefficient& c : fit.coefficients) {
    if (c.name == name) return c;
  }
  throw std::runtime_error("no coefficient " + name);
}
const TestResult& test_named(const Fit& fit, const std::string& name) {
  for (const TestResult& test : fit.tests) {
    if (test.name == name) return test;
  }
  throw std::runtime_error("no test " + name);
}

/// Degree 5 in x = 0 .. 20 with the given coefficients, y to five decimals as NIST prints it.
Table wampler(const std::vector<double>& coefficients) {
  std::string text = "y,x\n";
  for (int x = 0; x <= 20; ++x) {
    long double y = 0;
    for (std::size_t power = coefficients.size(); power-- > 0;)
      y = y * x + static_cast<long double>(coefficients[power]);
    char line[80];
    std::snprintf(line, sizeof line, "%.5Lf,%d\n", y, x);
    text += line;
  }
  return table_of(text);
}

// Certified values: NIST StRD, linear regression. The bounds are the digits of Householder QR in double
// precision.
// Residuals .4, -.2, -.8, .6, leverages .7, .3, .3, .7: sum (x - 1.5)^2 e^2 / (1 - h) = 29/7, over Sxx^2
// = 25.
TEST(LinearFit, Hc2ByHand) {
  const Fit fit = fit_formula("y ~ x", table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"), "hc2");
  EXPECT_NEAR(fit.coefficients[1].standard_error, std::sqrt(29.0 / 175), 1e-14);
}

TEST(NistLinear, Norris) {
  const Fit fit = fit_formula("y ~ x", table_of(testing_support::kNorris));
  EXPECT_GE(least_digits(fit, {-0.262323073774029, 1.00211681802045}), 12.5);
  EXPECT_GE(least_digits_of_errors(fit, {0.232818234301152, 0.000429796848199937}), 12.5);
  EXPECT_GE(digits(std::sqrt(fit.sigma2), 0.884796396144373), 13);
  EXPECT_GE(digits(fit.r2, 0.999993745883712), 14);
}

TEST(NistLinear, PontiusThroughPoly) {
  const Fit fit = fit_formula("y ~ poly(x, 2)", table_of(testing_support::kPontius));
  EXPECT_GE(least_digits(fit, {0.673565789473684E-03, 0.732059160401003E-06, -0.316081871345029E-14}), 12.5);
  EXPECT_GE(
      least_digits_of_errors(fit, {0.107938612033077E-03, 0.157817399981659E-09, 0.486652849992036E-16}),
      12.5);
}

TEST(NistLinear, PontiusWithTheSquareAsAColumn) {
  const Fit fit = fit_formula("y ~ x + square(x)", table_of(testing_support::kPontius));
  EXPECT_GE(least_digits(fit, {0.673565789473684E-03, 0.732059160401003E-06, -0.316081871345029E-14}), 12.5);
}

TEST(NistLinear, Longley) {
  const Fit fit = fit_formula("y ~ x1 + x2 + x3 + x4 + x5 + x6", table_of(testing_support::kLongley));
  EXPECT_GE(least_digits(fit, {-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683,
                               -1.03322686717359, -0.0511041056535807, 1829.15146461355}),
            10.8);
  EXPECT_GE(
      least_digits_of_errors(fit, {890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699,
                                   0.214274163161675, 0.226073200069370, 455.478499142212}),
      10.8);
  EXPECT_GE(digits(fit.r2, 0.995479004577296), 13);
}

TEST(NistLinear, Wampler1ThroughPoly) {
  EXPECT_GE(least_digits(fit_formula("y ~ poly(x, 5)", wampler({1, 1, 1, 1, 1, 1})), {1, 1, 1, 1, 1, 1}),
            9.4);
}

TEST(NistLinear, Wampler2ThroughPoly) {
  EXPECT_GE(least_digits(fit_formula("y ~ poly(x, 5)", wampler({1, 0.1, 0.01, 0.001, 0.0001, 0.00001})),
                         {1, 0.1, 0.01, 0.001, 0.0001, 0.00001}),
            13.0);
}

// NIST Wampler4: the same powers, with a disturbance of 2 000 000 at most; certified values are all 1.
TEST(NistLinear, Wampler4ThroughPoly) {
  Table table = wampler({1, 1, 1, 1, 1, 1});
  table.columns[0].reals() = {75901,   -204794, 204863,  -204436, 253665,  -200894, 214131,
                              -185192, 221249,  -138370, 315911,  -27644,  455253,  197434,
                              783995,  608816,  1370781, 1303798, 2205519, 2408860, 3444321};
  EXPECT_GE(least_digits(fit_formula("y ~ poly(x, 5)", table), {1, 1, 1, 1, 1, 1}), 9.0);
}

// NIST NoInt1: y = 130 .. 140, x = 60 .. 70, no intercept.
TEST(NistLinear, NoInt1) {
  std::string text = "y,x\n";
  for (int k = 0; k <= 10; ++k) text += std::to_string(130 + k) + "," + std::to_string(60 + k) + "\n";
  const Fit fit = fit_formula("y ~ x - 1", table_of(text));
  EXPECT_GE(least_digits(fit, {2.07438016528926}), 14);
  EXPECT_GE(least_digits_of_errors(fit, {0.165289256198347E-01}), 13.5);
  EXPECT_GE(digits(std::sqrt(fit.sigma2), 3.56753034006338), 14);
  EXPECT_GE(digits(fit.r2, 0.999365492298663), 14);
}

const std::vector<double> kFilipCertified{
    -1467.48961422980,      -2772.17959193342,      -2316.37108160893,     -1127.97394098372,
    -354.478233703349,      -75.1242017393757,      -10.8753180355343,     -1.06221498588947,
    -0.670191154593408E-01, -0.246781078275479E-02, -0.402962525080404E-04};

TEST(NistLinear, FilipThroughPoly) {
  const Fit fit = fit_formula("y ~ poly(x, 10)", table_of(testing_support::kFilip));
  EXPECT_GE(least_digits(fit, kFilipCertified), 9);
  EXPECT_GE(
      least_digits_of_errors(fit, {298.084530995537, 559.779865474950, 466.477572127796, 227.204274477751,
                                   71.6478660875927, 15.2897178747400, 2.23691159816033, 0.221624321934227,
                                   0.142363763154724E-01, 0.535617408889821E-03, 0.896632837373868E-05}),
      9);
  EXPECT_GE(digits(fit.r2, 0.996727416185620), 12);
}

// Here the powers are rounded to doubles before the fit sees them, which costs most of the digits whatever
// the method.
TEST(NistLinear, FilipWithPowersAsColumns) {
  Table table = table_of(testing_support::kFilip);
  std::string formula = "y ~ x";
  for (int power = 2; power <= 10; ++power) {
    const std::string name = "x" + std::to_string(power);
    table.columns.push_back(make_column({name, ColumnType::real, "", ""}));
    for (double x : table.columns[1].reals()) table.columns.back().reals().push_back(std::pow(x, power));
    formula += " + " + name;
  }
  EXPECT_GE(least_digits(fit_formula(formula, table), kFilipCertified), 7);
}

// Anselin (1988), R lm, sandwich and lmtest; White and the condition number by spreg.
TEST(Columbus, OrdinaryLeastSquares) {
  const Table table = table_of(testing_support::kColumbus);
  const Fit fit = fit_formula("CRIME ~ INC + HOVAL", table);
  EXPECT_GE(least_digits(fit, {68.61896109502545, -1.597310834084704, -0.2739314781716748}), 12);
  EXPECT_GE(least_digits_of_errors(fit, {4.735486133765337, 0.33413076178008055, 0.10319868379090583}), 12);
  EXPECT_NEAR(fit.coefficients[1].p, 1.8289595070842205e-05, 1e-15);
  EXPECT_NEAR(fit.r2, 0.5524040408374234, 1e-13);
  EXPECT_NEAR(fit.r2_adjusted, 0.5329433469607897, 1e-13);
  EXPECT_NEAR(fit.sigma2, 130.75853773444268, 1e-10);
  EXPECT_NEAR(fit.sigma2_ml, 122.75291297519111, 1e-10);
  EXPECT_NEAR(fit.log_likelihood, -187.37723881214913, 1e-10);
  EXPECT_NEAR(fit.aic, 382.75447762429826, 1e-10);
  EXPECT_NEAR(fit.aic_coefficients, 380.75447762429826, 1e-10);
  EXPECT_NEAR(fit.bic, 390.3217588167408, 1e-10);
  EXPECT_NEAR(test_named(fit, "jarque_bera").value, 1.8357525200757765, 1e-11);
  EXPECT_NEAR(test_named(fit, "jarque_bera").p, 0.3993662912487998, 1e-12);
  EXPECT_NEAR(test_named(fit, "breusch_pagan").value, 10.01284971309363, 1e-10);
  EXPECT_NEAR(test_named(fit, "breusch_pagan").p, 0.006694795425966758, 1e-13);
  EXPECT_NEAR(test_named(fit, "koenker_bassett").value, 7.21656447218779, 1e-11);
}

TEST(Columbus, StandardErrorsForUnequalVariances) {
  const Table table = table_of(testing_support::kColumbus);
  const auto errors = [&](const char* kind) { return fit_formula("CRIME ~ INC + HOVAL", table, kind); };
  EXPECT_GE(
      least_digits_of_errors(errors("hc0"), {4.101458136375408, 0.4466368368684842, 0.15751589205246921}),
      12);
  EXPECT_GE(
      least_digits_of_errors(errors("hc1"), {4.233089075002267, 0.46097106243107516, 0.16257115874789763}),
      12);
  EXPECT_GE(
      least_digits_of_errors(errors("hc3"), {4.513900235790858, 0.5492774005020166, 0.2008766633123007}), 12);
}

// By hand: y on a constant alone, residuals 1, -2, 1; the kernel joins rows 1 and 2 by one half. The sum of
// products is 1 + 4 + 1 + 2 (1)(-2)/2 = 4, over n^2 = 9.
TEST(LinearFit, ConleyErrorsByHand) {
  Design design;
  design.intercept = true;
  design.add(kInterceptName, std::vector<double>(3, 1.0));
  Weights kernel = binary_weights({{1}, {0}, {}});
  for (double& v : kernel.values) v = 0.5;
  FitChoice choice;
  choice.covariance = "conley";
  choice.kernel = &kernel;
  const Fit fit = fit_linear(design, std::vector<double>{4, 1, 4}, choice);
  EXPECT_NEAR(fit.coefficients[0].standard_error, std::sqrt(4.0) / 3, 1e-15);
  kernel = binary_weights({{}, {}, {}});
  EXPECT_NEAR(fit_linear(design, std::vector<double>{4, 1, 4}, choice).coefficients[0].standard_error,
              std::sqrt(6.0) / 3,
              1e-15);  // without neighbours White's
}

// By hand: points (0, 1), (1, 3), (2, 5), (3, 9) have slope 2.6 and intercept 0.6, residuals .4, -.2, -.8,
// .6.
TEST(LinearFit, ALineByHand) {
  const Fit fit = fit_formula("y ~ x", table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"));
  EXPECT_NEAR(fit.coefficients[0].value, 0.6, 1e-15);
  EXPECT_NEAR(fit.coefficients[1].value, 2.6, 1e-15);
  EXPECT_NEAR(fit.rss, 1.2, 1e-15);
  EXPECT_NEAR(fit.r2, 1 - 1.2 / 35, 1e-15);
  EXPECT_NEAR(fit.coefficients[1].standard_error, std::sqrt(0.6 / 5), 1e-15);
  EXPECT_NEAR(fit.coefficients[1].vif, 1, 1e-14);
}

// Without intercept R2 is about zero. Slope = sum xy / sum xx = 40 / 14.
TEST(LinearFit, ThroughTheOrigin) {
  const Fit fit = fit_formula("y ~ x - 1", table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"));
  EXPECT_NEAR(fit.coefficients[0].value, 40.0 / 14, 1e-15);
  EXPECT_NEAR(fit.r2, 1 - (116 - 1600.0 / 14) / 116, 1e-14);
}

// Two correlated columns: VIF = 1 / (1 - r^2) with r^2 = 0.64 for these.
TEST(LinearFit, VarianceInflation) {
  const Fit fit = fit_formula("y ~ a + b", table_of("y,a,b\n1,-2,-1\n2,-1,-2\n0,0,0\n4,1,2\n9,2,1\n"));
  EXPECT_NEAR(coefficient(fit, "a").vif, 1 / (1 - 0.64), 1e-13);
  EXPECT_NEAR(coefficient(fit, "b").vif, 1 / (1 - 0.64), 1e-13);
}

TEST(LinearFit, DependentColumnsAreNamed) {
  const Table table =
      table_of("y,a,b,c,k\n1,1,2,3,5\n3,2,1,3,5\n2,4,4,8,5\n7,3,0,3,5\n5,9,2,11,5\n1,0,1,1,5\n");
  const auto error = [&](const char* formula) -> std::string {
    try {
      fit_formula(formula, table);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(error("y ~ a + b + c"), "'c' is a combination of a, b: leave it out of the formula");
  EXPECT_EQ(error("y ~ a + k"), "'k' is constant: leave it out of the formula");
  EXPECT_EQ(error("y ~ poly(a, 5)"), "6 complete rows are too few for 6 coefficients");
}

// Property: the bytes of a fit do not depend on threads, and planted coefficients come back within their
// errors.
TEST(LinearFit, SameBytesForAnyThreads) {
  Table table = table_of("y,a,b\n");
  std::uint64_t state = 7;
  const auto uniform = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
  };
  for (int k = 0; k < 70000; ++k) {
    const double a = uniform(), b = 1000 + uniform();
    table.columns[0].reals().push_back(2 - 3 * a + 0.5 * b + uniform());
    table.columns[1].reals().push_back(a);
    table.columns[2].reals().push_back(b);
  }
  const ModelFormula formula = parse_model_formula("y ~ a + b");
  std::vector<Fit> fits;
  for (int threads : {1, 4}) {
    FitChoice choice;
    choice.threads = threads;
    fits.push_back(fit_linear(design_of(formula, table, all_rows(table), {}),
                              response_of(formula, table, all_rows(table)), choice));
  }
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(fits[0].coefficients[j].value, fits[1].coefficients[j].value);
    EXPECT_EQ(fits[0].coefficients[j].standard_error, fits[1].coefficients[j].standard_error);
  }
  EXPECT_NEAR(fits[0].coefficients[1].value, -3, 4 * fits[0].coefficients[1].standard_error);
  EXPECT_NEAR(fits[0].coefficients[2].value, 0.5, 4 * fits[0].coefficients[2].standard_error);
}

}  // namespace
}  // namespace isotherm
