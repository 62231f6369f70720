// How many series per second of processor time the forecasting models continue on one thread: synthetic
// series, a row per model.
//   forecast_speed [SECONDS per row]
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "isotherm/model/forecast.h"

namespace {

using isotherm::ForecastRequest;

double uniform(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/// A wandering level with a slope, a season of half the level's noise, and noise.
std::vector<std::vector<double>> make_series(int count, int n, int period) {
  std::uint64_t state = 7;
  std::vector<std::vector<double>> series(static_cast<std::size_t>(count));
  for (auto& values : series) {
    double level = 20 + 10 * uniform(state);
    const double slope = 0.2 * (uniform(state) - 0.3), wander = uniform(state);
    for (int t = 0; t < n; ++t) {
      level += slope + wander * (uniform(state) - 0.5);
      const double season = period > 1 ? 3 * std::sin(2 * M_PI * t / period) : 0;
      values.push_back(level + season + 2 * (uniform(state) - 0.5));
    }
  }
  return series;
}

void measure(const char* model, int n, int period, int count, double seconds) {
  const auto series = make_series(count, n, period);
  const std::vector<double> levels{0.1, 0.5, 0.9};
  std::vector<ForecastRequest> requests;
  for (const auto& values : series) {
    ForecastRequest request;
    request.values = values;
    request.period = period;
    request.horizon = 3;
    request.levels = levels;
    requests.push_back(request);
  }
  const isotherm::ForecastModel chosen = isotherm::parse_forecast_model(model);
  double sum = 0, passed = 0, done = 0;
  const std::clock_t begin = std::clock();
  while (passed < seconds) {
    for (const auto& forecast : isotherm::forecast_all(chosen, requests)) sum += forecast.mean.front();
    done += count;
    passed = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }
  std::printf("%-14s n %4d season %2d %12.0f series/s   (%g)\n", model, n, period, done / passed, sum / done);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  for (const int n : {7, 10, 15}) measure("auto", n, 1, 256, seconds);
  for (const char* model : {"simple", "holt", "damped"}) measure(model, 15, 1, 256, seconds);
  for (const char* model : {"auto", "holt-winters", "holt-winters-mul"}) measure(model, 120, 12, 64, seconds);
}
