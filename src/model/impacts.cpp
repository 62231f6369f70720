#include "isotherm/model/impacts.h"

#include <algorithm>
#include <cmath>

#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

/// a'b with the coefficients and its derivatives.
struct Combination {
  double value = 0;
  std::vector<double> gradient;
};

Coefficient inferred(const Combination& combination, const SquareMatrix& covariance) {
  double variance = 0;
  for (std::size_t i = 0; i < covariance.size; ++i) {
    for (std::size_t j = 0; j < covariance.size; ++j)
      variance += combination.gradient[i] * covariance.at(i, j) * combination.gradient[j];
  }
  Coefficient c;
  c.value = combination.value;
  c.standard_error = std::sqrt(std::max(variance, 0.0));
  c.statistic = c.value / c.standard_error;
  c.p = normal_two_sided(c.statistic);
  const double quantile = student_quantile_two_sided(0.05, std::numeric_limits<double>::infinity());
  c.low = c.value - quantile * c.standard_error;
  c.high = c.value + quantile * c.standard_error;
  return c;
}

}  // namespace

Multipliers multipliers_without_rho(const Weights& weights) {
  Multipliers m;
  double sum = 0;
  for (double w : weights.values) sum += w;
  m.lag_total = sum / static_cast<double>(std::max<std::size_t>(weights.rows(), 1));
  return m;
}

std::vector<Impact> impacts(std::span<const Coefficient> coefficients, const SquareMatrix& covariance,
                            const Multipliers& multipliers) {
  const std::size_t count = coefficients.size();
  const auto position = [&](const std::string& name) {
    std::size_t k = 0;
    while (k < count && coefficients[k].name != name) ++k;
    return k;
  };
  std::vector<Impact> result;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string& name = coefficients[k].name;
    if (name == kInterceptName) continue;
    const bool is_lag = name.starts_with("w(") && name.ends_with(")");
    const std::string base = is_lag ? name.substr(2, name.size() - 3) : name;
    if (is_lag && position(base) < count) continue;  // told with its column
    const std::size_t own = is_lag ? count : k, lagged = is_lag ? k : position("w(" + name + ")");
    const auto combination = [&](double a, double a_slope, double b, double b_slope) {
      Combination c{0, std::vector<double>(covariance.size, 0.0)};
      double slope = 0;
      const auto add = [&](std::size_t at, double factor, double factor_slope) {
        if (at == count) return;
        c.value += factor * coefficients[at].value;
        c.gradient[at] += factor;
        slope += factor_slope * coefficients[at].value;
      };
      add(own, a, a_slope);
      add(lagged, b, b_slope);
      if (covariance.size > count) c.gradient[count] = slope;
      return inferred(c, covariance);
    };
    const Multipliers& m = multipliers;
    result.push_back({base, combination(m.direct, m.direct_slope, m.lag_direct, m.lag_direct_slope),
                      combination(m.total - m.direct, m.total_slope - m.direct_slope,
                                  m.lag_total - m.lag_direct, m.lag_total_slope - m.lag_direct_slope),
                      combination(m.total, m.total_slope, m.lag_total, m.lag_total_slope)});
  }
  return result;
}

}  // namespace isotherm
