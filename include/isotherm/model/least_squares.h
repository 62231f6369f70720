// Least squares by orthogonal factors: Householder QR over row blocks (TSQR), columns scaled by powers of two
// to about unit length, then refined with residuals in extended precision where the condition allows it.
//
// Rows are split in fixed blocks and joined in order, so the answer is the same bytes for any number of
// threads. A column that depends on earlier ones (what is left of it below 1e-12 of its length) is
// Error(input) that names it and what it depends on, and so are more columns than rows.
//
// Sources: Demmel, Grigori, Hoemmen, Langou (2012), SIAM J. Sci. Comput. 34; Bjorck, Numerical Methods for
// Least Squares Problems (1996), 2.4, 2.9; HC0-HC3: White (1980), MacKinnon and White (1985).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/model/design.h"
#include "isotherm/model/weights.h"

namespace isotherm {

/// A small square matrix, row-major.
struct SquareMatrix {
  std::size_t size = 0;
  std::vector<double> values;
  double& at(std::size_t i, std::size_t j) { return values[i * size + j]; }
  double at(std::size_t i, std::size_t j) const { return values[i * size + j]; }
};
SquareMatrix square_matrix(std::size_t size);

/// How the covariance of coefficients is estimated.
struct CovarianceKind {
  std::string_view name;
  std::string_view help;
};
/// classical, hc0, hc1, hc2, hc3, cluster, conley.
std::span<const CovarianceKind> covariance_kinds();

struct CovarianceChoice {
  std::string_view kind = "classical";
  double df_residual = 0;                  ///< of classical: n - k unless effects were absorbed
  std::span<const std::int64_t> clusters;  ///< of cluster: one per row
  const Weights* kernel = nullptr;         ///< of conley: how much the scores of two rows count; symmetric
};

class LeastSquares {
 public:
  /// Factors X and solves for y. `dropped`: where given, dependent columns are left out and named there
  /// instead of being refused.
  LeastSquares(Design design, std::span<const double> y, int threads,
               std::vector<std::string>* dropped = nullptr);

  const Design& design() const { return design_; }
  std::size_t rows() const { return residuals_.size(); }
  std::size_t size() const { return design_.size(); }
  /// For the powers where columns are polynomials.
  const std::vector<double>& coefficients() const { return reported_; }
  /// For the columns as they stand in the design.
  std::vector<double> plain_coefficients() const { return {solution_.begin(), solution_.end()}; }
  /// Coefficients, or changes of them, of the design's columns as those reported.
  std::vector<double> reported(std::span<const double> plain) const;
  const std::vector<double>& residuals() const { return residuals_; }
  double rss() const { return rss_; }
  /// Sum of squares of what the columns explain of other values; loses digits as the condition number grows.
  double explained(std::span<const double> values) const;
  /// sqrt(largest / smallest eigenvalue of X'X) with columns of unit length (Belsley, Kuh, Welsch 1980).
  double condition_number() const;
  /// (X'X)^-1 of the reported coefficients.
  SquareMatrix inverse_gram() const;
  /// Diagonal of (X'X)^-1 of the columns as they stand in the design.
  std::vector<double> plain_inverse_diagonal() const;
  /// x' (X'X)^-1 x per row.
  std::vector<double> leverages() const;
  /// Orthonormal coordinates Q = X R^-1, a column per coefficient: what diagnostics are computed with.
  std::vector<std::vector<double>> orthonormal() const;

  /// Covariance of the reported coefficients. classical: rss / df_residual (X'X)^-1; hc0-hc3 as White;
  /// cluster: sums of scores by `clusters`, times G/(G-1) (n-1)/(n-k); conley: products of the scores of all
  /// pairs times the kernel (1 for a row with itself).
  SquareMatrix covariance(const CovarianceChoice& choice) const;
  /// The same of plain_coefficients().
  SquareMatrix plain_covariance(const CovarianceChoice& choice) const;
  /// (X'X)^-1 X' diag(squares) X (X'X)^-1 of coefficients(), or of plain_coefficients().
  SquareMatrix sandwich(std::span<const double> squares, bool reported) const;

 private:
  void drop_dependent(std::span<const double> y, int threads, std::vector<std::string>* dropped);
  void solve(std::span<const double> y);
  /// Residuals of `solution` and, as return value, the gradient X'r in scaled columns.
  std::vector<long double> residuals_of(std::span<const double> y, const std::vector<long double>& solution);
  void report();
  /// Covariance of the orthonormal coordinates.
  SquareMatrix score_covariance(const CovarianceChoice& choice) const;
  /// From that the covariance of reported, or of plain, coefficients.
  SquareMatrix outer_covariance(const SquareMatrix& middle, bool reported) const;
  Design design_;
  int threads_ = 1;
  std::vector<double> scales_;         ///< powers of two: a design column times its scale has length near 1
  SquareMatrix upper_;                 ///< R of the scaled columns
  std::vector<double> projected_;      ///< Q'y
  std::vector<long double> solution_;  ///< coefficients of the design's own columns
  std::vector<long double> map_;       ///< k x k, row-major: reported = map * solution
  std::vector<double> reported_;
  std::vector<double> residuals_;
  double rss_ = 0;
};

}  // namespace isotherm
