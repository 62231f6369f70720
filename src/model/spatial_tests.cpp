#include "isotherm/model/spatial_tests.h"

#include <algorithm>
#include <cmath>

#include "blocks.h"
#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// Sums over the links: of weights, of their squares, of products with the mirrored link.
struct LinkSums {
  double weights = 0, squares = 0, mirrored = 0;
};

LinkSums link_sums(const Weights& weights) {
  LinkSums sums;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    const auto there = weights.neighbours(row);
    for (std::size_t a = 0; a < there.size(); ++a) {
      const double w = weights.weights(row)[a];
      sums.weights += w;
      sums.squares += w * w;
      const auto other = static_cast<std::size_t>(there[a]);
      const auto back = weights.neighbours(other);
      const auto found = std::lower_bound(back.begin(), back.end(), static_cast<std::int32_t>(row));
      if (found != back.end() && *found == static_cast<std::int32_t>(row))
        sums.mirrored += w * weights.weights(other)[static_cast<std::size_t>(found - back.begin())];
    }
  }
  return sums;
}

/// W'x without the transpose.
std::vector<double> lag_back(const Weights& weights, std::span<const double> values) {
  std::vector<double> result(values.size(), 0.0);
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    for (std::size_t k = 0; k < weights.degree(row); ++k)
      result[static_cast<std::size_t>(weights.neighbours(row)[k])] += weights.weights(row)[k] * values[row];
  }
  return result;
}

/// Traces of products of M and W.
struct ResidualTraces {
  double mw = 0, mwmw = 0, mwmwt = 0;
};

/// M = I - D, D the means of groups: what groups take from tr(W), tr(WW) and tr(WW').
///   tr(DWW) = sum of a b / n, tr(DWW') = sum of a a / n, tr(DW'W) = sum of b b / n over rows and groups, a
///   the links of the group to the row, b the row's links to the group;
///   tr(DWDW), tr(DWDW') from the links between groups.
ResidualTraces group_traces(const TakenEffects& effects, const Weights& weights) {
  const Weights mirror = transposed(weights);
  std::vector<std::vector<std::int32_t>> members(effects.count);
  for (std::size_t row = 0; row < effects.groups.size(); ++row)
    members[static_cast<std::size_t>(effects.groups[row])].push_back(static_cast<std::int32_t>(row));
  std::vector<double> to(effects.count, 0.0), from(effects.count, 0.0);
  std::vector<std::size_t> touched;
  // Adds up the links of a row by the group at their other end.
  const auto collect = [&](std::size_t row) {
    const auto add = [&](const Weights& links, std::vector<double>& sums) {
      for (std::size_t k = 0; k < links.degree(row); ++k) {
        const auto group =
            static_cast<std::size_t>(effects.groups[static_cast<std::size_t>(links.neighbours(row)[k])]);
        if (to[group] == 0 && from[group] == 0) touched.push_back(group);
        sums[group] += links.weights(row)[k];
      }
    };
    add(weights, to);
    add(mirror, from);
  };
  ResidualTraces traces;
  for (std::size_t group = 0; group < members.size(); ++group) {
    const auto size = static_cast<double>(members[group].size());
    for (const std::int32_t row : members[group]) {
      collect(static_cast<std::size_t>(row));
      for (const std::size_t other : touched) {
        const auto others = static_cast<double>(members[other].size());
        traces.mwmw -= 2 * from[other] * to[other] / others;
        traces.mwmwt -= (from[other] * from[other] + to[other] * to[other]) / others;
        to[other] = from[other] = 0;
      }
      touched.clear();
    }
    for (const std::int32_t row : members[group]) collect(static_cast<std::size_t>(row));
    traces.mw -= to[group] / size;
    for (const std::size_t other : touched) {
      const double both = size * static_cast<double>(members[other].size());
      traces.mwmw += to[other] * from[other] / both;
      traces.mwmwt += to[other] * to[other] / both;
      to[other] = from[other] = 0;
    }
    touched.clear();
  }
  return traces;
}

/// Sums of both over the rows of each group, their products over its size, added up.
double shared_by_groups(const TakenEffects& effects, std::span<const double> a, std::span<const double> b) {
  std::vector<double> sum_a(effects.count, 0.0), sum_b(effects.count, 0.0), size(effects.count, 0.0);
  for (std::size_t row = 0; row < a.size(); ++row) {
    const auto group = static_cast<std::size_t>(effects.groups[row]);
    sum_a[group] += a[row];
    sum_b[group] += b[row];
    size[group] += 1;
  }
  double sum = 0;
  for (std::size_t group = 0; group < effects.count; ++group)
    sum += sum_a[group] * sum_b[group] / size[group];
  return sum;
}

/// M = I - D - QQ'. What the orthonormal columns Q take, each from its WQ and W'Q alone.
ResidualTraces residual_traces(const std::vector<std::vector<double>>& q, const Weights& weights,
                               const TakenEffects* effects, ResidualTraces traces, int threads) {
  const std::size_t k = q.size();
  SquareMatrix p = square_matrix(k);  // Q'WQ
  std::vector<ResidualTraces> parts(k);
  for_tasks(k, threads, [&](std::size_t a) {
    const std::vector<double> wq = lag(weights, q[a]), tq = lag_back(weights, q[a]);
    for (std::size_t b = 0; b < k; ++b) p.at(b, a) = dot(q[b], wq);
    parts[a].mwmw = -2 * dot(tq, wq);               // Q'W W Q
    parts[a].mwmwt = -(dot(tq, tq) + dot(wq, wq));  // Q'W W'Q and Q'W'W Q
    if (effects == nullptr) return;
    parts[a].mwmw += 2 * shared_by_groups(*effects, tq, wq);
    parts[a].mwmwt += shared_by_groups(*effects, tq, tq) + shared_by_groups(*effects, wq, wq);
  });
  for (std::size_t a = 0; a < k; ++a) {
    traces.mw -= p.at(a, a);
    traces.mwmw += parts[a].mwmw;
    traces.mwmwt += parts[a].mwmwt;
    for (std::size_t b = 0; b < k; ++b) {
      traces.mwmw += p.at(a, b) * p.at(b, a);
      traces.mwmwt += p.at(a, b) * p.at(a, b);
    }
  }
  return traces;
}

/// `rest`: rows less columns and effects.
TestResult moran(const LeastSquares& fit, const ResidualTraces& traces, const LinkSums& sums, double e_we,
                 double rest) {
  const auto n = static_cast<double>(fit.rows());
  const double scale = n / sums.weights;
  TestResult test{"moran_residuals", "Moran's I of residuals, moments under least squares",
                  scale * e_we / fit.rss(), 0, 0};
  test.expectation = scale * traces.mw / rest;
  test.variance = scale * scale * (traces.mwmwt + traces.mwmw + traces.mw * traces.mw) / (rest * (rest + 2)) -
                  test.expectation * test.expectation;
  test.p = normal_two_sided((test.value - test.expectation) / std::sqrt(test.variance));
  return test;
}

TestResult multiplier(const char* name, const char* definition, double value, double df) {
  return {name, definition, value, df, chi_squared_upper(value, df)};
}

double p_of(std::span<const TestResult> tests, std::string_view name) {
  for (const TestResult& test : tests) {
    if (test.name == name) return test.p;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<TestResult> spatial_tests(const LeastSquares& fit, std::span<const double> y,
                                      const Weights& weights, const TakenEffects* effects, int threads) {
  if (weights.links() == 0 || !(fit.rss() > 0)) return {};
  const LinkSums sums = link_sums(weights);
  std::vector<std::vector<double>> q = fit.orthonormal();
  ResidualTraces traces{0, sums.mirrored, sums.squares};
  auto n = static_cast<double>(fit.rows());
  double rest = n;
  if (effects != nullptr) {
    q.insert(q.end(), effects->further.begin(), effects->further.end());
    const ResidualTraces taken = group_traces(*effects, weights);
    traces = {taken.mw, traces.mwmw + taken.mwmw, traces.mwmwt + taken.mwmwt};
    rest -= static_cast<double>(effects->count);
  }
  const bool transformed = effects != nullptr && effects->cells;
  const double trace = transformed ? traces.mwmw + traces.mwmwt : sums.mirrored + sums.squares;
  if (transformed) n = rest;
  const std::vector<double>& e = fit.residuals();
  const double e_we = dot(e, lag(weights, e));
  traces = residual_traces(q, weights, effects, traces, threads);
  std::vector<TestResult> tests{moran(fit, traces, sums, e_we, rest - static_cast<double>(q.size()))};

  const double variance = fit.rss() / n;
  std::vector<double> lagged(y.begin(), y.end());
  for (std::size_t k = 0; k < lagged.size(); ++k) lagged[k] -= e[k];
  lagged = lag(weights, lagged);
  double outside = dot(lagged, lagged);  // of the lagged fit, what columns and effects do not explain
  if (effects != nullptr) outside -= shared_by_groups(*effects, lagged, lagged);
  for (const std::vector<double>& column : q) {
    const double part = dot(column, lagged);
    outside -= part * part;
  }
  const double score_error = e_we / variance, score_lag = dot(e, lag(weights, y)) / variance;
  const double both = outside / variance + trace;
  const double robust_lag = (score_lag - score_error) * (score_lag - score_error) / (both - trace);
  const double reduced = score_error - trace / both * score_lag;
  const double lm_error = score_error * score_error / trace;
  tests.push_back(multiplier("lm_lag", "no spatial lag of the response", score_lag * score_lag / both, 1));
  tests.push_back(multiplier("lm_error", "no spatial error", lm_error, 1));
  tests.push_back(multiplier("rlm_lag", "no lag, whether or not there is an error", robust_lag, 1));
  tests.push_back(multiplier("rlm_error", "no error, whether or not there is a lag",
                             reduced * reduced / (trace * (1 - trace / both)), 1));
  tests.push_back(multiplier("lm_sarma", "neither lag nor error", robust_lag + lm_error, 2));
  return tests;
}

std::string spatial_advice(std::span<const TestResult> tests) {
  constexpr double kLevel = 0.05;
  const double lag_p = p_of(tests, "lm_lag"), error_p = p_of(tests, "lm_error");
  if (std::isnan(lag_p)) return "";
  if (lag_p >= kLevel && error_p >= kLevel)
    return "no dependence between neighbours is left that a lag or error model would take up";
  if (error_p >= kLevel) return "the tests suggest a spatial lag model";
  if (lag_p >= kLevel) return "the tests suggest a spatial error model";
  const double robust_lag = p_of(tests, "rlm_lag"), robust_error = p_of(tests, "rlm_error");
  if (robust_lag < kLevel && robust_error < kLevel)
    return "the tests suggest that both a lag and an error are missing; the model may lack more than that";
  return robust_lag <= robust_error ? "the tests suggest a spatial lag model"
                                    : "the tests suggest a spatial error model";
}

}  // namespace isotherm
