// What is known of a forecast beside its row: the fit as a line of JSON, the forecast as a drawing.
#pragma once

#include <span>
#include <string>

#include "isotherm/model/series.h"

namespace isotherm {

/// A series and what became of it.
struct ContinuedSeries {
  std::string cell, variable, unit;
  std::span<const double> values;       ///< from its first observed step on
  std::span<const std::string> labels;  ///< of their times, and of the steps ahead
  const SeriesForecast& forecast;
  std::span<const double> levels;
  std::span<const std::string> regressors;  ///< names
};

/// One line: cell, variable, first time, values observed, model, reason; of smoothing its weights, initial
/// states, variance and likelihood (on the scale of ets_log_likelihood; null for a perfect fit); with
/// `components` the fitted values and the states after each step, too.
std::string detail_line(const ContinuedSeries& series, bool components);

/// An SVG of 720 x 400: history (dots and line), fitted values (thin), the median and the band between the
/// lowest and the highest quantile.
std::string forecast_drawing(const ContinuedSeries& series);

}  // namespace isotherm
