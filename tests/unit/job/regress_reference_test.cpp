// Every cross-section of the reference tables: R (lm, sandwich, lmtest, spdep, spatialreg) and Python
// (spreg).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "isotherm/core/text.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "isotherm/model/moments.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using nlohmann::json;
using testing_support::all_rows;
using testing_support::has_reference;
using testing_support::reference_path;
using testing_support::reference_table;
using testing_support::weights_of_triplets;

json document(const std::string& name) {
  std::ifstream in(reference_path(name));
  return json::parse(in);
}

/// Data, weights, and the documents of both tools.
class CrossSection : public testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  void SetUp() override {
    const std::string data = GetParam().first, set = data + "__" + GetParam().second + "__regression";
    if (!has_reference(set + ".json")) GTEST_SKIP() << "the reference tables are not beside the checkout";
    r = document(set + ".json");
    python = document(set + "_py.json");
    table = reference_table("data/" + data + ".csv");
    weights =
        weights_of_triplets(reference_table("data/" + data + "_" + GetParam().second + ".csv"), table.rows());
    const std::vector<std::string> x = r["x"];
    formula = parse_model_formula(r["y"].get<std::string>() + " ~ " + join(x, " + "));
    y = response_of(formula, table, all_rows(table));
  }
  Design design(bool lags = false) const {
    return design_of(formula, table, all_rows(table), {&weights, lags, true});
  }
  Fit fit(const std::string& covariance, bool lags = false) const {
    FitChoice choice;
    choice.covariance = covariance;
    choice.weights = &weights;
    return fit_linear(design(lags), y, choice);
  }

  static void near(double value, const json& expected, double relative, const std::string& what) {
    const double wanted = expected.get<double>();
    EXPECT_NEAR(value, wanted, relative * std::abs(wanted) + 1e-300) << what;
  }
  /// Numbers by the names of coefficients, as R calls them.
  static void each(const Fit& fit, const json& expected, double Coefficient::*number, double relative,
                   const std::string& what) {
    ASSERT_EQ(fit.coefficients.size(), expected.size()) << what;
    for (const Coefficient& c : fit.coefficients) {
      std::string name = c.name == kInterceptName ? "(Intercept)" : c.name;
      if (name.starts_with("w(")) name = "lag." + name.substr(2, name.size() - 3);
      near(c.*number, expected.at(name), relative, what + " of " + name);
    }
  }
  static double test_value(const Fit& fit, const std::string& name) {
    for (const TestResult& test : fit.tests) {
      if (test.name == name) return test.value;
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

  json r, python;
  Table table;
  Weights weights;
  ModelFormula formula;
  std::vector<double> y;
};

TEST_P(CrossSection, OrdinaryLeastSquares) {
  const Fit ols = fit("classical");
  const json& wanted = r["ols"];
  each(ols, wanted["coef"], &Coefficient::value, 1e-9, "coefficient");
  each(ols, wanted["se"], &Coefficient::standard_error, 1e-10, "error");
  each(ols, wanted["t"], &Coefficient::statistic, 1e-9, "t");
  each(ols, wanted["p"], &Coefficient::p, 1e-8, "p");
  near(ols.r2, wanted["r2"], 1e-11, "R2");
  near(ols.r2_adjusted, wanted["adj_r2"], 1e-11, "adjusted R2");
  near(ols.rss, wanted["rss"], 1e-11, "RSS");
  near(ols.sigma2, wanted["sigma2_unbiased"], 1e-11, "sigma2");
  near(ols.sigma2_ml, wanted["sigma2_ml"], 1e-11, "sigma2_ml");
  near(ols.log_likelihood, wanted["logLik"], 1e-10, "likelihood");
  near(ols.aic, wanted["aic_R_counts_sigma"], 1e-10, "AIC");
  near(ols.bic, wanted["bic_R_counts_sigma"], 1e-10, "BIC");
  near(ols.aic_coefficients, wanted["aic_k_only"], 1e-10, "AIC of spreg");
  for (const char* kind : {"hc0", "hc1", "hc3"})
    each(fit(kind), wanted[std::string("se_") + kind], &Coefficient::standard_error, 1e-9, kind);
}

TEST_P(CrossSection, Diagnostics) {
  const Fit ols = fit("classical");
  const json& wanted = r["ols_diagnostics"];
  near(test_value(ols, "jarque_bera"), wanted["jarque_bera"]["statistic"], 1e-9, "Jarque-Bera");
  near(test_value(ols, "breusch_pagan"), wanted["breusch_pagan_classic"]["statistic"], 1e-9, "Breusch-Pagan");
  near(test_value(ols, "koenker_bassett"), wanted["koenker_bassett_studentized"]["statistic"], 1e-9,
       "Koenker");
  const json& spreg = python["ols_diagnostics_spreg"];
  near(ols.condition_number, spreg["multicollinearity_condition_number"], 1e-7, "condition");
  if (spreg["white"].is_object()) near(test_value(ols, "white"), spreg["white"]["statistic"], 1e-7, "White");
  const std::map<std::string, std::string> names{{"LMlag", "lm_lag"},
                                                 {"LMerr", "lm_error"},
                                                 {"RLMlag", "rlm_lag"},
                                                 {"RLMerr", "rlm_error"},
                                                 {"SARMA", "lm_sarma"}};
  for (const auto& [theirs, ours] : names)
    near(test_value(ols, ours), r["lm_tests"][theirs]["statistic"], 1e-8, ours);
  near(test_value(ols, "moran_residuals"), r["moran_residuals"]["I"], 1e-10, "Moran");
  for (const TestResult& test : ols.tests) {
    if (test.name != "moran_residuals") continue;
    near(test.expectation, r["moran_residuals"]["expectation"], 1e-9, "expectation of Moran");
    near(test.variance, r["moran_residuals"]["variance"], 1e-9, "variance of Moran");
  }
}

TEST_P(CrossSection, SpatialLagsOfTheColumns) {
  const Fit slx = fit("classical", true);
  each(slx, r["slx"]["coef"], &Coefficient::value, 1e-8, "coefficient");
  each(slx, r["slx"]["se"], &Coefficient::standard_error, 1e-9, "error");
  near(slx.rss, r["slx"]["rss"], 1e-10, "RSS");
  near(slx.r2, r["slx"]["r2"], 1e-10, "R2");
  near(slx.log_likelihood, r["slx"]["logLik"], 1e-10, "likelihood");
}

// Instruments of US counties reach a condition of 1e6 with two lags; 1e-8 is what both tools agree to.
TEST_P(CrossSection, LagByTwoStageLeastSquares) {
  for (int lags : {1, 2}) {
    MomentsChoice choice;
    choice.instrument_lags = lags;
    const json& wanted = r[lags == 1 ? "gm_lag_WX_instruments" : "gm_lag_WX_W2X_instruments"];
    Fit fit = fit_lag_moments(design(), y, weights, choice);
    near(fit.rss, wanted["sse"], 1e-7, "RSS");
    fit.coefficients.push_back(fit.dependence[0]);
    fit.coefficients.back().name = "Rho";
    each(fit, wanted["coef"], &Coefficient::value, 1e-6, "coefficient");
    each(fit, wanted["se"], &Coefficient::standard_error, 1e-7, "error");
    const json& spreg = python[lags == 1 ? "gm_lag_spreg_w_lags1" : "gm_lag_spreg_w_lags2"];
    near(fit.tests[0].value, spreg["anselin_kelejian"]["statistic"], 1e-5, "Anselin-Kelejian");
    near(fit.pseudo_r2, spreg["pr2"], 1e-7, "pseudo R2");
    choice.diagnostics = true;
    near(fit_lag_moments(design(), y, weights, choice).pseudo_r2_reduced, spreg["pr2_e"], 1e-6,
         "pseudo R2 of the reduced form");
  }
}

// The two tools differ from each other at 1e-6 (where their searches stop).
TEST_P(CrossSection, ErrorByMoments) {
  const Fit fit = fit_error_moments(design(), y, weights, {});
  near(fit.dependence[0].value, r["gm_error_KP"]["lambda"], 1e-4, "lambda");
  each(fit, r["gm_error_KP"]["coef"], &Coefficient::value, 1e-4, "coefficient");
  near(fit.pseudo_r2, python["gm_error_spreg_KP98"]["pr2"], 1e-5, "pseudo R2");
  const json& het = python["gm_error_het_spreg"];
  // Their matrix is singular for Columbus with knn8.
  const bool singular =
      std::string(GetParam().first) == "columbus" && std::string(GetParam().second) == "knn8";
  ASSERT_EQ(het.contains("coef_then_lambda"), !singular);
  if (singular) return;
  MomentsChoice choice;
  choice.unequal_variances = true;
  const Fit unequal = fit_error_moments(design(), y, weights, choice);
  const std::size_t count = unequal.coefficients.size();
  for (std::size_t j = 0; j <= count; ++j) {
    const Coefficient& c = j < count ? unequal.coefficients[j] : unequal.dependence[0];
    near(c.value, het["coef_then_lambda"][j], 1e-4, c.name);
    near(c.standard_error, het["se"][j], 1e-4, "error of " + c.name);
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, CrossSection,
                         testing::Values(std::pair{"columbus", "contiguity"}, std::pair{"columbus", "knn8"},
                                         std::pair{"boston", "soi"}, std::pair{"boston", "knn8"},
                                         std::pair{"nat", "queen"}, std::pair{"nat", "knn8"}));

}  // namespace
}  // namespace isotherm
