#include "isotherm/model/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "baseline.h"
#include "forecast_parts.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/ets_forecast.h"
#include "isotherm/model/quantile.h"

namespace isotherm {

namespace {

using Made = std::optional<SeriesForecast>;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

Made from_moments(const std::optional<StepMoments>& moments, const ForecastRequest& request,
                  std::string model) {
  if (!moments) return std::nullopt;
  SeriesForecast forecast;
  forecast.model = std::move(model);
  forecast.mean = moments->mean;
  for (std::size_t h = 0; h < moments->mean.size(); ++h) {
    forecast.deviation.push_back(std::sqrt(moments->variance[h]));
    for (const double p : request.levels) {
      const double z = moments->degrees > 0 ? student_quantile(p, moments->degrees) : normal_quantile(p);
      forecast.quantiles.push_back(moments->mean[h] + z * forecast.deviation.back());
    }
  }
  return forecast;
}

}  // namespace

namespace forecast_detail {

std::string long_name(const EtsForm& form) {
  const std::string name = ets_name(form);
  return "ETS(" + name.substr(0, 1) + "," + name.substr(1, name.size() - 2) + "," + name.back() + ")";
}

std::string_view criterion_name(EtsCriterion criterion) {
  return criterion == EtsCriterion::aicc ? "AICc" : criterion == EtsCriterion::aic ? "AIC" : "BIC";
}

SeriesForecast nothing_known(const ForecastRequest& request) {
  SeriesForecast forecast;
  forecast.model = "none";
  forecast.reason = "no observed value";
  const auto steps = static_cast<std::size_t>(request.horizon);
  forecast.mean.assign(steps, kUnknown);
  forecast.deviation.assign(steps, kUnknown);
  forecast.quantiles.assign(steps * request.levels.size(), kUnknown);
  return forecast;
}

SeriesForecast short_forecast(const ForecastRequest& request) {
  const int observed = observed_count(request.values);
  if (observed == 0) return nothing_known(request);
  SeriesForecast forecast = *from_moments(mean_forecast(request), request, "mean");
  forecast.reason = observed == 1 ? "1 observed value: no spread known"
                                  : std::to_string(observed) + " observed values: too few for smoothing";
  return forecast;
}

}  // namespace forecast_detail

using namespace forecast_detail;

namespace {

Made from_fit(const std::optional<EtsFit>& fit, const ForecastRequest& request) {
  if (!fit) return std::nullopt;
  SeriesForecast forecast = ets_forecast(*fit, request);
  forecast.model = long_name(fit->form);
  if (fit->log_likelihood == std::numeric_limits<double>::infinity()) forecast.reason = "fits without error";
  forecast.fit = fit;
  return forecast;
}

Made named_form(const char* text, const ForecastRequest& request) {
  return from_fit(fit_ets(parse_ets(text), request.values, request.period), request);
}

Made from_choice(const std::optional<EtsFit>& fit, const ForecastRequest& request) {
  Made forecast = from_fit(fit, request);
  if (forecast && forecast->reason.empty()) {
    forecast->reason = "least " + std::string(criterion_name(request.criterion)) + " of " +
                       std::to_string(ets_candidates(request.values, request.period).size());
  }
  return forecast;
}

Made make_auto(const ForecastRequest& request) {
  if (ets_candidates(request.values, request.period).empty()) return short_forecast(request);
  return from_choice(choose_ets(request.values, request.period, request.criterion), request);
}

Made make_mean(const ForecastRequest& r) { return from_moments(mean_forecast(r), r, "mean"); }
Made make_naive(const ForecastRequest& r) { return from_moments(naive_forecast(r), r, "naive"); }
Made make_seasonal_naive(const ForecastRequest& r) {
  return from_moments(seasonal_naive_forecast(r), r, r.period > 1 ? "seasonal-naive" : "naive");
}
Made make_drift(const ForecastRequest& r) { return from_moments(drift_forecast(r), r, "drift"); }
Made make_theta(const ForecastRequest& r) { return from_moments(theta_forecast(r), r, "theta"); }

/// Exponential smoothing forms with a name of their own.
struct NamedForm {
  std::string_view model, form;
};
constexpr std::array<NamedForm, 5> kNamedForms{{{"simple", "ANN"},
                                                {"holt", "AAN"},
                                                {"damped", "AAdN"},
                                                {"holt-winters", "AAA"},
                                                {"holt-winters-mul", "MAM"}}};

Made make_simple(const ForecastRequest& r) { return named_form("ANN", r); }
Made make_holt(const ForecastRequest& r) { return named_form("AAN", r); }
Made make_damped(const ForecastRequest& r) { return named_form("AAdN", r); }
Made make_additive(const ForecastRequest& r) { return named_form("AAA", r); }
Made make_multiplicative(const ForecastRequest& r) { return named_form("MAM", r); }
Made make_ls_simple(const ForecastRequest& r) {
  return from_moments(holt_winters_forecast(HoltWinters::simple, r), r, "ls-simple");
}
Made make_ls_trend(const ForecastRequest& r) {
  return from_moments(holt_winters_forecast(HoltWinters::trend, r), r, "ls-holt");
}
Made make_ls_additive(const ForecastRequest& r) {
  return from_moments(holt_winters_forecast(HoltWinters::additive, r), r, "ls-holt-winters");
}
Made make_ls_multiplicative(const ForecastRequest& r) {
  return from_moments(holt_winters_forecast(HoltWinters::multiplicative, r), r, "ls-holt-winters-mul");
}

/// A damped trend with the season that the series can carry, by ratios where its values allow.
Made make_damped_season(const ForecastRequest& request) {
  for (const char* form : {"MAdM", "AAdA", "AAdN"}) {
    if (Made forecast = named_form(form, request)) return forecast;
  }
  return std::nullopt;
}

/// What the combinations combine; members that a series cannot carry are left out.
std::vector<SeriesForecast> members(const ForecastRequest& request) {
  std::vector<SeriesForecast> made;
  for (const auto make : {make_auto, make_damped_season, make_theta}) {
    if (Made forecast = make(request)) made.push_back(std::move(*forecast));
  }
  return made;
}

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

double average(std::vector<double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Means with means, quantiles with quantiles of the same level.
Made combine(const ForecastRequest& request, double (*fold)(std::vector<double>), const char* name) {
  if (ets_candidates(request.values, request.period).empty()) return std::nullopt;
  const std::vector<SeriesForecast> made = members(request);
  SeriesForecast combined = made.front();
  const auto fold_all = [&](std::vector<double> SeriesForecast::*part) {
    std::vector<double>& out = combined.*part;
    std::vector<double> here;
    for (std::size_t k = 0; k < out.size(); ++k) {
      here.clear();
      for (const SeriesForecast& member : made) here.push_back((member.*part)[k]);
      out[k] = fold(here);
    }
  };
  fold_all(&SeriesForecast::mean);
  fold_all(&SeriesForecast::deviation);
  fold_all(&SeriesForecast::quantiles);
  combined.model = name;
  combined.fit.reset();
  std::vector<std::string> names;
  for (const SeriesForecast& member : made) names.push_back(member.model);
  combined.reason = "of " + join(names, " ");
  return combined;
}

Made make_combined_mean(const ForecastRequest& r) { return combine(r, average, "combine-mean"); }
Made make_combined_median(const ForecastRequest& r) { return combine(r, middle, "combine-median"); }

constexpr std::array<ForecastModelRow, 17> kModels{{
    {kAutoModel,
     "the exponential smoothing form of least AICc (see --criterion); a fallback for short series",
     make_auto},
    {"simple", "simple exponential smoothing, ANN", make_simple},
    {"holt", "Holt's linear trend, AAN", make_holt},
    {"damped", "damped trend, AAdN", make_damped},
    {"holt-winters", "additive trend and season, AAA", make_additive},
    {"holt-winters-mul", "additive trend, multiplicative season and errors, MAM", make_multiplicative},
    {"ls-simple", "simple smoothing by least squares, begun at the first value", make_ls_simple},
    {"ls-holt", "Holt by least squares, begun at the second value", make_ls_trend},
    {"ls-holt-winters", "additive Holt-Winters by least squares, begun from two cycles", make_ls_additive},
    {"ls-holt-winters-mul", "multiplicative Holt-Winters by least squares", make_ls_multiplicative},
    {"theta", "Theta: simple smoothing with half the slope, seasonally adjusted", make_theta},
    {"mean", "the mean of all values", make_mean},
    {"naive", "the last value", make_naive},
    {"seasonal-naive", "the last value of the same season", make_seasonal_naive},
    {"drift", "the last value and the mean step", make_drift},
    {"combine-mean", "mean of auto, damped trend (with the season) and theta", make_combined_mean},
    {"combine-median", "median of the same three", make_combined_median},
}};

}  // namespace

std::span<const ForecastModelRow> forecast_models() { return kModels; }

ForecastModel parse_forecast_model(std::string_view text) {
  for (const ForecastModelRow& row : kModels) {
    if (row.name != text) continue;
    const auto form = std::ranges::find(kNamedForms, row.name, &NamedForm::model);
    if (form == kNamedForms.end()) return {std::string(row.name), row.make, std::nullopt};
    return {std::string(row.name), row.make, parse_ets(form->form)};
  }
  const auto form = find_ets(text);
  if (!form) {
    std::vector<std::string> names;
    for (const ForecastModelRow& row : kModels) names.emplace_back(row.name);
    for (const EtsForm& known : ets_forms()) names.push_back(ets_name(known));
    throw Error(ErrorKind::usage, "unknown model '" + std::string(text) + "'; there are " +
                                      join(names, ", ") + suggestion(text, names));
  }
  const auto make = [form = *form](const ForecastRequest& r) {
    return from_fit(fit_ets(form, r.values, r.period), r);
  };
  return {ets_name(*form), make, form};
}

SeriesForecast forecast_detail::settle(const ForecastModel& model, const ForecastRequest& request,
                                       std::optional<SeriesForecast> made) {
  if (made) {
    if (made->reason.empty()) made->reason = "asked for";
    return std::move(*made);
  }
  SeriesForecast instead = make_auto(request).value_or(short_forecast(request));
  instead.reason = "the series cannot carry " + model.name + "; " + instead.reason;
  return instead;
}

namespace {

/// Requests that differ in their series only go through the search together.
bool same_terms(std::span<const ForecastRequest> requests) {
  return std::ranges::all_of(requests, [&](const ForecastRequest& request) {
    return request.period == requests.front().period && request.criterion == requests.front().criterion;
  });
}

}  // namespace

SeriesForecast forecast(const ForecastModel& model, const ForecastRequest& request) {
  if (observed_count(request.values) == 0) return nothing_known(request);
  if (takes_regressors(model) && is_linear_request(request)) return forecast_linearly(model, request);
  return settle(model, request, model.make(request));
}

std::vector<SeriesForecast> forecast_all(const ForecastModel& model,
                                         std::span<const ForecastRequest> requests) {
  std::vector<SeriesForecast> made;
  made.reserve(requests.size());
  const bool is_auto = model.name == kAutoModel;
  if (requests.empty() || !(is_auto || model.form) || !same_terms(requests) ||
      std::ranges::any_of(requests, is_linear_request)) {
    for (const ForecastRequest& request : requests) made.push_back(forecast(model, request));
    return made;
  }
  std::vector<std::span<const double>> series;
  for (const ForecastRequest& request : requests) series.push_back(request.values);
  const int period = requests.front().period;
  const std::vector<std::optional<EtsFit>> fits =
      is_auto ? choose_ets_all(series, period, requests.front().criterion)
              : fit_ets_all(*model.form, series, period);
  for (std::size_t k = 0; k < requests.size(); ++k) {
    const ForecastRequest& request = requests[k];
    if (observed_count(request.values) == 0) {
      made.push_back(nothing_known(request));
    } else if (is_auto) {
      made.push_back(fits[k] ? *from_choice(fits[k], request) : short_forecast(request));
    } else {
      made.push_back(settle(model, request, from_fit(fits[k], request)));
    }
  }
  return made;
}

}  // namespace isotherm
