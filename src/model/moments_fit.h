// What fits by moments share: filling a Fit from coefficients, their covariance and residuals.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/fit.h"

namespace isotherm {

double dot_product(std::span<const double> a, std::span<const double> b);
/// a - factor b.
std::vector<double> less(std::span<const double> a, double factor, std::span<const double> b);

/// A coefficient with z statistics; NaN as standard error leaves the statistics NaN.
Coefficient normal_coefficient(std::string name, double value, double standard_error);

/// Variance inflation of the coefficients that `fit` has already, from the columns they were solved with.
/// `constant_first`: column 0 is the constant, or what a filter left of it; without a constant nothing is
/// set.
void add_inflation(Fit& fit, const LeastSquares& solved, bool constant_first);

/// Rows, R2 = 1 - RSS/TSS of the residuals given, sigma2; likelihoods are NaN: there is none.
void fill_summary(Fit& fit, std::span<const double> y, std::vector<double> residuals, double columns,
                  bool about_mean);

}  // namespace isotherm
