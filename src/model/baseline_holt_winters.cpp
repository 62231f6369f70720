// Holt (1957) and Winters (1960) by least squares: the estimator of R's stats::HoltWinters.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "at.h"

#include "baseline.h"
#include "nelder_mead.h"

namespace isotherm {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool has_season(HoltWinters kind) {
  return kind == HoltWinters::additive || kind == HoltWinters::multiplicative;
}

struct Begin {
  HoltWintersFit state;
  std::size_t next = 0;  ///< first value that is forecast
};

/// The centred mean of a cycle in the first two cycles gives a line (level and trend) and mean departures
/// (seasons).
std::optional<Begin> begin_seasonal(HoltWinters kind, std::span<const double> values, int period) {
  const std::size_t m = at(period);
  if (period < 2 || values.size() < 2 * m + 1) return std::nullopt;
  const std::span<const double> two = values.first(2 * m);
  const bool ratio = kind == HoltWinters::multiplicative;
  const std::size_t half = m / 2;
  std::vector<double> around, sum(m, 0.0), count(m, 0.0);
  for (std::size_t t = half; t + half < two.size(); ++t) {
    double mean = 0;
    for (std::size_t k = t - half; k <= t + half; ++k) {
      mean += (m % 2 == 0 && (k == t - half || k == t + half) ? 0.5 : 1.0) * two[k];
    }
    mean /= static_cast<double>(m);
    around.push_back(mean);
    sum[t % m] += ratio ? two[t] / mean : two[t] - mean;
    count[t % m] += 1;
  }
  double total = 0;
  for (std::size_t k = 0; k < m; ++k) total += sum[k] /= count[k];
  if (std::isnan(total)) return std::nullopt;  // a gap in the first two cycles
  total /= static_cast<double>(m);
  Begin begin;
  for (const double season : sum) begin.state.season.push_back(ratio ? season / total : season - total);
  const double n = static_cast<double>(around.size());
  const double mean_t = (n + 1) / 2;
  const double mean_y = std::accumulate(around.begin(), around.end(), 0.0) / n;
  double ty = 0, tt = 0;
  for (std::size_t k = 0; k < around.size(); ++k) {
    const double t = static_cast<double>(k + 1) - mean_t;
    ty += t * (around[k] - mean_y);
    tt += t * t;
  }
  begin.state.trend = tt > 0 ? ty / tt : 0;
  begin.state.level = mean_y - begin.state.trend * mean_t;
  begin.next = m;
  return begin;
}

std::optional<Begin> begin_plain(HoltWinters kind, std::span<const double> values) {
  const std::size_t used = kind == HoltWinters::simple ? 1 : 2;
  if (values.size() < used + 2) return std::nullopt;
  Begin begin;
  begin.state.level = values[used - 1];
  if (kind == HoltWinters::trend) begin.state.trend = values[1] - values[0];
  if (std::isnan(begin.state.level) || std::isnan(begin.state.trend)) return std::nullopt;
  begin.next = used;
  return begin;
}

}  // namespace

std::optional<HoltWintersFit> filter_holt_winters(HoltWinters kind, std::span<const double> values,
                                                  int period, double alpha, double beta, double gamma) {
  auto begin = has_season(kind) ? begin_seasonal(kind, values, period) : begin_plain(kind, values);
  if (!begin) return std::nullopt;
  HoltWintersFit fit = std::move(begin->state);
  fit.alpha = alpha;
  fit.beta = kind == HoltWinters::simple ? 0 : beta;
  fit.gamma = has_season(kind) ? gamma : 0;
  const bool ratio = kind == HoltWinters::multiplicative;
  for (std::size_t t = begin->next; t < values.size(); ++t) {
    double* const season = fit.season.empty() ? nullptr : &fit.season[t % fit.season.size()];
    const double base = fit.level + fit.trend;
    if (std::isnan(values[t])) {
      fit.level = base;
      continue;
    }
    const double prediction = !season ? base : ratio ? base * *season : base + *season;
    const double error = values[t] - prediction;
    fit.sum_squares += error * error;
    ++fit.errors;
    const double seen = !season ? values[t] : ratio ? values[t] / *season : values[t] - *season;
    const double level = alpha * seen + (1 - alpha) * base;
    fit.trend = fit.beta * (level - fit.level) + (1 - fit.beta) * fit.trend;
    fit.level = level;
    // Unlike the innovations form, the season learns from the new level.
    if (season) *season += fit.gamma * ((ratio ? values[t] / level : values[t] - level) - *season);
  }
  return fit;
}

std::optional<HoltWintersFit> fit_holt_winters(HoltWinters kind, std::span<const double> values, int period) {
  const int weights = kind == HoltWinters::simple ? 1 : kind == HoltWinters::trend ? 2 : 3;
  const auto squares = [&](std::span<const double> w) {
    for (const double weight : w) {
      if (!(weight >= 0 && weight <= 1)) return kInfinity;
    }
    const auto fit =
        filter_holt_winters(kind, values, period, w[0], weights > 1 ? w[1] : 0, weights > 2 ? w[2] : 0);
    return std::isfinite(fit->sum_squares) ? fit->sum_squares : kInfinity;
  };
  const auto first = filter_holt_winters(kind, values, period, 0.3, 0.1, 0.1);
  if (!first || first->errors <= weights) return std::nullopt;
  std::vector<double> best;
  double least = kInfinity;
  for (const std::array<double, 3>& start : {std::array{0.3, 0.1, 0.1}, {0.7, 0.05, 0.5}, {0.1, 0.4, 0.8}}) {
    std::vector<double> point(start.begin(), start.begin() + weights);
    const double reached = nelder_mead(squares, point, 0.1, 2000);
    if (reached < least) least = reached, best = point;
  }
  if (best.empty()) return std::nullopt;
  return filter_holt_winters(kind, values, period, best[0], weights > 1 ? best[1] : 0,
                             weights > 2 ? best[2] : 0);
}

std::optional<StepMoments> holt_winters_forecast(HoltWinters kind, const ForecastRequest& request) {
  const bool ratio = kind == HoltWinters::multiplicative;
  const bool positive = std::ranges::all_of(request.values, [](double y) { return std::isnan(y) || y > 0; });
  if (ratio && !positive) return std::nullopt;
  const auto fit = fit_holt_winters(kind, request.values, request.period);
  if (!fit) return std::nullopt;
  const int weights = kind == HoltWinters::simple ? 1 : kind == HoltWinters::trend ? 2 : 3;
  const double sigma2 = fit->sum_squares / (fit->errors - weights);
  StepMoments moments;
  double spread = 1;
  for (int h = 1; h <= request.horizon; ++h) {
    double mean = fit->level + h * fit->trend;
    double scale = 1;
    if (has_season(kind)) {
      const double season = fit->season[(request.values.size() + at(h) - 1) % fit->season.size()];
      if (ratio) scale = season;  // their mean is near 1
      mean = ratio ? mean * season : mean + season;
    }
    if (h > 1) {
      // Holt's and Winters' weights as those of the error-correction form.
      const int j = h - 1;
      double felt = fit->alpha + fit->alpha * fit->beta * j;
      if (has_season(kind) && j % request.period == 0) felt += fit->gamma * (1 - fit->alpha);
      spread += felt * felt;
    }
    moments.mean.push_back(mean);
    moments.variance.push_back(sigma2 * spread * scale * scale);
  }
  return moments;
}

}  // namespace isotherm
