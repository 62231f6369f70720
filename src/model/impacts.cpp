#include "isotherm/model/impacts.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

/// A column and its lag; the number of coefficients where there is none.
struct ImpactTerm {
  std::string name;
  std::size_t own, lagged;
};

std::vector<ImpactTerm> impact_terms(std::span<const Coefficient> coefficients) {
  const std::size_t count = coefficients.size();
  const auto position = [&](const std::string& name) {
    std::size_t k = 0;
    while (k < count && coefficients[k].name != name) ++k;
    return k;
  };
  std::vector<ImpactTerm> terms;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string& name = coefficients[k].name;
    if (name == kInterceptName) continue;
    const bool is_lag = name.starts_with("w(") && name.ends_with(")");
    const std::string base = is_lag ? name.substr(2, name.size() - 3) : name;
    if (is_lag && position(base) < count) continue;  // told with its column
    terms.push_back({base, is_lag ? count : k, is_lag ? k : position("w(" + name + ")")});
  }
  return terms;
}

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

namespace {

/// 1'S W1/n: (S - I)/rho, near 0 the slope of S.
double lag_row_sum(LogDeterminant& determinant, double rho) {
  const double h = 1e-4 * determinant.high();
  return std::abs(rho) > 1e-7 * determinant.high()
             ? (determinant.mean_row_sum(rho) - 1) / rho
             : (determinant.mean_row_sum(h) - determinant.mean_row_sum(-h)) / (2 * h);
}

}  // namespace

Multipliers multipliers_at(LogDeterminant& determinant, double rho) {
  Multipliers m;
  const auto n = static_cast<double>(determinant.weights().rows());
  const auto slope_step = 1e-5 * (determinant.high() - std::abs(rho));
  const auto rows = [&](double r) { return determinant.mean_row_sum(r); };
  const auto lag_rows = [&](double r) { return lag_row_sum(determinant, r); };
  m.lag_total = lag_rows(rho);
  const double trace = determinant.polished(rho).trace, square = determinant.trace_of_square(rho);
  m.direct = 1 + rho * trace / n;
  m.direct_slope = (trace + rho * square) / n;
  m.lag_direct = trace / n;
  m.lag_direct_slope = square / n;
  m.total = rows(rho);
  m.total_slope = (rows(rho + slope_step) - rows(rho - slope_step)) / (2 * slope_step);
  m.lag_total_slope = (lag_rows(rho + slope_step) - lag_rows(rho - slope_step)) / (2 * slope_step);
  return m;
}

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
  std::vector<Impact> result;
  for (const ImpactTerm& term : impact_terms(coefficients)) {
    const std::size_t own = term.own, lagged = term.lagged;
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
    result.push_back({term.name,
                      combination(m.direct, m.direct_slope, m.lag_direct, m.lag_direct_slope),
                      combination(m.total - m.direct, m.total_slope - m.direct_slope,
                                  m.lag_total - m.lag_direct, m.lag_total_slope - m.lag_direct_slope),
                      combination(m.total, m.total_slope, m.lag_total, m.lag_total_slope),
                      {},
                      {},
                      {}});
  }
  return result;
}

namespace {

constexpr std::uint64_t kMostTries = 100;  // per draw

double drawn_normal(std::uint64_t seed, std::uint64_t counter) {
  const auto fraction = [&](std::uint64_t k) {
    std::uint64_t z = seed + (k + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  };
  return std::sqrt(-2 * std::log1p(-fraction(2 * counter))) *
         std::cos(2 * std::numbers::pi * fraction(2 * counter + 1));
}

/// L with L L' = covariance; columns that others determine get 0.
SquareMatrix lower_root(const SquareMatrix& covariance) {
  SquareMatrix root = square_matrix(covariance.size);
  for (std::size_t j = 0; j < covariance.size; ++j) {
    double rest = covariance.at(j, j);
    for (std::size_t k = 0; k < j; ++k) rest -= root.at(j, k) * root.at(j, k);
    if (!(rest > 1e-13 * covariance.at(j, j))) continue;
    root.at(j, j) = std::sqrt(rest);
    for (std::size_t i = j + 1; i < covariance.size; ++i) {
      double sum = covariance.at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= root.at(i, k) * root.at(j, k);
      root.at(i, j) = sum / root.at(j, j);
    }
  }
  return root;
}

/// tr(G)/n between two rho, from values at Chebyshev points; its poles at the ends of the model's interval
/// are divided out.
class TraceBetween {
 public:
  TraceBetween(LogDeterminant& determinant, double rho, double from, double to)
      : low_(determinant.low()), high_(determinant.high()) {
    const double shift = determinant.polished(rho).trace - determinant.estimated_trace(rho);
    const auto n = static_cast<double>(determinant.weights().rows());
    for (int k = 0; k < kPoints; ++k) {
      const double angle = (k + 0.5) * std::numbers::pi / kPoints;
      const double at = (from + to) / 2 + (to - from) / 2 * std::cos(angle);
      points_.push_back(at);
      values_.push_back((determinant.estimated_trace(at) + shift) / n * (high_ - at) * (at - low_));
      weights_.push_back((k % 2 == 0 ? 1 : -1) * std::sin(angle));
    }
  }
  double operator()(double rho) const {
    double above = 0, below = 0;
    for (std::size_t k = 0; k < points_.size(); ++k) {
      const double part = weights_[k] / (rho - points_[k]);
      if (!std::isfinite(part)) return values_[k] / ((high_ - rho) * (rho - low_));
      above += part * values_[k];
      below += part;
    }
    return above / below / ((high_ - rho) * (rho - low_));
  }

 private:
  static constexpr int kPoints = 12;
  double low_, high_;
  std::vector<double> points_, values_, weights_;
};

Impact::Drawn summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double mean = 0, square = 0;
  for (double v : values) mean += v / n;
  for (double v : values) square += (v - mean) * (v - mean);
  const auto point = [&](double share) {
    const double at = share * (n - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - std::floor(at)) * (values[above] - values[below]);
  };
  return {std::sqrt(square / (n - 1)), point(0.025), point(0.975)};
}

}  // namespace

void add_drawn_impacts(std::vector<Impact>& impacts, std::span<const Coefficient> coefficients,
                       const SquareMatrix& covariance, const Multipliers& multipliers, double rho,
                       LogDeterminant* determinant, const ImpactDraws& draws) {
  if (draws.count < 2 || impacts.empty()) return;
  for (double v : covariance.values) {
    if (!std::isfinite(v)) return;
  }
  const std::size_t count = coefficients.size(), size = covariance.size;
  const SquareMatrix root = lower_root(covariance);
  std::optional<TraceBetween> trace;
  double from = 0, to = 0;
  if (determinant != nullptr) {
    const double reach = 6 * std::sqrt(covariance.at(count, count));
    const double edge = 1e-6 * (determinant->high() - determinant->low());
    from = std::max(determinant->low() + edge, rho - reach);
    to = std::min(determinant->high() - edge, rho + reach);
    trace.emplace(*determinant, rho, from, to);
  }
  const std::vector<ImpactTerm> terms = impact_terms(coefficients);
  const auto wanted = static_cast<std::size_t>(draws.count);
  std::vector<std::vector<double>> direct(terms.size()), total(terms.size()), indirect(terms.size());
  std::vector<double> drawn(size), score(size);
  std::size_t kept = 0;
  for (std::uint64_t number = 0; kept < wanted; ++number) {
    if (number == kMostTries * wanted) return;  // rho sits on the edge: no draw would be one of the model
    for (std::size_t k = 0; k < size; ++k) score[k] = drawn_normal(draws.seed, number * size + k);
    for (std::size_t i = 0; i < size; ++i) {
      drawn[i] = i < count ? coefficients[i].value : rho;
      for (std::size_t k = 0; k <= i; ++k) drawn[i] += root.at(i, k) * score[k];
    }
    Multipliers m = multipliers;
    if (determinant != nullptr) {
      const double r = drawn[count];
      if (!(r > from && r < to)) continue;
      m.lag_direct = (*trace)(r);
      m.direct = 1 + r * m.lag_direct;
      m.total = determinant->mean_row_sum(r);
      m.lag_total = lag_row_sum(*determinant, r);
    }
    ++kept;
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const double b = terms[t].own < count ? drawn[terms[t].own] : 0;
      const double c = terms[t].lagged < count ? drawn[terms[t].lagged] : 0;
      direct[t].push_back(m.direct * b + m.lag_direct * c);
      total[t].push_back(m.total * b + m.lag_total * c);
      indirect[t].push_back(total[t].back() - direct[t].back());
    }
  }
  for (std::size_t t = 0; t < terms.size(); ++t) {
    impacts[t].direct_drawn = summary(std::move(direct[t]));
    impacts[t].indirect_drawn = summary(std::move(indirect[t]));
    impacts[t].total_drawn = summary(std::move(total[t]));
  }
}

}  // namespace isotherm
