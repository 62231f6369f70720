#include "isotherm/job/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_reader.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::read_file;
using testing_support::TemporaryFolder;

class ForecastRun : public testing::Test {
 protected:
  ForecastJob job(const std::string& csv) {
    ForecastJob made;
    made.table = folder_.file("in.csv");
    std::ofstream(made.table) << csv;
    made.id = "cell";
    made.time = "year";
    made.values = {"lst"};
    made.output.path = folder_.file("out.csv");
    return made;
  }

  Table result(const ForecastJob& made, int threads = 1) {
    run(made, place_.context(threads, true));
    return read_table(made.output.path, {}, place_.log).table;
  }

  static const Column& column(const Table& table, const char* name) {
    const auto at = table.find(name);
    EXPECT_TRUE(at) << name;
    return table.columns.at(at.value_or(0));
  }
  static double number(const Table& table, const char* name, std::size_t row) {
    const Column& c = column(table, name);
    if (const auto* integers = std::get_if<Integers>(&c.values)) return static_cast<double>((*integers)[row]);
    return c.reals()[row];
  }
  static std::string text(const Table& table, const char* name, std::size_t row) {
    return column(table, name).texts()[row].value_or("");
  }

  std::string message(const ForecastJob& made, ErrorKind kind) {
    try {
      run(made, place_.context(1, true));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  Place place_;
};

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

/// Yearly cells with a common trend and noise of their own.
std::string many_cells(int cells, int years) {
  std::mt19937 random(17);
  std::normal_distribution<double> normal;
  std::ostringstream csv;
  csv << "cell,year,lst\n";
  for (int cell = 0; cell < cells; ++cell) {
    const double base = 25 + 3 * normal(random);
    for (int year = 0; year < years; ++year) {
      csv << "c" << cell << "," << 2000 + year << "," << base + 0.05 * year + normal(random) << "\n";
    }
  }
  return csv.str();
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

TEST_F(ForecastRun, BackTestByHand) {
  // Naive from 2023: 4 for 6. From 2022: 2 for 4 and 6. In-sample changes are 1 and 2 (mean 1.5), and 1.
  ForecastJob made = job("cell,year,lst\na,2021,1\na,2022,2\na,2023,4\na,2024,6\n");
  made.model = "naive";
  made.compare = {"mean"};
  made.horizon = 2;
  made.backtest = 2;
  made.scores = folder_.file("scores.csv");
  run(made, place_.context(1, true));
  const Table scores = read_table(made.scores, {}, place_.log).table;
  ASSERT_EQ(scores.rows(), 6u);
  EXPECT_EQ(text(scores, "model", 0), "naive");
  EXPECT_EQ(number(scores, "forecasts", 0), 2);
  EXPECT_NEAR(number(scores, "mase", 0), (2 / 1.5 + 2 / 1.0) / 2, 1e-12);
  EXPECT_NEAR(number(scores, "smape", 0), (200 * 2 / 10.0 + 200 * 2 / 6.0) / 2, 1e-12);
  EXPECT_NEAR(number(scores, "rmse", 1), 4, 1e-12);
  EXPECT_EQ(number(scores, "forecasts", 2), 3) << "all steps";
  // 80 % limits of naive: from 2023 4 +- 1.28 sqrt(2.5) holds 6, from 2022 2 +- 1.28 does not hold 4.
  const double d = 1.2815515655446004 * std::sqrt(2.0);  // two steps from 2022: 2 +- d for 6
  EXPECT_EQ(number(scores, "coverage", 0), 0.5);
  EXPECT_EQ(number(scores, "coverage", 1), 0);
  EXPECT_NEAR(number(scores, "pinball", 1), (0.1 * (4 + d) + 0.5 * 4 + 0.9 * (4 - d)) / 3, 1e-9);
  EXPECT_EQ(text(scores, "model", 3), "mean");
  // Mean from 2023: 7/3 for 6.
  EXPECT_NEAR(number(scores, "rmse", 3), std::sqrt(((6 - 7 / 3.0) * (6 - 7 / 3.0) + 2.5 * 2.5) / 2), 1e-9);
}

TEST_F(ForecastRun, CalibrationBringsLimitsToTheirShare) {
  // Holt's limits from 12 values are too narrow; the back-test knows. The last year is held back from the job
  // and compared with.
  const int cells = 2000, years = 13;
  const std::string all = many_cells(cells, years);
  std::ostringstream known;
  std::vector<double> came;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> parts = split(line, ',');
    if (parts[1] == "2012") {
      came.push_back(*parse_number(parts[2]));
    } else {
      known << line << "\n";
    }
  }
  ForecastJob made = job(known.str());
  made.model = "holt";
  const auto share = [&] {
    const Table table = result(made);
    double inside = 0;
    for (std::size_t cell = 0; cell < came.size(); ++cell) {
      inside += came[cell] >= number(table, "q10", cell) && came[cell] <= number(table, "q90", cell);
    }
    return inside / static_cast<double>(came.size());
  };
  EXPECT_LT(share(), 0.76);
  made.backtest = 3;
  made.calibrate = true;
  EXPECT_NEAR(share(), 0.8, 0.03) << "2000 cells: a sampling error of 0.9 %";
}

TEST_F(ForecastRun, RefusesInWords) {
  const auto says = [&](auto change, ErrorKind kind, const char* part) {
    ForecastJob made = job(kThreeYears);
    change(made);
    const std::string text = message(made, kind);
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says([](ForecastJob& j) { j.values = {"lts"}; }, ErrorKind::input, "did you mean 'lst'");
  says([](ForecastJob& j) { j.values = {}; }, ErrorKind::usage, "--value");
  says([](ForecastJob& j) { j.values = {"cell"}; }, ErrorKind::input, "holds text");
  says([](ForecastJob& j) { j.id = "zone"; }, ErrorKind::input, "no attribute 'zone'");
  says([](ForecastJob& j) { j.time = "cell"; }, ErrorKind::input, "is no time");
  says([](ForecastJob& j) { j.time = ""; }, ErrorKind::input, "lst_2021");
  says([](ForecastJob& j) { j.every = "month"; }, ErrorKind::usage, "coarser");
  says([](ForecastJob& j) { j.model = "arima"; }, ErrorKind::usage, "unknown model");
  says([](ForecastJob& j) { j.quantiles = {"90"}; }, ErrorKind::usage, "between 0 and 1");
  says([](ForecastJob& j) { j.calibrate = true; }, ErrorKind::usage, "--backtest");
  says([](ForecastJob& j) { j.backtest = 2; }, ErrorKind::usage, "--scores");
  says([](ForecastJob& j) { j.table += "x"; }, ErrorKind::input, "in.csvx");
}

TEST_F(ForecastRun, AreasContinueTheirOwnMeansAndSums) {
  ForecastJob made =
      job("cell,ward,year,lst\n"
          "a,north,2021,1\na,north,2022,2\na,north,2023,3\n"
          "b,north,2021,3\nb,north,2022,\nb,north,2023,5\n"
          "c,south,2021,7\nc,south,2022,7\nc,south,2023,7\n");
  made.model = "naive";
  made.total = "ward";
  made.totals = folder_.file("wards.csv");
  result(made);
  const Table means = read_table(made.totals, {}, place_.log).table;
  ASSERT_EQ(means.rows(), 2u);
  EXPECT_EQ(text(means, "ward", 0), "north");
  // North: 2, 2 (b is missing), 4; changes 0 and 2.
  EXPECT_EQ(number(means, "mean", 0), 4);
  EXPECT_NEAR(number(means, "deviation", 0), std::sqrt(2.0), 1e-9);
  made.total_as = "sum";
  result(made);
  const Table sums = read_table(made.totals, {}, place_.log).table;
  EXPECT_EQ(number(sums, "mean", 0), 8);
  EXPECT_EQ(number(sums, "mean", 1), 7);
  made.total = "wart";
  EXPECT_NE(message(made, ErrorKind::input).find("did you mean 'ward'"), std::string::npos);
  made.totals = "";
  EXPECT_NE(message(made, ErrorKind::usage).find("go together"), std::string::npos);
}

TEST_F(ForecastRun, DetailsHoldTheFitAndPlotsTheCell) {
  ForecastJob made =
      job("cell,year,lst\na,2016,1\na,2017,3\na,2018,2\na,2019,4\na,2020,3\na,2021,5\na,2022,4\na,2023,6\n"
          "<b>,2022,1\n<b>,2023,2\n");
  made.model = "holt";
  made.details = folder_.file("fits.jsonl");
  made.components = true;
  made.plots = {"a", "<b>", "mean"};
  made.plot_file = folder_.file("{cell}-{variable}.svg");
  result(made);
  const std::string lines = read_file(made.details);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_TRUE(lines.starts_with("{\"cell\": \"a\",\"variable\": \"lst\",\"first\": \"2016\",\"observed\": 8"))
      << lines;
  EXPECT_NE(lines.find("\"alpha\": "), std::string::npos);
  EXPECT_NE(lines.find("\"fitted\": ["), std::string::npos);
  EXPECT_NE(lines.find("\"model\": \"mean\""), std::string::npos);
  const std::string drawing = read_file(folder_.file("a-lst.svg"));
  EXPECT_TRUE(drawing.starts_with("<svg ")) << drawing;
  // Eight values and one step ahead, a dot each; the band.
  std::size_t dots = 0;
  for (std::size_t at = 0; (at = drawing.find("<circle", at)) != std::string::npos; ++at) ++dots;
  EXPECT_EQ(dots, 9u);
  EXPECT_NE(drawing.find("<polygon"), std::string::npos);
  EXPECT_NE(read_file(folder_.file("<b>-lst.svg")).find("lst, &lt;b&gt;"), std::string::npos);
  EXPECT_TRUE(read_file(folder_.file("mean-lst.svg")).starts_with("<svg "));
  made.plot_file = folder_.file("{cell}-{variable}.png");
  EXPECT_NE(message(made, ErrorKind::usage).find("drawings are SVG"), std::string::npos);
  made.plot_file = folder_.file("{cell}-{variable}.svg");
  made.plots = {"z"};
  EXPECT_NE(message(made, ErrorKind::usage).find("no cell 'z'"), std::string::npos);
  made.details = "";
  EXPECT_NE(message(made, ErrorKind::usage).find("--components needs --details"), std::string::npos);
}

TEST_F(ForecastRun, CalibratedLimitsCoverTheYearlySeriesOfM3) {
  std::ifstream file(ISOTHERM_SOURCE_DIR "/../shared/reference/data/m3_yearly.csv");
  if (!file) GTEST_SKIP() << "the series of the M3 competition are not at hand";
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = split(line, ',');
    (parts[1] == "train" ? all[parts[0]].first : all[parts[0]].second).push_back(*parse_number(parts[3]));
  }
  std::ostringstream csv;
  csv << "cell,year,lst\n";
  for (const auto& [id, series] : all) {
    const int first = 2000 - static_cast<int>(series.first.size());
    for (std::size_t t = 0; t < series.first.size(); ++t)
      csv << id << ',' << first + static_cast<int>(t) << ',' << number_text(series.first[t]) << '\n';
  }
  ForecastJob made = job(csv.str());
  made.horizon = 6;
  made.backtest =
      3;  // steps behind the third take its factors; further cuts leave series short and limits wide
  made.calibrate = true;
  made.quantiles = {"0.1", "0.9"};
  const Table table = result(made, 2);
  double covered = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double came =
        all[text(table, "cell", row)].second.at(static_cast<std::size_t>(number(table, "step", row)) - 1);
    covered += came >= number(table, "q10", row) && came <= number(table, "q90", row) ? 1 : 0;
  }
  // Limits from theory cover 72 % here; these were never shown the years they are judged by.
  const double share = covered / static_cast<double>(table.rows());
  EXPECT_GE(share, 0.77);
  EXPECT_LE(share, 0.83);
}

}  // namespace
}  // namespace isotherm
