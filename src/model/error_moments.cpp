#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/model/moments.h"
#include "moments_fit.h"

namespace isotherm {

namespace {

using Moment =
    std::array<double, 3>;  // g, its derivative by lambda, by lambda squared: m = g - lambda a - lambda^2 b

/// Minimises a form of moments m' V m, quadratic in each of lambda and lambda^2, over [-1, 1].
/// `form[i][j]` is the bilinear form of (g, a, b)_i and (g, a, b)_j.
double best_lambda(const std::array<Moment, 3>& form) {
  // f = form00 - 2 l form01 + l^2 (form11 - 2 form02) + 2 l^3 form12 + l^4 form22
  const std::array<double, 5> f{form[0][0], -2 * form[0][1], form[1][1] - 2 * form[0][2], 2 * form[1][2],
                                form[2][2]};
  const auto value = [&](double l) { return f[0] + l * (f[1] + l * (f[2] + l * (f[3] + l * f[4]))); };
  const auto slope = [&](double l) { return f[1] + l * (2 * f[2] + l * (3 * f[3] + l * 4 * f[4])); };
  constexpr int kSteps = 400;
  double best = -1, least = value(-1);
  if (value(1) < least) best = 1, least = value(1);
  for (int k = 0; k < kSteps; ++k) {
    double low = -1 + 2.0 * k / kSteps, high = -1 + 2.0 * (k + 1) / kSteps;
    if (!(slope(low) <= 0 && slope(high) > 0)) continue;
    for (int halving = 0; halving < 60; ++halving) {
      const double middle = (low + high) / 2;
      (slope(middle) <= 0 ? low : high) = middle;
    }
    if (value(low) < least) best = low, least = value(low);
  }
  if (std::abs(best) == 1) {
    throw Error(ErrorKind::input,
                "the moments are closest to 0 at lambda = " + std::to_string(static_cast<int>(best)) +
                    ", the end of what is allowed: an error model does not fit these neighbours");
  }
  return best;
}

/// Kelejian and Prucha (1999): three moments, sigma2 eliminated.
double lambda_of_three(const Weights& weights, const std::vector<double>& u) {
  const auto n = static_cast<double>(u.size());
  const std::vector<double> ub = lag(weights, u), ubb = lag(weights, ub);
  double trace = 0;
  for (double w : weights.values) trace += w * w;
  const std::array<Moment, 3> rows{
      {{dot_product(u, u) / n, 2 * dot_product(u, ub) / n, -dot_product(ub, ub) / n},
       {dot_product(ub, ub) / n, 2 * dot_product(ubb, ub) / n, -dot_product(ubb, ubb) / n},
       {dot_product(u, ub) / n, (dot_product(u, ubb) + dot_product(ub, ub)) / n, -dot_product(ub, ubb) / n}}};
  const std::array<double, 3> sigma{1, trace / n, 0};
  const double size = sigma[0] * sigma[0] + sigma[1] * sigma[1];
  std::array<Moment, 3> form{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double whole = 0, si = 0, sj = 0;
      for (std::size_t r = 0; r < 3; ++r) {
        whole += rows[r][i] * rows[r][j];
        si += rows[r][i] * sigma[r];
        sj += rows[r][j] * sigma[r];
      }
      form[i][j] = whole - si * sj / size;
    }
  }
  return best_lambda(form);
}

/// The two moments that hold with unequal variances: A1 = W'W without its diagonal, A2 = W.
class UnequalMoments {
 public:
  explicit UnequalMoments(const Weights& weights) : weights_(weights), mirror_(transposed(weights)) {
    diagonal_.assign(weights.rows(), 0.0);
    for (std::size_t row = 0; row < weights.rows(); ++row) {
      for (double w : mirror_.weights(row)) diagonal_[row] += w * w;
    }
  }

  std::array<Moment, 2> of(const std::vector<double>& u) const {
    const auto n = static_cast<double>(u.size());
    const std::vector<double> wu = lag(weights_, u), first = a1(u), first_wu = a1(wu),
                              wwu = lag(weights_, wu);
    const std::vector<double> mirrored = lag(mirror_, wu);
    // A1 is symmetric: u'(A1 + A1')Wu = 2 u'A1 Wu.
    return {{{dot_product(u, first) / n, 2 * dot_product(u, first_wu) / n, -dot_product(wu, first_wu) / n},
             {dot_product(u, wu) / n, (dot_product(u, wwu) + dot_product(u, mirrored)) / n,
              -dot_product(wu, wwu) / n}}};
  }

  /// tr[(A_r + A_r') E (A_s + A_s') E] / 2n with E the squares of u - lambda W u: 11, 12, 22.
  std::array<double, 3> variance(const std::vector<double>& squares) const {
    std::array<double, 3> sums{};
    const std::size_t n = weights_.rows();
    std::vector<double> a(n, 0.0), b(n, 0.0);
    std::vector<std::size_t> touched;
    for (std::size_t i = 0; i < n; ++i) {
      touched.clear();
      const auto add = [&](std::int32_t column, double value, std::vector<double>& row) {
        const auto j = static_cast<std::size_t>(column);
        if (j == i) return;
        if (a[j] == 0 && b[j] == 0) touched.push_back(j);
        row[j] += value;
      };
      // Row i of W'W: over the rows r that have i as a neighbour.
      for (std::size_t k = 0; k < mirror_.degree(i); ++k) {
        const auto r = static_cast<std::size_t>(mirror_.neighbours(i)[k]);
        for (std::size_t m = 0; m < weights_.degree(r); ++m)
          add(weights_.neighbours(r)[m], 2 * mirror_.weights(i)[k] * weights_.weights(r)[m], a);
        add(static_cast<std::int32_t>(r), mirror_.weights(i)[k], b);
      }
      for (std::size_t k = 0; k < weights_.degree(i); ++k)
        add(weights_.neighbours(i)[k], weights_.weights(i)[k], b);
      for (std::size_t j : touched) {
        const double pair = squares[i] * squares[j];
        sums[0] += a[j] * a[j] * pair;
        sums[1] += a[j] * b[j] * pair;
        sums[2] += b[j] * b[j] * pair;
        a[j] = b[j] = 0;
      }
    }
    for (double& s : sums) s /= 2 * static_cast<double>(n);
    return sums;
  }

 private:
  std::vector<double> a1(const std::vector<double>& v) const {
    std::vector<double> result = lag(mirror_, lag(weights_, v));
    for (std::size_t k = 0; k < v.size(); ++k) result[k] -= diagonal_[k] * v[k];
    return result;
  }
  const Weights& weights_;
  Weights mirror_;
  std::vector<double> diagonal_;
};

/// Inverse of the symmetric matrix (11, 12, 22).
std::array<double, 3> inverse_of(const std::array<double, 3>& m) {
  const double determinant = m[0] * m[2] - m[1] * m[1];
  if (!(determinant > 1e-14 * m[0] * m[2])) {
    throw Error(ErrorKind::input,
                "the two moments of the error model say the same for these neighbours, so their "
                "weights cannot be told; use gm_error");
  }
  return {m[2] / determinant, -m[1] / determinant, m[0] / determinant};
}

double lambda_of_two(const std::array<Moment, 2>& rows, const std::array<double, 3>& weight) {
  std::array<Moment, 3> form{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      form[i][j] = weight[0] * rows[0][i] * rows[0][j] + weight[2] * rows[1][i] * rows[1][j] +
                   weight[1] * (rows[0][i] * rows[1][j] + rows[1][i] * rows[0][j]);
    }
  }
  return best_lambda(form);
}

Design filtered(const Design& design, const Weights& weights, double lambda) {
  Design result = design;
  for (std::vector<double>& column : result.columns) column = less(column, lambda, lag(weights, column));
  for (std::vector<double>& low : result.lows) low.clear();
  return result;
}

std::vector<double> residuals_of(const Design& design, const std::vector<double>& coefficients,
                                 std::span<const double> y) {
  std::vector<double> u(y.begin(), y.end());
  for (std::size_t j = 0; j < design.size(); ++j) u = less(u, coefficients[j], design.columns[j]);
  return u;
}

std::vector<double> squares_of(const Weights& weights, const std::vector<double>& u, double lambda) {
  std::vector<double> e = less(u, lambda, lag(weights, u));
  for (double& v : e) v *= v;
  return e;
}

}  // namespace

Fit fit_error_moments(Design design, std::span<const double> y, const Weights& weights,
                      const MomentsChoice& choice) {
  // Powers of a polynomial are read off the orthogonal columns only for the constant they had; here the
  // columns are reported as they stand.
  if (!design.polynomials.empty()) {
    throw Error(ErrorKind::usage, "poly() is not available in error models by moments; write a + square(a)");
  }
  std::vector<double> u = LeastSquares(design, y, choice.threads).residuals();
  const UnequalMoments two(weights);
  double lambda = choice.unequal_variances ? 0 : lambda_of_three(weights, u);
  if (choice.unequal_variances) {
    const std::array<Moment, 2> rows = two.of(u);
    lambda = lambda_of_two(rows, {1, 0, 1});
    lambda = lambda_of_two(rows, inverse_of(two.variance(squares_of(weights, u, lambda))));
  }
  const std::vector<double> filtered_y = less(y, lambda, lag(weights, y));
  std::optional<LeastSquares> solved(std::in_place, filtered(design, weights, lambda), filtered_y,
                                     choice.threads);
  const std::vector<double> b = solved->plain_coefficients();
  u = residuals_of(design, b, y);

  Fit fit;
  fit.covariance = choice.unequal_variances ? "moments, unequal variances" : "moments, e'e/(n-k)";
  double lambda_error = std::numeric_limits<double>::quiet_NaN();
  SquareMatrix covariance;
  if (choice.unequal_variances) {
    const std::array<Moment, 2> rows = two.of(u);
    lambda = lambda_of_two(rows, inverse_of(two.variance(squares_of(weights, u, lambda))));
    // Everything about b at the new lambda, as Arraiz et al. do.
    solved.emplace(filtered(design, weights, lambda), less(y, lambda, lag(weights, y)), choice.threads);
    const std::vector<double> squares = squares_of(weights, u, lambda);
    const std::array<double, 3> weight = inverse_of(two.variance(squares));
    const double j1 = rows[0][1] + 2 * lambda * rows[0][2], j2 = rows[1][1] + 2 * lambda * rows[1][2];
    const double information = weight[0] * j1 * j1 + 2 * weight[1] * j1 * j2 + weight[2] * j2 * j2;
    lambda_error = std::sqrt(1 / (information * static_cast<double>(y.size())));
    covariance = solved->sandwich(squares, false);
  } else {
    covariance = solved->plain_covariance(
        {"classical", static_cast<double>(y.size()) - static_cast<double>(design.size()), {}, nullptr});
  }
  const std::vector<double> e = less(u, lambda, lag(weights, u));
  fill_summary(fit, y, e, static_cast<double>(design.size()), design.intercept);
  for (std::size_t j = 0; j < design.size(); ++j)
    fit.coefficients.push_back(normal_coefficient(design.names[j], b[j], std::sqrt(covariance.at(j, j))));
  fit.dependence.push_back(normal_coefficient("lambda", lambda, lambda_error));
  add_inflation(fit, *solved, design.intercept);
  fit.pseudo_r2 = fit.pseudo_r2_reduced = squared_correlation(y, less(y, 1, u));
  if (choice.diagnostics) fit.tests = residual_tests(*solved, fit.residuals);
  fit.condition_number = solved->condition_number();
  fit.fitted.names = design.names;
  fit.fitted.columns = design.recipes;
  fit.fitted.coefficients = b;
  fit.fitted.lambda = lambda;
  fit.fitted.covariance = covariance;
  return fit;
}

}  // namespace isotherm
