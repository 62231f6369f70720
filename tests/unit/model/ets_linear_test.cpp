// Regressors beside the states: against oracles written another way.
#include "isotherm/model/ets_linear.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>

#include "isotherm/core/text.h"
#include "isotherm/model/ets_region.h"
#include "isotherm/model/forecast.h"
#include "unit/model/classic_series.h"
#include "unit/model/regressed_plant.h"

namespace isotherm {
namespace {

using testing_support::kGapHere;
using testing_support::regressed_plant;
using testing_support::RegressedPlant;

/// The whole model as one regression with a full covariance: y = Z c + L e, L unit lower triangular, its
/// columns what one error does to all later values. Nothing here is a recursion of errors.
struct WholeModel {
  Eigen::MatrixXd z, covariance;  // over the values seen; of variance 1
  Eigen::VectorXd y;
};
WholeModel whole_model(const EtsForm& form, const EtsWeights& w, std::span<const double> values,
                       std::span<const std::vector<double>> regressors, int period, int ahead = 0) {
  const int n = static_cast<int>(values.size()), all = n + ahead;
  const auto felt = [&](int j) {
    double sum = w.alpha, power = 1;
    for (int i = 1; i <= j; ++i) power *= w.phi, sum += form.has_trend() ? w.beta * power : 0;
    return sum + (form.has_season() && j % period == 0 ? w.gamma : 0);
  };
  Eigen::MatrixXd lower = Eigen::MatrixXd::Identity(all, all);
  // A missing value has no error that is learnt from: its own error touches nothing else.
  for (int t = 0; t < all; ++t) {
    for (int s = 0; s < t; ++s)
      lower(t, s) = s < n && std::isnan(values[static_cast<std::size_t>(s)]) ? 0 : felt(t - s);
  }
  const int seasons = form.has_season() ? period - 1 : 0, first = form.has_trend() ? 2 : 1;
  const int columns = first + seasons + static_cast<int>(regressors.size());
  Eigen::MatrixXd z = Eigen::MatrixXd::Zero(all, columns);
  double trend = 0, power = 1;
  for (int t = 0; t < all; ++t) {
    power *= w.phi;
    trend += power;
    z(t, 0) = 1;
    if (form.has_trend()) z(t, 1) = trend;
    for (int s = 0; s < seasons; ++s)
      z(t, first + s) = t % period == s ? 1 : t % period == period - 1 ? -1 : 0;
    for (std::size_t j = 0; j < regressors.size(); ++j)
      z(t, first + seasons + static_cast<int>(j)) = regressors[j][static_cast<std::size_t>(t)];
  }
  std::vector<int> seen;
  for (int t = 0; t < all; ++t) {
    if (t >= n || !std::isnan(values[static_cast<std::size_t>(t)])) seen.push_back(t);
  }
  const Eigen::MatrixXd whole = lower * lower.transpose();
  WholeModel out;
  const auto rows = static_cast<Eigen::Index>(seen.size());
  out.z.resize(rows, columns);
  out.covariance.resize(rows, rows);
  out.y = Eigen::VectorXd::Zero(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    out.z.row(i) = z.row(seen[static_cast<std::size_t>(i)]);
    if (seen[static_cast<std::size_t>(i)] < n)
      out.y(i) = values[static_cast<std::size_t>(seen[static_cast<std::size_t>(i)])];
    for (Eigen::Index j = 0; j < rows; ++j)
      out.covariance(i, j) = whole(seen[static_cast<std::size_t>(i)], seen[static_cast<std::size_t>(j)]);
  }
  return out;
}

/// Generalised least squares on the first `past` rows.
struct WholeSolution {
  Eigen::VectorXd factors;
  Eigen::MatrixXd unscaled;  // (Z' V^-1 Z)^-1
  double squares = 0, log_v = 0, log_zvz = 0, log_zz = 0;
};
WholeSolution solve_whole(const WholeModel& d, Eigen::Index past) {
  const Eigen::MatrixXd z = d.z.topRows(past), v = d.covariance.topLeftCorner(past, past);
  const Eigen::VectorXd y = d.y.head(past);
  const Eigen::MatrixXd inverse = v.inverse(), normal = z.transpose() * inverse * z;
  WholeSolution out;
  out.unscaled = normal.inverse();
  out.factors = out.unscaled * z.transpose() * inverse * y;
  const Eigen::VectorXd left = y - z * out.factors;
  out.squares = left.dot(inverse * left);
  out.log_v = std::log(v.determinant());
  out.log_zvz = std::log(normal.determinant());
  out.log_zz = std::log((z.transpose() * z).eval().determinant());
  return out;
}

struct LinearCase {
  const char* form;
  EtsWeights weights;
  int period;
};
const std::vector<LinearCase> kLinearCases{
    {"ANN", {0.35, 0, 0, 1}, 1},  {"AAN", {0.5, 0.2, 0, 1}, 1},   {"AAdN", {0.5, 0.2, 0, 0.85}, 1},
    {"ANA", {0.3, 0, 0.2, 1}, 4}, {"AAA", {0.3, 0.1, 0.2, 1}, 4}, {"AAdA", {0.3, 0.1, 0.2, 0.9}, 4},
    {"ANN", {0.9999, 0, 0, 1}, 1}};

TEST(EtsLinear, MarginalLikelihoodIsThatOfTheWholeCovariance) {
  std::mt19937 random(5);
  RegressedPlant data = regressed_plant(random, 14, 0.4, 6);
  for (const LinearCase& one : kLinearCases) {
    SCOPED_TRACE(one.form);
    const EtsForm form = parse_ets(one.form);
    for (const std::size_t with : {0u, 1u}) {
      const RegressedSeries series{data.values, std::span(data.regressors).first(with)};
      const WholeSolution oracle =
          solve_whole(whole_model(form, one.weights, data.values, series.regressors, one.period), 14);
      const double left = 14.0 - static_cast<double>(oracle.factors.size());
      // ln|V| is 0: L has ones on its diagonal.
      EXPECT_NEAR(oracle.log_v, 0, 1e-8);
      const double expected = -0.5 * (left * std::log(oracle.squares) + oracle.log_zvz - oracle.log_zz);
      EXPECT_NEAR(*ets_marginal_likelihood(form, one.weights, series, one.period), expected, 1e-7);
    }
  }
}

TEST(EtsLinear, CoefficientsAndLimitsAreThoseOfGeneralisedLeastSquares) {
  std::mt19937 random(6);
  const RegressedPlant data = regressed_plant(random, 14, 0.4, 6, 5);
  std::vector<double> values = data.values;
  values[6] = kGapHere;
  for (const LinearCase& one : kLinearCases) {
    SCOPED_TRACE(one.form);
    const EtsForm form = parse_ets(one.form);
    const auto fit = fit_linear_ets_at(form, one.weights, {values, data.regressors}, one.period);
    ASSERT_TRUE(fit);
    const WholeModel d = whole_model(form, one.weights, values, data.regressors, one.period, 5);
    const Eigen::Index past = 13;
    const WholeSolution oracle = solve_whole(d, past);
    const Eigen::Index p = oracle.factors.size();
    EXPECT_NEAR(fit->coefficients[0], oracle.factors(p - 1), 1e-7);
    EXPECT_NEAR(fit->fit.sum_squares, oracle.squares, 1e-8);
    EXPECT_EQ(fit->degrees(), 13 - static_cast<int>(p));
    EXPECT_NEAR(fit->fit.variance, oracle.squares / static_cast<double>(13 - p), 1e-8);
    // Prediction (Goldberger): z0'c + v0' V^-1 (y - Z c); its variance v00 - v0'V^-1 v0 + d'(Z'V^-1 Z)^-1 d.
    const Eigen::MatrixXd inverse = d.covariance.topLeftCorner(past, past).inverse();
    const Eigen::MatrixXd z = d.z.topRows(past);
    const Eigen::VectorXd left = d.y.head(past) - z * oracle.factors;
    ForecastRequest request;
    request.values = values;
    request.regressors = data.regressors;
    request.period = one.period;
    request.horizon = 5;
    const PooledEts pooled{form, one.weights, 1};
    request.pool = {&pooled, 1};
    const SeriesForecast made = forecast(parse_forecast_model(one.form), request);
    for (int h = 0; h < 5; ++h) {
      const Eigen::Index row = past + h;
      const Eigen::VectorXd v0 = d.covariance.col(row).head(past);
      const Eigen::VectorXd z0 = d.z.row(row).transpose();
      const Eigen::VectorXd gap = z0 - z.transpose() * (inverse * v0);
      const double variance = fit->fit.variance * (d.covariance(row, row) - v0.dot(inverse * v0) +
                                                   gap.dot(oracle.unscaled * gap));
      EXPECT_NEAR(made.mean[static_cast<std::size_t>(h)], z0.dot(oracle.factors) + v0.dot(inverse * left),
                  1e-7);
      EXPECT_NEAR(made.deviation[static_cast<std::size_t>(h)], std::sqrt(variance), 1e-7);
    }
  }
}

TEST(EtsLinear, WithoutRegressorsItIsTheUsualFit) {
  // The same maximum found by two searches; the other one's is held to the best known by its own tests.
  for (const auto& [values, period] :
       {std::pair{testing_support::kOil, 1}, {testing_support::kAirPassengers, 1}}) {
    for (const char* name : {"ANN", "AAN", "AAdN"}) {
      SCOPED_TRACE(name);
      const auto usual = fit_ets(parse_ets(name), values, period);
      const auto linear = fit_linear_ets(parse_ets(name), {values, {}}, period);
      EXPECT_NEAR(linear->fit.log_likelihood, usual->log_likelihood, 1e-4);
      EXPECT_EQ(linear->fit.parameters, usual->parameters);
      EXPECT_NEAR(linear->fit.variance, usual->variance, 1e-3 * usual->variance);
    }
  }
  const auto usual = fit_ets(parse_ets("AAA"), testing_support::kAirPassengers, 12);
  const auto linear = fit_linear_ets(parse_ets("AAA"), {testing_support::kAirPassengers, {}}, 12);
  EXPECT_GE(linear->fit.log_likelihood, usual->log_likelihood - 0.01);
}

TEST(EtsLinear, NoWeightsAndCoefficientOfADenseGridAreBetter) {
  std::mt19937 random(8);
  for (int k = 0; k < 5; ++k) {
    const RegressedPlant data = regressed_plant(random, 16, 0.5, 4);
    const auto fit = fit_linear_ets(parse_ets("ANN"), {data.values, data.regressors}, 1);
    ASSERT_TRUE(fit);
    // Brute force: the recursion for every weight and coefficient, its level by a third grid around the best.
    double best = -INFINITY;
    for (int a = 0; a <= 40; ++a) {
      for (int b = -20; b <= 20; ++b) {
        const double coefficient = fit->coefficients[0] + 0.05 * b;
        std::vector<double> rest;
        for (std::size_t t = 0; t < 16; ++t)
          rest.push_back(data.values[t] - coefficient * data.regressors[0][t]);
        const EtsWeights weights{1e-4 + (0.9999 - 1e-4) * a / 40, 0, 0, 1};
        for (int l = -20; l <= 20; ++l) {
          const double level = fit->fit.level - coefficient * fit->centres[0] + 0.05 * l;
          best = std::max(best, filter_ets(parse_ets("ANN"), rest, 1, weights, level, 0, {}).log_likelihood);
        }
      }
    }
    EXPECT_GE(fit->fit.log_likelihood, best - 1e-9);
    EXPECT_LT(fit->fit.log_likelihood, best + 0.5) << "the grid is near";
  }
}

TEST(EtsLinear, PlantedCoefficientsAreRecovered) {
  std::mt19937 random(9);
  double sum = 0, squares = 0;
  const int count = 300;
  for (int k = 0; k < count; ++k) {
    const RegressedPlant data = regressed_plant(random, 40, 0.4, -12);
    const double b = fit_linear_ets(parse_ets("ANN"), {data.values, data.regressors}, 1)->coefficients[0];
    sum += b;
    squares += (b + 12) * (b + 12);
  }
  // One series: about 0.5 / (0.1 sqrt(39)) = 0.8; the mean of 300: 0.05. Four of those.
  EXPECT_NEAR(sum / count, -12, 0.2);
  EXPECT_NEAR(std::sqrt(squares / count), 0.8, 0.25);
}

TEST(EtsLinear, RegressorsThatSayNothingAreLeftOut) {
  std::mt19937 random(10);
  RegressedPlant data = regressed_plant(random, 12, 0.3, 5, 2);
  data.regressors.push_back(std::vector<double>(14, 7.0));  // constant
  data.regressors.push_back(data.regressors[0]);            // the first once more
  data.regressors.push_back(std::vector<double>(14, 0.0));
  const auto fit = fit_linear_ets_at(parse_ets("ANN"), {0.3, 0, 0, 1}, {data.values, data.regressors}, 1);
  const auto alone = fit_linear_ets_at(parse_ets("ANN"), {0.3, 0, 0, 1},
                                       {data.values, std::span(data.regressors).first(1)}, 1);
  EXPECT_EQ(fit->kept, 1);
  EXPECT_NEAR(fit->coefficients[0], alone->coefficients[0], 1e-9);
  EXPECT_EQ(fit->coefficients[1], 0);
  EXPECT_EQ(fit->coefficients[2], 0);
  EXPECT_EQ(fit->fit.parameters, alone->fit.parameters);
  EXPECT_NEAR(fit->spread(data.regressors, 2)[1], alone->spread(std::span(data.regressors).first(1), 2)[1],
              1e-9);
}

TEST(EtsLinear, OddSeriesGetFiniteAnswers) {
  const std::vector<PooledEts> pool{{parse_ets("ANN"), {0.4, 0, 0, 1}, 9},
                                    {parse_ets("AAN"), {0.4, 0.1, 0, 1}, 9}};
  const std::vector<std::vector<double>> odd{{5},
                                             {kGapHere, 5, kGapHere},
                                             {5, 7},
                                             std::vector<double>(9, 0.0),
                                             std::vector<double>(9, 1e12),
                                             {1, 2, 3, 4, 5, 6, 7, 8, 9},
                                             {-3e-12, 2e-12, -5e-12, 4e-12, -1e-12, 0, 3e-12, 1e-12},
                                             {1e12, 3e12, 2e12, 1e12, 5e12, 1e12, 2e12},
                                             {1, 1, 1, 900, 1, 1, 1, 1},
                                             {1, 1, 1, 1, 9, 9, 9, 9}};
  const std::vector<double> levels{0.1, 0.9};
  for (const auto& values : odd) {
    std::vector<std::vector<double>> regressors(2);
    for (std::size_t t = 0; t < values.size() + 3; ++t) {
      regressors[0].push_back(t == 1 ? kGapHere : 1e9 + static_cast<double>(t * t % 5));
      regressors[1].push_back(1e-9 * static_cast<double>(t % 3));
    }
    for (const bool pooled : {false, true}) {
      for (const std::size_t with : {0u, 1u, 2u}) {
        for (const char* model : {"auto", "simple", "holt", "damped"}) {
          ForecastRequest request;
          request.values = values;
          request.horizon = 3;
          request.levels = levels;
          if (pooled) request.pool = pool;
          request.regressors = std::span(regressors).first(with);
          const SeriesForecast made = forecast(parse_forecast_model(model), request);
          SCOPED_TRACE(model + std::string(" of ") + std::to_string(values.size()) + ": " + made.reason);
          for (std::size_t h = 0; h < 3; ++h) {
            EXPECT_TRUE(std::isfinite(made.mean[h]));
            EXPECT_FALSE(made.deviation[h] < 0);
            EXPECT_EQ(std::isnan(made.quantiles[2 * h]), observed_count(values) < 2);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace isotherm
