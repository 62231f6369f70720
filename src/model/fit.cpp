#include "isotherm/model/fit.h"

#include <cmath>
#include <numbers>

#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"
#include "isotherm/model/spatial_tests.h"

namespace isotherm {

namespace {

/// Sum of squares about the mean, or about zero.
double total_squares(std::span<const double> y, bool about_mean) {
  long double sum = 0;
  for (double v : y) sum += v;
  const long double mean = about_mean ? sum / static_cast<long double>(y.size()) : 0.0L;
  long double squares = 0;
  for (double v : y) squares += (v - mean) * (v - mean);
  return static_cast<double>(squares);
}

void add_likelihood(Fit& fit, double columns) {
  const auto n = static_cast<double>(fit.rows);
  const double parameters = columns + fit.absorbed + 1;
  fit.log_likelihood = -n / 2 * (std::log(2 * std::numbers::pi * fit.sigma2_ml) + 1);
  fit.aic = -2 * fit.log_likelihood + 2 * parameters;
  fit.aic_coefficients = fit.aic - 2;
  const double rest = n - parameters - 1;
  fit.aicc = rest > 0 ? fit.aic + 2 * parameters * (parameters + 1) / rest : kMissing;
  fit.bic = -2 * fit.log_likelihood + std::log(n) * parameters;
}

void add_coefficients(Fit& fit, const LeastSquares& solved, const FitChoice& choice) {
  const CovarianceChoice kind{choice.covariance, fit.df_residual, choice.clusters, choice.kernel};
  const SquareMatrix covariance = solved.covariance(kind);
  const std::vector<double> inverse = solved.plain_inverse_diagonal();
  const double quantile = student_quantile_two_sided(0.05, fit.df_residual);
  const Design& design = solved.design();
  for (std::size_t j = 0; j < solved.size(); ++j) {
    Coefficient c;
    c.name = design.names[j];
    c.value = solved.coefficients()[j];
    c.standard_error = std::sqrt(covariance.at(j, j));
    c.statistic = c.value / c.standard_error;
    c.p = student_two_sided(c.statistic, fit.df_residual);
    c.low = c.value - quantile * c.standard_error;
    c.high = c.value + quantile * c.standard_error;
    const bool centred = design.intercept ? j > 0 : choice.absorbed > 0;
    c.vif = centred ? total_squares(design.columns[j], true) * inverse[j] : kMissing;
    fit.coefficients.push_back(std::move(c));
  }
  fit.reported_covariance = covariance;
  fit.fitted.names = design.names;
  fit.fitted.columns = design.recipes;
  fit.fitted.coefficients = solved.plain_coefficients();
  fit.fitted.covariance = solved.plain_covariance(kind);
  fit.fitted.covariance_kind = choice.covariance;
  fit.fitted.sigma2 = fit.sigma2;
  fit.fitted.df_residual = fit.df_residual;
  fit.fitted.rows = static_cast<double>(fit.rows);
}

}  // namespace

Fit fit_linear(Design design, std::span<const double> y, const FitChoice& choice) {
  Fit fit;
  const LeastSquares solved(std::move(design), y, choice.threads,
                            choice.drop_dependent ? &fit.dropped : nullptr);
  fit.covariance = choice.covariance;
  fit.rows = y.size();
  fit.absorbed = choice.absorbed;
  const auto n = static_cast<double>(fit.rows), columns = static_cast<double>(solved.size());
  fit.df_residual = n - columns - fit.absorbed;
  fit.rss = solved.rss();
  fit.sigma2 = fit.rss / fit.df_residual;
  fit.sigma2_ml = fit.rss / n;
  const bool about_mean = solved.design().intercept || choice.absorbed > 0;
  const double total = total_squares(choice.response.empty() ? y : choice.response, about_mean);
  fit.r2 = 1 - fit.rss / total;
  fit.r2_adjusted = 1 - (1 - fit.r2) * (n - (about_mean ? 1 : 0)) / fit.df_residual;
  fit.r2_within = choice.absorbed > 0 ? 1 - fit.rss / total_squares(y, true) : fit.r2;
  add_likelihood(fit, columns);
  fit.condition_number = solved.condition_number();
  add_coefficients(fit, solved, choice);
  if (choice.diagnostics) fit.tests = residual_tests(solved);
  if (choice.diagnostics && choice.weights != nullptr) {
    for (TestResult& test : spatial_tests(solved, y, *choice.weights)) fit.tests.push_back(std::move(test));
  }
  fit.residuals = solved.residuals();
  return fit;
}

}  // namespace isotherm
