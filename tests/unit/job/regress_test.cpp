#include "isotherm/job/regress.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "isotherm/job/weights.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using nlohmann::json;
using testing_support::Place;
using testing_support::TemporaryFolder;

/// 6 x 5 cells over three years, some rows missing, districts of columns. Values from a fixed generator.
class Regress : public testing::Test {
 protected:
  Regress() {
    std::ofstream file(folder.file("cells.csv"));
    file << "cell_id,year,district,x,y,heat,green,built\n";
    std::uint64_t state = 3;
    const auto uniform = [&] {
      state = state * 6364136223846793005U + 1442695040888963407U;
      return static_cast<double>(state >> 11) * 0x1p-53;
    };
    for (int year = 2020; year <= 2022; ++year) {
      for (int cell = 0; cell < 30; ++cell) {
        const double green = uniform(), built = uniform(), noise = uniform();
        file << cell << ',' << year << ",d" << cell % 6 / 2 << ',' << cell % 6 << ',' << cell / 6 << ',';
        if (noise > 0.1) file << 30 - 4 * green + 2 * built + std::sin(cell) + 0.5 * (year - 2020) + noise;
        file << ',' << green << ',' << built << '\n';
      }
    }
  }

  json fit(const std::string& formula, const std::vector<std::string>& models,
           const std::string& weights = "", const std::string& by = "year") {
    RegressJob job;
    job.cells.path = folder.file("cells.csv");
    job.formula = formula;
    job.by = by;
    job.area = "district";
    job.models = models;
    job.weights.spec = weights;
    job.output = folder.file("fit.json");
    testing::internal::CaptureStdout();
    run(job, place.context(1, true));
    report = testing::internal::GetCapturedStdout();
    std::ifstream in(job.output);
    return json::parse(in);
  }

  /// The same slope and residual sum from both, and as many degrees of freedom.
  static void expect_same_fit(const json& a, const json& b, const std::string& name) {
    const auto find = [&](const json& fitted) {
      for (const json& c : fitted["coefficients"]) {
        if (c["name"] == name) return c;
      }
      return json();
    };
    EXPECT_NEAR(find(a)["estimate"].get<double>(), find(b)["estimate"].get<double>(), 1e-11);
    EXPECT_NEAR(find(a)["std_error"].get<double>(), find(b)["std_error"].get<double>(), 1e-11);
    for (const char* number : {"rss", "r2", "log_likelihood", "aic", "df_residual"})
      EXPECT_NEAR(a[number].get<double>(), b[number].get<double>(), 1e-9) << number;
  }

  TemporaryFolder folder;
  Place place;
  std::string report;
};

// Effects taken out by means against a 0/1 column per group: two ways to one model.
TEST_F(Regress, CellEffectsAreADummyPerCell) {
  const json within = fit("heat ~ green + built", {"fe"});
  const json dummies = fit("heat ~ green + built + factor(cell_id)", {"ols"}, "", "");
  expect_same_fit(within["fits"][0], dummies["fits"][0], "green");
}

TEST_F(Regress, TwoWayEffectsAreADummyPerCellAndYear) {
  const json within = fit("heat ~ green + built", {"two_way"});
  const json dummies = fit("heat ~ green + built + factor(cell_id) + factor(year)", {"ols"}, "", "");
  expect_same_fit(within["fits"][0], dummies["fits"][0], "built");
}

TEST_F(Regress, AreaEffectsAreADummyPerAreaInEachYear) {
  const json within = fit("heat ~ green", {"area"}),
             dummies = fit("heat ~ green + factor(district)", {"ols"});
  ASSERT_EQ(within["fits"].size(), 3U);
  for (std::size_t year = 0; year < 3; ++year)
    expect_same_fit(within["fits"][year], dummies["fits"][year], "green");
}

TEST_F(Regress, LagsOfTheModelAreThoseOfTheFormula) {
  const json model = fit("heat ~ green", {"slx"}, "knn:3"),
             formula = fit("heat ~ green + w(green)", {"ols"}, "knn:3");
  expect_same_fit(model["fits"][2], formula["fits"][2], "w(green)");
}

TEST_F(Regress, WeightsFromAFileAreTheSameWeights) {
  WeightsJob job;
  job.cells.path = folder.file("cells.csv");
  job.weights.spec = "rook";
  EXPECT_THROW(run(job, place.context()), std::exception) << "points have no edges";
  job.weights.spec = "distance:1";
  job.output = folder.file("w.gal");
  run(job, place.context());
  const json near = fit("heat ~ green", {"slx"}, "distance:1"),
             file = fit("heat ~ green", {"slx"}, job.output);
  for (std::size_t year = 0; year < 3; ++year)
    expect_same_fit(near["fits"][year], file["fits"][year], "w(green)");
}

// R2 of a year from the joint fit is 1 - RSS/TSS of its rows: the RSS of the years add up to that of the fit.
TEST_F(Regress, TheTableHoldsEveryYearAndModel) {
  const json result = fit("heat ~ green + built", {"ols", "fe", "two_way"});
  ASSERT_EQ(result["r2"].size(), 3U);
  for (const json& row : result["r2"]) {
    EXPECT_GT(row["two_way"].get<double>(), row["ols"].get<double>());
    EXPECT_NE(report.find(row["period"].get<std::string>()), std::string::npos);
  }
  EXPECT_EQ(result["fits"].size(), 5U) << "three years of ols, two joint fits";
  EXPECT_EQ(result["rows_read"], 90);
  int rows = 0;
  for (const json& row : result["r2"]) rows += row["rows"].get<int>();
  EXPECT_EQ(result["rows_missing"].get<int>() + rows, 90);
  EXPECT_GT(result["rows_missing"].get<int>(), 0);
}

}  // namespace
}  // namespace isotherm
