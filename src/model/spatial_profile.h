// The likelihood of spatial_fit.h with b and sigma2 profiled out, as a function of rho and lambda alone.
//
// The tall matrix [X, WX, y, Wy, WWy] is reduced once to its triangular factor R: every sum of squares of a
// combination of these columns is that of the same combination of R's columns, so each rho and lambda costs a
// least-squares problem of a few dozen rows, with the digits of orthogonal factors.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "isotherm/model/spatial_fit.h"

namespace isotherm {

/// rho, or lambda, or both in this order: as many as the model has.
using Parameters = std::vector<double>;

/// W values; of a panel with period effects less its mean in each period, for J W y is not W J y (J takes out
/// the means).
std::vector<double> panel_lag(const SpatialFitChoice& choice, std::span<const double> values);

class SpatialProfile {
 public:
  SpatialProfile(const Design& design, std::span<const double> y, const SpatialFitChoice& choice);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  double observations() const { return observations_; }
  /// How often each period's log-determinant and traces count.
  double copies() const { return copies_; }
  double low() const { return low_; }
  double high() const { return high_; }

  /// With the log-determinants of the estimate.
  double log_likelihood(const Parameters& at);
  /// Its gradient. `corrections`: what is added to each estimated trace.
  Parameters score(const Parameters& at, const Parameters& corrections);
  /// Derivatives of the score, symmetric.
  Eigen::MatrixXd curvature(const Parameters& at, const Parameters& corrections);
  /// With log-determinants given.
  double log_likelihood(const Parameters& at, double log_determinants) const;
  /// Of one parameter: what the data have instead of ln |I - rho W| and tr(G), all periods together, without
  /// the unit root that period effects take out.
  LogDeterminant::Value determinant(double parameter, LogDeterminant::Value whole) const;
  /// Coefficients of X.
  std::vector<double> coefficients(const Parameters& at) const;

 private:
  struct Solution {
    Eigen::VectorXd coefficients;
    double rss;
    Parameters slopes;  ///< e' of the change of e's target with each parameter
    Parameters
        scales;  ///< how far each parameter goes until e has changed by its own length: the hill's width
  };
  Solution solve(const Parameters& at) const;

  bool lag_, error_, period_effects_;
  double copies_ = 1;  ///< of the log-determinant
  double observations_ = 0;
  double low_, high_;
  LogDeterminant& determinant_;
  std::vector<std::string> names_;
  Eigen::MatrixXd x_, wx_;  ///< of the triangle
  Eigen::VectorXd y_, wy_, wwy_;
};

/// The maximum of the likelihood in the interior of the interval, polished where LogDeterminant is exact.
struct SpatialMaximum {
  Parameters at;
  std::vector<LogDeterminant::Value> determinants;  ///< per parameter, as SpatialProfile::determinant
  double log_likelihood = 0;
  Eigen::MatrixXd curvature;
};
SpatialMaximum maximise(SpatialProfile& profile, LogDeterminant& determinant);

}  // namespace isotherm
