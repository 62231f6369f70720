// Statistics with values worked out by hand, names, units, and what an empty zone says.
#include "isotherm/stats/statistics.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <tuple>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<double> read(Collector& collector, const std::vector<std::string>& names, double total) {
  std::vector<Statistic> statistics;
  for (const std::string& name : names) statistics.push_back(parse_statistic(name));
  std::vector<double> values(statistics.size());
  collector.read(statistics, total, values);
  return values;
}

/// A square from 0.5 to 2.5 on the raster 1 2 3 / 4 5 6 / 7 8 9.
Collector square_on_nine() {
  const std::array<float, 9> weights{.25f, .5f, .25f, .5f, 1.f, .5f, .25f, .5f, .25f};
  Collector collector(true);
  for (int k = 0; k < 9; ++k) collector.add(static_cast<float>(k + 1), weights[static_cast<std::size_t>(k)]);
  return collector;
}

TEST(Statistics, SquareOnNinePixels) {
  // Figures of exactextract's test suite (Apache-2.0, python/tests/test_exact_extract.py).
  Collector collector = square_on_nine();
  const auto values = read(
      collector,
      {"count", "pixels", "valid", "sum", "mean", "median", "min", "max", "range", "variance", "stdev"}, 4);
  const double expected[] = {4, 9, 1, 20, 5, 5, 1, 9, 8, 5, std::sqrt(5.0)};
  for (std::size_t k = 0; k < values.size(); ++k) EXPECT_NEAR(values[k], expected[k], 1e-14) << k;
}

TEST(Statistics, QuartilesOfTheSquareByHand) {
  // sum w = 4, sum w^2 = 2.25, so s = 0.5625 and the window of p = 1/4 is [0.859375, 1.421875]. The staircase
  // is 3 up to 1 and 4 up to 1.5 there: 3.75 = (3 x 0.140625 + 4 x 0.421875) / 0.5625. (exactextract prints 3
  // and 6 for a raster of whole numbers, the whole parts of its 3.5 and 6.5; the whole parts here are the
  // same.)
  Collector collector = square_on_nine();
  const auto values = read(collector, {"p25", "p75", "p0", "p100"}, 4);
  EXPECT_NEAR(values[0], 3.75, 1e-14);
  EXPECT_NEAR(values[1], 6.25, 1e-14);
  // At the ends the window still is s wide: 0.25 of 1 and 0.3125 of 2.
  EXPECT_NEAR(values[2], (0.25 * 1 + 0.3125 * 2) / 0.5625, 1e-14);
  EXPECT_NEAR(values[3], (0.25 * 9 + 0.3125 * 8) / 0.5625, 1e-14);
}

TEST(Statistics, EqualWeightsGiveTypeSeven) {
  // R: quantile(c(3.4, 2.9, 1.7, 8.8, -12.7, 100.4, 8.4, 11.3)), whatever the common weight.
  for (const float weight : {1.0f, 1.7f, 0.3f}) {
    std::vector<Sample> samples;
    for (const float x : {3.4f, 2.9f, 1.7f, 8.8f, -12.7f, 100.4f, 8.4f, 11.3f})
      samples.push_back({x, weight});
    const double probabilities[] = {0, 0.25, 0.5, 0.75, 1};
    const double expected[] = {-12.7, 2.6, 5.9, 9.425, 100.4};
    const std::vector<double> quantiles = weighted_quantiles(samples, probabilities);
    for (std::size_t k = 0; k < 5; ++k)
      EXPECT_NEAR(quantiles[k], expected[k], 1e-5) << weight;  // values are floats
  }
}

TEST(Statistics, QuantilesOfFewSamples) {
  const double probabilities[] = {0, 0.3, 0.5, 1};
  std::vector<Sample> none;
  for (const double q : weighted_quantiles(none, probabilities)) EXPECT_TRUE(std::isnan(q));
  std::vector<Sample> one{{7.25f, 0.013f}};
  for (const double q : weighted_quantiles(one, probabilities)) EXPECT_EQ(q, 7.25);
  std::vector<Sample> same{{0.1f, 0.3f}, {0.1f, 0.7f}, {0.1f, 0.11f}};
  for (const double q : weighted_quantiles(same, probabilities)) EXPECT_EQ(q, static_cast<double>(0.1f));
}

TEST(Statistics, AHairOfAPixelHardlyMovesTheMedian) {
  const double half[] = {0.5};
  std::vector<Sample> samples{{1, 1}, {2, 1}, {100, 1e-6f}};
  EXPECT_NEAR(weighted_quantiles(samples, half)[0], 1.5, 1e-5);
}

TEST(Statistics, EmptyZoneCountsNothing) {
  Collector collector(true);
  const auto values = read(
      collector,
      {"count", "pixels", "valid", "sum", "mean", "min", "max", "range", "variance", "stdev", "median"}, 4);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(values[k], 0) << k;
  for (std::size_t k = 4; k < values.size(); ++k) EXPECT_TRUE(std::isnan(values[k])) << k;
}

TEST(Statistics, MissingValuesAreNotCounted) {
  Collector collector(true);
  for (const float x : {1.0f, kNan, 3.0f, kInfinity, -kInfinity}) collector.add(x, 0.5f);
  const auto values = read(collector, {"pixels", "count", "valid", "mean", "max", "median"}, 2.5);
  EXPECT_EQ(values, (std::vector<double>{2, 1, 0.4, 2, 3, 2}));
}

TEST(Statistics, ValidShareIsNeverAboveOneNorSpoiledByRounding) {
  Collector collector;
  for (int k = 0; k < 3; ++k) collector.add(1, 0.1f);
  EXPECT_EQ(read(collector, {"valid"}, 0.3)[0], 1);  // three floats of 0.1 add to 0.3000000045
  EXPECT_NEAR(read(collector, {"valid"}, 0.6)[0], 0.5, 1e-7);
  EXPECT_EQ(read(collector, {"valid"}, 0)[0], 0);
}

TEST(Statistics, ConstantsComeBackExactly) {
  Collector collector(true);
  for (int k = 1; k <= 1000; ++k) collector.add(300.1f, 1.0f / static_cast<float>(k));
  const double x = static_cast<double>(300.1f);
  EXPECT_EQ(read(collector, {"mean", "variance", "min", "max", "p1", "median", "p99"}, 1),
            (std::vector<double>{x, 0, x, x, x, x, x}));
}

TEST(Statistics, ClassesOfTheSquareOnNine) {
  // Figures of exactextract's test suite: the centre pixel (5) is whole, the corners (1, 3, 7, 9) a quarter.
  Collector collector = square_on_nine();
  EXPECT_EQ(read(collector, {"mode", "minority", "variety"}, 4), (std::vector<double>{5, 1, 9}));
  const std::vector<double> spread = read(collector, {"cv", "sumsq"}, 4);
  EXPECT_NEAR(spread[0], std::sqrt(5.0) / 5, 1e-15);
  EXPECT_EQ(spread[1], 120);  // (1 + 9 + 49 + 81) / 4 + (4 + 16 + 36 + 64) / 2 + 25
}

TEST(Statistics, ClassesAreOfEqualValuesTogether) {
  Collector collector(true);
  for (const auto& [value, weight] :
       {std::pair{2.0f, 0.5f}, {7.0f, 0.75f}, {2.0f, 0.5f}, {4.0f, 0.25f}, {9.0f, 0.25f}}) {
    collector.add(value, weight);
  }
  EXPECT_EQ(read(collector, {"mode", "minority", "variety"}, 4), (std::vector<double>{2, 4, 4}));
  collector.clear();
  EXPECT_TRUE(std::isnan(read(collector, {"mode"}, 4)[0]));
  EXPECT_EQ(read(collector, {"variety", "sumsq"}, 4), (std::vector<double>{0, 0}));
  EXPECT_TRUE(std::isnan(read(collector, {"cv"}, 4)[0]));
}

TEST(Statistics, CvOfAZeroMeanIsMissing) {
  Collector collector;
  collector.add(-1, 1);
  collector.add(1, 1);
  EXPECT_TRUE(std::isnan(read(collector, {"cv"}, 2)[0]));
}

TEST(Statistics, ClearForgets) {
  Collector collector = square_on_nine();
  collector.clear();
  collector.add(2, 1);
  EXPECT_EQ(read(collector, {"pixels", "mean", "median", "min"}, 1), (std::vector<double>{1, 2, 2, 2}));
}

TEST(Statistics, TenMillionLargeValuesDoNotOverflow) {
  Moments moments;
  for (int k = 0; k < 10'000'000; ++k) moments.add(65535.0f, 1.0f);
  EXPECT_EQ(moments.sum(), 655350000000.0);
  EXPECT_EQ(moments.weight, 1e7);
  EXPECT_EQ(moments.mean(), 65535);
  EXPECT_EQ(moments.variance(), 0);
}

TEST(Statistics, UnequalWeights) {
  // Figures of exactextract's test suite, computed there with the R package Weighted.Desc.Stat.
  Moments moments;
  const float x[] = {3.4f, 2.9f, 1.7f, 8.8f, -12.7f, 100.4f, 8.4f, 11.3f};
  const float w[] = {1.0f, 0.1f, 1.0f, 0.2f, 0.44f, 0.3f, 0.3f, 0.83f};
  for (std::size_t k = 0; k < 8; ++k) moments.add(x[k], w[k]);
  EXPECT_NEAR(moments.variance(), 670.8578, 1e-3);
}

TEST(Statistics, QuantilesNeedSamples) {
  Collector collector(false);
  collector.add(1, 1);
  EXPECT_THROW(read(collector, {"median"}, 1), Error);
  EXPECT_EQ(read(collector, {"mean"}, 1)[0], 1);
}

TEST(ParseStatistic, NamesAndColumns) {
  const std::tuple<const char*, StatisticKind, double, const char*> cases[] = {
      {"mean", StatisticKind::mean, 0, "mean"},
      {" StDev ", StatisticKind::stdev, 0, "stdev"},
      {"median", StatisticKind::quantile, 0.5, "median"},
      {"p90", StatisticKind::quantile, 0.9, "p90"},
      {"p2.5", StatisticKind::quantile, 0.025, "p2_5"},
      {"p0", StatisticKind::quantile, 0, "p0"},
      {"P100", StatisticKind::quantile, 1, "p100"},
      {"q0.1", StatisticKind::quantile, 0.1, "q0_1"},
      {"q1", StatisticKind::quantile, 1, "q1"}};
  for (const auto& [text, kind, probability, name] : cases) {
    const Statistic statistic = parse_statistic(text);
    EXPECT_EQ(statistic.kind, kind) << text;
    EXPECT_DOUBLE_EQ(statistic.probability, probability) << text;
    EXPECT_EQ(statistic.name, name) << text;
  }
}

TEST(ParseStatistic, EveryRowOfTheListIsUnderstood) {
  for (const StatisticRow& row : statistic_rows()) {
    const std::string name = row.name == "pNN" ? "p10" : row.name == "qX" ? "q0.1" : std::string(row.name);
    EXPECT_EQ(parse_statistic(name).kind, row.kind);
    EXPECT_EQ(parse_statistic(name).needs_samples(), row.needs_samples);
  }
}

std::string error_of(std::string_view text) {
  try {
    parse_statistic(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(ParseStatistic, RefusalsHelp) {
  EXPECT_TRUE(error_of("maen").starts_with("there is no statistic 'maen'; did you mean 'mean'?"));
  EXPECT_TRUE(error_of("p101").starts_with("statistic 'p101': a percentile lies between 0 and 100"));
  EXPECT_TRUE(error_of("q-0.5").starts_with("statistic 'q-0.5': a quantile lies between 0 and 1"));
  EXPECT_TRUE(error_of("pnn").starts_with("there is no statistic 'pnn'"));
  EXPECT_TRUE(error_of("").starts_with("there is no statistic ''"));
}

TEST(UnitOf, FollowsTheQuantity) {
  EXPECT_EQ(unit_of(parse_statistic("mean"), "K"), "K");
  EXPECT_EQ(unit_of(parse_statistic("p90"), "degC"), "degC");
  EXPECT_EQ(unit_of(parse_statistic("variance"), "K"), "K2");
  EXPECT_EQ(unit_of(parse_statistic("variance"), "W m-2"), "(W m-2)2");
  EXPECT_EQ(unit_of(parse_statistic("variance"), "1"), "1");
  EXPECT_EQ(unit_of(parse_statistic("variance"), ""), "");
  EXPECT_EQ(unit_of(parse_statistic("count"), "K"), "pixels");
  EXPECT_EQ(unit_of(parse_statistic("pixels"), "K"), "pixels");
  EXPECT_EQ(unit_of(parse_statistic("valid"), "K"), "1");
}

}  // namespace
}  // namespace isotherm
