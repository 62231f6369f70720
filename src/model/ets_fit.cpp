#include "isotherm/model/ets_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ets_many.h"
#include "ets_search.h"
#include "ets_seasonal.h"
#include "ets_start.h"
#include "isotherm/model/ets_pass.h"
#include "isotherm/model/ets_region.h"

namespace isotherm {

namespace {

using namespace ets_detail;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// The best starting points go a few steps each, the best of those to the end.
constexpr std::size_t kTrials = 6;
constexpr int kTrialSteps = 6;
constexpr std::size_t kFinalists = 2;
constexpr int kMostSteps = 200;
/// A trend that never ends must be this much better, see choose_ets.
constexpr double kEndlessTrendCost = 3;

struct Scale {
  double centre = 0;
  double size = 1;
  double largest = 0;  ///< |y|, unscaled
};

/// Numbers near 1, centred where a shift changes nothing but the level.
Scale scale_of(const EtsForm& form, std::span<const double> values) {
  Scale scale;
  double sum = 0, count = 0;
  for (const double y : values) {
    if (std::isnan(y)) continue;
    sum += y;
    count += 1;
    scale.largest = std::max(scale.largest, std::fabs(y));
  }
  if (!form.needs_positive()) scale.centre = sum / count;
  double departures = 0;
  for (const double y : values) {
    if (!std::isnan(y)) departures += std::fabs(y - scale.centre) / count;
  }
  // A constant has no departures to scale by; leave it be.
  if (departures > 1e-15 * scale.largest && std::isnormal(departures)) scale.size = departures;
  return scale;
}

int count_observed(std::span<const double> values) {
  return static_cast<int>(std::ranges::count_if(values, [](double y) { return !std::isnan(y); }));
}

bool carries(const EtsForm& form, std::span<const double> values, int period) {
  if (form.has_season() && (period < 2 || period > kEtsMostPeriod)) return false;
  if (count_observed(values) < ets_fewest_observations(form, period)) return false;
  return !form.needs_positive() ||
         std::ranges::all_of(values, [](double y) { return std::isnan(y) || y > 0; });
}

SearchPoint search(Problem& problem, std::vector<SearchPoint> points) {
  if (points.size() > kTrials) points.resize(kTrials);
  for (SearchPoint& point : points) descend(problem, point, false, kTrialSteps);
  std::ranges::stable_sort(points, {}, &SearchPoint::objective);
  // Points that have met already would only repeat each other's way.
  std::vector<SearchPoint> finalists;
  for (SearchPoint& point : points) {
    if (finalists.size() == kFinalists) break;
    if (finalists.empty() || point.objective > finalists.back().objective + 1e-7)
      finalists.push_back(std::move(point));
  }
  for (SearchPoint& point : finalists) descend(problem, point, false, kMostSteps);
  return *std::ranges::min_element(finalists, {}, &SearchPoint::objective);
}

/// Fills everything that follows from weights, states and data.
void complete(EtsFit& fit, std::span<const double> values) {
  fit.end_level = fit.level;
  fit.end_trend = fit.trend;
  fit.end_season = fit.season;
  const EtsSums sums = ets_filter(fit.form, fit.weights, values.data(), static_cast<int>(values.size()),
                                  fit.period, fit.end_level, fit.end_trend, fit.end_season.data());
  fit.length = static_cast<int>(values.size());
  fit.observed = sums.observed;
  fit.parameters = ets_parameter_count(fit.form, fit.period);
  fit.sum_squares = sums.squares;
  fit.log_likelihood = ets_log_likelihood(sums);
  const int left = fit.observed - fit.parameters + 1;
  fit.variance = left > 0 ? fit.sum_squares / left : std::numeric_limits<double>::quiet_NaN();
}

/// Errors that are nothing but rounding are none.
void settle_perfect_fit(EtsFit& fit, double largest) {
  const double rounding = 64 * std::numeric_limits<double>::epsilon() *
                          (fit.form.error == EtsPart::multiplicative ? 1.0 : largest);
  if (fit.sum_squares > fit.observed * rounding * rounding) return;
  fit.sum_squares = fit.variance = 0;
  fit.log_likelihood = kInfinity;
}

}  // namespace

double EtsFit::aicc() const {
  const int left = observed - parameters - 1;
  return left > 0 ? aic() + 2.0 * parameters * (parameters + 1) / left : kInfinity;
}

double EtsFit::bic() const { return -2 * log_likelihood + parameters * std::log(observed); }

int ets_fewest_observations(const EtsForm& form, int period) { return ets_parameter_count(form, period) + 1; }

EtsFit filter_ets(const EtsForm& form, std::span<const double> values, int period, const EtsWeights& weights,
                  double level, double trend, std::span<const double> season) {
  EtsFit fit;
  fit.form = form;
  fit.period = form.has_season() ? period : 1;
  fit.weights = weights;
  fit.level = level;
  fit.trend = trend;
  fit.season.assign(season.begin(), season.end());
  complete(fit, values);
  return fit;
}

namespace {

/// All series scaled, one behind the other.
std::vector<double> scaled(std::span<const std::span<const double>> series,
                           const std::vector<std::size_t>& which, const std::vector<Scale>& scales) {
  std::size_t length = 0;
  for (const std::size_t k : which) length += series[k].size();
  std::vector<double> out;
  out.reserve(length);
  for (std::size_t i = 0; i < which.size(); ++i) {
    for (const double y : series[which[i]]) out.push_back((y - scales[i].centre) / scales[i].size);
  }
  return out;
}

/// A form without a season, see ets_many.h.
EtsFit from_plain(const EtsForm& form, std::span<const double> values, const Scale& scale,
                  const PlainFit& found) {
  EtsWeights weights;
  weights.alpha = found.parameters[EtsColumn::kAlpha];
  double trend = 0;
  if (form.has_trend()) {
    weights.beta = kEtsLeastWeight + found.parameters[EtsColumn::kShare] * (weights.alpha - kEtsLeastWeight);
    trend = scale.size * found.parameters[EtsColumn::kTrend];
  }
  if (form.damped) weights.phi = found.parameters[EtsColumn::kPhi];
  return filter_ets(form, values, 1, weights, scale.centre + scale.size * found.parameters[EtsColumn::kLevel],
                    trend, {});
}

EtsFit from_point(const EtsForm& form, std::span<const double> values, int period, const Scale& scale,
                  const SearchPoint& found) {
  const std::vector<double>& p = found.parameters;
  std::vector<double> ring = ring_of(form, p, period);
  if (form.season == EtsPart::additive) {
    for (double& season : ring) season *= scale.size;
  }
  const double trend = form.trend == EtsPart::additive ? p[kTrend] * scale.size : p[kTrend];
  return filter_ets(form, values, period, weights_of(form, p), scale.centre + scale.size * p[kLevel],
                    form.has_trend() ? trend : 0, ring);
}

/// The point of least objective of each series, infinite where none was found; the series are scaled.
std::vector<SearchPoint> points_of(const EtsForm& form, std::span<const std::span<const double>> series,
                                   int period) {
  if (is_seasonal_form(form)) return fit_seasonal(form, series, period);
  std::vector<SearchPoint> found;
  for (const std::span<const double> values : series) {
    Problem problem(form, values, period);
    std::vector<SearchPoint> points = starting_points(problem);
    found.push_back(points.empty() ? SearchPoint{{}, kInfinity} : search(problem, std::move(points)));
  }
  return found;
}

}  // namespace

std::vector<std::optional<EtsFit>> fit_ets_all(const EtsForm& form,
                                               std::span<const std::span<const double>> series, int period) {
  std::vector<std::optional<EtsFit>> fits(series.size());
  std::vector<std::size_t> able;
  std::vector<Scale> scales;
  for (std::size_t k = 0; k < series.size(); ++k) {
    if (!carries(form, series[k], period)) continue;
    able.push_back(k);
    scales.push_back(scale_of(form, series[k]));
  }
  const std::vector<double> numbers = scaled(series, able, scales);
  std::vector<std::span<const double>> views;
  std::size_t begin = 0;
  for (const std::size_t k : able) {
    views.push_back(std::span(numbers).subspan(begin, series[k].size()));
    begin += series[k].size();
  }
  if (is_plain(form)) {
    const std::vector<PlainFit> found = fit_plain(form, views);
    for (std::size_t i = 0; i < able.size(); ++i) {
      if (found[i].objective < kInfinity)
        fits[able[i]] = from_plain(form, series[able[i]], scales[i], found[i]);
    }
  } else {
    const std::vector<SearchPoint> found = points_of(form, views, period);
    for (std::size_t i = 0; i < able.size(); ++i) {
      if (found[i].objective < kInfinity)
        fits[able[i]] = from_point(form, series[able[i]], period, scales[i], found[i]);
    }
  }
  for (std::size_t i = 0; i < able.size(); ++i) {
    if (fits[able[i]]) settle_perfect_fit(*fits[able[i]], scales[i].largest);
  }
  return fits;
}

std::optional<EtsFit> fit_ets(const EtsForm& form, std::span<const double> values, int period) {
  return std::move(fit_ets_all(form, {&values, 1}, period).front());
}

EtsPath ets_path(const EtsFit& fit, std::span<const double> values) {
  EtsPath path;
  double level = fit.level, trend = fit.trend, no_season = 0;
  std::vector<double> ring = fit.season;
  for (std::size_t t = 0; t < values.size(); ++t) {
    double& season = ring.empty() ? no_season : ring[t % ring.size()];
    const double base = ets_base(fit.form, fit.weights.phi, level, trend);
    path.fitted.push_back(ets_prediction(fit.form, base, season));
    if (std::isnan(values[t])) {
      ets_coast(fit.form, fit.weights.phi, base, level, trend);
    } else {
      ets_learn(fit.form, fit.weights, base, values[t], level, trend, season);
    }
    path.level.push_back(level);
    if (fit.form.has_trend()) path.trend.push_back(trend);
    if (fit.form.has_season()) path.season.push_back(season);
  }
  return path;
}

double criterion_of(const EtsFit& fit, EtsCriterion criterion) {
  switch (criterion) {
    case EtsCriterion::aicc:
      return fit.aicc();
    case EtsCriterion::aic:
      return fit.aic();
    case EtsCriterion::bic:
      return fit.bic();
  }
  return kInfinity;
}

double ets_trend_charge(const EtsForm& form) {
  return form.has_trend() && !form.damped ? kEndlessTrendCost : 0;
}

namespace {

bool is_candidate(const EtsForm& form, std::span<const double> values, int period) {
  return form.trend != EtsPart::multiplicative && carries(form, values, period) &&
         count_observed(values) >= ets_parameter_count(form, period) + 2;
}

}  // namespace

std::vector<EtsForm> ets_candidates(std::span<const double> values, int period) {
  std::vector<EtsForm> candidates;
  for (const EtsForm& form : ets_forms()) {
    if (is_candidate(form, values, period)) candidates.push_back(form);
  }
  return candidates;
}

std::vector<std::optional<EtsFit>> choose_ets_all(std::span<const std::span<const double>> series, int period,
                                                  EtsCriterion criterion) {
  std::vector<std::optional<EtsFit>> best(series.size());
  std::vector<double> least(series.size(), kInfinity);
  std::vector<std::span<const double>> able;
  std::vector<std::size_t> whose;
  for (const EtsForm& form : ets_forms()) {
    able.clear();
    whose.clear();
    for (std::size_t k = 0; k < series.size(); ++k) {
      // Perfect: nothing with more parameters can be better.
      if (best[k] && best[k]->log_likelihood == kInfinity) continue;
      if (!is_candidate(form, series[k], period)) continue;
      able.push_back(series[k]);
      whose.push_back(k);
    }
    std::vector<std::optional<EtsFit>> fits = fit_ets_all(form, able, period);
    for (std::size_t i = 0; i < whose.size(); ++i) {
      if (!fits[i]) continue;
      const double endless = ets_trend_charge(form);
      const bool perfect = fits[i]->log_likelihood == kInfinity;
      const double cost = perfect ? -kInfinity : criterion_of(*fits[i], criterion) + endless;
      std::optional<EtsFit>& mine = best[whose[i]];
      if (mine && cost >= least[whose[i]]) continue;
      mine = std::move(fits[i]);
      least[whose[i]] = cost;
    }
  }
  return best;
}

std::optional<EtsFit> choose_ets(std::span<const double> values, int period, EtsCriterion criterion) {
  return std::move(choose_ets_all({&values, 1}, period, criterion).front());
}

}  // namespace isotherm
