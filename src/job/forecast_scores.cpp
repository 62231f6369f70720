#include "forecast_scores.h"

#include <algorithm>
#include <cmath>

#include "isotherm/core/missing.h"

namespace isotherm {

namespace {

constexpr std::size_t kFewestDepartures = 20;

/// Mean absolute change from one value to that of the same season before: what seasonal naive errs in sample.
double scale_of(std::span<const double> values, int period) {
  const auto lag = static_cast<std::size_t>(period);
  double sum = 0, count = 0;
  for (std::size_t t = lag; t < values.size(); ++t) {
    const double change = std::fabs(values[t] - values[t - lag]);
    if (std::isnan(change)) continue;
    sum += change;
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}

/// Rows of quantiles go from low to high when the levels do.
struct Limits {
  std::size_t low = 0, high = 0;
};
Limits limits_of(std::span<const double> levels) {
  const auto [low, high] = std::ranges::minmax_element(levels);
  return {static_cast<std::size_t>(low - levels.begin()), static_cast<std::size_t>(high - levels.begin())};
}

Score score_one(double value, double scale, const SeriesForecast& forecast, std::size_t step,
                std::span<const double> levels) {
  Score score;
  const double mean = forecast.mean[step];
  if (std::isnan(mean)) return score;
  const double error = std::fabs(value - mean);
  score.forecasts = 1;
  if (scale > 0) score.scaled = 1, score.absolute_scaled = error / scale;
  const double size = std::fabs(value) + std::fabs(mean);
  score.symmetric = size > 0 ? 200 * error / size : 0;
  score.squares = error * error;
  if (levels.empty() || std::isnan(forecast.deviation[step])) return score;
  const double* const quantiles = forecast.quantiles.data() + step * levels.size();
  const auto [low, high] = limits_of(levels);
  score.with_spread = 1;
  score.covered = value >= quantiles[low] && value <= quantiles[high] ? 1 : 0;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const double above = value - quantiles[k];
    score.pinball +=
        (above >= 0 ? levels[k] * above : (levels[k] - 1) * above) / static_cast<double>(levels.size());
  }
  return score;
}

void append_row(Table& table, const std::string& variable, const std::string& model, std::int64_t step,
                const Score& score) {
  const auto share = [](double sum, double count) { return count > 0 ? sum / count : kMissing; };
  std::size_t at = 0;
  table.columns[at++].texts().push_back(variable);
  table.columns[at++].texts().push_back(model);
  table.columns[at++].integers().push_back(step);
  table.columns[at++].integers().push_back(static_cast<std::int64_t>(score.forecasts));
  table.columns[at++].reals().push_back(share(score.absolute_scaled, score.scaled));
  table.columns[at++].reals().push_back(share(score.symmetric, score.forecasts));
  table.columns[at++].reals().push_back(std::sqrt(share(score.squares, score.forecasts)));
  table.columns[at++].reals().push_back(share(score.covered, score.with_spread));
  table.columns[at++].reals().push_back(share(score.pinball, score.with_spread));
}

}  // namespace

void Score::add(const Score& other) {
  forecasts += other.forecasts;
  absolute_scaled += other.absolute_scaled;
  scaled += other.scaled;
  symmetric += other.symmetric;
  squares += other.squares;
  covered += other.covered;
  pinball += other.pinball;
  with_spread += other.with_spread;
}

BackTest::BackTest(std::size_t models, int horizon)
    : scores(models, std::vector<Score>(static_cast<std::size_t>(horizon))),
      departures(static_cast<std::size_t>(horizon)) {}

void BackTest::add(const BackTest& other) {
  for (std::size_t m = 0; m < scores.size(); ++m) {
    for (std::size_t h = 0; h < scores[m].size(); ++h) scores[m][h].add(other.scores[m][h]);
  }
  for (std::size_t h = 0; h < departures.size(); ++h) {
    departures[h].insert(departures[h].end(), other.departures[h].begin(), other.departures[h].end());
  }
}

BackTest back_test(std::span<const ForecastModel> models, const ForecastRequest& request, int count,
                   const Cut& cut) {
  BackTest test(models.size(), request.horizon);
  const auto n = request.values.size();
  for (std::size_t back = 1; back <= static_cast<std::size_t>(count) && back < n; ++back) {
    ForecastRequest past = request;
    past.values = request.values.first(n - back);
    past.horizon = std::min(request.horizon, static_cast<int>(back));
    if (observed_count(past.values) == 0) continue;
    cut(back, past);
    const double scale = scale_of(past.values, request.period);
    for (std::size_t m = 0; m < models.size(); ++m) {
      const SeriesForecast made = forecast(models[m], past);
      for (std::size_t h = 0; h < static_cast<std::size_t>(past.horizon); ++h) {
        const double value = request.values[n - back + h];
        if (std::isnan(value)) continue;
        test.scores[m][h].add(score_one(value, scale, made, h, request.levels));
        if (m == 0 && made.deviation[h] > 0) {
          test.departures[h].push_back((value - made.mean[h]) / made.deviation[h]);
        }
      }
    }
  }
  return test;
}

TableSchema score_schema() {
  TableSchema schema;
  schema.columns = {
      {"variable", ColumnType::text, "", "column that was continued"},
      {"model", ColumnType::text, "", "model as asked for; short series fell back"},
      {"step", ColumnType::integer, "", "steps ahead; missing: all of them"},
      {"forecasts", ColumnType::integer, "", "forecasts scored"},
      {"mase", ColumnType::real, "1", "mean absolute error over that of seasonal naive in sample"},
      {"smape", ColumnType::real, "percent", "mean of 200 |error| / (|value| + |forecast|)"},
      {"rmse", ColumnType::real, "", "root of the mean squared error"},
      {"coverage", ColumnType::real, "1", "share of values between lowest and highest quantile"},
      {"pinball", ColumnType::real, "", "mean pinball loss over the quantiles"}};
  return schema;
}

void append_scores(Table& table, const std::string& variable, std::span<const ForecastModel> models,
                   const BackTest& test) {
  for (std::size_t m = 0; m < models.size(); ++m) {
    Score all;
    for (std::size_t h = 0; h < test.scores[m].size(); ++h) {
      const Score& score = test.scores[m][h];
      if (score.forecasts > 0)
        append_row(table, variable, models[m].name, static_cast<std::int64_t>(h + 1), score);
      all.add(score);
    }
    append_row(table, variable, models[m].name, kMissingInteger, all);
  }
}

Calibration::Calibration(const BackTest& test, std::span<const double> levels) : levels_(levels.size()) {
  for (std::vector<double> departures : test.departures) {
    if (departures.size() < kFewestDepartures) {
      if (factors_.empty()) return;
      factors_.push_back(factors_.back());
      continue;
    }
    std::ranges::sort(departures);
    const double n = static_cast<double>(departures.size());
    std::vector<double> factors;
    for (const double p : levels) {
      // The order statistic that covers at least p of the next value, counted from the nearer end.
      const double rank = p >= 0.5 ? std::ceil((n + 1) * p) : std::floor((n + 1) * p);
      factors.push_back(departures[static_cast<std::size_t>(std::clamp(rank, 1.0, n)) - 1]);
    }
    factors_.push_back(std::move(factors));
  }
}

void Calibration::apply(SeriesForecast& forecast) const {
  for (std::size_t h = 0; h < forecast.mean.size() && h < factors_.size(); ++h) {
    if (std::isnan(forecast.deviation[h])) continue;
    for (std::size_t k = 0; k < levels_; ++k) {
      forecast.quantiles[h * levels_ + k] = forecast.mean[h] + factors_[h][k] * forecast.deviation[h];
    }
  }
}

}  // namespace isotherm
