#include "isotherm/model/spatial_tests.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/model/model_formula.h"
#include "unit/model/classic_data.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::table_of;

const TestResult& test_named(std::span<const TestResult> tests, const std::string& name) {
  for (const TestResult& test : tests) {
    if (test.name == name) return test;
  }
  throw std::runtime_error("no test " + name);
}

Fit fit_with(const Table& table, const std::string& formula, const Weights& weights) {
  const ModelFormula parsed = parse_model_formula(formula);
  FitChoice choice;
  choice.weights = &weights;
  return fit_linear(design_of(parsed, table, all_rows(table), {}),
                    response_of(parsed, table, all_rows(table)), choice);
}

// spdep lm.LMtests and lm.morantest; published in Anselin (1988): LM-lag 9.36, LM-err 5.72.
TEST(SpatialTests, Columbus) {
  Weights weights = binary_weights(testing_support::columbus_neighbours());
  standardise(weights);
  const Fit fit = fit_with(table_of(testing_support::kColumbus), "CRIME ~ INC + HOVAL", weights);
  EXPECT_NEAR(test_named(fit.tests, "lm_error").value, 5.7231309460412865, 1e-10);
  EXPECT_NEAR(test_named(fit.tests, "lm_lag").value, 9.363683565604893, 1e-10);
  EXPECT_NEAR(test_named(fit.tests, "rlm_error").value, 0.07949492913250605, 1e-10);
  EXPECT_NEAR(test_named(fit.tests, "rlm_lag").value, 3.7200475486961135, 1e-10);
  EXPECT_NEAR(test_named(fit.tests, "lm_sarma").value, 9.4431784947374, 1e-10);
  EXPECT_NEAR(test_named(fit.tests, "lm_sarma").p, 0.008901021376993445, 1e-12);
  const TestResult& moran = test_named(fit.tests, "moran_residuals");
  EXPECT_NEAR(moran.value, 0.23563835376552, 1e-12);
  EXPECT_NEAR(moran.expectation, -0.03330286570028067, 1e-13);
  EXPECT_NEAR(moran.variance, 0.008289407907152638, 1e-13);
  EXPECT_NEAR(moran.p, 0.0031378687331134487, 1e-11);
  EXPECT_EQ(spatial_advice(fit.tests), "the tests suggest a spatial lag model");
}

TEST(SpatialTests, NoLinksNoTests) {
  const Fit fit = fit_with(table_of("x,y\n0,1\n1,3\n2,5\n3,9\n"), "y ~ x", binary_weights({{}, {}, {}, {}}));
  EXPECT_EQ(spatial_advice(fit.tests), "");
}

struct Reference {
  const char* table;
  const char* weights;
  const char* formula;
  double lm_error, lm_lag, rlm_error, rlm_lag, moran, expectation, variance;
};

class SpatialTestTables : public testing::TestWithParam<Reference> {};

// spdep on larger tables and one-sided links.
TEST_P(SpatialTestTables, AgreeWithSpdep) {
  const Reference& expected = GetParam();
  if (!testing_support::has_reference(expected.table)) GTEST_SKIP() << "the reference tables are not here";
  const Table table = testing_support::reference_table(expected.table);
  const Weights weights =
      testing_support::weights_of_triplets(testing_support::reference_table(expected.weights), table.rows());
  const Fit fit = fit_with(table, expected.formula, weights);
  const auto close = [&](const char* name, double value) {
    EXPECT_NEAR(test_named(fit.tests, name).value / value, 1, 1e-9) << name;
  };
  close("lm_error", expected.lm_error);
  close("lm_lag", expected.lm_lag);
  close("rlm_error", expected.rlm_error);
  close("rlm_lag", expected.rlm_lag);
  close("moran_residuals", expected.moran);
  EXPECT_NEAR(test_named(fit.tests, "moran_residuals").expectation / expected.expectation, 1, 1e-9);
  EXPECT_NEAR(test_named(fit.tests, "moran_residuals").variance / expected.variance, 1, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(
    Spdep, SpatialTestTables,
    testing::Values(
        Reference{
            "data/boston.csv", "data/boston_soi.csv",
            "LCMEDV ~ CRIM + ZN + INDUS + CHAS + NOX2 + RM2 + AGE + LDIS + LRAD + TAX + PTRATIO + B + LLSTAT",
            194.09551056453654, 202.76354735381742, 38.29445553875372, 46.96249232803459, 0.44514443397319026,
            -0.0168870828674129, 0.0009762383413780377},
        Reference{
            "data/boston.csv", "data/boston_knn8.csv",
            "LCMEDV ~ CRIM + ZN + INDUS + CHAS + NOX2 + RM2 + AGE + LDIS + LRAD + TAX + PTRATIO + B + LLSTAT",
            347.25431856254016, 229.60219160649984, 160.1385442859847, 42.486417329944366, 0.3901270145436259,
            -0.014622801962399188, 0.00038550676647763985},
        Reference{"data/nat.csv", "data/nat_queen.csv", "HR90 ~ RD90 + PS90 + MA90 + DV90 + UE90",
                  146.068626996524, 169.17605644266553, 7.568484692763222, 30.675914138904762,
                  0.13017828440988918, -0.0012021795210850937, 0.00011527070965230159},
        Reference{"data/nat.csv", "data/nat_knn8.csv", "HR90 ~ RD90 + PS90 + MA90 + DV90 + UE90",
                  191.8052868439067, 208.9746975319797, 21.028687964700836, 38.198098652773844,
                  0.12108795502694443, -0.0011655902831141638, 7.565390557562262e-05}));

}  // namespace
}  // namespace isotherm
