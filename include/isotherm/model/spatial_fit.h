// Maximum likelihood for models in which neighbours depend on each other:
//
//   y = rho W y + X b + u,   u = lambda W u + e,   e independent, normal, variance sigma2
//
// with rho (lag: SAR), lambda (error: SEM) or both (SAC; the same W twice). Durbin forms (SDM, SDEM) have
// lagged columns in X. b and sigma2 are profiled out; what is left is maximised in rho and lambda over the
// interval of LogDeterminant, first on a grid, then by Newton steps on the score. A maximum at an end of the
// interval, or none that settles, is Error(input). Least squares inside go through orthogonal factors: once
// for all columns and lags, then on the small triangle for each rho; the last one on all rows.
//
// Standard errors come from the expected information matrix when LogDeterminant is small() (as spatialreg and
// spreg print them), else from the observed one, the Hessian of the likelihood; Fit::covariance says which.
//
// Panels: y and X have fixed effects taken out (effects.h), the same cells in every period. The likelihood is
// that of the transformed data of Lee and Yu (2010, J. Econometrics 154), with N (T - 1), (N - 1) T or
// (N - 1)(T - 1) observations: sigma2 has no bias of order 1/T or 1/N. b, rho and lambda with cell effects
// equal those of Elhorst's (2003) direct approach, whose sigma2 is (T - 1)/T of this one.
//
// Sources: Ord (1975), JASA 70; Anselin (1988), Spatial Econometrics, chapters 6, 12; LeSage and Pace (2009),
// Introduction to Spatial Econometrics; Elhorst (2014), Spatial Econometrics from Cross-Sectional Data to
// Spatial Panels.
#pragma once

#include <span>

#include "isotherm/model/fit.h"
#include "isotherm/model/impacts.h"
#include "isotherm/model/log_determinant.h"

namespace isotherm {

struct SpatialFitChoice {
  bool lag = false;
  bool error = false;
  const Weights* weights = nullptr;           ///< of all rows; of a panel period after period
  LogDeterminant* log_determinant = nullptr;  ///< of one period
  /// Of a panel: the number of periods, and which effects were taken out.
  std::size_t periods = 1;
  bool cell_effects = false;
  bool period_effects = false;
  double absorbed = 0;               ///< degrees of freedom of the effects
  std::span<const double> response;  ///< y before that; empty: y itself
  ImpactDraws draws;
  int threads = 1;
};

/// Fit::dependence holds rho and lambda, Fit::impacts the effects of lag and Durbin models; tests are the
/// likelihood ratio against rho = lambda = 0, diagnostics of e, and where it is defined the multiplier test
/// for error dependence left over. sigma2 is RSS / n (of a panel over the transformed observations).
Fit fit_spatial(Design design, std::span<const double> y, const SpatialFitChoice& choice);

}  // namespace isotherm
