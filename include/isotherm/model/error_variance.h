// How much an unexplained error varies in each row: errors of one row reach its neighbours when the model
// says so.
//
//   y = (I - rho W)^-1 (X b + (I - lambda W)^-1 e):  the variance of row i is sigma2 times the squared length
//   of row i of both inverses' product; sigma2 where there is neither rho nor lambda.
//
// The squared lengths are estimated from drawn errors; the relative standard error is sqrt(2 / draws).
// Numbers depend on the seed, the draw and the row alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isotherm/model/fitted.h"
#include "isotherm/model/weights.h"

namespace isotherm {

/// `weights` are those of the rows; needed where the model has rho or lambda.
std::vector<double> error_variance(const FittedModel& model, const Weights* weights, std::size_t rows,
                                   int draws, std::uint64_t seed);

}  // namespace isotherm
