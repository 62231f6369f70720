#include "moments_fit.h"

#include <cmath>
#include <limits>

#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"

namespace isotherm {

double dot_product(std::span<const double> a, std::span<const double> b) {
  long double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += static_cast<long double>(a[k]) * b[k];
  return static_cast<double>(sum);
}

std::vector<double> less(std::span<const double> a, double factor, std::span<const double> b) {
  std::vector<double> result(a.begin(), a.end());
  for (std::size_t k = 0; k < result.size(); ++k) result[k] -= factor * b[k];
  return result;
}

Coefficient normal_coefficient(std::string name, double value, double standard_error) {
  Coefficient c;
  c.name = std::move(name);
  c.value = value;
  c.standard_error = standard_error;
  c.statistic = value / standard_error;
  c.p = normal_two_sided(c.statistic);
  const double quantile = student_quantile_two_sided(0.05, std::numeric_limits<double>::infinity());
  c.low = value - quantile * standard_error;
  c.high = value + quantile * standard_error;
  c.vif = kMissing;
  return c;
}

void add_inflation(Fit& fit, const LeastSquares& solved, bool constant_first) {
  if (!constant_first) return;
  const std::vector<double> inflation = variance_inflation(solved, true);
  for (std::size_t j = 0; j < fit.coefficients.size(); ++j) fit.coefficients[j].vif = inflation[j];
}

void fill_summary(Fit& fit, std::span<const double> y, std::vector<double> residuals, double columns,
                  bool about_mean) {
  const auto n = static_cast<double>(y.size());
  fit.normal = true;
  fit.rows = y.size();
  fit.df_residual = n - columns;
  fit.rss = dot_product(residuals, residuals);
  fit.sigma2 = fit.rss / fit.df_residual;
  fit.sigma2_ml = fit.rss / n;
  long double sum = 0, total = 0;
  for (double v : y) sum += v;
  const long double mean = about_mean ? sum / static_cast<long double>(y.size()) : 0.0L;
  for (double v : y) total += (v - mean) * (v - mean);
  fit.r2 = fit.r2_within = 1 - fit.rss / static_cast<double>(total);
  fit.r2_adjusted = 1 - (1 - fit.r2) * (n - (about_mean ? 1 : 0)) / fit.df_residual;
  fit.log_likelihood = fit.aic = fit.aic_coefficients = fit.aicc = fit.bic = kMissing;
  fit.residuals = std::move(residuals);
  fit.fitted.sigma2 = fit.sigma2;
  fit.fitted.df_residual = fit.df_residual;
  fit.fitted.rows = n;
  fit.fitted.covariance_kind = fit.covariance;
}

}  // namespace isotherm
