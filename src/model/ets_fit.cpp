#include "isotherm/model/ets_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ets_search.h"
#include "ets_start.h"
#include "isotherm/model/ets_region.h"

namespace isotherm {

namespace {

using namespace ets_detail;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// The best starting points go a few steps each, the best of those to the end.
constexpr std::size_t kTrials = 16;
constexpr int kTrialSteps = 6;
constexpr std::size_t kFinalists = 3;
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

Point search(Problem& problem, std::vector<Point> points) {
  if (points.size() > kTrials) points.resize(kTrials);
  for (Point& point : points) descend(problem, point, false, kTrialSteps);
  std::ranges::stable_sort(points, {}, &Point::objective);
  // Points that have met already would only repeat each other's way.
  std::vector<Point> finalists;
  for (Point& point : points) {
    if (finalists.size() == kFinalists) break;
    if (finalists.empty() || point.objective > finalists.back().objective + 1e-7)
      finalists.push_back(std::move(point));
  }
  for (Point& point : finalists) descend(problem, point, false, kMostSteps);
  return *std::ranges::min_element(finalists, {}, &Point::objective);
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

std::optional<EtsFit> fit_ets(const EtsForm& form, std::span<const double> values, int period) {
  if (!carries(form, values, period)) return std::nullopt;
  const Scale scale = scale_of(form, values);
  std::vector<double> scaled;
  for (const double y : values) scaled.push_back((y - scale.centre) / scale.size);
  Problem problem(form, scaled, period);
  std::vector<Point> points = starting_points(problem);
  if (points.empty()) return std::nullopt;
  const Point best = search(problem, std::move(points));
  const std::vector<double>& p = best.parameters;
  std::vector<double> ring = ring_of(form, p, period);
  if (form.season == EtsPart::additive) {
    for (double& season : ring) season *= scale.size;
  }
  const double trend = form.trend == EtsPart::additive ? p[kTrend] * scale.size : p[kTrend];
  EtsFit fit = filter_ets(form, values, period, weights_of(form, p), scale.centre + scale.size * p[kLevel],
                          form.has_trend() ? trend : 0, ring);
  settle_perfect_fit(fit, scale.largest);
  return fit;
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

std::vector<EtsForm> ets_candidates(std::span<const double> values, int period) {
  std::vector<EtsForm> candidates;
  const int observed = count_observed(values);
  for (const EtsForm& form : ets_forms()) {
    if (form.trend == EtsPart::multiplicative) continue;
    if (!carries(form, values, period) || observed < ets_parameter_count(form, period) + 2) continue;
    candidates.push_back(form);
  }
  return candidates;
}

std::optional<EtsFit> choose_ets(std::span<const double> values, int period, EtsCriterion criterion) {
  std::optional<EtsFit> best;
  double least = kInfinity;
  for (const EtsForm& form : ets_candidates(values, period)) {
    std::optional<EtsFit> fit = fit_ets(form, values, period);
    if (!fit) continue;
    if (fit->log_likelihood == kInfinity) {
      // Perfect: nothing with more parameters can be better, and simpler ones were not.
      if (!best || best->log_likelihood < kInfinity) return fit;
    }
    const double endless = fit->form.has_trend() && !fit->form.damped ? kEndlessTrendCost : 0;
    const double cost = criterion_of(*fit, criterion) + endless;
    if (!best || cost < least) {
      best = std::move(fit);
      least = cost;
    }
  }
  return best;
}

}  // namespace isotherm
