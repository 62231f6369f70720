// Triangular factors of I - rho W for a sparse W, one after the other for many rho: the order of elimination
// and the pattern of the factors are found once (symbolic analysis), each rho then costs dense arithmetic on
// small blocks (multifrontal method).
//
// When W is a diagonal scaling of a symmetric matrix (contiguity or distance bands, row-standardised or not),
// the symmetric matrix similar to it is factored (Cholesky); any other W by LU of the pattern of W + W'. No
// rows are exchanged: with weights that are not negative and |rho| below 1/spectral radius I - rho W is an
// H-matrix, whose factors without pivoting exist and do not grow. Every block is summed in fixed order: the
// same bits for any number of threads.
//
// Sources: Duff and Reid (1983), ACM TOMS 9; George (1973) and Karypis and Kumar (1998) for nested dissection
// (METIS); Liu (1990), SIAM J. Matrix Anal. Appl. 11; Takahashi, Fagan, Chen (1973) for the inverse on the
// pattern of the factors.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <optional>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

/// d > 0 with d[i] w(i,j) = d[j] w(j,i) for all links, if there is one.
std::optional<std::vector<double>> symmetrising_scale(const Weights& weights);

/// Pivot columns first .. end - 1 are eliminated together; `rows` are the later ones they reach.
struct Front {
  int first = 0, end = 0;
  int parent = -1;
  std::vector<int> children;
  std::vector<int> rows;
  int width() const { return end - first; }
  int size() const { return width() + static_cast<int>(rows.size()); }
};

/// The order of elimination and the fronts, children before parents.
struct EliminationPlan {
  std::vector<int> position;  ///< of a row of W in the new order
  std::vector<Front> fronts;
  std::vector<int> front_of;  ///< of a new position
  double work = 0;            ///< multiplications and additions of an LU factorisation
  double entries = 0;         ///< of L and U
};
EliminationPlan elimination_plan(const Weights& weights);

class SparseFactor {
 public:
  using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  explicit SparseFactor(const Weights& weights);

  bool symmetric() const { return !scale_.empty(); }
  /// Operations of factor(), and bytes that it keeps.
  double work() const { return symmetric() ? plan_.work / 2 : plan_.work; }
  double bytes() const { return 8 * (symmetric() ? plan_.entries / 2 : plan_.entries); }

  /// Factors I - rho W. False when a pivot is not positive: rho is outside the interval around 0 in which
  /// I - rho W is regular.
  bool factor(double rho, int threads);
  /// ln |I - rho W|.
  double log_determinant() const;

  /// tr(G) and tr(W'G) of G = W (I - rho W)^-1, from the entries of the inverse on the pattern of the
  /// factors.
  struct InverseSums {
    double trace = 0;
    double trace_transposed = 0;
  };
  InverseSums inverse_sums(int threads) const;

  /// (I - rho W)^-1 times the columns of `block`, in place.
  void solve(Block& block) const;

 private:
  struct Numbers {
    Eigen::MatrixXd pivot;  ///< L and U of the pivot block, or its Cholesky factor
    Eigen::MatrixXd lower;  ///< rows below
    Eigen::MatrixXd upper;  ///< columns to the right; none when symmetric
  };
  struct Scratch;
  bool factor_front(std::size_t f, Scratch& scratch, std::vector<Eigen::MatrixXd>& updates, int threads);
  /// `root`: the last front of the subtree at work; 0 above the subtrees.
  void invert_front(std::size_t f, std::size_t root, Scratch& scratch, std::vector<Eigen::MatrixXd>& inverses,
                    std::vector<InverseSums>& sums) const;
  void split_subtrees();

  EliminationPlan plan_;
  Weights links_;               ///< in the new order; similar symmetric matrix when there is one
  Weights mirrored_;            ///< its transpose, empty when symmetric
  std::vector<double> ratios_;  ///< of links_ when symmetric: w(i,j) over the symmetric entry
  std::vector<double> scale_;   ///< square roots of d in the new order
  std::vector<std::vector<std::size_t>> subtrees_;  ///< fronts that share nothing, ascending
  std::vector<std::size_t> top_;                    ///< the others, ascending
  std::vector<Numbers> numbers_;
  double rho_ = 0;
};

}  // namespace isotherm
