// Forecasts of cells: rows and calendars, what is carried, what is refused.
#include "unit/job/forecast_fixture.h"

#include <gtest/gtest.h>

#include <cmath>

namespace isotherm {
namespace {

using testing_support::ForecastRun;
using testing_support::many_cells;
using testing_support::read_file;

const char* const kThreeYears =
    "cell,year,lst,ndvi\n"
    "a,2021,20,0.5\na,2022,22,0.4\na,2023,24,0.6\n"
    "b,2021,30,\nb,2022,30,0.2\nb,2023,30,0.2\n"
    "c,2021,10,\n";

TEST_F(ForecastRun, OrderOfRowsDoesNotMatter) {
  // Cell by cell, and year by year with a row that names no cell between.
  const std::string by_cell = "a,2021,20\na,2022,22\na,2023,25\nb,2021,30\nb,2022,33\nb,2023,31\n";
  const std::string by_year = "a,2021,20\nb,2021,30\n,1999,7\na,2022,22\nb,2022,33\na,2023,25\nb,2023,31\n";
  const Table one = result(job("cell,year,lst\n" + by_cell));
  const Table other = result(job("cell,year,lst\n" + by_year));
  ASSERT_EQ(one.rows(), 2u);
  for (const char* name : {"mean", "q10", "q90"})
    EXPECT_EQ(column(one, name).reals(), column(other, name).reals()) << name;
}

TEST_F(ForecastRun, ANumberWrittenInTwoWaysIsOneCell) {
  const Table table = result(job("cell,year,lst\n1.5,2021,20\n1.50,2022,22\n2,2022,5\n"));
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_EQ(number(table, "cell", 0), 1.5);
  EXPECT_EQ(number(table, "n", 0), 2);
  EXPECT_EQ(number(table, "n", 1), 1);
}

TEST_F(ForecastRun, ATableBeyondTheMemoryIsRefused) {
  ForecastJob made = job("cell,year,lst\n1,2021,20\n1,2022,22\n");
  RunContext context = place_.context(1, true);
  context.memory = 40;  // two rows of sixteen bytes, and names
  try {
    run(made, context);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("--memory allows"), std::string::npos) << error.what();
  }
}

TEST_F(ForecastRun, ThreeYearsGiveTheMeanAndSaySo) {
  ForecastJob made = job(kThreeYears);
  made.values = {"lst", "ndvi"};
  made.horizon = 2;
  const Table table = result(made);
  ASSERT_EQ(table.rows(), 12u) << "three cells, two columns, two steps";
  EXPECT_EQ(text(table, "cell", 0), "a");
  EXPECT_EQ(number(table, "year", 1), 2025);
  EXPECT_EQ(number(table, "step", 1), 2);
  EXPECT_EQ(text(table, "variable", 2), "ndvi");
  EXPECT_EQ(number(table, "mean", 0), 22);
  // Standard deviation 2, times sqrt(1 + 1/3); t with two degrees of freedom at 90 %: 0.8 / sqrt(0.18).
  EXPECT_NEAR(number(table, "deviation", 0), 2 * std::sqrt(4.0 / 3), 1e-9);
  EXPECT_NEAR(number(table, "q90", 0), 22 + 0.8 / std::sqrt(0.18) * 2 * std::sqrt(4.0 / 3), 1e-7);
  EXPECT_EQ(text(table, "model", 0), "mean");
  EXPECT_EQ(text(table, "reason", 0), "3 observed values: too few for smoothing");
  EXPECT_EQ(number(table, "n", 0), 3);
  EXPECT_EQ(number(table, "q10", 4), 30) << "a constant continues itself";
  EXPECT_EQ(number(table, "n", 6), 2) << "ndvi of b";
  EXPECT_EQ(number(table, "mean", 8), 10) << "one value: itself, from the last year of the table on";
  EXPECT_EQ(number(table, "year", 8), 2024);
  EXPECT_TRUE(std::isnan(number(table, "q10", 8)));
  EXPECT_EQ(text(table, "model", 10), "none");
  EXPECT_TRUE(std::isnan(number(table, "mean", 10)));
}

TEST_F(ForecastRun, WideInAndOut) {
  ForecastJob made = job("cell,lst_2021,lst_2022,lst_2023\na,20,22,24\n");
  made.time.clear();
  made.layout = "wide";
  made.horizon = 2;
  const Table table = result(made);
  ASSERT_EQ(table.rows(), 1u);
  EXPECT_EQ(number(table, "lst_mean_2025", 0), 22);
  EXPECT_EQ(text(table, "lst_model", 0), "mean");
  EXPECT_EQ(number(table, "lst_n", 0), 3);
  ForecastJob tall = job("cell,year,lst\na,2021,20\na,2022,22\na,2023,24\n");
  tall.horizon = 2;
  EXPECT_EQ(number(result(tall), "q10", 1), number(table, "lst_q10_2025", 0));
}

TEST_F(ForecastRun, DatesGoOnACalendarAndSeveralAreFolded) {
  ForecastJob made =
      job("cell,year,lst\n"
          "a,2021-06-14,20\na,2021-06-30,24\na,2021-08-01T10:00:00Z,30\na,2021-12-24,2\na,2022-01-02,4\n");
  EXPECT_NE(message(made, ErrorKind::usage).find("--every"), std::string::npos);
  made.model = "naive";
  made.every = "month";
  Table table = result(made);
  EXPECT_EQ(text(table, "year", 0), "2022-02");
  EXPECT_EQ(number(table, "mean", 0), 4);
  EXPECT_EQ(number(table, "n", 0), 4) << "June's two are one";
  made.every = "season";
  made.model = "mean";
  table = result(made);
  EXPECT_EQ(text(table, "year", 0), "2022-MAM") << "December belongs to the winter of 2022";
  EXPECT_NEAR(number(table, "mean", 0), ((20 + 24 + 30) / 3.0 + 3) / 2, 1e-8);
  made.aggregate = "max";
  EXPECT_EQ(number(result(made), "mean", 0), 17) << "30 and 4";
  made.every = "16d";
  made.model = "naive";
  table = result(made);
  EXPECT_EQ(text(table, "year", 0), "2022-01-17") << "the steps of a year begin on 1 January";
  made.every = "fortnight";
  EXPECT_NE(message(made, ErrorKind::usage).find("16d"), std::string::npos);
  bool told = false;
  for (const std::string& line : place_.log.notes)
    told = told || line.find("1 times: their mean") != std::string::npos;
  EXPECT_TRUE(told);
}

TEST_F(ForecastRun, AYearEndsWithAShortStep) {
  // 16-day steps: 23 a year, the last begins on 19 December (18 in a leap year) and is short.
  ForecastJob made = job("cell,year,lst\na,2021-12-31,1\na,2022-01-01,2\na,2022-01-16,4\n");
  made.every = "16d";
  made.model = "drift";
  const Table table = result(made);
  EXPECT_EQ(number(table, "n", 0), 2);
  EXPECT_EQ(number(table, "mean", 0), 5) << "from 1 to the mean of 2 and 4, one step further";
}

TEST_F(ForecastRun, GapsAreMissingNotFilled) {
  ForecastJob made = job("cell,year,lst\na,2015,10\na,2019,14\na,2020,\nb,2021,1\n");
  made.model = "drift";
  const Table table = result(made);
  EXPECT_EQ(number(table, "mean", 0), 17) << "2022, three years after the last value of a";
  EXPECT_EQ(number(table, "n", 0), 2);
}

TEST_F(ForecastRun, OutlinesAreCarried) {
  ForecastJob made =
      job("cell,year,lst,wkt\n"
          "a,2021,20,\"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))\"\n"
          "a,2022,22,\"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))\"\n");
  made.output.wkt = true;
  made.crs = "EPSG:4326";
  result(made);
  EXPECT_NE(read_file(made.output.path).find("POLYGON"), std::string::npos);
  made.crs.clear();
  made.output.wkt = false;
  result(made);
  EXPECT_EQ(read_file(made.output.path).find("POLYGON"), std::string::npos);
  ASSERT_FALSE(place_.log.warnings.empty());
  EXPECT_NE(place_.log.warnings.back().find("--crs"), std::string::npos);
  made.output.path = folder_.file("out.geojson");
  made.crs = "EPSG:4326";
  run(made, place_.context(1, true));
  EXPECT_EQ(read_table(made.output.path, {}, place_.log).table.geometry.size(), 1u);
}

TEST_F(ForecastRun, BytesDoNotDependOnThreads) {
  ForecastJob made = job(many_cells(300, 9));
  made.horizon = 3;
  made.backtest = 2;
  made.scores = folder_.file("scores.csv");
  made.calibrate = true;
  for (const char* model : {"auto", "MMN"}) {
    made.model = model;
    made.paths = 100;
    std::string first, first_scores;
    for (const int threads : {1, 2, 5}) {
      run(made, place_.context(threads, true));
      const std::string bytes = read_file(made.output.path), scores = read_file(made.scores);
      if (first.empty()) first = bytes, first_scores = scores;
      EXPECT_EQ(bytes, first) << model << " with " << threads << " threads";
      EXPECT_EQ(scores, first_scores) << model << " with " << threads << " threads";
    }
  }
}

TEST_F(ForecastRun, RefusesInWords) {
  const auto says = [&](auto change, ErrorKind kind, const char* part) {
    ForecastJob made = job("cell,year,lst,word\na,2021,20,x\na,2022,22,y\na,2023,24,x\n");
    change(made);
    const std::string text = message(made, kind);
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says([](ForecastJob& j) { j.values = {"lts"}; }, ErrorKind::input, "did you mean 'lst'");
  says([](ForecastJob& j) { j.values = {}; }, ErrorKind::usage, "--value");
  says([](ForecastJob& j) { j.values = {"word"}; }, ErrorKind::input, "holds text");
  says([](ForecastJob& j) { j.values = {"cell"}; }, ErrorKind::usage, "the column of names");
  says([](ForecastJob& j) { j.id = "zone"; }, ErrorKind::input, "no attribute 'zone'");
  says([](ForecastJob& j) { j.time = "word"; }, ErrorKind::input, "is no time");
  says([](ForecastJob& j) { j.time = "cell"; }, ErrorKind::usage, "name the same column");
  says([](ForecastJob& j) { j.time = ""; }, ErrorKind::input, "lst_2021");
  says([](ForecastJob& j) { j.every = "month"; }, ErrorKind::usage, "coarser");
  says([](ForecastJob& j) { j.model = "arima"; }, ErrorKind::usage, "unknown model");
  says([](ForecastJob& j) { j.quantiles = {"90"}; }, ErrorKind::usage, "between 0 and 1");
  says([](ForecastJob& j) { j.calibrate = true; }, ErrorKind::usage, "--backtest");
  says([](ForecastJob& j) { j.backtest = 2; }, ErrorKind::usage, "--scores");
  says([](ForecastJob& j) { j.table += "x"; }, ErrorKind::input, "in.csvx");
}

}  // namespace
}  // namespace isotherm
