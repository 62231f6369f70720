// Random effects of groups (cells over periods): y = X b + mu(group) + e with mu drawn independently of X.
//
// Feasible generalised least squares after Swamy and Arora (1972, Econometrica 40), for unbalanced panels as
// Baltagi and Chang (1994, J. Econometrics 62): sigma2_e from the fit within groups, sigma2_mu from the fit
// between group means, then least squares on y - theta mean(y), theta = 1 - sqrt(sigma2_e / (T sigma2_mu +
// sigma2_e)) by group. A negative sigma2_mu counts as 0: pooled least squares.
//
// Hausman's test (1978, Econometrica 46) compares the slopes with those within groups, each covariance with
// its own variance; where their difference is indefinite both get sigma2_e. A small p: effects and X go
// together, use fixed effects.
#pragma once

#include <cstdint>
#include <span>

#include "isotherm/model/fit.h"

namespace isotherm {

/// Residuals are y - X b; with `diagnostics` tests of those of the transformed rows. Throws Error(input)
/// where there are no more groups than columns, or as LeastSquares.
Fit fit_random_effects(Design design, std::span<const double> y, std::span<const std::int64_t> groups,
                       int threads, bool diagnostics = true);

}  // namespace isotherm
