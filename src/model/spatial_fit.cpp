#include "isotherm/model/spatial_fit.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"
#include "spatial_profile.h"
#include "total_squares.h"

namespace isotherm {

namespace {

using Eigen::Index;

constexpr double kRounding = 1e-26;  // share of the squares of y that rounding may leave of it
constexpr double kUnknown = 100;     // intervals: a standard error that long says that nothing is known

/// Period effects take the constant out of every period, and with it the eigenvalue 1 of W.
void require_standardised(const Weights& weights) {
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    double sum = 0;
    for (double w : weights.weights(row)) sum += w;
    if (std::abs(sum - 1) > 1e-9) {
      throw Error(ErrorKind::input,
                  "lag and error models with period effects need weights whose rows add to 1, "
                  "and row " +
                      std::to_string(row + 1) + (weights.degree(row) == 0 ? " is an island" : " does not"));
    }
  }
}

std::string short_text(double value, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// values - factor * W values.
std::vector<double> filtered(const SpatialFitChoice& choice, double factor, std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  if (factor == 0) return result;
  const std::vector<double> around = panel_lag(choice, values);
  for (std::size_t k = 0; k < result.size(); ++k) result[k] -= factor * around[k];
  return result;
}

void infer(Coefficient& c, double variance) {
  c.standard_error = std::sqrt(variance);
  c.statistic = c.value / c.standard_error;
  c.p = normal_two_sided(c.statistic);
  const double reach =
      student_quantile_two_sided(0.05, std::numeric_limits<double>::infinity()) * c.standard_error;
  c.low = c.value - reach;
  c.high = c.value + reach;
  c.vif = kMissing;
}

/// The estimate in parts that later steps need.
struct Estimate {
  const SpatialFitChoice& choice;
  const SpatialProfile& profile;
  const SpatialMaximum& maximum;
  const LeastSquares& solved;  ///< of the filtered columns and response
  double rho, lambda, sigma2;
};

/// Covariance of rho and lambda, and how the coefficients follow them: reported and plain ones.
struct Dependence {
  Eigen::MatrixXd covariance;
  std::vector<std::vector<double>> reported, plain;
};

/// From the expected information (Anselin 1988, 6.5) with the coefficients and sigma2 eliminated. As both W
/// are the same, all functions of it commute.
Dependence expected_information(const Estimate& e, const Design& design) {
  LogDeterminant& determinant = *e.choice.log_determinant;
  const Weights& weights = *e.choice.weights;
  const auto count = static_cast<Index>(e.profile.size());
  Eigen::MatrixXd information(count, count);
  const double n = e.profile.observations();
  Dependence result;
  for (Index i = 0; i < count; ++i) {
    const double a = e.maximum.at[static_cast<std::size_t>(i)];
    const double trace = e.maximum.determinants[static_cast<std::size_t>(i)].trace;
    information(i, i) =
        determinant.trace_of_square(a) + determinant.trace_of_cross(a, a) - 2 * trace * trace / n;
  }
  if (count == 2) {
    const double a = e.maximum.at[0], b = e.maximum.at[1];
    const double trace_a = e.maximum.determinants[0].trace, trace_b = e.maximum.determinants[1].trace;
    // (G(a) - G(b)) / (a - b) = G(a) G(b)
    const double product = std::abs(a - b) > 1e-6 * (determinant.high() - determinant.low())
                               ? (trace_a - trace_b) / (a - b)
                               : determinant.trace_of_square((a + b) / 2);
    information(0, 1) = information(1, 0) =
        product + determinant.trace_of_cross(a, b) - 2 * trace_a * trace_b / n;
  }
  const std::size_t columns = design.size();
  for (Index i = 0; i < count; ++i) {
    result.reported.emplace_back(columns, 0.0);
    result.plain.emplace_back(columns, 0.0);
  }
  if (e.choice.lag) {
    // B G X b, regressed on B X.
    std::vector<double> mean(design.rows(), 0.0);
    const std::vector<double> plain = e.solved.plain_coefficients();
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += plain[j] * design.columns[j][k];
    }
    const std::vector<double> spread =
        filtered(e.choice, e.lambda, lag(weights, determinant.solve(e.rho, mean)));
    const LeastSquares regressed(e.solved.design(), spread, e.choice.threads);
    information(0, 0) += regressed.rss() / e.sigma2;
    result.reported[0] = regressed.coefficients();
    result.plain[0] = regressed.plain_coefficients();
    for (std::vector<double>* list : {&result.reported[0], &result.plain[0]}) {
      for (double& v : *list) v = -v;
    }
  }
  result.covariance = information.inverse();
  return result;
}

/// From the Hessian of the likelihood; the profile's curvature is its part for rho and lambda.
Dependence observed_information(const Estimate& e) {
  Dependence result;
  result.covariance = (-e.maximum.curvature).inverse();
  for (std::size_t i = 0; i < e.profile.size(); ++i) {
    const double at = e.maximum.at[i], step = 1e-4 * std::min(e.profile.high() - at, at - e.profile.low());
    Parameters up = e.maximum.at, down = e.maximum.at;
    up[i] += step;
    down[i] -= step;
    std::vector<double> slope = e.profile.coefficients(up);
    const std::vector<double> below = e.profile.coefficients(down);
    for (std::size_t k = 0; k < slope.size(); ++k) slope[k] = (slope[k] - below[k]) / (2 * step);
    result.reported.push_back(e.solved.reported(slope));
    result.plain.push_back(std::move(slope));
  }
  return result;
}

/// (X'X)^-1 sigma2 and what the uncertainty of rho and lambda adds; rho as last row where there is one.
SquareMatrix full_covariance(const SquareMatrix& inner, const std::vector<std::vector<double>>& follows,
                             const Eigen::MatrixXd& dependence, bool with_rho) {
  const std::size_t count = inner.size;
  SquareMatrix result = square_matrix(count + (with_rho ? 1 : 0));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      double sum = inner.at(i, j);
      for (std::size_t a = 0; a < follows.size(); ++a) {
        for (std::size_t b = 0; b < follows.size(); ++b)
          sum += follows[a][i] * dependence(static_cast<Index>(a), static_cast<Index>(b)) * follows[b][j];
      }
      result.at(i, j) = sum;
    }
    if (!with_rho) continue;
    double sum = 0;
    for (std::size_t a = 0; a < follows.size(); ++a)
      sum += follows[a][i] * dependence(static_cast<Index>(a), 0);
    result.at(i, count) = result.at(count, i) = sum;
  }
  if (with_rho) result.at(count, count) = dependence(0, 0);
  return result;
}

/// (I - rho W)^-1 of every period; with period effects less its means.
std::vector<double> panel_solve(const Estimate& e, const std::vector<double>& values) {
  std::vector<double> result;
  const std::size_t cells = values.size() / e.choice.periods;
  for (std::size_t first = 0; first < values.size(); first += cells) {
    const std::vector<double> part =
        e.choice.log_determinant->solve(e.rho, std::span(values).subspan(first, cells));
    double mean = 0;
    for (double v : part) mean += v / static_cast<double>(cells);
    for (double v : part) result.push_back(e.choice.period_effects ? v - mean : v);
  }
  return result;
}

/// Of error dependence that a lag model leaves (Anselin 1988, 8.1.2; Anselin, Bera, Florax, Yoon 1996; of a
/// panel Debarsy and Ertur 2010), with the traces of one period counted as often as its log-determinant.
TestResult remaining_error(const Estimate& e, double rho_variance) {
  LogDeterminant& determinant = *e.choice.log_determinant;
  const Weights& weights = determinant.weights();
  const std::vector<double>& residuals = e.solved.residuals();
  const double score = dot(residuals, lag(*e.choice.weights, residuals)) / e.sigma2;
  double whole = 0, trace_ww = 0;
  const Weights mirror = transposed(weights);
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    const auto there = weights.neighbours(row), back = mirror.neighbours(row);
    std::size_t b = 0;
    for (std::size_t k = 0; k < there.size(); ++k) {
      const double w = weights.weights(row)[k];
      whole += w * w;
      while (b < back.size() && back[b] < there[k]) ++b;
      if (b < back.size() && back[b] == there[k]) trace_ww += w * mirror.weights(row)[b];
    }
  }
  whole += trace_ww;
  // tr((W + W') G); W G = (G - W) / rho.
  const double trace = determinant.polished(e.rho).trace;
  const double with_w = std::abs(e.rho) > 1e-8 ? trace / e.rho : trace_ww;
  double joint = with_w + determinant.trace_of_transposed(e.rho);
  if (e.choice.period_effects) {
    // What the constant of a period has of them, which its effect takes out; rows add to 1.
    const auto cells = static_cast<double>(weights.rows());
    const std::vector<double> sums = lag(mirror, std::vector<double>(weights.rows(), 1.0));
    const std::vector<double> spread = lag(weights, determinant.solve(e.rho, sums));
    whole -= 1 + dot(sums, sums) / cells;
    joint -= 1 / (1 - e.rho) + std::accumulate(spread.begin(), spread.end(), 0.0) / cells;
  }
  whole *= e.profile.copies();
  joint *= e.profile.copies();
  TestResult test{"lm_residual_error", "no error dependence beside the lag", 0, 1, 0};
  test.value = score * score / (whole - joint * joint * rho_variance);
  test.p = chi_squared_upper(test.value, 1);
  return test;
}

void add_criteria(Fit& fit, double n) {
  const double parameters = static_cast<double>(fit.coefficients.size() + fit.dependence.size()) + 1;
  fit.aic = -2 * fit.log_likelihood + 2 * parameters;
  fit.aic_coefficients = fit.aic - 2;
  const double rest = n - parameters - 1;
  fit.aicc = rest > 0 ? fit.aic + 2 * parameters * (parameters + 1) / rest : kMissing;
  fit.bic = -2 * fit.log_likelihood + std::log(n) * parameters;
}

void add_r2(Fit& fit, const Estimate& e, const Design& design, std::span<const double> y) {
  const bool about_mean = design.intercept || e.choice.absorbed > 0;
  fit.r2 = 1 - fit.rss / total_squares(e.choice.response.empty() ? y : e.choice.response, about_mean);
  fit.r2_within = e.choice.absorbed > 0 ? 1 - fit.rss / total_squares(y, true) : fit.r2;
  const auto n = static_cast<double>(y.size());
  fit.r2_adjusted = 1 - (1 - fit.r2) * (n - (about_mean ? 1 : 0)) / fit.df_residual;
  std::vector<double> trend(y.size(), 0.0);
  const std::vector<double> plain = e.solved.plain_coefficients();
  for (std::size_t j = 0; j < design.size(); ++j) {
    for (std::size_t k = 0; k < trend.size(); ++k) trend[k] += plain[j] * design.columns[j][k];
  }
  if (e.choice.lag) {
    std::vector<double> near = panel_lag(e.choice, y);
    for (std::size_t k = 0; k < near.size(); ++k) near[k] = trend[k] + e.rho * near[k];
    fit.pseudo_r2 = squared_correlation(y, near);
    fit.pseudo_r2_reduced = squared_correlation(y, panel_solve(e, trend));
  } else {
    fit.pseudo_r2 = fit.pseudo_r2_reduced = squared_correlation(y, trend);
  }
}

void add_notes(Fit& fit, const Estimate& e) {
  LogDeterminant& determinant = *e.choice.log_determinant;
  std::string note = determinant.describe();
  if (!determinant.exact()) {
    const Eigen::MatrixXd follow = e.maximum.curvature.inverse();
    for (std::size_t k = 0; k < e.profile.size(); ++k) {
      const double error = std::abs(follow(static_cast<Index>(k), static_cast<Index>(k))) *
                           e.maximum.determinants[k].trace_error;
      note += "; Monte Carlo error of " + e.profile.names()[k] + " " + short_text(error, 2) + ", " +
              short_text(error / fit.dependence[k].standard_error, 2) + " of its standard error";
    }
  }
  fit.notes.push_back(std::move(note));
}

}  // namespace

Fit fit_spatial(Design design, std::span<const double> y, const SpatialFitChoice& choice) {
  Fit fit;
  if (choice.period_effects) require_standardised(choice.log_determinant->weights());
  // Refuses or drops collinear columns by name before anything long.
  {
    const LeastSquares plain(std::move(design), y, choice.threads,
                             choice.absorbed > 0 ? &fit.dropped : nullptr);
    const double squares = dot(y, y);
    if (!(plain.rss() > kRounding * squares) && std::isfinite(squares)) {
      throw Error(ErrorKind::input,
                  "the columns explain y without any rest but rounding: there is nothing for a lag or "
                  "error model to add");
    }
    design = plain.design();
  }
  SpatialProfile profile(design, y, choice);
  const SpatialMaximum maximum = maximise(profile, *choice.log_determinant);
  const double rho = choice.lag ? maximum.at[0] : 0, lambda = choice.error ? maximum.at.back() : 0;

  Design columns = design;
  if (choice.error) {
    for (std::vector<double>& column : columns.columns) column = filtered(choice, lambda, column);
    for (std::vector<double>& low : columns.lows) {
      if (!low.empty()) low = filtered(choice, lambda, low);
    }
  }
  const std::vector<double> target = filtered(choice, lambda, filtered(choice, rho, y));
  const LeastSquares solved(std::move(columns), target, choice.threads);
  const double n = profile.observations();
  const Estimate estimate{choice, profile, maximum, solved, rho, lambda, solved.rss() / n};

  const bool expected = choice.log_determinant->small() && choice.periods == 1;
  const Dependence dependence =
      expected ? expected_information(estimate, design) : observed_information(estimate);
  // Without columns that differ between neighbours rho and lambda may change places: a ridge, no hill.
  const double unknown = kUnknown * (profile.high() - profile.low());
  const Eigen::VectorXd variances = dependence.covariance.diagonal();
  if (!(variances.minCoeff() > 0) || !(variances.maxCoeff() < unknown * unknown)) {
    throw Error(
        ErrorKind::input,
        choice.lag && choice.error
            ? "the likelihood is flat along its maximum: these rows do not tell rho and lambda apart; "
              "fit a lag or an error model, or add columns that differ between neighbours"
            : "the likelihood is flat at its maximum: standard errors cannot be had from these rows");
  }
  const CovarianceChoice inner{"classical", n, {}, nullptr};
  const SquareMatrix reported =
      full_covariance(solved.covariance(inner), dependence.reported, dependence.covariance, choice.lag);
  fit.covariance = expected ? "expected information" : "observed information";
  fit.normal = true;
  fit.rows = y.size();
  fit.absorbed = choice.absorbed;
  fit.df_residual = n - static_cast<double>(design.size());
  fit.rss = solved.rss();
  fit.sigma2 = fit.sigma2_ml = estimate.sigma2;
  fit.log_likelihood = maximum.log_likelihood;
  fit.condition_number = solved.condition_number();
  fit.residuals = solved.residuals();
  const std::vector<double> inflation = design.intercept || choice.absorbed > 0
                                            ? variance_inflation(solved, design.intercept)
                                            : std::vector<double>(design.size(), kMissing);
  for (std::size_t j = 0; j < design.size(); ++j) {
    Coefficient c;
    c.name = design.names[j];
    c.value = solved.coefficients()[j];
    infer(c, reported.at(j, j));
    c.vif = inflation[j];
    fit.coefficients.push_back(std::move(c));
  }
  for (std::size_t k = 0; k < profile.size(); ++k) {
    Coefficient c;
    c.name = profile.names()[k];
    c.value = maximum.at[k];
    infer(c, dependence.covariance(static_cast<Index>(k), static_cast<Index>(k)));
    fit.dependence.push_back(std::move(c));
  }
  add_criteria(fit, n);
  add_r2(fit, estimate, design, y);

  // Beside effects these tests need the columns before the effects were taken out: the caller has them.
  if (choice.absorbed == 0) fit.tests = residual_tests(solved, solved.residuals());
  const double alone = profile.log_likelihood(Parameters(profile.size(), 0.0), 0.0);
  TestResult ratio{"likelihood_ratio",
                   choice.lag && choice.error ? "rho = lambda = 0" : profile.names()[0] + " = 0",
                   2 * (maximum.log_likelihood - alone), static_cast<double>(profile.size()), 0};
  ratio.p = chi_squared_upper(ratio.value, ratio.df);
  fit.tests.push_back(std::move(ratio));
  if (choice.lag && !choice.error && choice.log_determinant->exact())
    fit.tests.push_back(remaining_error(estimate, dependence.covariance(0, 0)));

  const bool durbin = std::any_of(design.names.begin(), design.names.end(),
                                  [](const std::string& name) { return name.starts_with("w("); });
  if (choice.lag || durbin) {
    const Multipliers multipliers = choice.lag ? multipliers_at(*choice.log_determinant, rho)
                                               : multipliers_without_rho(choice.log_determinant->weights());
    fit.impacts = impacts(fit.coefficients, reported, multipliers);
    add_drawn_impacts(fit.impacts, fit.coefficients, reported, multipliers, rho,
                      choice.lag ? choice.log_determinant : nullptr, choice.draws);
  }
  add_notes(fit, estimate);

  fit.fitted.names = design.names;
  fit.fitted.columns = design.recipes;
  fit.fitted.coefficients = solved.plain_coefficients();
  fit.fitted.covariance =
      full_covariance(solved.plain_covariance(inner), dependence.plain, dependence.covariance, choice.lag);
  fit.fitted.covariance_kind = fit.covariance;
  if (choice.lag) fit.fitted.rho = rho;
  if (choice.error) fit.fitted.lambda = lambda;
  fit.fitted.sigma2 = fit.sigma2;
  fit.fitted.df_residual = fit.df_residual;
  fit.fitted.rows = static_cast<double>(fit.rows);
  return fit;
}

}  // namespace isotherm
