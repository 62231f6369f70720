#include "isotherm/job/scenario.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/job/regress.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::TemporaryFolder;

class ScenarioRun : public testing::Test {
 protected:
  std::string write(const char* name, const std::string& text) {
    const std::string path = folder_.file(name);
    std::ofstream(path) << text;
    return path;
  }

  /// Fits `formula` to the table and asks for 2050 with RCP8.5 of +1 in 2021-2040 and +2.5 in 2041-2060.
  ScenarioJob job(const std::string& csv, const std::string& formula, const std::string& by = "") {
    RegressJob fit;
    fit.cells.path = write("cells.csv", csv);
    fit.formula = formula;
    fit.by = by;
    fit.models = {"ols"};
    fit.output = folder_.file("fit.json");
    run(fit, place_.context(1, true));
    ScenarioJob made;
    made.fit = fit.output;
    made.cells.path = fit.cells.path;
    made.deltas = {write("rcp.csv", "period,RCP4.5 (30),RCP8.5 (32)\n2021-2040,1,1\n2041-2060,1.5,2.5\n")};
    made.scenario = "rcp85";
    made.base = "2030";
    made.years = {"2050"};
    made.output.path = folder_.file("out.csv");
    return made;
  }

  Table result(const ScenarioJob& made) {
    run(made, place_.context(1, true));
    return read_table(made.output.path, {}, place_.log).table;
  }

  static double number(const Table& table, const char* name, std::size_t row) {
    const auto at = table.find(name);
    EXPECT_TRUE(at) << name;
    const Column& c = table.columns.at(at.value_or(0));
    if (const auto* integers = std::get_if<Integers>(&c.values)) return static_cast<double>((*integers)[row]);
    return c.reals()[row];
  }

  std::string message(const ScenarioJob& made) {
    try {
      run(made, place_.context(1, true));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  Place place_;
};

// lst = 30 - 10 ndvi + noise of +-1 in pairs that cancel: slope -10 and intercept 30 exactly.
const char* const kCells =
    "cell_id,lst,ndvi,use\n"
    "a,29,0.2,park\nb,27,0.2,street\nc,27,0.4,park\nd,25,0.4,street\ne,25,0.6,park\nf,23,0.6,street\n";

TEST_F(ScenarioRun, ChangesAddUpByHand) {
  ScenarioJob made = job(kCells, "lst ~ ndvi");
  made.changes = {"ndvi += 0.1 where use == \"park\""};
  made.response = "0.8:0.2";
  const Table table = result(made);
  ASSERT_EQ(table.rows(), 6u);
  // Air: 2.5 - 1 = 1.5; surface 0.8 of it. Parks lose 10 x 0.1.
  EXPECT_NEAR(number(table, "from_climate", 0), 1.2, 1e-9);
  EXPECT_NEAR(number(table, "from_rules", 0), -1, 1e-9);
  EXPECT_EQ(number(table, "from_rules", 1), 0);
  EXPECT_EQ(number(table, "from_drivers", 0), 0);
  EXPECT_NEAR(number(table, "mean", 0), 29 + 1.2 - 1, 1e-9);
  EXPECT_NEAR(number(table, "mean", 1), 27 + 1.2, 1e-9);
  // Variance: residuals 6 / 4; climate (0.2 x 1.5)^2; the slope's variance 1.5 / 0.16 times 0.1^2 in parks.
  EXPECT_NEAR(number(table, "deviation", 1), std::sqrt(1.5 + 0.09), 1e-9);
  EXPECT_NEAR(number(table, "deviation", 0), std::sqrt(1.5 + 0.09 + 0.09375), 1e-9);
  EXPECT_NEAR(number(table, "share_coefficients", 0), 0.09375 / 1.68375, 1e-9);
  EXPECT_NEAR(number(table, "share_climate", 1), 0.09 / 1.59, 1e-9);
  EXPECT_NEAR(number(table, "q90", 1), 28.2 + 1.2815515655446004 * std::sqrt(1.59), 1e-8);
}

TEST_F(ScenarioRun, FromPredictedBeginsWhereTheModelDoes) {
  ScenarioJob made = job(kCells, "lst ~ ndvi");
  made.from = "predicted";
  const Table table = result(made);
  EXPECT_NEAR(number(table, "start", 0), 28, 1e-9);
  EXPECT_NEAR(number(table, "mean", 0), 29.5, 1e-9);
}

TEST_F(ScenarioRun, DriversGoOnByTheirOwnPast) {
  // In every year lst = 30 - 10 ndvi +- 1; ndvi rises by 0.01 a year in a and b and stays in the others.
  std::string csv = "cell_id,year,lst,ndvi\n";
  for (int year = 2017; year <= 2021; ++year) {
    for (int cell = 0; cell < 6; ++cell) {
      const double ndvi = 0.2 * (1 + cell / 2) + (cell < 2 ? 0.01 * (year - 2017) : 0);
      csv += std::string(1, static_cast<char>('a' + cell)) + "," + std::to_string(year) + "," +
             std::to_string(30 - 10 * ndvi + (cell % 2 == 0 ? 1 : -1)) + "," + std::to_string(ndvi) + "\n";
    }
  }
  ScenarioJob made = job(csv, "lst ~ ndvi", "year");
  made.drivers = "drift";
  made.years = {"2041"};
  made.base = "";
  const Table table = result(made);
  ASSERT_EQ(table.rows(), 6u);
  // 20 years of 0.01 times -10; the climate's base is the last year, 2021, in the period 2021-2040.
  EXPECT_NEAR(number(table, "from_drivers", 0), -2, 1e-6);
  EXPECT_NEAR(number(table, "from_drivers", 4), 0, 1e-12);
  EXPECT_NEAR(number(table, "from_climate", 0), 1.5, 1e-9);
  EXPECT_NEAR(number(table, "start", 0), 30 - 10 * 0.24 + 1, 1e-6);
  // A perfect line goes on without spread.
  EXPECT_NEAR(number(table, "share_drivers", 0), 0, 1e-9);

  made.drivers = "naive";
  const Table walking = result(made);
  EXPECT_NEAR(number(walking, "from_drivers", 0), 0, 1e-6);
  // Steps of 0.01 wander: after 20 of them sqrt(20) 0.01, times 10.
  const double deviation = number(walking, "deviation", 0);
  EXPECT_NEAR(number(walking, "share_drivers", 0) * deviation * deviation, 20 * 0.01, 1e-6);
  EXPECT_NE(message([&] {
              ScenarioJob past = made;
              past.years = {"2021"};
              return past;
            }())
                .find("does not lie behind"),
            std::string::npos);
}

TEST_F(ScenarioRun, AnAirTemperatureOfTheModelTakesTheChange) {
  // lst = 10 + 0.5 air, in pairs of +-1.
  ScenarioJob made = job("cell_id,lst,air\na,21,20\nb,19,20\nc,22,22\nd,20,22\n", "lst ~ air");
  made.temperature = "air";
  const Table table = result(made);
  EXPECT_NEAR(number(table, "from_climate", 0), 0.75, 1e-9);
  made.response = "0.8";
  EXPECT_NE(message(made).find("--response does not go with --temperature"), std::string::npos);
}

TEST_F(ScenarioRun, ModelsSpreadAndYearsAreAveraged) {
  ScenarioJob made = job(kCells, "lst ~ ndvi");
  made.deltas = {write("models.csv",
                       "model,exp,period,mean\nx,rcp85,2021-2040,1\nx,rcp85,2041-2060,2\n"
                       "y,rcp85,2021-2040,1\ny,rcp85,2041-2060,4\nz,rcp26,2021-2040,9\n")};
  const Table table = result(made);
  EXPECT_NEAR(number(table, "from_climate", 0), 2, 1e-9);
  // Changes 1 and 3: a variance of 2 beside the residuals' 1.5.
  EXPECT_NEAR(number(table, "deviation", 0), std::sqrt(3.5), 1e-9);

  std::string yearly = "scenario,year,mean_tas\n";
  for (int year = 1980; year <= 2100; ++year) {
    yearly += (year < 2006 ? "historical," : "rcp85,") + std::to_string(year) + "," +
              std::to_string(280 + 0.02 * (year - 1980)) + "\n";
  }
  made.deltas = {write("yearly.csv", yearly)};
  made.base = "1986-2005";
  // The mean of 2041-2060 less that of 1986-2005: 55 years of 0.02.
  EXPECT_NEAR(number(result(made), "from_climate", 0), 1.1, 1e-6);
}

TEST_F(ScenarioRun, WhatCannotBeAnsweredIsRefused) {
  ScenarioJob made = job(kCells, "lst ~ ndvi");
  const auto refused = [&](auto change) {
    ScenarioJob other = made;
    change(other);
    return message(other);
  };
  EXPECT_NE(
      refused([](ScenarioJob& j) { j.scenario = "rcp60"; }).find("no column of temperatures for 'rcp60'"),
      std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.base = ""; }).find("for example --base 2021"), std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.base = "1990"; }).find("no temperature for 1990"),
            std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.years = {"2090"}; }).find("no temperature for 2090"),
            std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.years = {"soon"}; }).find("--years takes years"),
            std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.changes = {"ndvy += 1"}; }).find("did you mean 'ndvi'"),
            std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.temperature = "air"; }).find("does not use 'air'"),
            std::string::npos);
  EXPECT_NE(refused([](ScenarioJob& j) { j.response = "much"; }).find("--response takes a number"),
            std::string::npos);
}

TEST_F(ScenarioRun, TheClimateTablesOfCmip5Drive) {
  const std::string folder = ISOTHERM_SOURCE_DIR "/../shared/data/climate/";
  if (!std::ifstream(folder + "cmip5_gmt/cmip5_mmm_temperatures_one_ens_1850_1900.csv"))
    GTEST_SKIP() << "the climate tables are not at hand";
  ScenarioJob made = job(kCells, "lst ~ ndvi");
  made.deltas = {folder + "cmip5_gmt/cmip5_mmm_temperatures_one_ens_1850_1900.csv"};
  made.base = "2011-2020";
  // 2.49 - 1.24: the period 2041-2060 has 2050 nearest its middle.
  EXPECT_NEAR(number(result(made), "from_climate", 0), 1.25, 1e-9);
  made.deltas = {folder + "cmip5_netcdf/derived_global_annual_by_scenario.csv"};
  made.base = "1986-2005";
  made.years = {"2055"};
  // The table's README: +1.998 K in 2046-2065.
  EXPECT_NEAR(number(result(made), "from_climate", 0), 1.998, 5e-4);
  made.deltas = {folder + "cmip5_gmt/cmip5_temperatures_one_ens_1850_1900.csv"};
  made.base = "2021-2040";
  made.years = {"2050"};
  const Table table = result(made);
  EXPECT_NEAR(number(table, "from_climate", 0), 2.49 - 1.71, 0.01);
  EXPECT_GT(number(table, "share_climate", 0), 0.01);
}

}  // namespace
}  // namespace isotherm
