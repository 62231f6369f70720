// Models with dependence between neighbours, estimated by moments: no likelihood, no log-determinant, a few
// sparse products at any size.
//
//   fit_lag_moments    y = rho W y + X b + e by two-stage least squares; instruments X, WX and, with two
//   lags,
//                      WWX (Kelejian and Prucha 1998, J. Real Estate Finance and Economics 17). sigma2 = e'e
//                      / (n - k), k with rho; with unequal variances White's estimator (hc0).
//   fit_error_moments  y = X b + u, u = lambda W u + e: lambda from the three moments of Kelejian and Prucha
//                      (1999, International Economic Review 40), b by least squares on y - lambda W y. lambda
//                      has no standard error in this approach. sigma2 = e'e / (n - k).
//                      With unequal variances the two moments of Kelejian and Prucha (2010, J. Econometrics
//                      157) in the steps of Arraiz, Drukker, Kelejian and Prucha (2010, J. Regional Science
//                      50), step 1c and one iteration as spreg's GM_Error_Het: errors of b and of lambda.
//
// All statistics are z with normal p. lambda is sought in [-1, 1]: a minimum at an end is Error(input).
#pragma once

#include <span>

#include "isotherm/model/fit.h"
#include "isotherm/model/impacts.h"
#include "isotherm/model/weights.h"

namespace isotherm {

struct MomentsChoice {
  int instrument_lags = 2;         ///< 1 or 2
  bool unequal_variances = false;  ///< standard errors that hold then
  /// Also tests of residuals and, of the lag model, Fit::impacts; tr(S) exact where the rows are few.
  bool diagnostics = false;
  ImpactDraws draws;
  int threads = 1;
};

/// Fit::dependence holds rho; the test "anselin_kelejian" asks for dependence left in e (Anselin and
/// Kelejian 1997, International Regional Science Review 20).
Fit fit_lag_moments(Design design, std::span<const double> y, const Weights& weights,
                    const MomentsChoice& choice);
/// Fit::dependence holds lambda.
Fit fit_error_moments(Design design, std::span<const double> y, const Weights& weights,
                      const MomentsChoice& choice);

}  // namespace isotherm
