// What one more unit of a column does to y when neighbours pass it on: means over cells of the derivatives
// of E(y) = (I - rho W)^-1 (X b + W X c) (LeSage and Pace 2009, 2.7).
//
//   direct    b tr(S)/n + c tr(S W)/n,      S = (I - rho W)^-1, tr(S) = n + rho tr(G), tr(S W) = tr(G)
//   total     b 1'S1/n + c 1'SW1/n          indirect = total - direct
//
// A column is joined with its lag by name: `a` with `w(a)`. Standard errors by the delta method from the
// covariance of coefficients and rho, normal intervals; beside them the spread and the 2.5 % and 97.5 %
// points over draws of both from their normal distribution (LeSage and Pace 2009, 5.6.2). Draws come from
// counters: the same for any number of threads. A draw whose rho leaves the interval of the model is drawn
// again.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/fit.h"
#include "isotherm/model/log_determinant.h"

namespace isotherm {

/// What S passes on, and the derivatives in rho.
struct Multipliers {
  double direct = 1, direct_slope = 0;          ///< tr(S)/n
  double total = 1, total_slope = 0;            ///< 1'S1/n
  double lag_direct = 0, lag_direct_slope = 0;  ///< tr(S W)/n
  double lag_total = 1, lag_total_slope = 0;    ///< 1'S W1/n
};

/// Of models with rho.
Multipliers multipliers_at(LogDeterminant& determinant, double rho);
/// Of models without rho.
Multipliers multipliers_without_rho(const Weights& weights);

/// `covariance`: of the coefficients and, as its last row where it has one more, of rho.
std::vector<Impact> impacts(std::span<const Coefficient> coefficients, const SquareMatrix& covariance,
                            const Multipliers& multipliers);

struct ImpactDraws {
  int count = 0;  ///< 0: none
  std::uint64_t seed = 1;
};

/// Adds what draws say to `impacts`, which come from the same coefficients and covariance. `determinant`: of
/// models with rho, whose estimate it is; without it `multipliers` hold for every draw. tr(S) at a drawn rho
/// is read from a polynomial through 12 values (Chebyshev points within six standard errors).
void add_drawn_impacts(std::vector<Impact>& impacts, std::span<const Coefficient> coefficients,
                       const SquareMatrix& covariance, const Multipliers& multipliers, double rho,
                       LogDeterminant* determinant, const ImpactDraws& draws);

}  // namespace isotherm
