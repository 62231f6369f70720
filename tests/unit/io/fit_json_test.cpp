#include "isotherm/io/fit_json.h"

#include <gtest/gtest.h>

#include <fstream>

#include "isotherm/core/error.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;

FittedModel model() {
  FittedModel model;
  model.model = "sar";
  model.formula = "log(y) ~ poly(x, 2) + factor(zone)";
  model.by = "year";
  model.period = "2020";
  model.response = {RecipePart::Kind::function, false, "y", "log", 0, 1, "", {}};
  model.weights = {"knn:8", false, true};
  RecipePart polynomial{RecipePart::Kind::polynomial,     false, "x", "", 0, 0.1, "",
                        {{1.0 / 3, 0, 7}, {2, 1e-300, 5}}};
  RecipePart level{RecipePart::Kind::level, false, "zone", "", 0, 1, "Gr\xC3\xBCn \"x\"", {}};
  RecipePart lagged{RecipePart::Kind::function, true, "x", "standardise", 0.1, 0.7, "", {}};
  model.names = {"(intercept)", "x^2", "zone:w(x)"};
  model.columns = {{}, {polynomial}, {level, lagged}};
  model.coefficients = {1.0 / 7, -2e-17, 3};
  model.rho = 0.123456789012345678;
  model.covariance = square_matrix(4);
  for (std::size_t k = 0; k < 16; ++k) model.covariance.values[k] = 1.0 / static_cast<double>(k + 3);
  model.covariance_kind = "hc3";
  model.sigma2 = 0.5;
  model.df_residual = 96;
  model.rows = 100;
  model.effects = {{"cell", {"a", "b"}, {0.1, -0.1}, 0.05}};
  return model;
}

class FitJson : public testing::Test {
 protected:
  std::string written(const std::vector<FittedModel>& models) {
    JsonWriter json;
    json.begin_object()
        .member("layout", kFitLayout)
        .member("formula", "y ~ x")
        .member("by", "year")
        .member("id", "");
    json.key("fits").begin_array();
    for (const FittedModel& m : models) {
      json.begin_object().key("apply");
      write_fitted(json, m);
      json.end();
    }
    json.end().end();
    return json.text();
  }
  std::string put(const std::string& text) {
    const std::string path = folder.file("fit.json");
    std::ofstream(path) << text;
    return path;
  }
  std::string error_of(const std::string& text) {
    try {
      read_fits(put(text));
    } catch (const Error& error) {
      const std::string what = error.what();
      return what.substr(what.find("fit.json") + 8);
    }
    return "";
  }
  /// The error after one piece of a sound document is replaced.
  std::string broken(const std::string& from, const std::string& to) {
    std::string text = written({model()});
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return error_of(text.replace(at, from.size(), to));
  }
  TemporaryFolder folder;
};

TEST_F(FitJson, EverythingReadsBackBitForBit) {
  const FitDocument document = read_fits(put(written({model()})));
  ASSERT_EQ(document.fits.size(), 1);
  const FittedModel& a = document.fits[0];
  const FittedModel b = model();
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.response, b.response);
  EXPECT_EQ(a.names, b.names);
  EXPECT_EQ(a.coefficients, b.coefficients);
  EXPECT_EQ(a.covariance.values, b.covariance.values);
  EXPECT_EQ(a.effects, b.effects);
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(a.rho, b.rho);
  EXPECT_EQ(a.lambda, b.lambda);
  EXPECT_EQ(a.period, "2020");
  EXPECT_EQ(document.by, "year");
}

TEST_F(FitJson, WhatIsBrokenIsSaidWithItsPlace) {
  EXPECT_EQ(error_of("{}"),
            ": is no result of 'isotherm regress' (its member layout should be isotherm-regress/1)");
  EXPECT_EQ(error_of("[1]"), ": is no object");
  EXPECT_EQ(error_of("{\"layout\": 7}"), ": layout is no text");
  EXPECT_EQ(broken("\"apply\"", "\"applied\""), ", fit 1: lacks apply");
  EXPECT_EQ(broken("\"kind\": \"polynomial\"", "\"kind\": \"spline\""),
            ", fit 1, apply, column 2: unknown kind 'spline'");
  EXPECT_EQ(broken("\"standardise\"", "\"system\""), ", fit 1, apply, column 3: unknown function 'system'");
  EXPECT_EQ(broken("\"scale\": 0.7", "\"scale\": 0"), ", fit 1, apply, column 3: scale is 0");
  EXPECT_EQ(broken("\"sigma2\": 0.5", "\"sigma2\": null"), ", fit 1, apply: sigma2 is no number");
  EXPECT_EQ(broken("\"rho\"", "\"roh\""), ", fit 1, apply: covariance has more than 3 entries");
  EXPECT_EQ(broken("[0.1, -0.1]", "[0.1]"), ", fit 1, apply, effects: values should have 2 numbers");
}

TEST_F(FitJson, FitsAreFoundByModelAndPeriod) {
  FittedModel later = model(), pooled = model();
  later.period = "2021";
  pooled.model = "fe";
  pooled.period = "all";
  const FitDocument document{"y ~ x", "year", "", {model(), later, pooled}, {"gwr"}};
  EXPECT_EQ(&fit_named(document, "sar", "2021"), &document.fits[1]);
  EXPECT_EQ(&fit_named(document, "fe", "2021"), &document.fits[2]);
  EXPECT_EQ(&fit_named(document, "fe", ""), &document.fits[2]);
  const auto error = [&](const char* name, const char* period) -> std::string {
    try {
      fit_named(document, name, period);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(error("sar", ""),
            "'sar' could be several fits; say which; there are sar of 2020, sar of 2021, fe of all");
  EXPECT_EQ(
      error("sat", "2020"),
      "there is no fit of 'sat' to 2020; there are sar of 2020, sar of 2021, fe of all; did you mean 'sar'?");
  EXPECT_TRUE(error("gwr", "").starts_with("model gwr has coefficients of its own for every cell"));
}

}  // namespace
}  // namespace isotherm
