#include "isotherm/model/ets_forecast.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "unit/model/classic_series.h"

namespace isotherm {
namespace {

ForecastRequest request(int horizon, std::span<const double> levels) {
  ForecastRequest made;
  made.horizon = horizon;
  made.levels = levels;
  return made;
}

/// A fit with large weights, so that every term of a variance counts. Series of 3 values: the ring is turned.
EtsFit some_fit(const char* name) {
  const EtsForm form = parse_ets(name);
  EtsWeights weights{0.5, 0, 0, 1};
  if (form.has_trend()) weights.beta = 0.2;
  if (form.has_season()) weights.gamma = 0.3;
  if (form.damped) weights.phi = 0.9;
  const bool ratio = form.season == EtsPart::multiplicative;
  const std::vector<double> ring = ratio ? std::vector{1.2, 0.7, 1.1} : std::vector{12.0, -10.0, -2.0};
  const std::vector<double> values{110, 92};
  EtsFit fit = filter_ets(form, values, 3, weights, 100, form.has_trend() ? 3 : 0,
                          form.has_season() ? std::span<const double>(ring) : std::span<const double>());
  fit.variance = form.error == EtsPart::multiplicative ? 0.01 : 25;
  return fit;
}

TEST(EtsForecast, SimpleSmoothingByHand) {
  const EtsFit fit = some_fit("ANN");
  const EtsMoments moments = ets_moments(fit, 3);
  EXPECT_EQ(moments.mean, std::vector<double>(3, fit.end_level));
  EXPECT_DOUBLE_EQ(moments.variance[0], 25);
  EXPECT_DOUBLE_EQ(moments.variance[2], 25 * (1 + 2 * 0.25));
}

TEST(EtsForecast, HoltByHand) {
  const EtsFit fit = some_fit("AAN");
  const EtsMoments moments = ets_moments(fit, 2);
  EXPECT_DOUBLE_EQ(moments.mean[1], fit.end_level + 2 * fit.end_trend);
  EXPECT_DOUBLE_EQ(moments.variance[1], 25 * (1 + 0.7 * 0.7));  // alpha + beta
}

TEST(EtsForecast, ClosedFormsAgreeWithSimulation) {
  constexpr int kPaths = 40000, kHorizon = 8;
  for (const char* name : {"ANN", "AAN", "AAdN", "ANA", "AAA", "AAdA", "MNN", "MAN", "MAdN", "MNA", "MAA",
                           "MAdA", "MNM", "MAM", "MAdM"}) {
    const EtsFit fit = some_fit(name);
    const EtsMoments moments = ets_moments(fit, kHorizon);
    std::mt19937 random(8);
    std::normal_distribution<double> normal(0, std::sqrt(fit.variance));
    std::vector<double> sum(kHorizon, 0.0), squares(kHorizon, 0.0), fourth(kHorizon, 0.0);
    for (int path = 0; path < kPaths; ++path) {
      double level = fit.end_level, trend = fit.end_trend, no_season = 0;
      std::vector<double> ring = fit.end_season;
      for (std::size_t h = 0; h < kHorizon; ++h) {
        double& season = ring.empty() ? no_season : ring[(2 + h) % 3];
        const double base = ets_base(fit.form, fit.weights.phi, level, trend);
        const double expected = ets_prediction(fit.form, base, season);
        const double e = normal(random);
        const double y = fit.form.error == EtsPart::multiplicative ? expected * (1 + e) : expected + e;
        ets_learn(fit.form, fit.weights, base, y, level, trend, season);
        const double away = y - moments.mean[h];
        sum[h] += away, squares[h] += away * away, fourth[h] += away * away * away * away;
      }
    }
    for (std::size_t h = 0; h < kHorizon; ++h) {
      // Four standard errors of a mean and of a variance.
      const double variance = squares[h] / kPaths;
      const double variance_error = std::sqrt((fourth[h] / kPaths - variance * variance) / kPaths);
      EXPECT_NEAR(sum[h] / kPaths, 0, 4 * std::sqrt(variance / kPaths)) << name << " step " << h + 1;
      EXPECT_NEAR(variance, moments.variance[h], 4 * variance_error) << name << " step " << h + 1;
    }
  }
}

TEST(EtsForecast, QuantilesAreNormalWhereTheFormIs) {
  const std::vector<double> levels{0.025, 0.1, 0.5, 0.9};
  const SeriesForecast made = ets_forecast(some_fit("ANN"), request(2, levels));
  const double mean = made.mean[1], deviation = made.deviation[1];
  EXPECT_NEAR(made.quantiles[4], mean - 1.9599639845400545 * deviation, 1e-12);
  EXPECT_NEAR(made.quantiles[5], mean - 1.2815515655446004 * deviation, 1e-12);
  EXPECT_DOUBLE_EQ(made.quantiles[6], mean);
  EXPECT_NEAR(made.quantiles[7], mean + 1.2815515655446004 * deviation, 1e-12);
}

TEST(EtsForecast, SimulatedQuantilesDependOnSeedAndSeriesOnly) {
  const std::vector<double> levels{0.1, 0.5, 0.9};
  ForecastRequest asked = request(4, levels);
  asked.stream = 7;
  const EtsFit fit = some_fit("MMN");
  const SeriesForecast once = ets_forecast(fit, asked);
  EXPECT_EQ(ets_forecast(fit, asked).quantiles, once.quantiles);
  asked.stream = 8;
  EXPECT_NE(ets_forecast(fit, asked).quantiles, once.quantiles);
  asked.stream = 7;
  asked.seed = 1;
  EXPECT_NE(ets_forecast(fit, asked).quantiles, once.quantiles);
  for (std::size_t h = 0; h < 4; ++h) {
    EXPECT_LT(once.quantiles[3 * h], once.quantiles[3 * h + 1]);
    EXPECT_LT(once.quantiles[3 * h + 1], once.quantiles[3 * h + 2]);
  }
  // One step ahead the errors are normal: the sampling error of a 10 % quantile of 2000 is 0.04 deviations.
  EXPECT_NEAR(once.quantiles[0], once.mean[0] * (1 - 0.1 * 1.2815515655446004),
              4 * 0.04 * 0.1 * once.mean[0]);
}

}  // namespace
}  // namespace isotherm
