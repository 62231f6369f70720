#include "scenario_drivers.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "forecast_series.h"
#include "isotherm/core/error.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

namespace {

constexpr int kFarthest = 200;  // years

ForecastJob series_of(const ScenarioJob& job, const std::string& by, const std::string& id,
                      std::span<const std::string> columns) {
  ForecastJob wanted;
  wanted.table = job.cells.path;
  wanted.layer = job.cells.layer;
  wanted.crs = job.cells.crs;
  wanted.id = id;
  wanted.time = by;
  wanted.every = "year";
  wanted.values.assign(columns.begin(), columns.end());
  return wanted;
}

bool changes(const std::vector<double>& series) {
  double least = INFINITY, most = -INFINITY;
  for (const double value : series) {
    if (!std::isnan(value)) least = std::min(least, value), most = std::max(most, value);
  }
  return most > least;
}

}  // namespace

struct Drivers::State {
  SeriesTable series;
  ForecastModel model;
  std::vector<std::size_t> cells;                        ///< of the series table, in the order wanted
  std::vector<std::vector<std::vector<double>>> values;  ///< variable by variable, cell by cell
  std::vector<std::size_t> moving;                       ///< variables that change over time
};

Drivers::Drivers(const ScenarioJob& job, const std::string& by, const std::string& id,
                 std::span<const std::string> columns, std::span<const std::string> ids,
                 const RunContext& context)
    : state_(new State{SeriesTable::read(series_of(job, by, id, columns), context.log, context.memory),
                       parse_forecast_model(job.drivers),
                       {},
                       {},
                       {}}) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t cell = 0; cell < state_->series.cells(); ++cell)
    places[state_->series.id_text(cell)] = cell;
  for (const std::string& name : ids) state_->cells.push_back(places.at(name));
  state_->values.resize(columns.size());
  for (std::size_t v = 0; v < columns.size(); ++v) {
    for (const std::size_t cell : state_->cells) state_->values[v].push_back(state_->series.series(cell, v));
    if (std::ranges::any_of(state_->values[v], changes)) state_->moving.push_back(v);
  }
}

Drivers::~Drivers() = default;

std::vector<DriverFuture> Drivers::in_year(int year, const RunContext& context) const {
  const auto last = static_cast<int>(state_->series.last());
  if (year <= last || year > last + kFarthest) {
    throw Error(ErrorKind::usage, "--years " + std::to_string(year) +
                                      " does not lie behind the cells' last year " + std::to_string(last) +
                                      " by 1 to " + std::to_string(kFarthest));
  }
  std::vector<DriverFuture> futures;
  for (const std::size_t v : state_->moving) {
    context.stop.check();
    std::vector<ForecastRequest> requests;
    for (const std::vector<double>& values : state_->values[v]) {
      ForecastRequest request;
      request.values = values;
      request.horizon = year - last;
      requests.push_back(request);
    }
    DriverFuture future;
    future.column = state_->series.variables()[v].name;
    for (const SeriesForecast& forecast : forecast_all(state_->model, requests)) {
      future.mean.push_back(forecast.mean.back());
      // Of a single value no spread is known; none is counted.
      future.deviation.push_back(std::isnan(forecast.deviation.back()) ? 0 : forecast.deviation.back());
    }
    futures.push_back(std::move(future));
  }
  return futures;
}

}  // namespace isotherm
