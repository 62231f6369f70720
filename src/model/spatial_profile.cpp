#include "spatial_profile.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "tall_qr.h"

namespace isotherm {

using Eigen::Index;

std::vector<double> panel_lag(const SpatialFitChoice& choice, std::span<const double> values) {
  std::vector<double> result = lag(*choice.weights, values);
  if (!choice.period_effects) return result;
  const std::size_t cells = result.size() / choice.periods;
  for (std::size_t first = 0; first < result.size(); first += cells) {
    double sum = 0;
    for (std::size_t k = first; k < first + cells; ++k) sum += result[k];
    const double mean = sum / static_cast<double>(cells);
    for (std::size_t k = first; k < first + cells; ++k) result[k] -= mean;
  }
  return result;
}

SpatialProfile::SpatialProfile(const Design& design, std::span<const double> y,
                               const SpatialFitChoice& choice)
    : lag_(choice.lag),
      error_(choice.error),
      period_effects_(choice.period_effects),
      low_(choice.log_determinant->low()),
      high_(choice.log_determinant->high()),
      determinant_(*choice.log_determinant) {
  if (lag_) names_.emplace_back("rho");
  if (error_) names_.emplace_back("lambda");
  const auto periods = static_cast<double>(choice.periods);
  const double cells = static_cast<double>(y.size()) / periods;
  copies_ = choice.cell_effects ? periods - 1 : periods;
  observations_ = copies_ * (choice.period_effects ? cells - 1 : cells);

  std::vector<std::vector<double>> lags;
  if (error_) {
    for (const std::vector<double>& column : design.columns) lags.push_back(panel_lag(choice, column));
  }
  const std::vector<double> wy = panel_lag(choice, y);
  const std::vector<double> wwy = lag_ && error_ ? panel_lag(choice, wy) : std::vector<double>{};
  std::vector<std::span<const double>> columns(design.columns.begin(), design.columns.end());
  columns.insert(columns.end(), lags.begin(), lags.end());
  columns.push_back(y);
  columns.emplace_back(wy);
  if (!wwy.empty()) columns.emplace_back(wwy);
  const Eigen::MatrixXd upper =
      tall_upper_factor(y.size(), columns.size(), choice.threads,
                        [&](std::size_t first, std::size_t end, Eigen::Ref<Eigen::MatrixXd> tile) {
                          for (std::size_t j = 0; j < columns.size(); ++j) {
                            for (std::size_t i = first; i < end; ++i)
                              tile(static_cast<Index>(i - first), static_cast<Index>(j)) = columns[j][i];
                          }
                        });
  const auto k = static_cast<Index>(design.size());
  x_ = upper.leftCols(k);
  Index next = k;
  if (error_) {
    wx_ = upper.middleCols(next, k);
    next += k;
  }
  y_ = upper.col(next);
  wy_ = upper.col(next + 1);
  if (lag_ && error_) wwy_ = upper.col(next + 2);
}

SpatialProfile::Solution SpatialProfile::solve(const Parameters& at) const {
  const double rho = lag_ ? at[0] : 0, lambda = error_ ? at.back() : 0;
  Eigen::MatrixXd x = x_;
  Eigen::VectorXd target = y_ - rho * wy_;
  if (error_) {
    x -= lambda * wx_;
    target -= lambda * wy_;
    if (lag_) target += lambda * rho * wwy_;
  }
  Solution solution;
  const Eigen::HouseholderQR<Eigen::MatrixXd> factors(x);
  solution.coefficients = factors.solve(target);
  const Eigen::VectorXd rest = target - x * solution.coefficients;
  solution.rss = rest.squaredNorm();
  const auto add = [&](const Eigen::VectorXd& change) {
    // Without its part along the columns, which e has none of but rounding: large beside e, it would lose the
    // digits.
    const Eigen::VectorXd own = change - x * factors.solve(change);
    solution.slopes.push_back(rest.dot(own));
    solution.scales.push_back(own.norm() > 0 ? rest.norm() / own.norm()
                                             : std::numeric_limits<double>::infinity());
  };
  if (lag_) {
    Eigen::VectorXd slope = wy_;
    if (error_) slope -= lambda * wwy_;
    add(slope);
  }
  if (error_) {
    Eigen::VectorXd slope = wy_ - wx_ * solution.coefficients;
    if (lag_) slope -= rho * wwy_;
    add(slope);
  }
  return solution;
}

LogDeterminant::Value SpatialProfile::determinant(double parameter, LogDeterminant::Value whole) const {
  if (period_effects_) {
    whole.log_determinant -= std::log1p(-parameter);
    whole.trace -= 1 / (1 - parameter);
  }
  return {copies_ * whole.log_determinant, copies_ * whole.trace, copies_ * whole.trace_error};
}

double SpatialProfile::log_likelihood(const Parameters& at, double log_determinants) const {
  const double rss = solve(at).rss;
  return log_determinants - observations_ / 2 * (std::log(2 * std::numbers::pi * rss / observations_) + 1);
}

double SpatialProfile::log_likelihood(const Parameters& at) {
  double sum = 0;
  for (double parameter : at)
    sum += determinant(parameter, {determinant_.estimated_log_determinant(parameter), 0, 0}).log_determinant;
  return log_likelihood(at, sum);
}

Parameters SpatialProfile::score(const Parameters& at, const Parameters& corrections) {
  const Solution solution = solve(at);
  Parameters result;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const double trace = determinant_.estimated_trace(at[k]) + corrections[k];
    result.push_back(observations_ * solution.slopes[k] / solution.rss -
                     determinant(at[k], {0, trace, 0}).trace);
  }
  return result;
}

Eigen::MatrixXd SpatialProfile::curvature(const Parameters& at, const Parameters& corrections) {
  const auto count = static_cast<Index>(at.size());
  const Parameters scales = solve(at).scales;
  Eigen::MatrixXd result(count, count);
  for (Index j = 0; j < count; ++j) {
    const auto moved = static_cast<std::size_t>(j);
    // Columns that explain nearly all of y make the hill narrow.
    const double room = std::min(high_ - at[moved], at[moved] - low_);
    const double step = std::min(1e-3 * room, 1e-2 * scales[moved]);
    const auto slope = [&](double h) {
      Parameters up = at, down = at;
      up[moved] += h;
      down[moved] -= h;
      const Parameters a = score(up, corrections), b = score(down, corrections);
      Eigen::VectorXd difference(count);
      for (Index i = 0; i < count; ++i)
        difference(i) = (a[static_cast<std::size_t>(i)] - b[static_cast<std::size_t>(i)]) / (2 * h);
      return difference;
    };
    result.col(j) = (4 * slope(step) - slope(2 * step)) / 3;
  }
  return (result + result.transpose()) / 2;
}

std::vector<double> SpatialProfile::coefficients(const Parameters& at) const {
  const Eigen::VectorXd solution = solve(at).coefficients;
  return {solution.data(), solution.data() + solution.size()};
}

}  // namespace isotherm
