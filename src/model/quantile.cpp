#include "isotherm/model/quantile.h"

#include <cmath>
#include <numbers>

namespace isotherm {

namespace {

template <std::size_t N>
double polynomial(const double (&c)[N], double x) {
  double value = c[N - 1];
  for (std::size_t k = N - 1; k-- > 0;) value = value * x + c[k];
  return value;
}

constexpr double kCentreTop[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double kCentreBottom[] = {1.0,
                                    4.2313330701600911252e1,
                                    6.8718700749205790830e2,
                                    5.3941960214247511077e3,
                                    2.1213794301586595867e4,
                                    3.9307895800092710610e4,
                                    2.8729085735721942674e4,
                                    5.2264952788528545610e3};
constexpr double kMiddleTop[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kMiddleBottom[] = {1.0,
                                    2.05319162663775882187e0,
                                    1.67638483018380384940e0,
                                    6.89767334985100004550e-1,
                                    1.48103976427480074590e-1,
                                    1.51986665636164571966e-2,
                                    5.47593808499534494600e-4,
                                    1.05075007164441684324e-9};
constexpr double kTailTop[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                               1.78482653991729133580e0,  2.96560571828504891230e-1,
                               2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double kTailBottom[] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};

/// P(|T| < t) as a function of the angle atan(t / sqrt(degrees)).
double student_share_within(double angle, int degrees) {
  const double c = std::cos(angle), s = std::sin(angle);
  double term = degrees % 2 == 1 ? c : 1, sum = degrees == 1 ? 0 : term;
  for (int k = degrees % 2 == 1 ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= c * c * (k - 1) / k;
    sum += term;
  }
  return degrees % 2 == 1 ? 2 / std::numbers::pi * (angle + s * sum) : s * sum;
}

std::uint64_t mix(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentreTop, r) / polynomial(kCentreBottom, r);
  }
  double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  double value = 0;
  if (r <= 5) {
    r -= 1.6;
    value = polynomial(kMiddleTop, r) / polynomial(kMiddleBottom, r);
  } else {
    r -= 5;
    value = polynomial(kTailTop, r) / polynomial(kTailBottom, r);
  }
  return q < 0 ? -value : value;
}

double student_quantile(double p, int degrees) {
  if (p == 0.5) return 0;
  const double within = std::fabs(2 * p - 1);
  double low = 0, high = std::numbers::pi / 2;
  for (int k = 0; k < 80; ++k) {
    const double middle = 0.5 * (low + high);
    (student_share_within(middle, degrees) < within ? low : high) = middle;
  }
  const double t = std::sqrt(degrees) * std::tan(0.5 * (low + high));
  return p < 0.5 ? -t : t;
}

double sorted_quantile(std::span<const double> sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

double normal_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t path, std::uint64_t step) {
  const std::uint64_t bits = mix(mix(mix(mix(seed) ^ stream) ^ path) ^ step);
  // 53 bits, never 0 or 1.
  return normal_quantile((static_cast<double>(bits >> 11) + 0.5) * 0x1p-53);
}

}  // namespace isotherm
