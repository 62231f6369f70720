// What was asked of a forecast, checked before anything is read.
#pragma once

#include <string_view>
#include <vector>

#include "isotherm/job/forecast.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

/// Words of --pool beside kPoolByClass.
inline constexpr std::string_view kNoPooling = "none", kOnePool = "all";

/// What the user asked for, checked.
struct ForecastPlan {
  std::vector<ForecastModel> models;  ///< the first makes the forecasts, the others are scored beside it
  std::vector<double> levels;
  EtsCriterion criterion = EtsCriterion::aicc;
  bool wide = false;
};

/// Throws Error(usage) for what cannot be.
ForecastPlan make_forecast_plan(const ForecastJob& job);

}  // namespace isotherm
