// tr(G) of G = W (I - rho W)^-1 and ln |I - rho W| for every rho from a few random probes, where W is too
// large to be factored.
//
// For a probe z of random signs, z'f(W)z has the mean tr f(W) (Hutchinson 1990; Barry and Pace 1999, Linear
// Algebra Appl. 289). Two-sided Lanczos steps with W and W' give it for all functions at once as the upper
// left entry of f(J), J tridiagonal: exact for polynomials of degree 2 steps - 1, of any W, symmetric or not
// (Golub and Meurant 2010, Matrices, Moments and Quadrature). For I/(I - rho J) that entry is a continued
// fraction. tr(W) to tr(W^4) are computed exactly and used as control variates: what the probes say beyond
// them is small, and how the probes differ gives the Monte Carlo error.
//
// Signs come from a counter, sums run in fixed order: the same bits for any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

/// tr(W^k) for k = 0 .. 4.
std::array<double, 5> exact_traces(const Weights& weights, int threads);

class TraceEstimate {
 public:
  /// `probes`: a multiple of 8, 8 to 64.
  TraceEstimate(const Weights& weights, int probes, int steps, std::uint64_t seed, int threads);

  struct Value {
    double log_determinant = 0;
    double trace = 0;
    double trace_error = 0;  ///< standard deviation of `trace` over other probes
    double truncation = 0;   ///< by how much the last four steps change `trace`
  };
  Value at(double rho) const;
  /// Only its trace: what a search asks for again and again.
  double trace(double rho) const;
  int probes() const { return static_cast<int>(recurrences_.size()); }
  int steps() const { return steps_; }

 private:
  /// J of a probe: its diagonal and the products of the entries beside it.
  struct Recurrence {
    std::vector<double> diagonal, beside;
    std::array<double, 4> moments{};  ///< z'W^k z over n, k = 1 .. 4
  };
  void add_probes(const Weights& weights, const Weights& mirrored, int first, std::uint64_t seed,
                  int threads);
  double trace_of(const Recurrence& recurrence, double rho, std::size_t steps) const;
  struct Mean {
    double value, error;
  };
  /// The mean over probes, at the exact values of the moments.
  Mean controlled(const std::vector<double>& values) const;
  std::vector<double> traces(double rho, std::size_t dropped) const;

  double rows_ = 0;
  int steps_ = 0;
  std::array<double, 5> exact_{};
  std::vector<Recurrence> recurrences_;
};

}  // namespace isotherm
