#include "isotherm/model/forecast.h"

#include <gtest/gtest.h>

#include <limits>
#include <numbers>
#include <random>

#include "isotherm/core/error.h"
#include "unit/model/classic_series.h"

namespace isotherm {
namespace {

using testing_support::kAirPassengers;
using testing_support::kOil;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> kLevels{0.1, 0.5, 0.9};

SeriesForecast make(const char* model, const std::vector<double>& values, int horizon = 3, int period = 1) {
  ForecastRequest request;
  request.values = values;
  request.horizon = horizon;
  request.period = period;
  request.levels = kLevels;
  return forecast(parse_forecast_model(model), request);
}

TEST(Forecast, ModelsAreFoundByNameOrForm) {
  for (const ForecastModelRow& row : forecast_models())
    EXPECT_EQ(parse_forecast_model(row.name).name, row.name);
  EXPECT_EQ(parse_forecast_model("ets(m,ad,m)").name, "MAdM");
  try {
    parse_forecast_model("dampd");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'damped'"), std::string::npos) << error.what();
  }
}

TEST(Forecast, BaselinesByHand) {
  const std::vector<double> values{1, 3, 2, 6};
  EXPECT_EQ(make("naive", values).mean, std::vector<double>(3, 6));
  // Changes 2, -1, 4: mean square 7, growing by as much each step.
  EXPECT_DOUBLE_EQ(make("naive", values).deviation[2], std::sqrt(21.0));
  EXPECT_EQ(make("mean", values).mean, std::vector<double>(3, 3));
  // Drift 5/3: departures 1/3, -8/3, 7/3 of two degrees of freedom: (1 + 64 + 49) / 9 / 2.
  const SeriesForecast drift = make("drift", values);
  EXPECT_NEAR(drift.mean[1], 6 + 10.0 / 3, 1e-12);
  EXPECT_NEAR(drift.deviation[1], std::sqrt(114.0 / 18 * 2 * (1 + 2.0 / 3)), 1e-12);
  const SeriesForecast seasonal = make("seasonal-naive", {1, 10, 3, 14}, 3, 2);
  EXPECT_EQ(seasonal.mean, (std::vector<double>{3, 14, 3}));
  // Changes 2 and 4 over a cycle: mean square 10; the third step lies two cycles on.
  EXPECT_DOUBLE_EQ(seasonal.deviation[0], std::sqrt(10.0));
  EXPECT_DOUBLE_EQ(seasonal.deviation[2], std::sqrt(20.0));
}

TEST(Forecast, BaselinesPassOverGaps) {
  // Naive: a change of 4 over two steps is 16 / 2 a step; the last value is one step old.
  const SeriesForecast naive = make("naive", {1, kGap, 5, kGap}, 1);
  EXPECT_EQ(naive.mean[0], 5);
  EXPECT_DOUBLE_EQ(naive.deviation[0], std::sqrt(8.0 * 2));
  EXPECT_EQ(make("drift", {1, kGap, 5, kGap}, 1).mean[0], 9);
  EXPECT_EQ(make("seasonal-naive", {1, 10, 3, kGap}, 2, 2).mean, (std::vector<double>{3, 10}));
}

TEST(Forecast, ShortSeriesGetTheMeanWithStudentsSpread) {
  const SeriesForecast two = make("auto", {4, 8});
  EXPECT_EQ(two.model, "mean");
  EXPECT_EQ(two.reason, "2 observed values: too few for smoothing");
  EXPECT_EQ(two.mean, std::vector<double>(3, 6));
  // Standard deviation sqrt(8), times sqrt(1 + 1/2); the 90 % point of Cauchy's distribution is tan(0.4 pi).
  EXPECT_NEAR(two.quantiles[2], 6 + std::tan(0.4 * std::numbers::pi) * std::sqrt(12.0), 1e-10);
  // Three: two degrees of freedom, t = 0.8 / sqrt(2 * 0.9 * 0.1); four: 1.637744353696210 in the tables.
  const SeriesForecast three = make("auto", {4, 8, 6});
  EXPECT_NEAR(three.quantiles[2], 6 + 0.8 / std::sqrt(0.18) * 2 * std::sqrt(4.0 / 3), 1e-10);
  const SeriesForecast four = make("auto", {4, 8, 6, 6});
  EXPECT_NEAR(four.quantiles[2], 6 + 1.637744353696210 * std::sqrt(8.0 / 3 * 1.25), 1e-10);
}

TEST(Forecast, EveryLengthHasAnAnswer) {
  const std::vector<double> values{24.1, 25.0, 23.7, 25.9, 26.4, 25.2, 26.8, 26.0, 27.1};
  const std::vector<std::string> reasons{"no observed value",
                                         "1 observed value: no spread known",
                                         "2 observed values: too few for smoothing",
                                         "3 observed values: too few for smoothing",
                                         "4 observed values: too few for smoothing",
                                         "least AICc of 2",
                                         "least AICc of 2",
                                         "least AICc of 4",
                                         "least AICc of 6",
                                         "least AICc of 6"};
  for (std::size_t n = 0; n <= values.size(); ++n) {
    const SeriesForecast made =
        make("auto", {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)});
    EXPECT_EQ(made.reason, reasons[n]);
    ASSERT_EQ(made.mean.size(), 3u);
    ASSERT_EQ(made.quantiles.size(), 9u);
    EXPECT_EQ(std::isnan(made.mean[0]), n == 0);
    EXPECT_EQ(std::isnan(made.quantiles[0]), n < 2);
  }
  EXPECT_EQ(make("auto", {kGap, kGap}).model, "none");
}

TEST(Forecast, EveryModelAnswersEverySeries) {
  const std::vector<std::vector<double>> odd{
      {},
      {5},
      {kGap, 5, kGap},
      {5, 7},
      std::vector<double>(30, 0.0),
      std::vector<double>(30, 2.5),
      {-3, 2, -5, 4, -1, 0, 3, -2, 1, -4, 2, 2, -3, 1, 2, 0, 1, 5, 2, 1, 3},
      {1, 1, 1, 1, 900, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      {kGap, 1, 2, kGap, kGap, 2, 3, 4, kGap, 3, 5, 6, 4, kGap}};
  for (const ForecastModelRow& row : forecast_models()) {
    for (const auto& values : odd) {
      const SeriesForecast made = make(std::string(row.name).c_str(), values, 5, 4);
      ASSERT_EQ(made.mean.size(), 5u) << row.name;
      EXPECT_FALSE(made.reason.empty()) << row.name;
      const bool any = observed_count(values) > 0;
      for (std::size_t h = 0; h < 5; ++h) {
        EXPECT_EQ(std::isfinite(made.mean[h]), any) << row.name << " of " << values.size();
        EXPECT_FALSE(made.deviation[h] < 0) << row.name;
        EXPECT_FALSE(made.quantiles[3 * h] > made.quantiles[3 * h + 2]) << row.name;
      }
    }
  }
}

TEST(Forecast, UnitsOfTheValuesDoNotMatter) {
  // A step, an outlier and a season in 24 values of either sign or above 0; 2^40 is near 1e12 and exact.
  std::vector<double> positive;
  for (int t = 0; t < 24; ++t)
    positive.push_back(20 + (t >= 12 ? 5 : 0) + (t == 7 ? 15 : 0) + 2 * ((t * 7) % 4) + 0.3 * ((t * 5) % 3));
  std::vector<double> mixed = positive;
  for (double& value : mixed) value -= 25;
  for (const ForecastModelRow& row : forecast_models()) {
    for (const auto& values : {positive, mixed}) {
      const std::string name(row.name);
      const SeriesForecast plain = make(name.c_str(), values, 4, 4);
      for (const double unit : {0x1p40, 0x1p-40}) {
        std::vector<double> scaled = values;
        for (double& value : scaled) value *= unit;
        const SeriesForecast made = make(name.c_str(), scaled, 4, 4);
        EXPECT_EQ(made.model, plain.model) << name << " times " << unit;
        for (std::size_t h = 0; h < 4; ++h) {
          EXPECT_NEAR(made.mean[h] / unit, plain.mean[h], 2e-4 * 30) << name << " times " << unit;
          EXPECT_NEAR(made.deviation[h] / unit, plain.deviation[h], 2e-3 * plain.deviation[h]) << name;
        }
      }
    }
  }
}

TEST(Forecast, PerfectLinesGoOnInWhateverCanFollowThem) {
  for (const double unit : {1.0, 0x1p40, 0x1p-40, -1.0}) {
    std::vector<double> line;
    for (int t = 1; t <= 12; ++t) line.push_back(unit * t);
    for (const char* model : {"auto", "holt", "drift", "ls-holt"}) {
      const SeriesForecast made = make(model, line);
      EXPECT_NEAR(made.mean[2] / unit, 15, 1e-6) << model << " of " << unit;
      EXPECT_NEAR(made.deviation[0] / std::abs(unit), 0, 1e-6) << model;
    }
  }
}

TEST(Forecast, ANamedModelFallsBackInWords) {
  const SeriesForecast made = make("holt-winters", kOil, 3, 1);
  EXPECT_TRUE(made.model.starts_with("ETS(")) << made.model;
  EXPECT_TRUE(made.reason.starts_with("the series cannot carry holt-winters; least AICc of 6"))
      << made.reason;
  EXPECT_EQ(make("MNN", {1, 2, 0, 1, 2, 1, 2}).reason.substr(0, 27), "the series cannot carry MNN");
}

TEST(Forecast, ConstantsAndLinesContinueThemselves) {
  for (const char* model : {"auto", "simple", "theta", "combine-mean", "combine-median", "naive", "mean"}) {
    const SeriesForecast made = make(model, std::vector<double>(9, 0.3));
    for (std::size_t h = 0; h < 3; ++h) {
      EXPECT_NEAR(made.mean[h], 0.3, 1e-12) << model;
      EXPECT_NEAR(made.quantiles[3 * h], 0.3, 1e-12) << model;
    }
  }
  const SeriesForecast line = make("auto", {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_NEAR(line.mean[2], 11, 1e-9);
  EXPECT_EQ(line.deviation[2], 0);
  EXPECT_EQ(line.reason, "fits without error");
}

TEST(Forecast, HoltWintersByLeastSquaresAsInR) {
  // R's documentation of HoltWinters, AirPassengers multiplicative: SSE 16570.7779, at the end level
  // 469.3232206, trend 3.0215391 and January 0.9464611. Two searches agree to about 1e-4.
  const SeriesForecast made = make("ls-holt-winters-mul", kAirPassengers, 12, 12);
  EXPECT_EQ(made.model, "ls-holt-winters-mul");
  EXPECT_NEAR(made.mean[0], (469.3232206 + 3.0215391) * 0.9464611, 0.05);
  // 132 errors, 3 weights; the spread goes with the season.
  EXPECT_NEAR(made.deviation[0], std::sqrt(16570.7779 / 129) * 0.9464611, 0.01);
  // Simple: begun at the first value, four errors, one weight; against a fine grid.
  const SeriesForecast simple = make("ls-simple", {10, 12, 11, 13, 12}, 1);
  double least = 1e9, best_level = 0;
  for (double alpha = 0; alpha <= 1; alpha += 1e-5) {
    double level = 10, squares = 0;
    for (const double y : {12.0, 11.0, 13.0, 12.0}) {
      squares += (y - level) * (y - level);
      level += alpha * (y - level);
    }
    if (squares < least) least = squares, best_level = level;
  }
  EXPECT_NEAR(simple.mean[0], best_level, 1e-3);
  EXPECT_NEAR(simple.deviation[0], std::sqrt(least / 3), 1e-6);
}

TEST(Forecast, ThetaTakesTheSeasonOutAndPutsItBack) {
  const std::vector<double> season{2, -1, 1, -2}, next{1, -2, 2, -1};  // 26 values end amid a cycle
  std::vector<double> ratio, sum;
  for (std::size_t t = 0; t < 26; ++t) {
    sum.push_back(season[t % 4]);
    ratio.push_back(10 + season[t % 4]);
  }
  const SeriesForecast by_ratio = make("theta", ratio, 4, 4), by_sum = make("theta", sum, 4, 4);
  for (std::size_t h = 0; h < 4; ++h) {
    EXPECT_NEAR(by_ratio.mean[h], 10 + next[h], 1e-9);
    EXPECT_NEAR(by_sum.mean[h], next[h], 1e-9);
  }
}

TEST(Forecast, ThetaOfANonSeasonalSeriesByHand) {
  // Slope of 1, 2, ..., 9 with one departure; alpha and level are those of simple smoothing.
  const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const SeriesForecast simple = make("simple", values), theta = make("theta", values);
  // Simple smoothing follows a line with alpha at its bound, 0.9999: half the slope is added per step.
  const double faded = (1 - std::pow(1e-4, 9)) / 0.9999;
  EXPECT_NEAR(theta.mean[0], simple.mean[0] + 0.5 * faded, 1e-9);
  EXPECT_NEAR(theta.mean[2] - theta.mean[1], 0.5, 1e-12);
}

TEST(Forecast, CombinationsLieBetweenTheirMembers) {
  const SeriesForecast mean = make("combine-mean", kOil), median = make("combine-median", kOil);
  const std::vector<SeriesForecast> members{make("auto", kOil), make("damped", kOil), make("theta", kOil)};
  for (std::size_t h = 0; h < 3; ++h) {
    std::vector<double> values;
    for (const auto& member : members) values.push_back(member.mean[h]);
    std::sort(values.begin(), values.end());
    EXPECT_DOUBLE_EQ(median.mean[h], values[1]);
    EXPECT_NEAR(mean.mean[h], (values[0] + values[1] + values[2]) / 3, 1e-9);
  }
  EXPECT_TRUE(mean.reason.starts_with("of ETS(")) << mean.reason;
}

TEST(Forecast, IntervalsCoverWhatComes) {
  // Random walks seen with noise: the 80 % limits of auto, one step ahead, from 40 values. Estimating from
  // few values costs a little; 400 series leave a sampling error of 2 %.
  std::mt19937 random(31);
  std::normal_distribution<double> normal;
  int covered = 0;
  for (int series = 0; series < 400; ++series) {
    std::vector<double> values;
    double level = 100;
    for (int t = 0; t < 41; ++t) {
      level += 0.5 * normal(random);
      values.push_back(level + normal(random));
    }
    const double came = values.back();
    values.pop_back();
    const SeriesForecast made = make("auto", values, 1);
    covered += came >= made.quantiles[0] && came <= made.quantiles[2];
  }
  EXPECT_NEAR(covered / 400.0, 0.8, 0.07);
}

}  // namespace
}  // namespace isotherm
