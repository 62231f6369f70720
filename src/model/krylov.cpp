#include "krylov.h"

#include <cmath>

#include "blocks.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr double kResidual = 1e-13;
constexpr int kMostVectors = 1000;

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b, int threads) {
  std::vector<double> parts(block_count(a.size()));
  for_blocks(a.size(), threads, [&](std::size_t block, std::size_t first, std::size_t end) {
    double sum = 0;
    for (std::size_t k = first; k < end; ++k) sum += a[k] * b[k];
    parts[block] = sum;
  });
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

/// x - rho W x.
void apply(const Weights& weights, double rho, const Vector& x, Vector& result, int threads) {
  for_blocks(x.size(), threads, [&](std::size_t, std::size_t first, std::size_t end) {
    for (std::size_t row = first; row < end; ++row) {
      double sum = 0;
      for (std::size_t k = 0; k < weights.degree(row); ++k)
        sum += weights.weights(row)[k] * x[static_cast<std::size_t>(weights.neighbours(row)[k])];
      result[row] = x[row] - rho * sum;
    }
  });
}

template <class Work>
void for_rows(std::size_t rows, int threads, const Work& work) {
  for_blocks(rows, threads, [&](std::size_t, std::size_t first, std::size_t end) {
    for (std::size_t k = first; k < end; ++k) work(k);
  });
}

}  // namespace

std::vector<double> krylov_solve(const Weights& weights, double rho, std::span<const double> v, int threads) {
  const std::size_t rows = v.size();
  Vector x(v.begin(), v.end()), residual(rows), direction(rows, 0.0), along(rows, 0.0), across(rows);
  apply(weights, rho, x, residual, threads);
  for (std::size_t k = 0; k < rows; ++k) residual[k] = v[k] - residual[k];
  const Vector start = residual;
  const double goal = kResidual * std::sqrt(dot(x, x, threads));
  double product = 1, alpha = 1, omega = 1;
  for (int step = 0; step < kMostVectors; ++step) {
    if (std::sqrt(dot(residual, residual, threads)) <= goal) return x;
    const double next = dot(start, residual, threads);
    const double beta = next / product * (alpha / omega);
    product = next;
    for_rows(rows, threads,
             [&](std::size_t k) { direction[k] = residual[k] + beta * (direction[k] - omega * along[k]); });
    apply(weights, rho, direction, along, threads);
    alpha = product / dot(start, along, threads);
    for_rows(rows, threads, [&](std::size_t k) {
      x[k] += alpha * direction[k];
      residual[k] -= alpha * along[k];
    });
    apply(weights, rho, residual, across, threads);
    const double size = dot(across, across, threads);
    omega = size > 0 ? dot(across, residual, threads) / size : 0;
    for_rows(rows, threads, [&](std::size_t k) {
      x[k] += omega * residual[k];
      residual[k] -= omega * across[k];
    });
    if (!std::isfinite(omega) || omega == 0) break;
  }
  if (std::sqrt(dot(residual, residual, threads)) <= 1e3 * goal) return x;
  throw Error(ErrorKind::input, "I - rho W is nearly singular at rho = " + number_text(rho) +
                                    ": its equations do not converge");
}

}  // namespace isotherm
