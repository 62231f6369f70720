#include "isotherm/model/distributions.h"

#include <cmath>
#include <limits>

namespace isotherm {

namespace {

constexpr double kTiny = 1e-300;
constexpr double kEpsilon = 1e-16;
constexpr int kMostSteps = 100000;

/// One step of Lentz's evaluation of a continued fraction: term a / (b + ...).
struct Lentz {
  double value, c, d;
  explicit Lentz(double first) : value(first == 0 ? kTiny : first), c(value), d(0) {}
  /// True once the value no longer changes.
  bool step(double a, double b) {
    d = b + a * d;
    if (d == 0) d = kTiny;
    c = b + a / c;
    if (c == 0) c = kTiny;
    d = 1 / d;
    const double change = c * d;
    value *= change;
    return std::abs(change - 1) < kEpsilon;
  }
};

/// Regularised upper incomplete gamma function Q(a, x).
double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  const double scale = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int k = 1; k < kMostSteps && term > sum * kEpsilon; ++k) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - scale * sum;
  }
  Lentz fraction(0);
  fraction.step(1, x + 1 - a);
  for (int k = 1; k < kMostSteps; ++k) {
    if (fraction.step(-k * (k - a), x + 2 * k + 1 - a)) break;
  }
  return scale * fraction.value;
}

/// Continued fraction of the incomplete beta function; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  Lentz fraction(0);
  fraction.step(1, 1);
  for (int m = 0; m < kMostSteps; ++m) {
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    fraction.step(odd, 1);
    const double even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2));
    if (fraction.step(even, 1)) break;
  }
  return fraction.value;
}

/// Regularised incomplete beta function I_x(a, b); `y` is 1 - x, given apart because it may be tiny.
double incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(y));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, y) / b;
}

}  // namespace

double normal_two_sided(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

double student_two_sided(double t, double df) {
  if (std::isinf(df)) return normal_two_sided(t);
  const double square = t * t;
  return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square));
}

double chi_squared_upper(double x, double df) { return std::isnan(x) ? x : upper_gamma(df / 2, x / 2); }

double fisher_upper(double f, double df1, double df2) {
  if (!(f > 0)) return std::isnan(f) ? f : 1;
  const double whole = df2 + df1 * f;
  return incomplete_beta(df2 / 2, df1 / 2, df2 / whole, df1 * f / whole);
}

double student_quantile_two_sided(double p, double df) {
  double low = 0, high = 2;
  while (student_two_sided(high, df) > p) high *= 2;
  for (int k = 0; k < 200 && high - low > 1e-14 * high; ++k) {
    const double middle = (low + high) / 2;
    (student_two_sided(middle, df) > p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace isotherm
