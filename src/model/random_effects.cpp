#include "isotherm/model/random_effects.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "groups.h"
#include "isotherm/core/error.h"
#include "isotherm/model/distributions.h"
#include "isotherm/model/effects.h"
#include "moments_fit.h"

namespace isotherm {

namespace {

/// A value per row: `factor` of its group.
template <class Factor>
std::vector<double> less_means(const Groups& groups, std::span<const double> values, const Factor& factor) {
  const std::vector<double> means = groups.means(values);
  std::vector<double> result(values.begin(), values.end());
  for (std::size_t row = 0; row < result.size(); ++row) result[row] -= factor(groups.at(row)) * means[row];
  return result;
}

Design transformed(const Design& design, const auto& change) {
  Design result = design;
  for (std::vector<double>& column : result.columns) column = change(column);
  for (std::vector<double>& low : result.lows) low.clear();
  return result;
}

/// sigma2 of the effects from the fit between group means; below 0 when groups differ less than chance makes
/// them.
double effect_variance(const Design& design, std::span<const double> y, const Groups& groups, double noise,
                       int threads) {
  const Design between = transformed(design, [&](const std::vector<double>& c) { return groups.means(c); });
  const LeastSquares solved(between, groups.means(y), threads);
  // The trace of (X'PX)^-1 X'ZZ'X: Z sums a group, so a row of PX counts with the size of its group.
  std::vector<double> sizes(y.size());
  for (std::size_t row = 0; row < sizes.size(); ++row) sizes[row] = groups.size[groups.at(row)];
  double trace = 0;
  for (const std::vector<double>& q : solved.orthonormal()) {
    for (std::size_t row = 0; row < q.size(); ++row) trace += q[row] * q[row] * sizes[row];
  }
  const auto count = static_cast<double>(groups.size.size()), columns = static_cast<double>(design.size());
  return (solved.rss() - (count - columns) * noise) / (static_cast<double>(y.size()) - trace);
}

/// Each fit's covariance with its own variance, unless their difference is indefinite: then with that of the
/// fit within groups for both, where it cannot be.
TestResult hausman(const LeastSquares& within, const LeastSquares& random, double noise, double own,
                   bool shared) {
  const SquareMatrix a = within.plain_covariance({"classical", within.rss() / noise, {}, nullptr});
  const SquareMatrix b =
      random.plain_covariance({"classical", random.rss() / (shared ? noise : own), {}, nullptr});
  const std::vector<double> fixed = within.plain_coefficients(), drawn = random.plain_coefficients();
  const auto count = static_cast<Eigen::Index>(within.size());
  Eigen::VectorXd difference(count);
  Eigen::MatrixXd covariance(count, count);
  std::vector<std::size_t> there;  // of each column within, its place in the other fit
  for (const std::string& name : within.design().names) {
    const auto& names = random.design().names;
    there.push_back(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
  }
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto p = static_cast<std::size_t>(i);
    difference(i) = fixed[p] - drawn[there[p]];
    for (Eigen::Index j = 0; j < count; ++j) {
      const auto q = static_cast<std::size_t>(j);
      covariance(i, j) = a.at(p, q) - b.at(there[p], there[q]);
    }
  }
  if (!shared && Eigen::LLT<Eigen::MatrixXd>(covariance).info() != Eigen::Success)
    return hausman(within, random, noise, own, true);
  const double value = difference.dot(covariance.completeOrthogonalDecomposition().solve(difference));
  const auto df = static_cast<double>(count);
  return {"hausman",
          std::string("random effects do not go together with the columns") +
              (shared ? "; one variance for both" : ""),
          value, df, chi_squared_upper(value, df)};
}

}  // namespace

Fit fit_random_effects(Design design, std::span<const double> y, std::span<const std::int64_t> group_codes,
                       int threads, bool diagnostics) {
  const Groups groups(group_codes);
  const auto n = static_cast<double>(y.size()), count = static_cast<double>(groups.size.size());
  const auto columns = static_cast<double>(design.size());
  if (count <= columns) {
    throw Error(ErrorKind::input, std::to_string(groups.size.size()) +
                                      " groups are too few for random effects with " +
                                      std::to_string(design.size()) + " coefficients");
  }
  Fit fit;
  // Within groups the constant and what never changes fall out; that is no fault here.
  const auto whole = [](std::size_t) { return 1.0; };
  Design inside = transformed(design, [&](const std::vector<double>& c) {
    std::vector<double> result = less_means(groups, c, whole);
    double before = 0, after = 0;
    for (double v : c) before = std::max(before, std::abs(v));
    for (double v : result) after = std::max(after, std::abs(v));
    if (after <= 1e-12 * before) std::fill(result.begin(), result.end(), 0.0);
    return result;
  });
  inside.intercept = false;
  std::vector<std::string> constant;
  const LeastSquares within(std::move(inside), less_means(groups, y, whole), threads, &constant);
  const double df_within = n - count - static_cast<double>(within.size());
  if (!(df_within > 0)) throw Error(ErrorKind::input, "random effects need several periods of most cells");
  const double noise = within.rss() / df_within;
  const double effects = std::max(effect_variance(design, y, groups, noise, threads), 0.0);
  const auto theta = [&](std::size_t group) {
    return 1 - std::sqrt(noise / (groups.size[group] * effects + noise));
  };
  const LeastSquares random(
      transformed(design, [&](const std::vector<double>& c) { return less_means(groups, c, theta); }),
      less_means(groups, y, theta), threads);

  std::vector<double> residuals(y.begin(), y.end());
  const std::vector<double> plain = random.plain_coefficients();
  for (std::size_t j = 0; j < design.size(); ++j) residuals = less(residuals, plain[j], design.columns[j]);
  fit.covariance = "classical, random effects";
  fill_summary(fit, y, std::move(residuals), columns, design.intercept);
  // sigma2 is that of the transformed rows, as their standard errors need it.
  fit.sigma2 = random.rss() / (n - columns);
  const CovarianceChoice choice{"classical", n - columns, {}, nullptr};
  const SquareMatrix covariance = random.covariance(choice);
  for (std::size_t j = 0; j < design.size(); ++j)
    fit.coefficients.push_back(
        normal_coefficient(design.names[j], random.coefficients()[j], std::sqrt(covariance.at(j, j))));
  fit.condition_number = random.condition_number();
  fit.fitted.names = design.names;
  fit.fitted.columns = design.recipes;
  fit.fitted.coefficients = plain;
  fit.fitted.covariance = random.plain_covariance(choice);
  fit.fitted.sigma2 = effects + noise;
  add_inflation(fit, random, design.intercept);
  fit.pseudo_r2 = fit.pseudo_r2_reduced = squared_correlation(y, less(y, 1, fit.residuals));
  fit.tests.push_back(hausman(within, random, noise, fit.sigma2, false));
  fit.tests.push_back({"sigma2_cells", "variance of the effects of cells (Swamy and Arora)", effects, 0,
                       std::numeric_limits<double>::quiet_NaN()});
  fit.tests.push_back(
      {"sigma2_noise", "variance within cells", noise, 0, std::numeric_limits<double>::quiet_NaN()});
  if (!diagnostics) return fit;
  // Of the transformed rows, whose errors have one variance and do not depend on each other.
  for (TestResult& test : residual_tests(LeastSquares(design, y, threads), random.residuals()))
    fit.tests.push_back(std::move(test));
  return fit;
}

}  // namespace isotherm
