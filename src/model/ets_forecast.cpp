#include "isotherm/model/ets_forecast.h"

#include <algorithm>
#include <cmath>

#include "at.h"
#include "isotherm/model/quantile.h"

namespace isotherm {

namespace {

/// Place in the ring of the season h steps behind the last value.
std::size_t place_ahead(const EtsFit& fit, int h) { return at((fit.length + h - 1) % fit.period); }

/// How much of an error j steps back is still felt.
std::vector<double> error_weights(const EtsFit& fit, int horizon) {
  std::vector<double> c(at(horizon), 0.0);
  double trend = 0, power = 1;
  for (int j = 1; j < horizon; ++j) {
    power *= fit.weights.phi;
    trend += power;
    c[at(j)] = fit.weights.alpha;
    if (fit.form.has_trend()) c[at(j)] += fit.weights.beta * trend;
    if (fit.form.has_season() && j % fit.period == 0) c[at(j)] += fit.weights.gamma;
  }
  return c;
}

EtsMoments additive_moments(const EtsFit& fit, int horizon) {
  EtsMoments moments{ets_point_forecast(fit, horizon), {}};
  moments.variance.reserve(at(horizon));
  const std::vector<double> c = error_weights(fit, horizon);
  const bool relative = fit.form.error == EtsPart::multiplicative;
  std::vector<double> theta;  // E of the squared expectation, h steps ahead, seen from now
  double sum = 1;
  for (int h = 1; h <= horizon; ++h) {
    const double mean = moments.mean[at(h - 1)];
    if (h > 1) sum += c[at(h - 1)] * c[at(h - 1)];
    if (!relative) {
      moments.variance.push_back(fit.variance * sum);
      continue;
    }
    double spread = 0;
    for (int j = 1; j < h; ++j) spread += c[at(j)] * c[at(j)] * theta[at(h - j - 1)];
    theta.push_back(mean * mean + fit.variance * spread);
    // (1 + v) theta - mean^2, without the difference of large numbers
    moments.variance.push_back(fit.variance * theta.back() + fit.variance * spread);
  }
  return moments;
}

/// Level and trend as a pair, and their second moments about 0.
struct Pair {
  double level = 0, trend = 0;
};
struct SecondMoments {
  double ll = 0, lb = 0, bb = 0;
};

/// Class 3. The expectation h steps ahead is a product of base and season. The season of that time of year
/// changes only at steps a whole number of cycles before; folding its factor (1 + gamma e) into the step of
/// level and trend there, the pair z follows z' = A z with A = F + G e, or (F + G e)(1 + gamma e) at those
/// steps, e independent N(0, v).
class SeasonProduct {
 public:
  explicit SeasonProduct(const EtsFit& fit) : fit_(fit) {}

  void moments(int h, double& mean, double& variance) const {
    const double v = fit_.variance;
    Pair z{fit_.end_level, fit_.form.has_trend() ? fit_.end_trend : 0};
    SecondMoments about_mean;
    for (int step = 1; step < h; ++step) advance((h - step) % fit_.period == 0, v, z, about_mean);
    const double phi = fit_.weights.phi;
    const double season = fit_.end_season[place_ahead(fit_, h)];
    mean = (z.level + phi * z.trend) * season;
    const double base_variance = about_mean.ll + 2 * phi * about_mean.lb + phi * phi * about_mean.bb;
    const double spread = base_variance * season * season;
    variance = (1 + v) * spread + v * mean * mean;
  }

 private:
  /// A = A0 + A1 e + A2 e^2. Then E A = A0 + v A2, and the covariance of A z adds
  /// v A1 M A1' + 2 v^2 A2 M A2' where M = E z z'; the means' own part is carried exactly.
  void advance(bool season_step, double v, Pair& z, SecondMoments& c) const {
    const double gamma = season_step ? fit_.weights.gamma : 0;
    const double alpha = fit_.weights.alpha, beta = fit_.form.has_trend() ? fit_.weights.beta : 0;
    const double phi = fit_.weights.phi;
    using Matrix = double[2][2];
    const Matrix a0{{1, phi}, {0, phi}};
    const Matrix g{{alpha, alpha * phi}, {beta, beta * phi}};
    Matrix mean_map, a1, a2;
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) {
        a1[i][j] = g[i][j] + gamma * a0[i][j];
        a2[i][j] = gamma * g[i][j];
        mean_map[i][j] = a0[i][j] + v * a2[i][j];
      }
    }
    const SecondMoments raw{c.ll + z.level * z.level, c.lb + z.level * z.trend, c.bb + z.trend * z.trend};
    const auto form = [](const Matrix& a, const SecondMoments& m) {
      const auto entry = [&](int i, int j) {
        return a[i][0] * (m.ll * a[j][0] + m.lb * a[j][1]) + a[i][1] * (m.lb * a[j][0] + m.bb * a[j][1]);
      };
      return SecondMoments{entry(0, 0), entry(0, 1), entry(1, 1)};
    };
    const SecondMoments from_before = form(mean_map, c), from_error = form(a1, raw),
                        from_square = form(a2, raw);
    c.ll = from_before.ll + v * from_error.ll + 2 * v * v * from_square.ll;
    c.lb = from_before.lb + v * from_error.lb + 2 * v * v * from_square.lb;
    c.bb = from_before.bb + v * from_error.bb + 2 * v * v * from_square.bb;
    z = {mean_map[0][0] * z.level + mean_map[0][1] * z.trend,
         mean_map[1][0] * z.level + mean_map[1][1] * z.trend};
  }

  const EtsFit& fit_;
};

/// Futures drawn one after the other, step by step: paths values per step.
std::vector<std::vector<double>> simulate(const EtsFit& fit, const ForecastRequest& request) {
  std::vector<std::vector<double>> values(at(request.horizon));
  const double sigma = std::sqrt(fit.variance);
  std::vector<double> season;
  double no_season = 0;
  for (int path = 0; path < request.paths; ++path) {
    double level = fit.end_level, trend = fit.end_trend;
    season = fit.end_season;
    for (int h = 1; h <= request.horizon; ++h) {
      double& here = season.empty() ? no_season : season[place_ahead(fit, h)];
      const double base = ets_base(fit.form, fit.weights.phi, level, trend);
      const double prediction = ets_prediction(fit.form, base, here);
      double error = sigma * normal_at(request.seed, request.stream, static_cast<std::uint64_t>(path),
                                       static_cast<std::uint64_t>(h));
      if (fit.form.error == EtsPart::multiplicative) error = prediction * std::max(error, -1.0);
      values[at(h - 1)].push_back(prediction + error);
      ets_learn(fit.form, fit.weights, base, prediction + error, level, trend, here);
      // Nothing multiplied may reach 0: a path that gets there stays just above.
      if (fit.form.trend == EtsPart::multiplicative) {
        level = std::max(level, 1e-9 * std::fabs(base));
        trend = std::max(trend, 1e-3);
      }
    }
  }
  return values;
}

}  // namespace

bool ets_has_closed_form(const EtsForm& form) { return form.trend != EtsPart::multiplicative; }

std::vector<double> ets_point_forecast(const EtsFit& fit, int horizon) {
  std::vector<double> mean;
  mean.reserve(at(horizon));
  double level = fit.end_level, trend = fit.end_trend;
  for (int h = 1; h <= horizon; ++h) {
    const double base = ets_base(fit.form, fit.weights.phi, level, trend);
    mean.push_back(
        ets_prediction(fit.form, base, fit.end_season.empty() ? 0 : fit.end_season[place_ahead(fit, h)]));
    ets_coast(fit.form, fit.weights.phi, base, level, trend);
  }
  return mean;
}

EtsMoments ets_moments(const EtsFit& fit, int horizon) {
  if (fit.form.season != EtsPart::multiplicative) return additive_moments(fit, horizon);
  EtsMoments moments;
  const SeasonProduct product(fit);
  for (int h = 1; h <= horizon; ++h) {
    double mean = 0, variance = 0;
    product.moments(h, mean, variance);
    moments.mean.push_back(mean);
    moments.variance.push_back(variance);
  }
  return moments;
}

SeriesForecast ets_forecast(const EtsFit& fit, const ForecastRequest& request) {
  SeriesForecast forecast;
  forecast.mean = ets_point_forecast(fit, request.horizon);
  forecast.deviation.reserve(at(request.horizon));
  forecast.quantiles.reserve(at(request.horizon) * request.levels.size());
  if (ets_has_closed_form(fit.form)) {
    const std::vector<double> variance = ets_moments(fit, request.horizon).variance;
    std::vector<double> factors;
    factors.reserve(request.levels.size());
    for (const double p : request.levels) factors.push_back(normal_quantile(p));
    for (std::size_t h = 0; h < variance.size(); ++h) {
      forecast.deviation.push_back(std::sqrt(variance[h]));
      for (const double factor : factors)
        forecast.quantiles.push_back(forecast.mean[h] + factor * forecast.deviation[h]);
    }
    return forecast;
  }
  for (std::vector<double>& values : simulate(fit, request)) {
    std::ranges::sort(values);
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const double mean = sum / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    forecast.deviation.push_back(std::sqrt(squares / static_cast<double>(values.size())));
    for (const double p : request.levels) forecast.quantiles.push_back(sorted_quantile(values, p));
  }
  return forecast;
}

}  // namespace isotherm
