#include <algorithm>
#include <cmath>

#include "local_fit.h"

namespace isotherm {

namespace {

/// What is left of a column beside the earlier ones, below which it depends on them.
constexpr double kLocalRank = 1e-9;

}  // namespace

LocalFactor::LocalFactor(std::span<const double> x, std::span<const double> y, std::size_t columns)
    : x_(x),
      y_(y),
      columns_(columns),
      upper_((columns + 1) * (columns + 1)),
      chunk_((columns + 1) * kChunk),
      coefficients_(columns),
      u_(columns),
      a_(columns) {}

/// Householder reflections take `count` new rows, a column each in `chunk_`, into R: column by column only
/// the diagonal of R and the new rows meet.
void LocalFactor::absorb(std::size_t count) {
  const std::size_t width = columns_ + 1;
  for (std::size_t j = 0; j < width; ++j) {
    double* const column = chunk_.data() + j * kChunk;
    double square = 0;
    for (std::size_t k = 0; k < count; ++k) square += column[k] * column[k];
    if (square == 0) continue;
    const double alpha = r(j, j), length = std::sqrt(alpha * alpha + square);
    const double head = alpha > 0 ? alpha + length : alpha - length;
    const double factor = 2 / (head * head + square);
    r(j, j) = alpha > 0 ? -length : length;
    for (std::size_t l = j + 1; l < width; ++l) {
      double* const other = chunk_.data() + l * kChunk;
      double sum = head * r(j, l);
      for (std::size_t k = 0; k < count; ++k) sum += column[k] * other[k];
      sum *= factor;
      r(j, l) -= sum * head;
      for (std::size_t k = 0; k < count; ++k) other[k] -= sum * column[k];
    }
  }
}

bool LocalFactor::factor(const LocalRows& rows) {
  std::fill(upper_.begin(), upper_.end(), 0.0);
  for (std::size_t first = 0; first < rows.rows.size(); first += kChunk) {
    const std::size_t count = std::min(kChunk, rows.rows.size() - first);
    for (std::size_t k = 0; k < count; ++k) {
      const auto row = static_cast<std::size_t>(rows.rows[first + k]);
      const double root = std::sqrt(rows.weights[first + k]);
      for (std::size_t j = 0; j < columns_; ++j) chunk_[j * kChunk + k] = root * x_[row * columns_ + j];
      chunk_[columns_ * kChunk + k] = root * y_[row];
    }
    absorb(count);
  }
  for (std::size_t j = 0; j < columns_; ++j) {
    double square = 0;
    for (std::size_t i = 0; i <= j; ++i) square += r(i, j) * r(i, j);
    if (!(std::abs(r(j, j)) > kLocalRank * std::sqrt(square))) {
      dependent_ = j;
      return false;
    }
  }
  for (std::size_t j = columns_; j-- > 0;) {
    double sum = r(j, columns_);
    for (std::size_t l = j + 1; l < columns_; ++l) sum -= r(j, l) * coefficients_[l];
    coefficients_[j] = sum / r(j, j);
  }
  return true;
}

void LocalFactor::forward(const double* x, double* u) const {
  for (std::size_t j = 0; j < columns_; ++j) {
    double sum = x[j];
    for (std::size_t i = 0; i < j; ++i) sum -= r(i, j) * u[i];
    u[j] = sum / r(j, j);
  }
}

double LocalFactor::leverage(std::size_t row) {
  forward(x_.data() + row * columns_, u_.data());
  double sum = 0;
  for (double v : u_) sum += v * v;
  return sum;
}

double LocalFactor::squared_row(std::size_t row, const LocalRows& rows) {
  forward(x_.data() + row * columns_, u_.data());
  for (std::size_t j = columns_; j-- > 0;) {
    double sum = u_[j];
    for (std::size_t l = j + 1; l < columns_; ++l) sum -= r(j, l) * a_[l];
    a_[j] = sum / r(j, j);
  }
  double total = 0;
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    const double* const x = x_.data() + static_cast<std::size_t>(rows.rows[k]) * columns_;
    double s = 0;
    for (std::size_t j = 0; j < columns_; ++j) s += x[j] * a_[j];
    s *= rows.weights[k];
    total += s * s;
  }
  return total;
}

void LocalFactor::spreads(const LocalRows& rows, const SquareMatrix& map, std::span<double> diagonal) {
  // middle = sum of w q q' with q = R^-T sqrt(w) x.
  SquareMatrix middle = square_matrix(columns_);
  for (std::size_t k = 0; k < rows.rows.size(); ++k) {
    forward(x_.data() + static_cast<std::size_t>(rows.rows[k]) * columns_, u_.data());
    const double square = rows.weights[k] * rows.weights[k];
    for (std::size_t i = 0; i < columns_; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) middle.at(i, j) += square * u_[i] * u_[j];
    }
  }
  for (std::size_t row = 0; row < columns_; ++row) {
    // A row of map R^-1.
    for (std::size_t j = 0; j < columns_; ++j) {
      double sum = map.at(row, j);
      for (std::size_t i = 0; i < j; ++i) sum -= a_[i] * r(i, j);
      a_[j] = sum / r(j, j);
    }
    double sum = 0;
    for (std::size_t i = 0; i < columns_; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) sum += a_[i] * middle.at(i, j) * a_[j];
    }
    diagonal[row] = sum;
  }
}

}  // namespace isotherm
