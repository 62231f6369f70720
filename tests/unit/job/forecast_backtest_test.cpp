// Forecasts judged: back-tests by hand, limits widened to their share, also on the M3 competition.
#include "unit/job/forecast_fixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "isotherm/core/text.h"
#include "unit/model/m3.h"

namespace isotherm {
namespace {

using testing_support::ForecastRun;
using testing_support::many_cells;

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

TEST_F(ForecastRun, CalibratedLimitsCoverTheYearlySeriesOfM3) {
  std::map<std::string, testing_support::CompetitionSeries> all =
      testing_support::competition("m3_yearly.csv");
  if (all.empty()) GTEST_SKIP() << "the series of the M3 competition are not at hand";
  std::ostringstream csv;
  csv << "cell,year,lst\n";
  for (const auto& [id, series] : all) {
    const int first = 2000 - static_cast<int>(series.past.size());
    for (std::size_t t = 0; t < series.past.size(); ++t)
      csv << id << ',' << first + static_cast<int>(t) << ',' << number_text(series.past[t]) << '\n';
  }
  ForecastJob made = job(csv.str());
  made.horizon = 6;
  // Steps behind the third take its factors; further cuts leave series short and limits wide.
  made.backtest = 3;
  made.calibrate = true;
  made.quantiles = {"0.1", "0.9"};
  const Table table = result(made, 2);
  double covered = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double came =
        all[text(table, "cell", row)].future.at(static_cast<std::size_t>(number(table, "step", row)) - 1);
    covered += came >= number(table, "q10", row) && came <= number(table, "q90", row) ? 1 : 0;
  }
  // Limits from theory cover 72 % here; these were never shown the years they are judged by.
  const double share = covered / static_cast<double>(table.rows());
  EXPECT_GE(share, 0.77);
  EXPECT_LE(share, 0.83);
}

}  // namespace
}  // namespace isotherm
