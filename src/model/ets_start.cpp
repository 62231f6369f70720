#include "ets_start.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isotherm::ets_detail {

namespace {

struct Line {
  double level = 0;  ///< one step before the first value
  double slope = 0;
};

/// Least squares over the observed values; a slope of 0 with fewer than two.
Line fit_line(std::span<const double> values) {
  double n = 0, sum_t = 0, sum_y = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    n += 1;
    sum_t += static_cast<double>(t);
    sum_y += values[t];
  }
  const double mean_t = sum_t / n, mean_y = sum_y / n;
  double tt = 0, ty = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (std::isnan(values[t])) continue;
    const double from_mean = static_cast<double>(t) - mean_t;
    tt += from_mean * from_mean;
    ty += from_mean * (values[t] - mean_y);
  }
  Line line;
  line.slope = tt > 0 ? ty / tt : 0;
  line.level = mean_y - line.slope * (mean_t + 1);
  return line;
}

/// Mean departure (difference or ratio) of each place of the season from the line through the first `cycles`
/// cycles.
std::vector<double> seasons_from_line(std::span<const double> values, int period, int cycles, bool ratio,
                                      Line& line) {
  const auto m = static_cast<std::size_t>(period);
  const auto first = values.first(std::min(values.size(), m * static_cast<std::size_t>(cycles)));
  line = fit_line(first);
  std::vector<double> sum(m, 0.0), count(m, 0.0);
  for (std::size_t t = 0; t < first.size(); ++t) {
    if (std::isnan(first[t])) continue;
    const double expected = line.level + line.slope * static_cast<double>(t + 1);
    sum[t % m] += ratio ? first[t] / expected : first[t] - expected;
    count[t % m] += 1;
  }
  double total = 0;
  for (std::size_t k = 0; k < m; ++k) {
    sum[k] = count[k] > 0 ? sum[k] / count[k] : (ratio ? 1.0 : 0.0);
    if (ratio) sum[k] = std::max(sum[k], 0.05);
    total += sum[k];
  }
  for (double& season : sum)
    season = ratio ? season * static_cast<double>(m) / total : season - total / static_cast<double>(m);
  return sum;
}

/// States read off the first cycles (or the first ten values), positive where the form needs it.
void set_states(const EtsForm& form, std::span<const double> values, int period, int cycles,
                std::vector<double>& parameters) {
  Line line;
  if (form.has_season()) {
    const bool ratio = form.season == EtsPart::multiplicative;
    std::vector<double> ring = seasons_from_line(values, period, cycles, ratio, line);
    std::copy(ring.begin() + 1, ring.end(), parameters.begin() + kSeasons);
  } else {
    // Enough of the beginning to hold three observed values.
    std::size_t end = 0, seen = 0;
    const std::size_t wanted = cycles > 2 ? 10 : 3;
    while (end < values.size() && seen < wanted) seen += !std::isnan(values[end++]);
    line = fit_line(values.first(end));
  }
  if (!form.has_trend()) {
    line.level += line.slope * (form.has_season() ? 0.5 * period : 1.0);
    line.slope = 0;
  }
  double least = line.level;
  if (form.needs_positive()) {
    // At level 0 or below nothing can be multiplied: begin flat at the mean instead.
    double sum = 0, count = 0;
    for (const double y : values) {
      if (!std::isnan(y)) sum += y, count += 1;
    }
    if (!(least > 0.05 * sum / count) || !(line.level + 4 * line.slope > 0)) line = {sum / count, 0.0};
  }
  parameters[kLevel] = line.level;
  parameters[kTrend] = 0;
  if (form.trend == EtsPart::additive) parameters[kTrend] = line.slope;
  if (form.trend == EtsPart::multiplicative) {
    parameters[kTrend] = std::clamp(1 + line.slope / line.level, 0.5, 2.0);
  }
}

struct Weights {
  double alpha, beta_share, gamma_share, phi;
};

std::vector<Weights> weight_grid(const EtsForm& form) {
  std::vector<double> alphas{0.02, 0.1, 0.3, 0.5, 0.7, 0.85, 0.97};
  std::vector<double> betas{0.5};
  std::vector<double> gammas{0.5};
  std::vector<double> phis{0.9};
  if (form.has_trend()) {
    alphas = {0.03, 0.2, 0.6, 0.95};
    betas = {0.05, 0.3, 0.8};
  }
  if (form.has_season()) {
    alphas = {0.001, 0.2, 0.6};
    gammas = {0.0, 0.3};
    if (form.has_trend()) betas = {0.0, 0.3};
  }
  if (form.damped) phis = form.has_season() ? std::vector{0.95} : std::vector{0.85, 0.95};
  std::vector<Weights> grid;
  for (const double alpha : alphas) {
    for (const double beta : betas) {
      for (const double gamma : gammas) {
        for (const double phi : phis) grid.push_back({alpha, beta, gamma, phi});
      }
    }
  }
  return grid;
}

/// States enter the errors linearly, or nearly so when errors are relative; a ratio season or trend makes
/// them far from it.
bool nearly_linear(const EtsForm& form) {
  return form.season != EtsPart::multiplicative && form.trend != EtsPart::multiplicative;
}

}  // namespace

std::vector<std::vector<double>> raw_starts(const EtsForm& form, std::span<const double> values, int period) {
  std::vector<std::vector<double>> states;
  for (const int cycles : {2, 4}) {
    if (nearly_linear(form) && cycles == 4) continue;
    const int seasons = form.has_season() ? period - 1 : 0;
    states.emplace_back(static_cast<std::size_t>(kSeasons + seasons), 0.0);
    set_states(form, values, period, cycles, states.back());
  }
  std::vector<std::vector<double>> starts;
  for (const Weights& weights : weight_grid(form)) {
    for (const std::vector<double>& from : states) {
      std::vector<double>& start = starts.emplace_back(from);
      start[kAlpha] = weights.alpha;
      start[kBetaShare] = form.has_trend() ? weights.beta_share : 0;
      start[kGammaShare] = form.has_season() ? weights.gamma_share : 0;
      start[kPhi] = form.damped ? weights.phi : 0;
    }
  }
  return starts;
}

std::vector<SearchPoint> starting_points(Problem& problem) {
  const EtsForm& form = problem.form();
  const int steps = !nearly_linear(form) ? 0 : form.error == EtsPart::additive ? 1 : 3;
  std::vector<SearchPoint> points;
  for (std::vector<double>& start : raw_starts(form, problem.values(), problem.period())) {
    SearchPoint point{std::move(start), 0};
    point.objective = problem.objective(point.parameters);
    if (!(point.objective < std::numeric_limits<double>::infinity())) continue;
    descend(problem, point, true, steps);
    points.push_back(std::move(point));
  }
  std::ranges::stable_sort(points, {}, &SearchPoint::objective);
  return points;
}

}  // namespace isotherm::ets_detail
