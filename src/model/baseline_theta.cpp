// The Theta method as simple exponential smoothing with drift, on seasonally adjusted values.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "baseline.h"
#include "isotherm/model/ets_fit.h"

namespace isotherm {

namespace {

/// Whether the autocorrelation at the season's lag stands out at the 90 % level, as in the M3 competition.
bool values_repeat(std::span<const double> values, int period) {
  const auto m = static_cast<std::size_t>(period);
  const double n = observed_count(values);
  if (period < 2 || n < 2 * period + 1) return false;
  double mean = 0, squares = 0;
  for (const double y : values) {
    if (!std::isnan(y)) mean += y / n;
  }
  for (const double y : values) {
    if (!std::isnan(y)) squares += (y - mean) * (y - mean);
  }
  if (!(squares > 0)) return false;
  const auto correlation = [&](std::size_t lag) {
    double sum = 0;
    for (std::size_t t = lag; t < values.size(); ++t) {
      if (!std::isnan(values[t]) && !std::isnan(values[t - lag]))
        sum += (values[t] - mean) * (values[t - lag] - mean);
    }
    return sum / squares;
  };
  double spread = 1;
  for (std::size_t lag = 1; lag < m; ++lag) spread += 2 * correlation(lag) * correlation(lag);
  return std::fabs(correlation(m)) > 1.6448536269514722 * std::sqrt(spread / n);
}

/// Classical decomposition: factors (or summands) of each place of the season around the centred mean of a
/// cycle.
std::vector<double> classical_seasons(std::span<const double> values, int period, bool ratio) {
  const auto m = static_cast<std::size_t>(period);
  const std::size_t half = m / 2;
  std::vector<double> sum(m, 0.0), count(m, 0.0);
  for (std::size_t t = half; t + half < values.size(); ++t) {
    double around = 0;
    for (std::size_t k = t - half; k <= t + half; ++k) {
      const bool edge = m % 2 == 0 && (k == t - half || k == t + half);
      around += (edge ? 0.5 : 1.0) * values[k];
    }
    around /= static_cast<double>(m);
    const double here = ratio ? values[t] / around : values[t] - around;
    if (std::isnan(here)) continue;
    sum[t % m] += here;
    count[t % m] += 1;
  }
  if (std::ranges::find(count, 0.0) != count.end()) return {};
  for (std::size_t k = 0; k < m; ++k) sum[k] /= count[k];
  const double mean = std::accumulate(sum.begin(), sum.end(), 0.0) / static_cast<double>(m);
  for (double& season : sum) season = ratio ? season / mean : season - mean;
  return sum;
}

double slope_of(std::span<const double> values) {
  double n = 0, mean_t = 0, mean_y = 0, tt = 0, ty = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    n += 1;
    mean_t += (static_cast<double>(t) - mean_t) / n;
    mean_y += (values[t] - mean_y) / n;
  }
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    tt += (static_cast<double>(t) - mean_t) * (static_cast<double>(t) - mean_t);
    ty += (static_cast<double>(t) - mean_t) * (values[t] - mean_y);
  }
  return tt > 0 ? ty / tt : 0;
}

}  // namespace

std::optional<StepMoments> theta_forecast(const ForecastRequest& request) {
  const std::span<const double> values = request.values;
  const std::size_t n = values.size();
  std::vector<double> adjusted(values.begin(), values.end());
  std::vector<double> seasons;
  const bool ratio = std::ranges::all_of(values, [](double y) { return std::isnan(y) || y > 0; });
  if (values_repeat(values, request.period)) seasons = classical_seasons(values, request.period, ratio);
  const auto season_at = [&](std::size_t t) { return seasons[t % seasons.size()]; };
  for (std::size_t t = 0; t < n && !seasons.empty(); ++t) {
    adjusted[t] = ratio ? values[t] / season_at(t) : values[t] - season_at(t);
  }
  const auto fit = fit_ets({}, adjusted, 1);
  if (!fit) return std::nullopt;
  const double alpha = fit->weights.alpha;
  const double half_slope = slope_of(adjusted) / 2;
  StepMoments moments;
  for (int h = 1; h <= request.horizon; ++h) {
    const double faded = (1 - std::pow(1 - alpha, static_cast<double>(n))) / alpha;
    double mean = fit->end_level + half_slope * (h - 1 + faded);
    double variance = fit->variance * (1 + (h - 1) * alpha * alpha);
    if (!seasons.empty()) {
      const double season = season_at(n + static_cast<std::size_t>(h) - 1);
      mean = ratio ? mean * season : mean + season;
      if (ratio) variance *= season * season;
    }
    moments.mean.push_back(mean);
    moments.variance.push_back(variance);
  }
  return moments;
}

}  // namespace isotherm
