#include "isotherm/model/spatial_tests.h"

#include <cmath>

#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

using Columns = std::vector<std::vector<double>>;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// Sums over the links: of weights, of their squares, of products with the mirrored link.
struct LinkSums {
  double weights = 0, squares = 0, mirrored = 0;
};

LinkSums link_sums(const Weights& weights, const Weights& mirror) {
  LinkSums sums;
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    const auto there = weights.neighbours(row), back = mirror.neighbours(row);
    std::size_t b = 0;
    for (std::size_t a = 0; a < there.size(); ++a) {
      const double w = weights.weights(row)[a];
      sums.weights += w;
      sums.squares += w * w;
      while (b < back.size() && back[b] < there[a]) ++b;
      if (b < back.size() && back[b] == there[a]) sums.mirrored += w * mirror.weights(row)[b];
    }
  }
  return sums;
}

/// Traces of products of M = I - QQ' and W, from the thin matrices WQ and W'Q alone.
struct ResidualTraces {
  double mw = 0, mwmw = 0, mwmwt = 0;
};

ResidualTraces residual_traces(const Columns& q, const Weights& weights, const Weights& mirror,
                               const LinkSums& sums) {
  const std::size_t k = q.size();
  Columns wq, tq;
  for (const std::vector<double>& column : q) {
    wq.push_back(lag(weights, column));
    tq.push_back(lag(mirror, column));
  }
  ResidualTraces traces{0, sums.mirrored, sums.squares};
  SquareMatrix p = square_matrix(k);  // Q'WQ
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) p.at(a, b) = dot(q[a], wq[b]);
  }
  for (std::size_t a = 0; a < k; ++a) {
    traces.mw -= p.at(a, a);
    traces.mwmw -= 2 * dot(tq[a], wq[a]);                   // Q'W W Q
    traces.mwmwt -= dot(tq[a], tq[a]) + dot(wq[a], wq[a]);  // Q'W W'Q and Q'W'W Q
    for (std::size_t b = 0; b < k; ++b) {
      traces.mwmw += p.at(a, b) * p.at(b, a);
      traces.mwmwt += p.at(a, b) * p.at(a, b);
    }
  }
  return traces;
}

TestResult moran(const LeastSquares& fit, const ResidualTraces& traces, const LinkSums& sums, double e_we) {
  const auto n = static_cast<double>(fit.rows()), rest = n - static_cast<double>(fit.size());
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
                                      const Weights& weights) {
  if (weights.links() == 0 || !(fit.rss() > 0)) return {};
  const Weights mirror = transposed(weights);
  const LinkSums sums = link_sums(weights, mirror);
  const Columns q = fit.orthonormal();
  const std::vector<double>& e = fit.residuals();
  const double e_we = dot(e, lag(weights, e));
  std::vector<TestResult> tests{moran(fit, residual_traces(q, weights, mirror, sums), sums, e_we)};

  const double variance = fit.rss() / static_cast<double>(fit.rows());
  std::vector<double> fitted(y.begin(), y.end());
  for (std::size_t k = 0; k < fitted.size(); ++k) fitted[k] -= e[k];
  const std::vector<double> lagged = lag(weights, fitted);
  double outside = dot(lagged, lagged);  // of the lagged fit, what the columns do not explain
  for (const std::vector<double>& column : q) {
    const double part = dot(column, lagged);
    outside -= part * part;
  }
  const double trace = sums.mirrored + sums.squares;
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
