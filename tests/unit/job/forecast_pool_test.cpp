// Weights that cells share, and regressors beside the states.
#include "unit/job/forecast_fixture.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace isotherm {
namespace {

using testing_support::ForecastRun;
using testing_support::many_cells;
using testing_support::read_file;

TEST_F(ForecastRun, PooledBytesDoNotDependOnThreadsAndRowsSaySo) {
  ForecastJob made = job(many_cells(300, 7));
  made.horizon = 2;
  made.pool = "all";
  made.backtest = 2;
  made.scores = folder_.file("scores.csv");
  std::string first, first_scores;
  for (const int threads : {1, 2, 5}) {
    const Table table = result(made, threads);
    EXPECT_TRUE(text(table, "reason", 0).starts_with("weights of 300 series; least AICc of 3"))
        << text(table, "reason", 0);
    const std::string bytes = read_file(made.output.path), scores = read_file(made.scores);
    if (first.empty()) first = bytes, first_scores = scores;
    EXPECT_EQ(bytes, first) << threads << " threads";
    EXPECT_EQ(scores, first_scores) << threads << " threads";
  }
}

TEST_F(ForecastRun, PoolsByClassAreThoseOfTheirOwnTables) {
  // Two classes in one table come out as each would alone; cells without a class are a third.
  std::istringstream lines(many_cells(60, 7));
  std::string line;
  std::getline(lines, line);
  std::ostringstream both, parks;
  both << line << ",kind\n";
  parks << line << ",kind\n";
  for (int row = 0; std::getline(lines, line); ++row) {
    const int cell = row / 7;
    const std::string whole = line + (cell % 3 == 0 ? ",park" : cell % 3 == 1 ? ",street" : ",") + "\n";
    both << whole;
    if (cell % 3 == 0) parks << whole;
  }
  ForecastJob made = job(both.str());
  made.pool = "class:kind";
  const Table together = result(made);
  ForecastJob alone = job(parks.str());
  alone.pool = "all";
  const Table park = result(alone);
  ASSERT_EQ(park.rows(), 20u);
  for (std::size_t k = 0; k < park.rows(); ++k) {
    EXPECT_EQ(number(together, "mean", 3 * k), number(park, "mean", k));
    EXPECT_EQ(number(together, "q90", 3 * k), number(park, "q90", k));
    EXPECT_EQ(text(together, "reason", 3 * k), text(park, "reason", k));
  }
}

TEST_F(ForecastRun, RegressorsAreTakenFromRowsAheadOrContinued) {
  // lst = 40 - 20 ndvi and nothing else; next year's ndvi is given for a, not for b.
  ForecastJob made =
      job("cell,year,lst,ndvi\n"
          "a,2016,30,0.5\na,2017,28,0.6\na,2018,32,0.4\na,2019,30,0.5\na,2020,26,0.7\na,2021,28,0.6\n"
          "a,2022,,0.1\na,2023,,0.9\n"
          "b,2016,30,0.5\nb,2017,30.1,0.5\nb,2018,30,0.5\nb,2019,29.9,0.5\nb,2020,30,0.5\nb,2021,30.2,0.5\n");
  made.regressors = {"ndvi"};
  made.model = "simple";
  made.horizon = 2;
  made.details = folder_.file("fits.jsonl");
  const Table table = result(made);
  ASSERT_EQ(table.rows(), 4u);
  EXPECT_EQ(number(table, "year", 0), 2022) << "rows without values are the future";
  EXPECT_NEAR(number(table, "mean", 0), 38, 1e-6);
  EXPECT_NEAR(number(table, "mean", 1), 22, 1e-6);
  EXPECT_EQ(text(table, "model", 0), "regression, ETS(A,N,N)");
  EXPECT_EQ(text(table, "reason", 0), "fits without error; regressors given");
  EXPECT_EQ(text(table, "reason", 2), "asked for; 0 of 1 regressors tell; regressors continued");
  EXPECT_NE(read_file(made.details).find("\"regression\": {\"ndvi\": -20"), std::string::npos)
      << read_file(made.details);
  made.regressors = {"lst"};
  EXPECT_NE(message(made, ErrorKind::usage).find("in one run"), std::string::npos);
  made.regressors = {"ndvi"};
  made.model = "theta";
  EXPECT_NE(message(made, ErrorKind::usage).find("'theta' is none"), std::string::npos);
  made.model = "MAM";
  made.regressors = {};
  made.pool = "all";
  EXPECT_NE(message(made, ErrorKind::usage).find("--pool needs"), std::string::npos);
  made.model = "auto";
  made.pool = "classes";
  EXPECT_NE(message(made, ErrorKind::usage).find("class:COLUMN"), std::string::npos);
  made.pool = "class:kind";
  EXPECT_NE(message(made, ErrorKind::input).find("kind"), std::string::npos);
}

TEST_F(ForecastRun, RegressorsAndPoolsGoTogetherAndPayOffInTheBackTest) {
  // A coefficient of -20 in all cells, eight years, ndvi given for the last: the error is that of the noise.
  std::mt19937 random(23);
  std::normal_distribution<double> normal;
  const std::string head = "cell,year,lst,ndvi,ward\n";
  std::ostringstream known, ahead;
  for (int cell = 0; cell < 200; ++cell) {
    for (int year = 2016; year < 2025; ++year) {
      const double ndvi = 0.5 + 0.1 * normal(random);
      std::ostringstream& csv = year < 2024 ? known : ahead;
      csv << "c" << cell << "," << year << ",";
      if (year < 2024) csv << 40 + cell * 0.01 - 20 * ndvi + 0.3 * normal(random);
      csv << "," << ndvi << ",w" << cell % 2 << "\n";
    }
  }
  ForecastJob made = job(head + known.str());
  made.pool = "all";
  made.backtest = 1;
  made.scores = folder_.file("scores.csv");
  made.total = "ward";
  made.totals = folder_.file("wards.csv");
  const auto error = [&] {
    result(made, 2);
    return number(read_table(made.scores, {}, place_.log).table, "rmse", 1);
  };
  const double without = error();
  std::ofstream(made.table) << head << known.str() << ahead.str();
  made.regressors = {"ndvi"};
  const double with = error();
  // 20 times 0.1 beside 0.3; from seven values level and coefficient add about a third of the variance.
  EXPECT_GT(without, 1.8);
  EXPECT_LT(with, 0.5);
  EXPECT_EQ(read_table(made.totals, {}, place_.log).table.rows(), 2u);
}

}  // namespace
}  // namespace isotherm
