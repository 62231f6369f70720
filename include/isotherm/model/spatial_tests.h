// What neighbours' residuals say about a least-squares fit.
//
// Moran's I of residuals with the mean and variance that hold for residuals of least squares (Cliff and Ord
// 1981), two sided normal p. Lagrange multiplier tests for a missing lag or error model, their forms robust
// to each other and the joint one (Anselin 1988; Anselin, Bera, Florax, Yoon 1996), chi-squared.
//
// Beside effects Moran's moments hold for residuals of least squares with a dummy per group. Areas and
// periods count as columns in the other tests too: the numbers are those of dummies in the formula. With
// effects of cells these are the tests of the transformed data (Anselin, Le Gallo, Jayet 2008; Debarsy, Ertur
// 2010, Regional Science and Urban Economics 40): of a balanced panel sigma2 = RSS / N(T - 1) and T - 1 times
// the traces of W; of any other what stands for T - 1 is computed from the links.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/fit.h"
#include "isotherm/model/weights.h"

namespace isotherm {

/// moran_residuals, lm_lag, lm_error, rlm_lag, rlm_error, lm_sarma. Empty when there is no link. `y` as it
/// was before `effects`, where there are any, were taken out of it and the columns.
std::vector<TestResult> spatial_tests(const LeastSquares& fit, std::span<const double> y,
                                      const Weights& weights, const TakenEffects* effects = nullptr,
                                      int threads = 1);

/// One sentence on what these tests suggest at the 5 % level (Anselin's rule: the significant one, of two the
/// one whose robust form is the more significant). Empty without them.
std::string spatial_advice(std::span<const TestResult> tests);

}  // namespace isotherm
