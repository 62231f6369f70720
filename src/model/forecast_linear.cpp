// Forecasts with pooled weights or regressors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "forecast_parts.h"
#include "isotherm/model/ets_forecast.h"
#include "isotherm/model/quantile.h"

namespace isotherm {

using namespace forecast_detail;

namespace {

/// One form with the request's weights, or with its own.
std::optional<LinearEtsFit> linear_fit(const EtsForm& form, const ForecastRequest& request) {
  const RegressedSeries series{request.values, request.regressors};
  if (request.pool.empty()) return fit_linear_ets(form, series, request.period);
  const auto pooled = std::ranges::find(request.pool, form, &PooledEts::form);
  if (pooled == request.pool.end()) return std::nullopt;
  return fit_linear_ets_at(form, pooled->weights, series, request.period);
}

struct LinearChoice {
  std::optional<LinearEtsFit> fit;
  int weighed = 0;
};

/// As choose_ets, among linear forms. Without any that AICc is defined for, simple smoothing with pooled
/// weights if that leaves a variance.
LinearChoice choose_linear(const ForecastRequest& request) {
  LinearChoice choice;
  double least = std::numeric_limits<double>::infinity();
  for (const EtsForm& form : linear_ets_forms(request.period)) {
    std::optional<LinearEtsFit> fit = linear_fit(form, request);
    if (!fit || fit->fit.observed < fit->fit.parameters + 2) continue;
    ++choice.weighed;
    const bool perfect = fit->fit.log_likelihood == std::numeric_limits<double>::infinity();
    const double cost = criterion_of(fit->fit, request.criterion) + ets_trend_charge(form);
    if (choice.fit && !perfect && cost >= least) continue;
    choice.fit = std::move(fit);
    least = cost;
    if (perfect) break;  // the simplest such
  }
  if (!choice.fit && !request.pool.empty()) choice.fit = linear_fit(parse_ets("ANN"), request);
  return choice;
}

SeriesForecast from_linear(LinearEtsFit fit, const ForecastRequest& request) {
  SeriesForecast forecast;
  const bool regressed = !request.regressors.empty();
  forecast.model = (regressed ? "regression, " : "") + long_name(fit.fit.form);
  forecast.mean = ets_point_forecast(fit.fit, request.horizon);
  const std::vector<double> spread = fit.spread(request.regressors, request.horizon);
  std::vector<double> factors;
  for (const double p : request.levels) factors.push_back(student_quantile(p, fit.degrees()));
  for (std::size_t h = 0; h < forecast.mean.size(); ++h) {
    double variance = fit.fit.variance * spread[h];
    for (std::size_t j = 0; j < fit.coefficients.size(); ++j) {
      const double b = fit.coefficients[j];
      if (b == 0) continue;
      forecast.mean[h] += b * (request.regressors[j][request.values.size() + h] - fit.centres[j]);
      if (!request.regressor_variances.empty()) variance += b * b * request.regressor_variances[j][h];
    }
    forecast.deviation.push_back(std::sqrt(variance));
    for (const double factor : factors)
      forecast.quantiles.push_back(forecast.mean[h] + factor * forecast.deviation[h]);
  }
  if (regressed) {
    forecast.coefficients = std::move(fit.coefficients);
    forecast.explained = std::move(fit.explained);
  }
  forecast.fit = std::move(fit.fit);
  return forecast;
}

/// Parts of a reason, those that say something.
std::string joined_reason(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
  }
  return text;
}

bool regressors_are_known(const ForecastRequest& request) {
  return std::ranges::all_of(request.regressors, [&](const std::vector<double>& x) {
    const auto ahead = static_cast<std::ptrdiff_t>(request.values.size());
    return std::ranges::none_of(x.begin() + ahead, x.end(), [](double value) { return std::isnan(value); });
  });
}

}  // namespace

bool forecast_detail::is_linear_request(const ForecastRequest& request) {
  return !request.pool.empty() || !request.regressors.empty();
}

SeriesForecast forecast_detail::forecast_linearly(const ForecastModel& model,
                                                  const ForecastRequest& request) {
  const auto without_regressors = [&](const std::string& why) {
    ForecastRequest plain = request;
    plain.regressors = plain.regressor_variances = {};
    // Pooled weights are those of what regressors leave.
    plain.pool = {};
    SeriesForecast made = settle(model, plain, model.make(plain));
    made.reason = joined_reason({why, made.reason});
    return made;
  };
  if (!regressors_are_known(request)) return without_regressors("a regressor is not known ahead");
  std::string cannot, how;
  std::optional<LinearEtsFit> fit;
  if (model.form) {
    fit = linear_fit(*model.form, request);
    how = "asked for";
    if (!fit) cannot = "the series cannot carry " + model.name;
  }
  if (!fit) {
    LinearChoice choice = choose_linear(request);
    fit = std::move(choice.fit);
    how = choice.weighed > 0 ? "least " + std::string(criterion_name(request.criterion)) + " of " +
                                   std::to_string(choice.weighed)
                             : "too few values to choose";
  }
  if (!fit) {
    if (!request.regressors.empty()) return without_regressors("too few values for regressors");
    SeriesForecast made = short_forecast(request);
    made.reason = joined_reason({cannot, made.reason});
    return made;
  }
  if (fit->fit.log_likelihood == std::numeric_limits<double>::infinity()) how = "fits without error";
  std::string weights, regressed;
  if (!request.pool.empty()) {
    const auto pooled = std::ranges::find(request.pool, fit->fit.form, &PooledEts::form);
    weights = "weights of " + std::to_string(pooled->series) + " series";
  }
  if (fit->kept < static_cast<int>(request.regressors.size())) {
    regressed =
        std::to_string(fit->kept) + " of " + std::to_string(request.regressors.size()) + " regressors tell";
  }
  SeriesForecast made = from_linear(std::move(*fit), request);
  made.reason = joined_reason({cannot, weights, how, regressed});
  return made;
}

bool takes_regressors(const ForecastModel& model) {
  return model.name == kAutoModel || (model.form && ets_is_linear(*model.form));
}

}  // namespace isotherm
