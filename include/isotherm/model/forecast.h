// The forecasting models by name, and what happens to series that are too short for them.
//
// Nothing here fails on data: a series that a model cannot carry gets the fallback below, and its `reason`
// says so.
//
//   observed values   what `auto` does                                        parameters, variance included
//   0                 none: everything missing
//   1                 that value, no spread
//   2 to 4            mean of the values, spread by Student's t
//   5, 6              ANN, MNN                                                3
//   7                 also AAN, MAN                                           5
//   8                 also AAdN, MAdN                                         6
//   m + 5 and more    with a season of m values: the seasonal forms, when observed >= parameters + 2
//
// Among the forms that remain the least AICc (or AIC, BIC) decides. A named model that a series cannot carry
// falls back to `auto`. Forms that multiply need values above 0.
//
// With pooled weights or regressors the forms are those of ets_linear.h, and limits are Student's, with what
// is not known of states and coefficients. With pooled weights these are no parameters: simple smoothing then
// begins at 2 values, its choice among forms at 4.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/model/series.h"

namespace isotherm {

/// A row of the list of models.
struct ForecastModelRow {
  std::string_view name;
  std::string_view help;
  std::optional<SeriesForecast> (*make)(const ForecastRequest&);  ///< nothing when the series cannot carry it
};
std::span<const ForecastModelRow> forecast_models();

struct ForecastModel {
  std::string name;
  std::function<std::optional<SeriesForecast>(const ForecastRequest&)> make;
  std::optional<EtsForm> form;  ///< of exponential smoothing, where the name stands for one
};
/// A name of the list, or an exponential smoothing form such as "AAdN" or "ETS(A,Ad,N)". Throws Error(usage).
ForecastModel parse_forecast_model(std::string_view text);

/// Whether the model can have pooled weights and regressors: `auto`, or a form of linear_ets_forms().
bool takes_regressors(const ForecastModel& model);

/// The model, or its fallback.
SeriesForecast forecast(const ForecastModel& model, const ForecastRequest& request);
/// The same for many, each as it would come out alone; smoothing without a season is many times faster so.
std::vector<SeriesForecast> forecast_all(const ForecastModel& model,
                                         std::span<const ForecastRequest> requests);

}  // namespace isotherm
