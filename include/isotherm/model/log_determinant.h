// ln |I - rho W| and what else a likelihood needs of I - rho W: one object per W, shared by all models, years
// and responses on these weights. Nothing is ever densified.
//
// Three ways, chosen by size and said in `describe()`:
//   exact, small     every rho asked for is factored (up to 4096 rows)
//   exact            a search runs on a cheap estimate; its result is then polished on factors of I - rho W:
//                    sparse Cholesky where W is a diagonal scaling of a symmetric matrix, else sparse LU
//   probes           exact tr(W^2), tr(W^3), tr(W^4) and random probes for the rest, with the Monte Carlo
//   error
//                    (trace_estimate.h)
// W is used as it is: a one-sided neighbour stays one-sided.
//
// rho lies between low() and high() = -/+ 1 / spectral radius (1 for weights whose rows add to 1). Weights
// must not be negative and have a link: Error(input).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

enum class LogDeterminantMethod { automatic, exact, probes };
struct LogDeterminantRow {
  LogDeterminantMethod method;
  std::string_view name;
  std::string_view help;
};
std::span<const LogDeterminantRow> log_determinant_methods();

struct LogDeterminantChoice {
  LogDeterminantMethod method = LogDeterminantMethod::automatic;
  std::uint64_t seed = 1;
  int threads = 1;
};

class LogDeterminant {
 public:
  /// `weights` must live as long as this.
  LogDeterminant(const Weights& weights, const LogDeterminantChoice& choice);
  LogDeterminant(LogDeterminant&&) noexcept;
  ~LogDeterminant();

  double low() const;
  double high() const;
  bool exact() const;  ///< what polished() gives has rounding errors only
  /// A factor takes milliseconds up to here, so that no estimate is needed.
  static constexpr std::size_t kSmallRows = 4096;
  bool small() const;  ///< so is everything else
  std::string describe() const;
  const Weights& weights() const;

  /// Of G = W (I - rho W)^-1: the derivative of the log-determinant is -tr(G).
  struct Value {
    double log_determinant = 0;
    double trace = 0;
    double trace_error = 0;  ///< Monte Carlo standard deviation of the trace; 0 when exact
  };
  /// Cheap and smooth in rho; close to polished(), and the same when small() or not exact().
  double estimated_trace(double rho);
  double estimated_log_determinant(double rho);
  Value polished(double rho);
  /// Adds steps to the estimate when it ends too early for this rho; true when it did, and a search must be
  /// repeated.
  bool extend_for(double rho);

  /// tr(G^2), from the slope of the trace.
  double trace_of_square(double rho);
  /// tr(W'G); only when exact().
  double trace_of_transposed(double rho);
  /// tr(G(a)'G(b)); only when small().
  double trace_of_cross(double a, double b);

  /// (I - rho W)^-1 v.
  std::vector<double> solve(double rho, std::span<const double> v);
  /// Mean over rows of the row sums of (I - rho W)^-1.
  double mean_row_sum(double rho);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
