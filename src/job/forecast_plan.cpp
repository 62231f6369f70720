#include "forecast_plan.h"

#include <algorithm>
#include <array>
#include <string>

#include "forecast_series.h"
#include "forecast_table.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/output_file.h"
#include "refuse.h"

namespace isotherm {

namespace {

/// Twenty-seven years of days; a tenth of a second a series where the variance needs all steps before.
constexpr int kFarthestStep = 10000;

constexpr std::array<CriterionRow, 3> kCriteria{{
    {"aicc", "Akaike's, corrected for short series"},
    {"aic", "Akaike's"},
    {"bic", "Bayesian"},
}};

constexpr std::array<TotalRow, 2> kTotals{{
    {"mean", "the mean of an area's cells"},
    {"sum", "their sum: the mean times the most cells that a step has, so that a gap takes nothing away"},
}};

EtsCriterion parse_criterion(const std::string& text) {
  return static_cast<EtsCriterion>(&row_named(kCriteria, text, "criterion") - kCriteria.data());
}

void check_pool_and_regressors(const ForecastJob& job, const ForecastModel& model) {
  const bool by_class = job.pool.starts_with(kPoolByClass) && job.pool.size() > kPoolByClass.size();
  if (job.pool != kNoPooling && job.pool != kOnePool && !by_class) {
    const std::vector<std::string> words{"none", "all", "class:"};
    refuse("unknown pool '" + job.pool + "'; there are none, all and class:COLUMN" +
           suggestion(job.pool, words));
  }
  const bool pooled = job.pool != kNoPooling;
  if (pooled && job.id.empty() && !job.areas)
    refuse("--pool shares weights among cells; name the column of their names with --id");
  if ((pooled || !job.regressors.empty()) && !takes_regressors(model)) {
    std::vector<std::string> names;
    for (const EtsForm& form : linear_ets_forms(2)) names.push_back(ets_name(form));
    refuse(std::string(pooled ? "--pool" : "--regressor") +
           " needs --model auto or one whose errors are "
           "linear in its states: simple, holt, damped, holt-winters, " +
           join(names, ", ") + "; '" + model.name + "' is none");
  }
  for (const std::string& name : job.regressors) {
    if (std::ranges::count(job.regressors, name) > 1) refuse("--regressor names '" + name + "' twice");
    if (std::ranges::find(job.values, name) != job.values.end())
      refuse("'" + name + "' cannot be continued (--value) and explain (--regressor) in one run");
    if (name == job.time || name == job.id)
      refuse("--regressor '" + name + "' is the column of " + (name == job.id ? "names" : "times") +
             "; the forms with a trend go along with time");
  }
}

}  // namespace

ForecastPlan make_forecast_plan(const ForecastJob& job) {
  ForecastPlan plan;
  plan.models.push_back(parse_forecast_model(job.model));
  plan.levels = parse_levels(job.quantiles);
  plan.criterion = parse_criterion(job.criterion);
  if (job.values.empty()) refuse("nothing to continue; name columns with --value");
  if (!job.id.empty() && job.id == job.time)
    refuse("--id and --time name the same column, '" + job.id + "'; every time would be a cell");
  for (const std::string& name : job.values) {
    if (std::ranges::count(job.values, name) > 1) refuse("--value names '" + name + "' twice");
    if (name == job.time || name == job.id)
      refuse("--value '" + name + "' is the column of " + (name == job.time ? "times" : "names") +
             "; give one of measured values");
    if (job.total == name) refuse("--total '" + name + "' is continued itself, by --value");
  }
  if (!job.total.empty() && (job.total == job.time || job.total == job.id))
    refuse("--total '" + job.total + "' is the column of " + (job.total == job.id ? "names" : "times") +
           "; give one of areas");
  check_pool_and_regressors(job, plan.models.front());
  if (job.horizon < 1) refuse("--horizon is a number of steps, at least 1");
  if (job.horizon > kFarthestStep) {
    refuse("--horizon " + std::to_string(job.horizon) + " is more than " + std::to_string(kFarthestStep) +
           " steps: limits take time that grows with the square of the steps, and so far ahead they say "
           "nothing; choose a coarser calendar with --every");
  }
  if (job.layout != "long" && job.layout != "wide") {
    refuse("unknown layout '" + job.layout + "'; there are long and wide");
  }
  plan.wide = job.layout == "wide";
  if (!job.every.empty()) Calendar{job.every};
  if (parse_reducer(job.aggregate) == Reducer::count)
    refuse("--aggregate count would continue counts, not values");
  row_named(kTotals, job.total_as, "total");
  if (job.total.empty() != job.totals.empty()) refuse("--total COLUMN and --totals FILE go together");
  if (job.components && job.details.empty())
    refuse("--components needs --details FILE: that is where they go");
  if (job.plots.size() > 1 && !has_template(job.plot_file, "cell"))
    refuse("--plot-file needs {cell} in its name: several cells are drawn");
  if (!job.plots.empty() && job.values.size() > 1 && !has_template(job.plot_file, "variable"))
    refuse("--plot-file needs {variable} in its name: several columns are drawn");
  if (!job.plots.empty() && !job.plot_file.ends_with(".svg"))
    refuse(
        "--plot-file: drawings are SVG, so their name ends in .svg; rsvg-convert makes other formats of "
        "them");
  if (job.backtest == 0) {
    if (!job.scores.empty()) refuse("--scores needs --backtest: how many steps to hold back");
    if (job.calibrate) refuse("--calibrate needs --backtest: its errors make the quantiles");
    return plan;
  }
  if (job.scores.empty() && !job.calibrate) refuse("--backtest needs --scores FILE, or --calibrate");
  for (const std::string& name : job.compare) {
    ForecastModel model = parse_forecast_model(name);
    const auto same = [&](const ForecastModel& known) { return known.name == model.name; };
    if (std::ranges::none_of(plan.models, same)) plan.models.push_back(std::move(model));
  }
  return plan;
}

std::span<const CriterionRow> criterion_rows() { return kCriteria; }

std::span<const TotalRow> total_rows() { return kTotals; }

}  // namespace isotherm
