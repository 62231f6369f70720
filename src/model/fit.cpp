#include "isotherm/model/fit.h"

#include <cmath>
#include <numbers>

#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"
#include "isotherm/model/spatial_tests.h"
#include "total_squares.h"

namespace isotherm {

namespace {

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
  const Design& design = solved.design();
  const bool centred = design.intercept || choice.absorbed > 0;
  const std::vector<double> inflation =
      centred ? variance_inflation(solved, design.intercept) : std::vector<double>(solved.size(), kMissing);
  const double quantile = student_quantile_two_sided(0.05, fit.df_residual);
  for (std::size_t j = 0; j < solved.size(); ++j) {
    Coefficient c;
    c.name = design.names[j];
    c.value = solved.coefficients()[j];
    c.standard_error = std::sqrt(covariance.at(j, j));
    c.statistic = c.value / c.standard_error;
    c.p = student_two_sided(c.statistic, fit.df_residual);
    c.low = c.value - quantile * c.standard_error;
    c.high = c.value + quantile * c.standard_error;
    c.vif = inflation[j];
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

std::vector<double> variance_inflation(const LeastSquares& fit, bool constant_first) {
  std::vector<double> result = fit.plain_inverse_diagonal();
  const std::vector<std::vector<double>>& columns = fit.design().columns;
  for (std::size_t j = 0; j < result.size(); ++j) {
    if (!constant_first) {
      result[j] *= total_squares(columns[j], true);
      continue;
    }
    long double along = 0, own = 0;
    for (std::size_t k = 0; k < columns[j].size(); ++k) {
      along += static_cast<long double>(columns[0][k]) * columns[j][k];
      own += static_cast<long double>(columns[0][k]) * columns[0][k];
    }
    long double rest = 0;
    for (std::size_t k = 0; k < columns[j].size(); ++k) {
      const long double d = columns[j][k] - along / own * columns[0][k];
      rest += d * d;
    }
    result[j] = j == 0 ? kMissing : result[j] * static_cast<double>(rest);
  }
  return result;
}

double squared_correlation(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    mean_a += a[k] / n;
    mean_b += b[k] / n;
  }
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double da = a[k] - mean_a, db = b[k] - mean_b;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab * ab / (aa * bb);
}

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
  // Beside effects these tests need the columns before the effects were taken out: the caller has them.
  if (choice.diagnostics && choice.absorbed == 0) fit.tests = residual_tests(solved, solved.residuals());
  if (choice.diagnostics && choice.weights != nullptr) {
    const std::span<const double> whole = choice.response.empty() ? y : choice.response;
    for (TestResult& test : spatial_tests(solved, whole, *choice.weights, choice.effects, choice.threads))
      fit.tests.push_back(std::move(test));
  }
  fit.residuals = solved.residuals();
  return fit;
}

}  // namespace isotherm
