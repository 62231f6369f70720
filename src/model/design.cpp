#include "isotherm/model/design.h"

#include <cmath>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

using Extended = std::vector<long double>;

long double dot(const Extended& a, const Extended& b) {
  long double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// next = x p, powers one higher.
void multiply_by_variable(const Extended& x, Extended& values, Extended& powers) {
  for (std::size_t k = 0; k < x.size(); ++k) values[k] *= x[k];
  powers.insert(powers.begin(), 0.0L);
}

void subtract(Extended& from, const Extended& what, long double factor) {
  for (std::size_t k = 0; k < what.size(); ++k) from[k] -= factor * what[k];
}

}  // namespace

void add_polynomial(Design& design, const std::string& name, std::span<const double> values, int degree) {
  const Extended x(values.begin(), values.end());
  std::vector<Extended> basis{Extended(x.size(), 1.0L / std::sqrt(static_cast<long double>(x.size())))};
  std::vector<Extended> powers{{basis[0].empty() ? 1.0L : basis[0][0]}};
  PolynomialBlock block;
  block.first = design.size();
  RecipePart part;
  part.kind = RecipePart::Kind::polynomial;
  part.column = name;
  part.scale = static_cast<double>(powers[0][0]);
  for (int d = 1; d <= degree; ++d) {
    Extended next = basis.back(), coefficients = powers.back();
    const long double spread_before = std::sqrt(dot(next, next));
    multiply_by_variable(x, next, coefficients);
    const long double size_before = std::sqrt(dot(next, next));
    Extended factors(basis.size(), 0.0L);
    // Two rounds against all earlier ones keep the basis orthogonal to the last digit.
    for (int round = 0; round < 2; ++round) {
      for (std::size_t k = 0; k < basis.size(); ++k) {
        const long double factor = dot(next, basis[k]);
        factors[k] += factor;
        subtract(next, basis[k], factor);
        subtract(coefficients, powers[k], factor);
      }
    }
    const long double norm = std::sqrt(dot(next, next));
    if (!(norm > 1e-14L * (size_before + spread_before))) {
      throw Error(ErrorKind::input, "poly(" + name + ", " + std::to_string(degree) + ") needs at least " +
                                        std::to_string(degree + 1) + " different values of " + name);
    }
    part.steps.push_back({static_cast<double>(factors.back()),
                          basis.size() > 1 ? static_cast<double>(factors[basis.size() - 2]) : 0.0,
                          static_cast<double>(norm)});
    for (long double& v : next) v /= norm;
    for (long double& v : coefficients) v /= norm;
    std::vector<double> high(next.begin(), next.end()), low(next.size());
    for (std::size_t k = 0; k < next.size(); ++k) {
      low[k] = static_cast<double>(next[k] - static_cast<long double>(high[k]));
    }
    design.add(d == 1 ? name : name + "^" + std::to_string(d), std::move(high), std::move(low), {part});
    block.powers.push_back(coefficients);
    basis.push_back(std::move(next));
    powers.push_back(std::move(coefficients));
  }
  design.polynomials.push_back(std::move(block));
}

}  // namespace isotherm
