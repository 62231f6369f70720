// What the files of forecast.h share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "isotherm/model/forecast.h"

namespace isotherm::forecast_detail {

inline constexpr std::string_view kAutoModel = "auto";

/// "ETS(A,Ad,N)".
std::string long_name(const EtsForm& form);
std::string_view criterion_name(EtsCriterion criterion);
/// Of a series without values.
SeriesForecast nothing_known(const ForecastRequest& request);
/// Of one too short for any form: its mean.
SeriesForecast short_forecast(const ForecastRequest& request);
/// What was made, or what stands in for it.
SeriesForecast settle(const ForecastModel& model, const ForecastRequest& request,
                      std::optional<SeriesForecast> made);

/// Whether pooled weights or regressors are asked for; and the forecast then, of at least one value, where
/// takes_regressors(model).
bool is_linear_request(const ForecastRequest& request);
SeriesForecast forecast_linearly(const ForecastModel& model, const ForecastRequest& request);

}  // namespace isotherm::forecast_detail
