#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/distributions.h"
#include "isotherm/model/moments.h"
#include "moments_fit.h"

namespace isotherm {

namespace {

constexpr const char* kLagName = "w(y)";

/// X with its lags as further columns: what the lag of y is projected on.
Design instruments_of(const Design& design, const Weights& weights, int lags) {
  Design instruments = design;
  instruments.polynomials.clear();  // only the space they span matters here
  std::vector<std::vector<double>> last(design.columns.begin() + (design.intercept ? 1 : 0),
                                        design.columns.end());
  for (int order = 1; order <= lags; ++order) {
    for (std::size_t j = 0; j < last.size(); ++j) {
      last[j] = lag(weights, last[j]);
      instruments.add("lag" + std::to_string(order) + "_" + std::to_string(j), last[j]);
    }
  }
  return instruments;
}

/// Is there dependence between neighbours left in e?
TestResult anselin_kelejian(const Weights& weights, const std::vector<double>& e, const Design& design,
                            const std::vector<double>& lagged_y, const LeastSquares& second) {
  const auto n = static_cast<double>(e.size());
  double sum = 0, trace = 0;
  const Weights mirror = transposed(weights);
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    std::size_t b = 0;
    for (std::size_t a = 0; a < weights.degree(row); ++a) {
      const double w = weights.weights(row)[a];
      sum += w;
      trace += w * w;
      while (b < mirror.degree(row) && mirror.neighbours(row)[b] < weights.neighbours(row)[a]) ++b;
      if (b < mirror.degree(row) && mirror.neighbours(row)[b] == weights.neighbours(row)[a])
        trace += w * mirror.weights(row)[b];
    }
  }
  const double ee = dot_product(e, e), moran = n * dot_product(e, lag(weights, e)) / (sum * ee);
  const std::vector<double> we = lag(mirror, e);  // e'W Z = (W'e)'Z
  std::vector<double> score;
  for (const std::vector<double>& column : design.columns) score.push_back(dot_product(we, column));
  score.push_back(dot_product(we, lagged_y));
  const SquareMatrix inverse =
      second.plain_covariance({"classical", second.rss(), {}, nullptr});  // (Z'PZ)^-1
  double form = 0;
  for (std::size_t a = 0; a < score.size(); ++a) {
    for (std::size_t b = 0; b < score.size(); ++b) form += score[a] * inverse.at(a, b) * score[b];
  }
  const double scale = sum / n;
  const double phi = (trace + 4 / (ee / n) * form) / (scale * scale * n);
  const double value = n * moran * moran / phi;
  return {"anselin_kelejian", "no dependence left between the errors of neighbours", value, 1,
          chi_squared_upper(value, 1)};
}

/// Two-stage least squares does not keep rho where the model has a stationary solution: for rows that add up
/// to 1 at most, between -1 and 1.
void note_unstable(const Weights& weights, double rho, Fit& fit) {
  double most = 0;
  for (const double sum : lag(weights, std::vector<double>(weights.rows(), 1.0))) most = std::max(most, sum);
  if (std::abs(rho) < 1 || most > 1 + 1e-9) return;
  fit.notes.push_back(
      "warning: rho " + fixed_text(rho, 4) +
      " lies outside of (-1, 1), where what neighbours give each other fades: the model has no "
      "stationary solution with it, so do not read it as a strength of dependence; the "
      "instruments may be weak (columns that hardly differ between neighbours) or y may hold a "
      "trend");
}

/// X b.
std::vector<double> trend_of(const Design& design, std::span<const double> coefficients) {
  std::vector<double> trend(design.rows(), 0.0);
  for (std::size_t j = 0; j < design.size(); ++j) trend = less(trend, -coefficients[j], design.columns[j]);
  return trend;
}

/// Impacts, and how well the reduced form of `trend` explains y. `covariance`: of the coefficients and, last,
/// rho. Traces come from random probes where the rows are too many to factor every rho.
void add_lag_impacts(const Weights& weights, std::span<const double> y, const std::vector<double>& trend,
                     const SquareMatrix& covariance, const MomentsChoice& choice, Fit& fit) {
  const double rho = fit.dependence.front().value;
  try {
    const auto method = weights.rows() <= LogDeterminant::kSmallRows ? LogDeterminantMethod::automatic
                                                                     : LogDeterminantMethod::probes;
    LogDeterminant traces(weights, LogDeterminantChoice{method, 1, choice.threads});
    if (!(rho > traces.low() && rho < traces.high())) {
      fit.notes.push_back("no impacts: with this rho the effects of neighbours on neighbours do not fade");
      return;
    }
    while (traces.extend_for(rho)) {
    }
    fit.pseudo_r2_reduced = squared_correlation(y, traces.solve(rho, trend));
    const Multipliers multipliers = multipliers_at(traces, rho);
    fit.impacts = impacts(fit.coefficients, covariance, multipliers);
    add_drawn_impacts(fit.impacts, fit.coefficients, covariance, multipliers, rho, &traces, choice.draws);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    fit.notes.push_back(std::string("no impacts: ") + error.what());
  }
}

}  // namespace

Fit fit_lag_moments(Design design, std::span<const double> y, const Weights& weights,
                    const MomentsChoice& choice) {
  const std::vector<double> lagged_y = lag(weights, y);
  const Design instruments = instruments_of(design, weights, choice.instrument_lags);
  std::vector<std::string> dependent;
  const LeastSquares first(instruments, lagged_y, choice.threads, &dependent);
  if (first.size() <= design.size()) {
    throw Error(
        ErrorKind::input,
        "the lags of the columns are combinations of the columns themselves, so nothing is left to tell rho "
        "by; give a column that varies between neighbours");
  }
  const std::vector<double> projected = less(lagged_y, 1, first.residuals());
  Design second_design = design;
  second_design.add(kLagName, projected);
  const LeastSquares second(std::move(second_design), y, choice.threads);
  const std::vector<double> plain = second.plain_coefficients();
  const double rho = plain.back();

  // Residuals of the model itself: with the lag of y, not its projection.
  std::vector<double> e(second.residuals());
  for (std::size_t k = 0; k < e.size(); ++k) e[k] += rho * (projected[k] - lagged_y[k]);
  Fit fit;
  fit.covariance =
      choice.unequal_variances ? "two-stage least squares, hc0" : "two-stage least squares, e'e/(n-k)";
  const auto columns = static_cast<double>(second.size());
  fill_summary(fit, y, std::move(e), columns, design.intercept);
  // rss / df of `second` belongs to the projection; scale its covariance to sigma2 of the model.
  const CovarianceChoice scaled{"classical", second.rss() / fit.sigma2, {}, nullptr};
  std::vector<double> squares = fit.residuals;
  for (double& v : squares) v *= v;
  const SquareMatrix reported =
      choice.unequal_variances ? second.sandwich(squares, true) : second.covariance(scaled);
  for (std::size_t j = 0; j < second.size(); ++j) {
    const bool last = j + 1 == second.size();
    (last ? fit.dependence : fit.coefficients)
        .push_back(normal_coefficient(last ? "rho" : second.design().names[j], second.coefficients()[j],
                                      std::sqrt(reported.at(j, j))));
  }
  fit.condition_number = second.condition_number();
  fit.fitted.names = design.names;
  fit.fitted.columns = design.recipes;
  fit.fitted.coefficients.assign(plain.begin(), plain.end() - 1);
  fit.fitted.rho = rho;
  fit.fitted.covariance =
      choice.unequal_variances ? second.sandwich(squares, false) : second.plain_covariance(scaled);
  note_unstable(weights, rho, fit);
  add_inflation(fit, second, design.intercept);
  fit.pseudo_r2 = squared_correlation(y, less(y, 1, fit.residuals));
  if (choice.diagnostics) {
    add_lag_impacts(weights, y, trend_of(design, plain), reported, choice, fit);
    fit.tests = residual_tests(LeastSquares(design, y, choice.threads), fit.residuals);
  }
  fit.tests.push_back(anselin_kelejian(weights, fit.residuals, design, lagged_y, second));
  return fit;
}

}  // namespace isotherm
