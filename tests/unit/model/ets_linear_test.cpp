// Regressors beside the states, and weights that many series share: against oracles written another way.
#include "isotherm/model/ets_linear.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include "isotherm/core/text.h"
#include "isotherm/model/ets_region.h"
#include "isotherm/model/forecast.h"
#include "unit/model/classic_series.h"

namespace isotherm {
namespace {

constexpr double kGapHere = std::numeric_limits<double>::quiet_NaN();

/// y = level + slope t + coefficient x + a wandering level and noise (simple smoothing with this weight).
struct RegressedPlant {
  std::vector<double> values;
  std::vector<std::vector<double>> regressors;  // one, as long as values and horizon
};
RegressedPlant regressed_plant(std::mt19937& random, std::size_t n, double alpha, double coefficient,
                               std::size_t ahead = 0) {
  std::normal_distribution<double> normal;
  RegressedPlant made;
  made.regressors.emplace_back();
  double level = 20 + 3 * normal(random);
  for (std::size_t t = 0; t < n + ahead; ++t) {
    made.regressors[0].push_back(0.4 + 0.1 * normal(random));
    const double error = 0.5 * normal(random);
    if (t < n) made.values.push_back(level + coefficient * made.regressors[0][t] + error);
    level += alpha * error;
  }
  return made;
}

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

std::vector<std::vector<double>> short_plants(std::mt19937& random, int count, std::size_t n, double alpha) {
  std::vector<std::vector<double>> all;
  for (int k = 0; k < count; ++k) all.push_back(regressed_plant(random, n, alpha, 0).values);
  return all;
}

std::vector<RegressedSeries> without_regressors(const std::vector<std::vector<double>>& all) {
  std::vector<RegressedSeries> series;
  for (const auto& values : all) series.push_back({values, {}});
  return series;
}

TEST(EtsPool, WeightsOfManySeriesOfSevenAreFound) {
  for (const double alpha : {0.15, 0.5, 0.9}) {
    std::mt19937 random(12);
    const auto all = short_plants(random, 1500, 7, alpha);
    const auto pooled = pool_ets(parse_ets("ANN"), without_regressors(all), 1);
    ASSERT_TRUE(pooled);
    EXPECT_EQ(pooled->series, 1500);
    // The standard error from the curvature of the summed likelihood; four of those.
    const auto total = [&](double a) {
      double sum = 0;
      for (const auto& values : all)
        sum += *ets_marginal_likelihood(parse_ets("ANN"), {a, 0, 0, 1}, {values, {}}, 1);
      return sum;
    };
    const double curvature = (total(alpha + 0.05) - 2 * total(alpha) + total(alpha - 0.05)) / (0.05 * 0.05);
    ASSERT_LT(curvature, -1 / (0.05 * 0.05)) << "the pool tells alpha to better than 0.05";
    EXPECT_LT(std::fabs(pooled->weights.alpha - alpha), 4 / std::sqrt(-curvature));
    // Own likelihoods with the best level put in, added up, are led astray by the levels (Neyman and Scott).
    double best = -INFINITY, at = 0;
    for (double a = 0.02; a < 1; a += 0.02) {
      double sum = 0;
      for (const auto& values : all)
        sum += fit_linear_ets_at(parse_ets("ANN"), {a, 0, 0, 1}, {values, {}}, 1)->fit.log_likelihood;
      if (sum > best) best = sum, at = a;
    }
    if (alpha == 0.5) {
      EXPECT_GT(std::fabs(at - alpha), 0.08) << at;
    }
  }
}

TEST(EtsPool, NoPointOfAGridIsBetter) {
  std::mt19937 random(13);
  const auto all = short_plants(random, 60, 9, 0.4);
  const auto series = without_regressors(all);
  const auto pooled = pool_ets(parse_ets("AAdN"), series, 1);
  const auto total = [&](const EtsWeights& weights) {
    double sum = 0;
    for (const RegressedSeries& one : series)
      sum += *ets_marginal_likelihood(parse_ets("AAdN"), weights, one, 1);
    return sum;
  };
  double best = -INFINITY;
  for (int a = 0; a <= 12; ++a) {
    for (int s = 0; s <= 6; ++s) {
      for (int f = 0; f <= 6; ++f) {
        const double alpha = 1e-4 + a * (0.9999 - 1e-4) / 12;
        best = std::max(best, total({alpha, 1e-4 + s / 6.0 * (alpha - 1e-4), 0, 0.8 + 0.03 * f}));
      }
    }
  }
  EXPECT_GE(total(pooled->weights), best - 1e-6);
}

TEST(EtsPool, SeriesThatTellNothingChangeNothing) {
  std::mt19937 random(14);
  auto all = short_plants(random, 40, 8, 0.5);
  const auto before = pool_ets(parse_ets("AAN"), without_regressors(all), 1);
  all.push_back(std::vector<double>(8, 3.0));           // constant
  all.push_back({1, 2, 3, 4, 5, 6, 7, 8});              // a line
  all.push_back({5, kGapHere, kGapHere, kGapHere, 7});  // two values
  all.push_back({});
  const auto after = pool_ets(parse_ets("AAN"), without_regressors(all), 1);
  EXPECT_EQ(after->series, 40);
  EXPECT_EQ(before->weights.alpha, after->weights.alpha);
  EXPECT_FALSE(pool_ets(parse_ets("AAN"), without_regressors({{1, 2, 3, 4, 5}, {2, 2, 2}}), 1));
}

TEST(EtsPool, UnitsOfASeriesDoNotMatter) {
  std::mt19937 random(15);
  auto all = short_plants(random, 50, 8, 0.5);
  const auto before = pool_ets(parse_ets("ANN"), without_regressors(all), 1);
  for (std::size_t k = 0; k < all.size(); ++k) {
    for (double& value : all[k]) value = (value - 15) * std::pow(10.0, static_cast<double>(k % 25) - 12);
  }
  EXPECT_NEAR(pool_ets(parse_ets("ANN"), without_regressors(all), 1)->weights.alpha, before->weights.alpha,
              1e-4);
}

TEST(EtsPool, LimitsOfSeriesOfSevenCoverTheirShare) {
  // With the weights known limits are exact: of 1500 series a sampling error of 1 %.
  std::mt19937 random(16);
  auto all = short_plants(random, 1500, 8, 0.5);
  std::vector<double> came;
  for (auto& values : all) came.push_back(values.back()), values.pop_back();
  const PooledEts pooled = *pool_ets(parse_ets("ANN"), without_regressors(all), 1);
  const std::vector<double> levels{0.1, 0.9};
  int covered = 0, covered_alone = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    ForecastRequest request;
    request.values = all[k];
    request.levels = levels;
    const SeriesForecast alone = forecast(parse_forecast_model("simple"), request);
    request.pool = {&pooled, 1};
    const SeriesForecast made = forecast(parse_forecast_model("simple"), request);
    EXPECT_EQ(made.reason, "weights of 1500 series; asked for");
    covered += came[k] >= made.quantiles[0] && came[k] <= made.quantiles[1];
    covered_alone += came[k] >= alone.quantiles[0] && came[k] <= alone.quantiles[1];
  }
  EXPECT_NEAR(covered / 1500.0, 0.8, 0.03);
  EXPECT_LT(covered_alone / 1500.0, 0.75) << "with weights of its own each is too sure";
}

TEST(EtsPool, SevenYearsOfM3AreContinuedBetterTogether) {
  std::ifstream file(ISOTHERM_SOURCE_DIR "/../shared/reference/data/m3_yearly.csv");
  if (!file) GTEST_SKIP() << "the series of the M3 competition are not at hand";
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = split(line, ',');
    (parts[1] == "train" ? all[parts[0]].first : all[parts[0]].second).push_back(*parse_number(parts[3]));
  }
  ASSERT_EQ(all.size(), 645u);
  std::vector<RegressedSeries> lasts;
  for (const auto& [id, series] : all) lasts.push_back({std::span(series.first).last(7), {}});
  std::vector<PooledEts> pool;
  for (const EtsForm& form : linear_ets_forms(1)) pool.push_back(*pool_ets(form, lasts, 1));
  const std::vector<double> levels{0.1, 0.9};
  const auto score = [&](std::span<const PooledEts> weights, double& covered) {
    double mase = 0;
    covered = 0;
    for (const auto& [id, series] : all) {
      const auto& [known, came] = series;
      double scale = 0;
      for (std::size_t t = 1; t < known.size(); ++t) scale += std::fabs(known[t] - known[t - 1]);
      scale /= static_cast<double>(known.size() - 1);
      ForecastRequest request;
      request.values = std::span(known).last(7);
      request.horizon = 6;
      request.levels = levels;
      request.pool = weights;
      const SeriesForecast made = forecast(parse_forecast_model("auto"), request);
      for (std::size_t h = 0; h < 6; ++h) {
        mase += std::fabs(came[h] - made.mean[h]) / scale / 6 / 645;
        covered +=
            came[h] >= made.quantiles[2 * h] && came[h] <= made.quantiles[2 * h + 1] ? 1.0 / 6 / 645 : 0;
      }
    }
    return mase;
  };
  double covered_own = 0, covered_pooled = 0;
  const double own = score({}, covered_own), pooled = score(pool, covered_pooled);
  // Measured: 3.228 and 60 % against 2.889 and 69 %.
  EXPECT_LT(pooled, own - 0.2);
  EXPECT_LT(pooled, 2.95);
  EXPECT_LT(covered_pooled, 0.75);  // 69 % when written
  EXPECT_GT(covered_pooled, covered_own + 0.05);
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

TEST(EtsPool, EveryLengthHasAnAnswerAndAReason) {
  const std::vector<PooledEts> pool{{parse_ets("ANN"), {0.4, 0, 0, 1}, 30},
                                    {parse_ets("AAN"), {0.4, 0.1, 0, 1}, 30}};
  const std::vector<double> values{24.1, 25.0, 23.7, 25.9, 26.4, 25.2, 26.8};
  const std::vector<std::string> reasons{"no observed value",
                                         "1 observed value: no spread known",
                                         "weights of 30 series; too few values to choose",
                                         "weights of 30 series; too few values to choose",
                                         "weights of 30 series; least AICc of 1",
                                         "weights of 30 series; least AICc of 2"};
  const std::vector<double> levels{0.1, 0.9};
  for (std::size_t n = 0; n < reasons.size(); ++n) {
    ForecastRequest request;
    request.values = std::span(values).first(n);
    request.levels = levels;
    request.horizon = 2;
    request.pool = pool;
    const SeriesForecast made = forecast(parse_forecast_model("auto"), request);
    EXPECT_EQ(made.reason, reasons[n]);
    EXPECT_EQ(std::isnan(made.mean[0]), n == 0);
    EXPECT_EQ(std::isnan(made.quantiles[0]), n < 2);
  }
}

}  // namespace
}  // namespace isotherm
