#include "forecast_requests.h"

#include <algorithm>
#include <cmath>

#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/ordered_pipeline.h"

namespace isotherm {

namespace {

/// FNV-1a: the same number for the same name everywhere.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ULL;
  return hash;
}

/// Cells by pool, in the order of the table.
std::vector<std::vector<std::size_t>> cells_by_pool(const SeriesTable& series) {
  std::vector<std::vector<std::size_t>> cells(series.pools());
  for (std::size_t cell = 0; cell < series.cells(); ++cell) cells[series.pool(cell)].push_back(cell);
  return cells;
}

std::vector<EtsForm> forms_of(std::span<const ForecastModel> models, int period) {
  std::vector<EtsForm> forms;
  for (const EtsForm& form : linear_ets_forms(period)) {
    const auto uses = [&](const ForecastModel& model) {
      return takes_regressors(model) && (!model.form || *model.form == form);
    };
    // Simple smoothing stands in where a series cannot carry the others.
    if (form == EtsForm{} || std::ranges::any_of(models, uses)) forms.push_back(form);
  }
  return forms;
}

/// Continues what is missing behind the first `past` values of `x` by smoothing; `variances` of those.
void continue_regressor(std::vector<double>& x, std::size_t past, const ForecastRequest& terms,
                        std::vector<double>& variances) {
  const auto seen = [](double value) { return !std::isnan(value); };
  const auto first = std::find_if(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(past), seen);
  const auto skipped = static_cast<std::size_t>(first - x.begin());
  if (skipped == past) return;
  ForecastRequest request;
  request.values = std::span(x).subspan(skipped, past - skipped);
  request.period = terms.period;
  request.criterion = terms.criterion;
  request.horizon = static_cast<int>(x.size() - past);
  const SeriesForecast made = forecast(parse_forecast_model("auto"), request);
  for (std::size_t h = 0; past + h < x.size(); ++h) {
    if (seen(x[past + h])) continue;
    x[past + h] = made.mean[h];
    // Of a single value no spread is known.
    variances[h] = std::isnan(made.deviation[h]) ? 0 : made.deviation[h] * made.deviation[h];
  }
}

}  // namespace

ForecastRequest ForecastRequests::request(std::size_t cell, std::size_t variable,
                                          std::span<const double> values, std::size_t back) const {
  ForecastRequest request = request_;
  request.values = values;
  request.stream = hash_of(series_.id_text(cell) + '\n' + series_.variables()[variable].name);
  if (pooled_) {
    const std::size_t pools = series_.pools(), variables = series_.variables().size();
    request.pool = pools_[(back * variables + variable) * pools + series_.pool(cell)];
  }
  return request;
}

RegressorValues ForecastRequests::drivers(std::size_t cell, std::span<const double> values,
                                          std::size_t back) const {
  RegressorValues drivers;
  const std::size_t past = values.size(), horizon = static_cast<std::size_t>(request_.horizon);
  const std::int64_t first = series_.last() - static_cast<std::int64_t>(past + back) + 1;
  const auto known = [](std::span<const double> numbers) {
    return static_cast<std::size_t>(
        std::ranges::count_if(numbers, [](double value) { return !std::isnan(value); }));
  };
  std::size_t given = 0;
  for (std::size_t j = 0; j < series_.regressors().size(); ++j) {
    std::vector<double> x =
        series_.stretch(cell, series_.variables().size() + j, first, past + back + horizon);
    const std::size_t ahead = known(std::span(x).last(horizon));
    given += ahead;
    x.resize(past + horizon);
    // Who knows nothing of the years ahead knew nothing of them then.
    if (ahead == 0) std::fill(x.begin() + static_cast<std::ptrdiff_t>(past), x.end(), kMissing);
    std::vector<double>& variances = drivers.variances.emplace_back(horizon, 0.0);
    if (known(std::span(x).last(horizon)) < horizon) continue_regressor(x, past, request_, variances);
    drivers.values.push_back(std::move(x));
  }
  if (drivers.values.empty()) return drivers;
  drivers.how = given == 0                                 ? "regressors continued"
                : given == drivers.values.size() * horizon ? "regressors given"
                                                           : "regressors partly given";
  return drivers;
}

std::vector<PooledEts> ForecastRequests::pool_one(std::size_t variable, std::span<const std::size_t> cells,
                                                  std::span<const EtsForm> forms, std::size_t back) const {
  const auto steps = static_cast<std::size_t>(series_.last() - series_.first() + 1);
  const std::size_t take =
      std::min(cells.size(), pool_size(steps, request_.period, series_.regressors().size()));
  std::vector<std::vector<double>> values;
  std::vector<RegressorValues> drivers;
  for (std::size_t k = 0; k < take; ++k) {
    const std::size_t cell = cells[k * cells.size() / take];
    std::vector<double> mine = series_.series(cell, variable);
    if (mine.size() <= back) continue;
    mine.resize(mine.size() - back);
    RegressorValues& regressors = drivers.emplace_back();
    const std::int64_t first = series_.last() - static_cast<std::int64_t>(mine.size() + back) + 1;
    for (std::size_t j = 0; j < series_.regressors().size(); ++j) {
      regressors.values.push_back(series_.stretch(cell, series_.variables().size() + j, first, mine.size()));
    }
    values.push_back(std::move(mine));
  }
  std::vector<RegressedSeries> series;
  for (std::size_t k = 0; k < values.size(); ++k) series.push_back({values[k], drivers[k].values});
  std::vector<PooledEts> pooled;
  for (const EtsForm& form : forms) {
    if (const auto one = pool_ets(form, series, request_.period)) pooled.push_back(*one);
  }
  return pooled;
}

void ForecastRequests::pool(std::span<const ForecastModel> models, int cuts, const RunContext& context) {
  if (!pooled_) return;
  const std::vector<EtsForm> forms = forms_of(models, request_.period);
  const std::vector<std::vector<std::size_t>> cells = cells_by_pool(series_);
  const std::size_t pools = cells.size(), variables = series_.variables().size();
  const std::uint64_t all = static_cast<std::uint64_t>(cuts + 1) * variables * pools;
  struct Nothing {};
  context.progress.start("pooling", all);
  run_ordered(
      all, {context.threads, static_cast<std::size_t>(2 * context.threads)}, context.stop,
      [] { return Nothing{}; },
      [&](Nothing&, std::uint64_t n) {
        return pool_one(n / pools % variables, cells[n % pools], forms, n / pools / variables);
      },
      [&](std::vector<PooledEts>&& pooled) {
        pools_.push_back(std::move(pooled));
        context.progress.advance();
      });
  context.progress.finish();
  if (pools == 1) report(std::span(pools_).first(variables), context.log);
}

void ForecastRequests::report(std::span<const std::vector<PooledEts>> whole, Log& log) const {
  for (std::size_t v = 0; v < whole.size(); ++v) {
    std::vector<std::string> parts;
    for (const PooledEts& pooled : whole[v]) {
      std::string text = ets_name(pooled.form) + " alpha " + fixed_text(pooled.weights.alpha, 3);
      if (pooled.form.has_trend()) text += " beta " + fixed_text(pooled.weights.beta, 3);
      if (pooled.form.has_season()) text += " gamma " + fixed_text(pooled.weights.gamma, 3);
      if (pooled.form.damped) text += " phi " + fixed_text(pooled.weights.phi, 3);
      parts.push_back(text + " (" + std::to_string(pooled.series) + " series)");
    }
    const std::string& name = series_.variables()[v].name;
    if (parts.empty()) {
      log.warning("no series of " + name + " tells about shared weights: each has weights of its own");
    } else {
      log.note("shared weights of " + name + ": " + join(parts, ", "));
    }
  }
}

}  // namespace isotherm
