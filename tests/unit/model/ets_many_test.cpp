// Many series at once: each as alone, and none with a better fit elsewhere.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "isotherm/model/ets_fit.h"
#include "isotherm/model/ets_pass.h"
#include "isotherm/model/forecast.h"

namespace isotherm {
namespace {

std::vector<double> random_series(std::mt19937& random, int n, double gap_share) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> share;
  const double wander = share(random), slope = 0.3 * normal(random);
  double level = 30;
  std::vector<double> values;
  for (int t = 0; t < n; ++t) {
    level += slope + wander * normal(random);
    const bool gap = t > 0 && share(random) < gap_share;
    values.push_back(gap ? std::nan("") : std::max(level + normal(random), 0.5));
  }
  return values;
}

/// Log-likelihood of additive errors at these weights, the states by brute least squares: what a unit of
/// level or trend changes in the errors is found by filtering with and without it.
double likelihood_at(const EtsForm& form, std::span<const double> values, const EtsWeights& weights) {
  const std::size_t n = values.size();
  const auto errors_from = [&](double level, double trend) {
    std::vector<double> errors(n);
    double l = level, b = trend;
    ets_filter(form, weights, values.data(), static_cast<int>(n), 1, l, b, nullptr, errors.data());
    return errors;
  };
  const std::vector<double> none = errors_from(0, 0), level = errors_from(1, 0), trend = errors_from(0, 1);
  double ll = 0, lb = 0, bb = 0, le = 0, be = 0;
  for (std::size_t t = 0; t < n; ++t) {
    if (std::isnan(values[t])) continue;
    const double l = none[t] - level[t], b = none[t] - trend[t];
    ll += l * l, lb += l * b, bb += b * b, le += l * none[t], be += b * none[t];
  }
  const double determinant = ll * bb - lb * lb;
  const double best_b = form.has_trend() ? (ll * be - lb * le) / determinant : 0;
  const double best_l = (le - lb * best_b) / ll;
  return filter_ets(form, values, 1, weights, best_l, best_b, {}).log_likelihood;
}

TEST(EtsMany, EachIsFittedAsItWouldBeAlone) {
  std::mt19937 random(11);
  std::vector<std::vector<double>> data;
  for (int k = 0; k < 43; ++k) data.push_back(random_series(random, 4 + k % 17, k % 3 == 0 ? 0.2 : 0));
  data.push_back({});
  data.push_back(std::vector<double>(9, 7.0));
  // Many weights fit a line without error: the same ones are to be found whoever ends first.
  data.push_back({3, 5, 7, 9, 11, 13, 15, 17, 19, 21});
  const std::vector<std::span<const double>> series(data.begin(), data.end());
  for (const char* name : {"ANN", "MNN", "AAN", "MAN", "AAdN", "MAdN"}) {
    const EtsForm form = parse_ets(name);
    const auto together = fit_ets_all(form, series, 1);
    for (std::size_t k = 0; k < data.size(); ++k) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(k));
      const auto alone = fit_ets(form, data[k], 1);
      ASSERT_EQ(alone.has_value(), together[k].has_value());
      if (!alone) continue;
      EXPECT_EQ(alone->weights.alpha, together[k]->weights.alpha);
      EXPECT_EQ(alone->weights.beta, together[k]->weights.beta);
      EXPECT_EQ(alone->level, together[k]->level);
      EXPECT_EQ(alone->log_likelihood, together[k]->log_likelihood);
    }
  }
}

/// Lanes go on to the end of the longest series: where a falling trend passes 0 behind the end of a short
/// one, that says nothing about it.
TEST(EtsMany, WhatFollowsTheEndOfAShortSeriesDoesNotCount) {
  const std::vector<double> falling{20, 18.1, 15.9, 14.2, 11.8, 10.1, 7.9, 6.2, 4.1};
  std::mt19937 random(2);
  const std::vector<double> longer = random_series(random, 60, 0);
  const std::vector<std::span<const double>> series{falling, longer};
  for (const char* name : {"MAN", "MAdN"}) {
    const EtsForm form = parse_ets(name);
    const auto alone = fit_ets(form, falling, 1);
    const auto together = fit_ets_all(form, series, 1).front();
    ASSERT_TRUE(alone && together);
    EXPECT_EQ(alone->level, together->level);
    EXPECT_EQ(alone->log_likelihood, together->log_likelihood);
    EXPECT_LT(alone->trend, -1.5);
  }
}

TEST(EtsMany, NoPointOfADenseGridIsBetter) {
  std::mt19937 random(5);
  for (int k = 0; k < 30; ++k) {
    SCOPED_TRACE(k);
    const std::vector<double> values = random_series(random, 9 + k % 12, k % 4 == 0 ? 0.15 : 0);
    double best_simple = -INFINITY, best_holt = -INFINITY, best_damped = -INFINITY;
    for (int a = 0; a <= 60; ++a) {
      EtsWeights weights;
      weights.alpha = 1e-4 + (0.9999 - 1e-4) * a / 60;
      best_simple = std::max(best_simple, likelihood_at(parse_ets("ANN"), values, weights));
      for (int b = 0; b <= 30; ++b) {
        weights.beta = 1e-4 + (weights.alpha - 1e-4) * b / 30;
        weights.phi = 1;
        best_holt = std::max(best_holt, likelihood_at(parse_ets("AAN"), values, weights));
        if (a % 2 != 0 || b % 2 != 0) continue;
        for (int f = 0; f <= 12; ++f) {
          weights.phi = 0.8 + 0.18 * f / 12;
          best_damped = std::max(best_damped, likelihood_at(parse_ets("AAdN"), values, weights));
        }
      }
    }
    // The search ends where steps gain less than 1e-9 of the objective, at most 1e-8 of the likelihood.
    EXPECT_GE(fit_ets(parse_ets("ANN"), values, 1)->log_likelihood, best_simple - 1e-6);
    EXPECT_GE(fit_ets(parse_ets("AAN"), values, 1)->log_likelihood, best_holt - 1e-6);
    EXPECT_GE(fit_ets(parse_ets("AAdN"), values, 1)->log_likelihood, best_damped - 1e-6);
  }
}

/// A search that stops too early, or trusts a curvature that is not there, leaves something to be had close
/// by.
TEST(EtsMany, NoPlaceCloseByIsBetter) {
  std::mt19937 random(17);
  std::uniform_real_distribution<double> way(-1, 1);
  const auto within = [](double x, double low, double high) { return std::min(std::max(x, low), high); };
  std::vector<std::vector<double>> data;
  for (int k = 0; k < 300; ++k) data.push_back(random_series(random, 8 + k % 30, k % 3 == 0 ? 0.2 : 0));
  const std::vector<std::span<const double>> series(data.begin(), data.end());
  for (const char* name : {"AAN", "AAdN"}) {
    const EtsForm form = parse_ets(name);
    const auto fits = fit_ets_all(form, series, 1);
    for (std::size_t k = 0; k < data.size(); ++k) {
      if (!fits[k]) continue;
      SCOPED_TRACE(std::string(name) + " " + std::to_string(k));
      for (const double reach : {1e-4, 1e-3, 1e-2}) {
        for (int trial = 0; trial < 10; ++trial) {
          EtsWeights weights = fits[k]->weights;
          weights.alpha = within(weights.alpha + reach * way(random), 1e-4, 0.9999);
          weights.beta = within(weights.beta + reach * way(random), 1e-4, weights.alpha);
          if (form.damped) weights.phi = within(weights.phi + reach * way(random), 0.8, 0.98);
          EXPECT_LE(likelihood_at(form, data[k], weights), fits[k]->log_likelihood + 1e-6);
        }
      }
    }
  }
}

/// States by the units of a gap pattern against states by filtering with and without a unit of each, and what
/// is left; for relative errors the errors over y.
template <class Shape>
void check_best_states(const char* name, const std::vector<double>& values, std::array<double, 5> p) {
  SCOPED_TRACE(name);
  const EtsForm form = parse_ets(name);
  EtsForm additive = form;
  additive.error = EtsPart::additive;
  const double beta = 1e-4 + p[EtsColumn::kShare] * (p[EtsColumn::kAlpha] - 1e-4);
  const EtsWeights weights{p[EtsColumn::kAlpha], form.has_trend() ? beta : 0, 0,
                           form.damped ? p[EtsColumn::kPhi] : 1};
  const int n = static_cast<int>(values.size());
  const auto squares_at = [&](double level, double trend) {
    std::vector<double> errors(values.size());
    ets_filter(additive, weights, values.data(), n, 1, level, trend, nullptr, errors.data());
    double sum = 0;
    for (std::size_t t = 0; t < values.size(); ++t) {
      if (std::isnan(values[t])) continue;
      const double error = Shape::kRelative ? errors[t] / values[t] : errors[t];
      sum += error * error;
    }
    return sum;
  };
  std::vector<double> by_level(values.size()), by_trend(values.size());
  EtsUnits<ScalarMath> units{by_level.data(), by_trend.data(), 0, 0, 0};
  ets_units<ScalarMath, Shape>(p.data(), values.data(), n, units);
  double squares = 0;
  ets_best_states<ScalarMath, Shape>(p.data(), values.data(), n, units, squares);
  const double level = p[EtsColumn::kLevel], trend = form.has_trend() ? p[EtsColumn::kTrend] : 0;
  EXPECT_NEAR(squares, squares_at(level, trend), 1e-12);
  // A parabola in the states: no step to either side falls below its lowest point.
  for (const double step : {-1e-3, 1e-3}) {
    EXPECT_GT(squares_at(level + step, trend), squares);
    if (form.has_trend()) {
      EXPECT_GT(squares_at(level, trend + step), squares);
      EXPECT_GT(squares_at(level + step, trend - step), squares);
    }
  }
}

TEST(EtsMany, StatesByUnitsAreThoseOfLeastSquares) {
  const std::vector<double> whole{1.0, 1.3, 1.1, 0.9, 1.4, 1.6, 1.2, 1.9, 2.0, 1.7};
  const std::vector<double> gaps{1.0, 1.3, NAN, NAN, 1.4, 1.6, NAN, 1.9, 2.0, NAN};
  const std::array<double, 5> p{0.3, 0, 0.4, 0, 0.9};
  for (const std::vector<double>& values : {whole, gaps}) {
    check_best_states<EtsShape<false, false, false>>("ANN", values, p);
    check_best_states<EtsShape<false, false, true>>("MNN", values, p);
    check_best_states<EtsShape<true, false, false>>("AAN", values, p);
    check_best_states<EtsShape<true, false, true>>("MAN", values, p);
    check_best_states<EtsShape<true, true, false>>("AAdN", values, p);
    check_best_states<EtsShape<true, true, true>>("MAdN", values, p);
  }
}

/// Central differences of the objective against the derivatives that the pass carries: the gradient of
/// ln(sum e^2) + 2 mean ln|f| is 2 J'r over the sum of squares.
template <class Shape>
void check_slope(const std::vector<double>& values, std::array<double, 5> p) {
  using Slope = EtsSlope<ScalarMath, Shape>;
  Slope here;
  const int n = static_cast<int>(values.size());
  ets_slope<ScalarMath, Shape>(p.data(), values.data(), n, n, here);
  for (std::size_t j = 0; j < Shape::kColumns; ++j) {
    SCOPED_TRACE(j);
    const double step = 1e-6;
    Slope up, down;
    std::array<double, 5> moved = p;
    moved[j] = p[j] + step;
    ets_slope<ScalarMath, Shape>(moved.data(), values.data(), n, n, up);
    moved[j] = p[j] - step;
    ets_slope<ScalarMath, Shape>(moved.data(), values.data(), n, n, down);
    const double slope = (up.objective - down.objective) / (2 * step);
    // Differences of numbers near 5 over 2e-6 keep about nine digits.
    EXPECT_NEAR(2 * here.right[j] / here.squares, slope, 1e-7 * std::max(1.0, std::fabs(slope)));
  }
}

TEST(EtsMany, DerivativesAreThoseOfTheObjective) {
  const std::vector<double> values{1.0, 1.3, NAN, 0.9, 1.4, 1.6, 1.2, 1.9, 2.0, 1.7};
  const std::array<double, 5> p{0.3, 1.1, 0.4, 0.05, 0.9};
  check_slope<EtsShape<false, false, false>>(values, p);
  check_slope<EtsShape<false, false, true>>(values, p);
  check_slope<EtsShape<true, false, false>>(values, p);
  check_slope<EtsShape<true, false, true>>(values, p);
  check_slope<EtsShape<true, true, false>>(values, p);
  check_slope<EtsShape<true, true, true>>(values, p);
}

TEST(EtsMany, TheObjectiveIsThatOfTheLikelihood) {
  const std::vector<double> values{1.0, 1.3, NAN, 0.9, 1.4, 1.6, 1.2, 1.9, 2.0, 1.7};
  const std::array<double, 5> p{0.3, 1.1, 0.4, 0.05, 0.9};
  EtsSlope<ScalarMath, EtsShape<true, true, true>> slope;
  ets_slope<ScalarMath, EtsShape<true, true, true>>(p.data(), values.data(), 10, 10, slope);
  const double beta = 1e-4 + 0.4 * (0.3 - 1e-4);
  const EtsFit fit = filter_ets(parse_ets("MAdN"), values, 1, {0.3, beta, 0, 0.9}, 1.1, 0.05, {});
  EXPECT_NEAR(-0.5 * 9 * slope.objective, fit.log_likelihood, 1e-12);
}

TEST(EtsMany, ForecastsTogetherAreForecastsAlone) {
  std::mt19937 random(3);
  std::vector<std::vector<double>> data;
  for (int k = 0; k < 25; ++k) data.push_back(random_series(random, k % 14, 0.1));
  const std::vector<double> levels{0.1, 0.9};
  std::vector<ForecastRequest> requests;
  for (const std::vector<double>& values : data) {
    ForecastRequest request;
    request.values = values;
    request.horizon = 2;
    request.levels = levels;
    requests.push_back(request);
  }
  for (const char* name : {"auto", "holt", "AAdN", "theta"}) {
    const ForecastModel model = parse_forecast_model(name);
    const auto together = forecast_all(model, requests);
    ASSERT_EQ(together.size(), requests.size());
    for (std::size_t k = 0; k < requests.size(); ++k) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(k));
      const SeriesForecast alone = forecast(model, requests[k]);
      EXPECT_EQ(alone.model, together[k].model);
      EXPECT_EQ(alone.reason, together[k].reason);
      if (observed_count(data[k]) < 2) continue;  // nothing, or no spread: NaN equals nothing
      EXPECT_EQ(alone.mean, together[k].mean);
      EXPECT_EQ(alone.quantiles, together[k].quantiles);
    }
  }
}

}  // namespace
}  // namespace isotherm
