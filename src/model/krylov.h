// (I - rho W) x = v without factors: BiCGSTAB (van der Vorst 1992, SIAM J. Sci. Stat. Comput. 13), until the
// residual is 1e-13 of v. Sums run in fixed order.
#pragma once

#include <span>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

/// Throws Error(input) when 1000 steps do not suffice.
std::vector<double> krylov_solve(const Weights& weights, double rho, std::span<const double> v, int threads);

}  // namespace isotherm
