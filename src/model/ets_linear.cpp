#include "isotherm/model/ets_linear.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "at.h"
#include "ets_columns.h"

namespace isotherm {

namespace {

using ets_detail::EtsColumns;

constexpr double kPerfect = std::numeric_limits<double>::infinity();

/// Weights and damping that a form has.
int weight_count(const EtsForm& form) {
  return 1 + (form.has_trend() ? 1 : 0) + (form.damped ? 1 : 0) + (form.has_season() ? 1 : 0);
}

bool season_fits(const EtsForm& form, int period) {
  return !form.has_season() || (period >= 2 && period <= kEtsMostPeriod);
}

/// Everything that follows from weights; `counted` of them are parameters.
std::optional<LinearEtsFit> fit_at(const EtsForm& form, const EtsWeights& weights, EtsColumns& columns,
                                   const RegressedSeries& series, int period, int counted) {
  columns.solve(weights);
  const int parameters = counted + columns.rank() + 1;
  if (columns.observed() - parameters + 1 < 1) return std::nullopt;
  const std::vector<double> factors = columns.factors();
  LinearEtsFit made;
  made.coefficients.assign(factors.begin() + static_cast<std::ptrdiff_t>(columns.states()), factors.end());
  made.centres = columns.centres();
  made.explained.assign(series.values.size(), 0.0);
  for (std::size_t j = 0; j < made.coefficients.size(); ++j) {
    if (!columns.dropped(columns.states() + j)) ++made.kept;
    for (std::size_t t = 0; t < series.values.size(); ++t)
      made.explained[t] += made.coefficients[j] * (series.regressors[j][t] - made.centres[j]);
  }
  std::vector<double> rest(series.values.size());
  for (std::size_t t = 0; t < rest.size(); ++t) rest[t] = columns.values()[t] - made.explained[t];
  std::vector<double> ring;
  const std::size_t first_season = form.has_trend() ? 2 : 1;
  if (form.has_season()) {
    ring.assign(factors.begin() + static_cast<std::ptrdiff_t>(first_season),
                factors.begin() + static_cast<std::ptrdiff_t>(columns.states()));
    double sum = 0;
    for (const double season : ring) sum += season;
    ring.push_back(-sum);
  }
  made.fit = filter_ets(form, rest, period, weights, columns.centre() + factors[0],
                        form.has_trend() ? factors[1] : 0, ring);
  made.fit.parameters = parameters;
  made.fit.variance = made.fit.sum_squares / made.degrees();
  if (columns.squares() <= columns.rounding()) {
    made.fit.sum_squares = made.fit.variance = 0;
    made.fit.log_likelihood = kPerfect;
  }
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const auto end = columns.end_states(j);
    made.end_states.insert(made.end_states.end(), end.begin(), end.end());
  }
  made.triangle = columns.triangle();
  return made;
}

/// Marginal likelihood of solved columns; `mean_determinant` is ln|Z'Z|.
std::optional<double> marginal(const EtsColumns& columns, double mean_determinant) {
  const int left = columns.observed() - columns.rank();
  if (left < 2 || columns.squares() <= columns.rounding()) return std::nullopt;
  return -0.5 * (left * std::log(columns.squares()) + columns.log_determinant() - mean_determinant);
}

/// ln|Z'Z|: without news the errors of the columns are their means, sign changed.
double mean_determinant(EtsColumns& columns, double phi) {
  columns.solve({0, 0, 0, phi});
  return columns.log_determinant();
}

}  // namespace

bool ets_is_linear(const EtsForm& form) {
  return form.error == EtsPart::additive && form.trend != EtsPart::multiplicative &&
         form.season != EtsPart::multiplicative;
}

std::vector<EtsForm> linear_ets_forms(int period) {
  std::vector<EtsForm> forms;
  for (const EtsForm& form : ets_forms()) {
    if (ets_is_linear(form) && season_fits(form, period)) forms.push_back(form);
  }
  return forms;
}

std::optional<LinearEtsFit> fit_linear_ets_at(const EtsForm& form, const EtsWeights& weights,
                                              const RegressedSeries& series, int period) {
  if (!season_fits(form, period)) return std::nullopt;
  EtsColumns columns(form, series, period);
  return fit_at(form, weights, columns, series, period, 0);
}

std::optional<LinearEtsFit> fit_linear_ets(const EtsForm& form, const RegressedSeries& series, int period) {
  if (!season_fits(form, period)) return std::nullopt;
  EtsColumns columns(form, series, period);
  // Columns that are dropped at some weights only would make the likelihood jump: all must fit.
  const int needed = weight_count(form) + static_cast<int>(columns.size()) + 2;
  if (columns.observed() < needed) return std::nullopt;
  const EtsWeights weights = ets_detail::least_over_weights(form, period, {}, [&](const EtsWeights& here) {
    columns.solve(here);
    return std::log(std::max(columns.squares(), std::numeric_limits<double>::min()));
  });
  return fit_at(form, weights, columns, series, period, weight_count(form));
}

std::optional<double> ets_marginal_likelihood(const EtsForm& form, const EtsWeights& weights,
                                              const RegressedSeries& series, int period) {
  EtsColumns columns(form, series, period);
  const double determinant = mean_determinant(columns, weights.phi);
  columns.solve(weights);
  return marginal(columns, determinant);
}

std::vector<double> LinearEtsFit::spread(std::span<const std::vector<double>> regressors, int horizon) const {
  const std::size_t ring = fit.season.size();
  const std::size_t per_column = 2 + ring, columns = end_states.size() / per_column;
  const std::size_t states = columns - coefficients.size();
  std::vector<double> ends = end_states, slopes(columns), spread;
  double news = 1, trend_weight = 0, power = 1;  // errors to come
  for (int h = 1; h <= horizon; ++h) {
    if (h > 1) {
      power *= fit.weights.phi;
      trend_weight += power;
      double felt = fit.weights.alpha;
      if (fit.form.has_trend()) felt += fit.weights.beta * trend_weight;
      if (ring > 0 && (h - 1) % fit.period == 0) felt += fit.weights.gamma;
      news += felt * felt;
    }
    const std::size_t t = at(fit.length + h - 1);
    for (std::size_t j = 0; j < columns; ++j) {
      double* const end = ends.data() + j * per_column;
      end[0] += fit.weights.phi * end[1];
      end[1] *= fit.weights.phi;
      slopes[j] = end[0] + (ring > 0 ? end[2 + t % ring] : 0);
      if (j >= states) slopes[j] += regressors[j - states][t] - centres[j - states];
    }
    // |R'^-1 slopes|^2
    double unknown = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      const double diagonal = triangle[j * (columns + 1) + j];
      if (diagonal == 0) {
        slopes[j] = 0;
        continue;
      }
      for (std::size_t k = 0; k < j; ++k) slopes[j] -= triangle[k * (columns + 1) + j] * slopes[k];
      slopes[j] /= diagonal;
      unknown += slopes[j] * slopes[j];
    }
    spread.push_back(news + unknown);
  }
  return spread;
}

std::size_t pool_size(std::size_t values, int period, std::size_t regressors) {
  const std::size_t columns = 3 + regressors + (period > 1 && period <= kEtsMostPeriod ? at(period) : 0);
  const std::size_t work = std::max<std::size_t>(values, 1) * columns * columns;
  return std::clamp<std::size_t>(4000000 / work, 50, 2000);
}

std::optional<PooledEts> pool_ets(const EtsForm& form, std::span<const RegressedSeries> series, int period) {
  if (!season_fits(form, period)) return std::nullopt;
  std::vector<EtsColumns> telling;
  std::vector<double> determinants;
  const EtsWeights anywhere{0.3, 0.03, 0.1, form.damped ? 0.9 : 1};
  for (const RegressedSeries& one : series) {
    EtsColumns columns(form, one, period);
    const double determinant = mean_determinant(columns, anywhere.phi);
    columns.solve(anywhere);
    if (!marginal(columns, determinant)) continue;
    telling.push_back(std::move(columns));
    determinants.push_back(determinant);
  }
  if (telling.empty()) return std::nullopt;
  const auto cost = [&](const EtsWeights& weights) {
    double sum = 0;
    for (std::size_t k = 0; k < telling.size(); ++k) {
      // Z changes with the damping only.
      const double determinant = form.damped ? mean_determinant(telling[k], weights.phi) : determinants[k];
      telling[k].solve(weights);
      sum -= marginal(telling[k], determinant).value_or(0);
    }
    return sum;
  };
  return PooledEts{form, ets_detail::least_over_weights(form, period, {3, 300}, cost),
                   static_cast<int>(telling.size())};
}

}  // namespace isotherm
