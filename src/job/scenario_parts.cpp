#include "scenario_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "forecast_table.h"
#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/model/forecast.h"
#include "isotherm/model/quantile.h"
#include "refuse.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

constexpr std::array<ScenarioStart, 2> kStarts{{
    {"observed", "the cell's last observed value; what the model does not explain of it stays"},
    {"predicted", "what the model expects of the cell's last period"},
}};

}  // namespace

std::span<const ScenarioStart> scenario_starts() { return kStarts; }

ScenarioPlan plan_scenario(const ScenarioJob& job) {
  ScenarioPlan plan;
  for (const std::string& text : job.years) {
    const YearSpan years = parse_years(text, "--years");
    if (years.first != years.last)
      refuse("--years takes single years, for example 2030,2050, not '" + text + "'");
    if (std::ranges::find(plan.years, years.first) != plan.years.end())
      refuse("--years names " + text + " twice");
    plan.years.push_back(years.first);
  }
  if (plan.years.empty()) refuse("needs --years, for example 2030,2050");
  if (job.deltas.empty()) refuse("needs --delta FILE, a table of temperatures; --help shows an example");
  plan.changes_as_given = job.base == "none";
  if (!job.base.empty() && !plan.changes_as_given) plan.base = parse_years(job.base, "--base");
  const std::size_t colon = job.response.find(':');
  const auto response = parse_number(job.response.substr(0, colon));
  const auto deviation =
      colon == std::string::npos ? std::optional(0.0) : parse_number(job.response.substr(colon + 1));
  if (!response || !deviation || *deviation < 0) {
    refuse("--response takes a number, or a number and its standard deviation such as 0.8:0.2, not '" +
           job.response + "'");
  }
  plan.response = *response;
  plan.response_deviation = *deviation;
  if (!job.temperature.empty() && job.response != ScenarioJob{}.response)
    refuse("--response does not go with --temperature: the model's own coefficient says how LST answers");
  plan.levels = parse_levels(job.quantiles);
  for (const std::string& rule : job.changes) plan.changes.emplace_back(rule);
  plan.from_observed = &row_named(kStarts, job.from, "start") == &kStarts[0];
  if (plan.from_observed && job.mean_effects)
    refuse("--mean-effects goes with --from predicted: from observed values on, effects cancel");
  if (job.drivers != "keep") parse_forecast_model(job.drivers);
  return plan;
}

ScenarioTable::ScenarioTable(const Table& cells, std::optional<std::size_t> id,
                             std::span<const std::size_t> rows, const std::string& response,
                             const std::string& from, std::span<const double> levels)
    : cells_(cells), rows_(rows), levels_(levels) {
  if (id) kept_.push_back(*id);
  const std::vector<std::string> coordinates = coordinate_columns(cells);
  // A model of y on x has no coordinates in these.
  if (cells.geometry.empty() && std::ranges::find(coordinates, response) == coordinates.end()) {
    for (const std::string& name : coordinates) {
      if (const auto place = cells.find(name); place != id) kept_.push_back(*place);
    }
  }
  for (const std::size_t column : kept_) schema_.columns.push_back(cells_.columns[column].info);
  schema_.columns.push_back({"year", ColumnType::integer, "", "year"});
  const auto real = [&](const std::string& name, const std::string& unit, const std::string& what) {
    schema_.columns.push_back({name, ColumnType::real, unit, what, kResultDigits});
  };
  real("mean", "", "expected " + response);
  real("deviation", "", "its standard deviation");
  for (const double level : levels_)
    real(quantile_name(level), "", "quantile at probability " + number_text(level));
  real("start", "", from + " value of the last period");
  real("from_drivers", "", "change by drivers that go on as they did");
  real("from_rules", "", "change by the rules of --change");
  real("from_climate", "", "change by the climate's warming of the air");
  real("share_coefficients", "1", "share of the variance: the model's coefficients");
  real("share_residuals", "1", "share of the variance: what the model leaves open");
  real("share_drivers", "1", "share of the variance: forecasts of the drivers");
  real("share_climate", "1", "share of the variance: spread of climate models, and of --response");
  schema_.has_geometry = !cells_.geometry.empty() && !cells_.crs.empty();
  schema_.crs = cells_.crs;
}

Table ScenarioTable::rows_of(const ScenarioFuture& future) const {
  Table table = make_table(schema_);
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    std::size_t at = 0;
    for (const std::size_t column : kept_) {
      std::visit(
          [&](auto& values) {
            values.push_back(
                std::get<std::decay_t<decltype(values)>>(cells_.columns[column].values)[rows_[k]]);
          },
          table.columns[at++].values);
    }
    table.columns[at++].integers().push_back(future.year);
    const double mean = future.start[k] + future.drivers[k] + future.rules[k] + future.climate[k];
    const std::array parts{future.of_coefficients[k], future.of_residuals[k], future.of_drivers[k],
                           future.of_climate[k]};
    const double variance = parts[0] + parts[1] + parts[2] + parts[3];
    const auto put = [&](double value) { table.columns[at++].reals().push_back(value); };
    put(mean);
    put(std::sqrt(variance));
    for (const double level : levels_) put(mean + normal_quantile(level) * std::sqrt(variance));
    for (const double part : {future.start[k], future.drivers[k], future.rules[k], future.climate[k]})
      put(part);
    for (const double part : parts) put(variance > 0 ? part / variance : 0);
    if (schema_.has_geometry) table.geometry.push_back(cells_.geometry[rows_[k]]);
  }
  return table;
}

}  // namespace isotherm
