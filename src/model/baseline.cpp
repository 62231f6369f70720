#include "baseline.h"

#include <cmath>
#include <limits>

namespace isotherm {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Ends {
  std::size_t first = 0, last = 0;
  int observed = 0;
  double gap = 0;  ///< missing steps at the end
};

Ends ends_of(std::span<const double> values) {
  Ends ends;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    if (ends.observed++ == 0) ends.first = t;
    ends.last = t;
  }
  ends.gap = static_cast<double>(values.size() - 1 - ends.last);
  return ends;
}

/// Mean squared change per step of a walk with this drift, over all neighbouring observations `lag` steps or
/// a multiple of it apart; `spent` parameters are used up.
double walk_variance(std::span<const double> values, std::size_t lag, double drift, int spent) {
  double sum = 0;
  int changes = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    for (std::size_t back = lag; back <= t; back += lag) {
      if (std::isnan(values[t - back])) continue;
      const double change = values[t] - values[t - back] - drift * static_cast<double>(back);
      sum += change * change / (static_cast<double>(back) / static_cast<double>(lag));
      ++changes;
      break;
    }
  }
  return changes > spent ? sum / (changes - spent) : kUnknown;
}

}  // namespace

std::optional<StepMoments> mean_forecast(const ForecastRequest& request) {
  const int n = observed_count(request.values);
  if (n == 0) return std::nullopt;
  double sum = 0, squares = 0;
  for (const double y : request.values) {
    if (!std::isnan(y)) sum += y;
  }
  const double mean = sum / n;
  for (const double y : request.values) {
    if (!std::isnan(y)) squares += (y - mean) * (y - mean);
  }
  StepMoments moments;
  moments.degrees = n - 1;
  const double variance = n > 1 ? squares / (n - 1) * (1 + 1.0 / n) : kUnknown;
  moments.mean.assign(static_cast<std::size_t>(request.horizon), mean);
  moments.variance.assign(static_cast<std::size_t>(request.horizon), variance);
  return moments;
}

std::optional<StepMoments> naive_forecast(const ForecastRequest& request) {
  const Ends ends = ends_of(request.values);
  if (ends.observed == 0) return std::nullopt;
  const double variance = walk_variance(request.values, 1, 0, 0);
  StepMoments moments;
  for (int h = 1; h <= request.horizon; ++h) {
    moments.mean.push_back(request.values[ends.last]);
    moments.variance.push_back(variance * (ends.gap + h));
  }
  return moments;
}

std::optional<StepMoments> seasonal_naive_forecast(const ForecastRequest& request) {
  if (request.period < 2) return naive_forecast(request);
  const auto m = static_cast<std::size_t>(request.period);
  const std::size_t n = request.values.size();
  const double variance = walk_variance(request.values, m, 0, 0);
  StepMoments moments;
  for (std::size_t h = 1; h <= static_cast<std::size_t>(request.horizon); ++h) {
    // The latest observed value of that time of year, whole cycles back.
    const std::size_t target = n - 1 + h;
    std::size_t cycles = 1;
    while (cycles * m <= target &&
           (target - cycles * m >= n || std::isnan(request.values[target - cycles * m])))
      ++cycles;
    if (cycles * m > target) return std::nullopt;
    moments.mean.push_back(request.values[target - cycles * m]);
    moments.variance.push_back(variance * static_cast<double>(cycles));
  }
  return moments;
}

std::optional<StepMoments> drift_forecast(const ForecastRequest& request) {
  const Ends ends = ends_of(request.values);
  if (ends.observed < 2) return std::nullopt;
  const double span = static_cast<double>(ends.last - ends.first);
  const double slope = (request.values[ends.last] - request.values[ends.first]) / span;
  const double variance = walk_variance(request.values, 1, slope, 1);
  StepMoments moments;
  for (int h = 1; h <= request.horizon; ++h) {
    const double ahead = ends.gap + h;
    moments.mean.push_back(request.values[ends.last] + slope * ahead);
    moments.variance.push_back(variance * ahead * (1 + ahead / span));
  }
  return moments;
}

}  // namespace isotherm
