#include "isotherm/model/least_squares.h"

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <unordered_map>

#include "blocks.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "tall_qr.h"

namespace isotherm {

namespace {

using Eigen::Index;

constexpr double kDependent = 1e-12;    // what is left of a column that earlier ones explain
constexpr double kMostRefinable = 2e7;  // condition above which normal-equation steps would not converge
constexpr double kNamedShare = 1e-6;    // of a column, to be named as part of a dependence

constexpr std::array<CovarianceKind, 7> kCovarianceKinds{{
    {"classical", "equal variances, independent errors"},
    {"hc0", "White's estimator for unequal variances"},
    {"hc1", "hc0 times n / (n - k)"},
    {"hc2", "squared residuals over 1 - leverage"},
    {"hc3", "squared residuals over (1 - leverage) squared"},
    {"cluster", "errors of one cluster may depend on each other; times G/(G-1) (n-1)/(n-k)"},
    {"conley", "errors within --cutoff metres may depend on each other, less with distance (Conley 1999)"},
}};

double length(const std::vector<double>& column) {
  double most = 0;
  for (double v : column) most = std::max(most, std::abs(v));
  if (most == 0) return 0;
  double sum = 0;
  for (double v : column) sum += (v / most) * (v / most);
  return most * std::sqrt(sum);
}

double power_of_two_scale(const std::vector<double>& column) {
  const double size = length(column);
  return size == 0 ? 1 : std::exp2(-std::round(std::log2(size)));
}

/// Solves R x = b in place, R upper triangular.
void solve_upper(const SquareMatrix& upper, std::vector<long double>& b) {
  for (std::size_t i = upper.size; i-- > 0;) {
    long double sum = b[i];
    for (std::size_t j = i + 1; j < upper.size; ++j) sum -= static_cast<long double>(upper.at(i, j)) * b[j];
    b[i] = sum / static_cast<long double>(upper.at(i, i));
  }
}

/// Solves R' x = b in place.
template <class Number>
void solve_upper_transposed(const SquareMatrix& upper, std::vector<Number>& b) {
  for (std::size_t i = 0; i < upper.size; ++i) {
    Number sum = b[i];
    for (std::size_t j = 0; j < i; ++j) sum -= static_cast<Number>(upper.at(j, i)) * b[j];
    b[i] = sum / static_cast<Number>(upper.at(i, i));
  }
}

long double norm(const std::vector<long double>& values) {
  long double sum = 0;
  for (long double v : values) sum += v * v;
  return std::sqrt(sum);
}

/// The first column that earlier ones explain; size() when there is none.
std::size_t first_dependent(const Eigen::MatrixXd& upper, std::size_t columns) {
  for (std::size_t j = 0; j < columns; ++j) {
    const auto k = static_cast<Index>(j);
    const double whole = upper.col(k).head(k + 1).norm();
    if (!(std::abs(upper(k, k)) > kDependent * whole)) return j;
  }
  return columns;
}

/// "b depends on a, c": what a dependent column is made of.
std::string dependence(const Eigen::MatrixXd& upper, std::size_t column, const Design& design) {
  const auto k = static_cast<Index>(column);
  if (upper.col(k).head(k + 1).norm() == 0) return "'" + design.names[column] + "' is zero in every row";
  const Eigen::VectorXd parts =
      upper.topLeftCorner(k, k).triangularView<Eigen::Upper>().solve(upper.col(k).head(k));
  std::vector<std::string> names;
  for (Index i = 0; i < k; ++i) {
    if (std::abs(parts(i)) > kNamedShare) names.push_back(design.names[static_cast<std::size_t>(i)]);
  }
  if (names.size() == 1 && names[0] == kInterceptName) return "'" + design.names[column] + "' is constant";
  return "'" + design.names[column] + "' is a combination of " + join(names, ", ");
}

void erase_column(Design& design, std::size_t column) {
  for (PolynomialBlock& block : design.polynomials) {
    if (column >= block.first && column < block.first + block.powers.size()) {
      throw Error(ErrorKind::input, "the polynomial column '" + design.names[column] +
                                        "' depends on other columns; lower the degree of poly()");
    }
    if (column < block.first) --block.first;
  }
  const auto at = static_cast<std::ptrdiff_t>(column);
  design.names.erase(design.names.begin() + at);
  design.columns.erase(design.columns.begin() + at);
  design.lows.erase(design.lows.begin() + at);
  design.recipes.erase(design.recipes.begin() + at);
}

}  // namespace

SquareMatrix square_matrix(std::size_t size) { return {size, std::vector<double>(size * size, 0.0)}; }

std::span<const CovarianceKind> covariance_kinds() { return kCovarianceKinds; }

LeastSquares::LeastSquares(Design design, std::span<const double> y, int threads,
                           std::vector<std::string>* dropped)
    : design_(std::move(design)), threads_(threads) {
  if (design_.size() == 0) throw Error(ErrorKind::input, "no column is left to explain with");
  drop_dependent(y, threads, dropped);
  solve(y);
  report();
}

void LeastSquares::drop_dependent(std::span<const double> y, int threads, std::vector<std::string>* dropped) {
  const std::size_t rows = y.size();
  for (;;) {
    const std::size_t columns = design_.size();
    if (columns == 0) throw Error(ErrorKind::input, "no column is left to explain with");
    if (rows <= columns) {
      throw Error(ErrorKind::input, std::to_string(rows) + " complete rows are too few for " +
                                        std::to_string(columns) + " coefficients");
    }
    scales_.clear();
    for (const std::vector<double>& column : design_.columns) scales_.push_back(power_of_two_scale(column));
    const Eigen::MatrixXd upper = tall_upper_factor(
        rows, columns + 1, threads,
        [&](std::size_t first, std::size_t end, Eigen::Ref<Eigen::MatrixXd> tile) {
          for (std::size_t j = 0; j < columns; ++j) {
            const std::vector<double>& column = design_.columns[j];
            for (std::size_t i = first; i < end; ++i)
              tile(static_cast<Index>(i - first), static_cast<Index>(j)) = column[i] * scales_[j];
          }
          for (std::size_t i = first; i < end; ++i)
            tile(static_cast<Index>(i - first), static_cast<Index>(columns)) = y[i];
        });
    const std::size_t bad = first_dependent(upper, columns);
    if (bad == columns) {
      upper_ = square_matrix(columns);
      projected_.resize(columns);
      for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = i; j < columns; ++j)
          upper_.at(i, j) = upper(static_cast<Index>(i), static_cast<Index>(j));
        projected_[i] = upper(static_cast<Index>(i), static_cast<Index>(columns));
      }
      return;
    }
    const std::string why = dependence(upper, bad, design_);
    if (dropped == nullptr) throw Error(ErrorKind::input, why + ": leave it out of the formula");
    dropped->push_back(design_.names[bad]);
    erase_column(design_, bad);
  }
}

std::vector<long double> LeastSquares::residuals_of(std::span<const double> y,
                                                    const std::vector<long double>& solution) {
  const std::size_t columns = size();
  residuals_.resize(y.size());
  // Per block the gradient and, last, the sum of squares; added in order of blocks.
  std::vector<std::vector<long double>> parts(block_count(y.size()));
  for_blocks(y.size(), threads_, [&](std::size_t block, std::size_t first, std::size_t end) {
    std::vector<long double> sums(columns + 1, 0.0L);
    for (std::size_t i = first; i < end; ++i) {
      long double r = y[i];
      for (std::size_t j = 0; j < columns; ++j) {
        long double v = design_.columns[j][i];
        if (!design_.lows[j].empty()) v += design_.lows[j][i];
        r -= v * solution[j];
      }
      for (std::size_t j = 0; j < columns; ++j) {
        sums[j] += static_cast<long double>(design_.columns[j][i]) * r;
        if (!design_.lows[j].empty()) sums[j] += static_cast<long double>(design_.lows[j][i]) * r;
      }
      residuals_[i] = static_cast<double>(r);
      sums[columns] += r * r;
    }
    parts[block] = std::move(sums);
  });
  std::vector<long double> gradient(columns + 1, 0.0L);
  for (const std::vector<long double>& part : parts) {
    for (std::size_t j = 0; j <= columns; ++j) gradient[j] += part[j];
  }
  rss_ = static_cast<double>(gradient.back());
  gradient.pop_back();
  for (std::size_t j = 0; j < columns; ++j) gradient[j] *= static_cast<long double>(scales_[j]);
  return gradient;
}

double LeastSquares::explained(std::span<const double> values) const {
  std::vector<long double> sums(size());
  for_tasks(size(), threads_, [&](std::size_t j) {
    long double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      sum += static_cast<long double>(design_.columns[j][i]) * static_cast<long double>(values[i]);
    sums[j] = sum * static_cast<long double>(scales_[j]);
  });
  solve_upper_transposed(upper_, sums);
  const long double length = norm(sums);
  return static_cast<double>(length * length);
}

void LeastSquares::solve(std::span<const double> y) {
  const std::size_t columns = size();
  std::vector<long double> scaled(projected_.begin(), projected_.end());
  const long double whole = norm(scaled);
  solve_upper(upper_, scaled);
  const auto unscaled = [&](const std::vector<long double>& values) {
    std::vector<long double> result = values;
    for (std::size_t j = 0; j < columns; ++j) result[j] *= static_cast<long double>(scales_[j]);
    return result;
  };
  solution_ = unscaled(scaled);
  std::vector<long double> gradient = residuals_of(y, solution_);
  if (condition_number() > kMostRefinable) return;
  long double last = std::numeric_limits<long double>::infinity();
  for (int round = 0; round < 5; ++round) {
    solve_upper_transposed(upper_, gradient);
    const long double step = norm(gradient);
    if (!(step < last / 2) || step <= 1e-19L * whole) return;
    last = step;
    solve_upper(upper_, gradient);
    for (std::size_t j = 0; j < columns; ++j) scaled[j] += gradient[j];
    solution_ = unscaled(scaled);
    gradient = residuals_of(y, solution_);
  }
}

void LeastSquares::report() {
  const std::size_t columns = size();
  map_.assign(columns * columns, 0.0L);
  for (std::size_t j = 0; j < columns; ++j) map_[j * columns + j] = 1;
  for (const PolynomialBlock& block : design_.polynomials) {
    for (std::size_t d = 0; d < block.powers.size(); ++d) {
      const std::size_t column = block.first + d;
      map_[column * columns + column] = 0;
      for (std::size_t power = 0; power < block.powers[d].size(); ++power) {
        if (power == 0 && !design_.intercept) continue;
        const std::size_t row = power == 0 ? 0 : block.first + power - 1;
        map_[row * columns + column] += block.powers[d][power];
      }
    }
  }
  reported_.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    long double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += map_[i * columns + j] * solution_[j];
    reported_[i] = static_cast<double>(sum);
  }
}

std::vector<double> LeastSquares::reported(std::span<const double> plain) const {
  std::vector<double> result(size());
  for (std::size_t i = 0; i < size(); ++i) {
    long double sum = 0;
    for (std::size_t j = 0; j < size(); ++j) sum += map_[i * size() + j] * static_cast<long double>(plain[j]);
    result[i] = static_cast<double>(sum);
  }
  return result;
}

double LeastSquares::condition_number() const {
  const auto columns = static_cast<Index>(size());
  Eigen::MatrixXd unit(columns, columns);
  for (Index i = 0; i < columns; ++i) {
    for (Index j = 0; j < columns; ++j)
      unit(i, j) = upper_.at(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  }
  for (Index j = 0; j < columns; ++j) unit.col(j) /= unit.col(j).norm();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(unit);
  return svd.singularValues()(0) / svd.singularValues()(columns - 1);
}

SquareMatrix LeastSquares::outer_covariance(const SquareMatrix& middle, bool reported) const {
  const std::size_t columns = size();
  // Rows of T S R^-1: solve R' z = (T S row)'. T is the identity for the design's own columns.
  std::vector<std::vector<long double>> rows(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    rows[i].resize(columns);
    for (std::size_t j = 0; j < columns; ++j) {
      const long double map = reported ? map_[i * columns + j] : (i == j ? 1.0L : 0.0L);
      rows[i][j] = map * static_cast<long double>(scales_[j]);
    }
    solve_upper_transposed(upper_, rows[i]);
  }
  SquareMatrix result = square_matrix(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    std::vector<long double> product(columns, 0.0L);
    for (std::size_t a = 0; a < columns; ++a) {
      for (std::size_t b = 0; b < columns; ++b)
        product[b] += rows[i][a] * static_cast<long double>(middle.at(a, b));
    }
    for (std::size_t j = 0; j < columns; ++j) {
      long double sum = 0;
      for (std::size_t b = 0; b < columns; ++b) sum += product[b] * rows[j][b];
      result.at(i, j) = static_cast<double>(sum);
    }
  }
  return result;
}

SquareMatrix LeastSquares::inverse_gram() const {
  SquareMatrix identity = square_matrix(size());
  for (std::size_t i = 0; i < size(); ++i) identity.at(i, i) = 1;
  return outer_covariance(identity, true);
}

std::vector<double> LeastSquares::plain_inverse_diagonal() const {
  std::vector<double> diagonal(size());
  for (std::size_t i = 0; i < size(); ++i) {
    std::vector<long double> row(size(), 0.0L);
    row[i] = static_cast<long double>(scales_[i]);
    solve_upper_transposed(upper_, row);
    const long double size_of_row = norm(row);
    diagonal[i] = static_cast<double>(size_of_row * size_of_row);
  }
  return diagonal;
}

std::vector<std::vector<double>> LeastSquares::orthonormal() const {
  const std::size_t columns = size();
  std::vector<std::vector<double>> q(columns, std::vector<double>(rows()));
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < rows(); ++i) q[j][i] = design_.columns[j][i] * scales_[j];
    for (std::size_t before = 0; before < j; ++before) {
      const double factor = upper_.at(before, j);
      for (std::size_t i = 0; i < rows(); ++i) q[j][i] -= factor * q[before][i];
    }
    for (double& v : q[j]) v /= upper_.at(j, j);
  }
  return q;
}

std::vector<double> LeastSquares::leverages() const {
  std::vector<double> h(rows(), 0.0);
  for (const std::vector<double>& column : orthonormal()) {
    for (std::size_t i = 0; i < rows(); ++i) h[i] += column[i] * column[i];
  }
  return h;
}

SquareMatrix LeastSquares::covariance(const CovarianceChoice& choice) const {
  return outer_covariance(score_covariance(choice), true);
}

SquareMatrix LeastSquares::plain_covariance(const CovarianceChoice& choice) const {
  return outer_covariance(score_covariance(choice), false);
}

SquareMatrix LeastSquares::sandwich(std::span<const double> squares, bool reported) const {
  const std::vector<std::vector<double>> q = orthonormal();
  SquareMatrix middle = square_matrix(size());
  for (std::size_t a = 0; a < size(); ++a) {
    for (std::size_t b = a; b < size(); ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < squares.size(); ++i) sum += q[a][i] * squares[i] * q[b][i];
      middle.at(a, b) = middle.at(b, a) = sum;
    }
  }
  return outer_covariance(middle, reported);
}

SquareMatrix LeastSquares::score_covariance(const CovarianceChoice& choice) const {
  const std::string_view kind = choice.kind;
  const std::span<const std::int64_t> clusters = choice.clusters;
  const std::size_t columns = size();
  SquareMatrix middle = square_matrix(columns);
  if (kind == "classical") {
    for (std::size_t j = 0; j < columns; ++j) middle.at(j, j) = rss_ / choice.df_residual;
    return middle;
  }
  const std::vector<std::vector<double>> q = orthonormal();
  const auto n = static_cast<double>(rows());
  double factor = 1;
  std::vector<std::vector<double>> scores(columns);
  if (kind == "cluster") {
    if (clusters.size() != rows()) throw Error(ErrorKind::internal, "a cluster for every row is needed");
    std::unordered_map<std::int64_t, std::size_t> position;
    for (std::int64_t cluster : clusters) position.try_emplace(cluster, position.size());
    const auto groups = static_cast<double>(position.size());
    if (groups < 2) throw Error(ErrorKind::input, "clustered errors need at least 2 clusters");
    for (std::size_t j = 0; j < columns; ++j) {
      scores[j].assign(position.size(), 0.0);
      for (std::size_t i = 0; i < rows(); ++i) scores[j][position[clusters[i]]] += q[j][i] * residuals_[i];
    }
    factor = groups / (groups - 1) * (n - 1) / (n - static_cast<double>(columns));
  } else {
    std::vector<double> weight(rows(), 1.0);
    if (kind == "hc2" || kind == "hc3") {
      const std::vector<double> h = leverages();
      for (std::size_t i = 0; i < rows(); ++i) {
        const double rest = std::max(1 - h[i], 1e-15);
        weight[i] = kind == "hc2" ? 1 / std::sqrt(rest) : 1 / rest;
      }
    }
    for (std::size_t j = 0; j < columns; ++j) {
      scores[j].resize(rows());
      for (std::size_t i = 0; i < rows(); ++i) scores[j][i] = q[j][i] * residuals_[i] * weight[i];
    }
    if (kind == "hc1") factor = n / (n - static_cast<double>(columns));
  }
  // With a kernel a row's score also meets those of its neighbours.
  std::vector<std::vector<double>> met = scores;
  if (kind == "conley") {
    if (choice.kernel == nullptr || choice.kernel->rows() != rows())
      throw Error(ErrorKind::internal, "conley errors need a kernel for every row");
    for (std::size_t j = 0; j < columns; ++j) {
      const std::vector<double> around = lag(*choice.kernel, scores[j]);
      for (std::size_t i = 0; i < rows(); ++i) met[j][i] += around[i];
    }
  }
  for (std::size_t a = 0; a < columns; ++a) {
    for (std::size_t b = a; b < columns; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < scores[a].size(); ++i) sum += scores[a][i] * met[b][i];
      middle.at(a, b) = middle.at(b, a) = factor * sum;
    }
  }
  return middle;
}

}  // namespace isotherm
