#include "forecast_table.h"

#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

/// "202106" of "2021-06", as in the columns of a wide zonal table.
std::string without_dashes(std::string text) {
  std::erase(text, '-');
  return text;
}

}  // namespace

std::vector<double> parse_levels(std::span<const std::string> texts) {
  std::vector<double> levels;
  for (const std::string& text : texts) {
    const auto level = parse_number(text);
    if (!level || !(*level > 0 && *level < 1)) {
      throw Error(
          ErrorKind::usage,
          "--quantiles takes probabilities between 0 and 1, for example 0.1,0.5,0.9, not '" + text + "'");
    }
    if (std::ranges::find(levels, *level) == levels.end()) levels.push_back(*level);
  }
  std::ranges::sort(levels);
  return levels;
}

std::string quantile_name(double level) { return "q" + fixed_text(100 * level, 6); }

ForecastTable::ForecastTable(const SeriesTable& series, std::span<const double> levels, int horizon,
                             bool wide)
    : levels_(levels), horizon_(horizon), wide_(wide) {
  for (const Column& id : series.ids()) schema_.columns.push_back(id.info);
  const auto text = [](std::string name, std::string what) {
    return ColumnInfo{std::move(name), ColumnType::text, "", std::move(what)};
  };
  const auto whole = [](std::string name, std::string what) {
    return ColumnInfo{std::move(name), ColumnType::integer, "", std::move(what)};
  };
  if (!wide) {
    schema_.columns.push_back(
        {series.time_name(), series.calendar().label_type(), "", "time of the forecast"});
    schema_.columns.push_back(whole("step", "steps behind the last time of the table"));
    schema_.columns.push_back(text("variable", "column that was continued"));
    describe_values("", "", {});
    schema_.columns.push_back(text("model", "what made the forecast"));
    schema_.columns.push_back(text("reason", "why this model"));
    schema_.columns.push_back(whole("n", "values observed"));
  } else {
    for (const ColumnInfo& variable : series.variables()) {
      for (int h = 1; h <= horizon; ++h) {
        describe_values(variable.name + "_", "_" + without_dashes(series.calendar().label(series.last() + h)),
                        variable);
      }
      schema_.columns.push_back(text(variable.name + "_model", "what made the forecast"));
      schema_.columns.push_back(text(variable.name + "_reason", "why this model"));
      schema_.columns.push_back(whole(variable.name + "_n", "values observed"));
    }
  }
  schema_.has_geometry = series.has_outlines();
  schema_.crs = series.crs();
}

void ForecastTable::describe_values(const std::string& prefix, const std::string& suffix,
                                    const ColumnInfo& variable) {
  const auto real = [&](const std::string& name, const std::string& what) {
    schema_.columns.push_back({prefix + name + suffix, ColumnType::real, variable.unit, what, kResultDigits});
  };
  real("mean", "point forecast");
  real("deviation", "standard deviation of the forecast");
  for (const double level : levels_)
    real(quantile_name(level), "quantile at probability " + number_text(level));
}

void ForecastTable::add_identity(Table& table, const SeriesTable& series, std::size_t cell,
                                 std::size_t& column) const {
  for (const Column& id : series.ids()) {
    std::visit(
        [&](auto& values) { values.push_back(std::get<std::decay_t<decltype(values)>>(id.values)[cell]); },
        table.columns[column++].values);
  }
  if (schema_.has_geometry) table.geometry.push_back(series.geometry()[cell]);
}

void ForecastTable::add_values(Table& table, const SeriesForecast& forecast, std::size_t step,
                               std::size_t& column) const {
  table.columns[column++].reals().push_back(forecast.mean[step]);
  table.columns[column++].reals().push_back(forecast.deviation[step]);
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    table.columns[column++].reals().push_back(forecast.quantiles[step * levels_.size() + k]);
  }
}

void ForecastTable::append(Table& table, const SeriesTable& series, std::size_t cell,
                           std::span<const SeriesForecast> forecasts, std::span<const int> observed) const {
  const auto add_model = [&](std::size_t v, std::size_t& column) {
    table.columns[column++].texts().push_back(forecasts[v].model);
    table.columns[column++].texts().push_back(forecasts[v].reason);
    table.columns[column++].integers().push_back(observed[v]);
  };
  std::size_t column = 0;
  if (wide_) add_identity(table, series, cell, column);
  for (std::size_t v = 0; v < forecasts.size(); ++v) {
    for (int h = 1; h <= horizon_; ++h) {
      const auto step = static_cast<std::size_t>(h - 1);
      if (!wide_) {
        column = 0;
        add_identity(table, series, cell, column);
        Column& time = table.columns[column++];
        if (time.info.type == ColumnType::integer) {
          time.integers().push_back(series.last() + h);
        } else {
          time.texts().push_back(series.calendar().label(series.last() + h));
        }
        table.columns[column++].integers().push_back(h);
        table.columns[column++].texts().push_back(series.variables()[v].name);
      }
      add_values(table, forecasts[v], step, column);
      if (!wide_) add_model(v, column);
    }
    if (wide_) add_model(v, column);
  }
}

}  // namespace isotherm
