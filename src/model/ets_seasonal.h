// The least objective of forms with a season, for many series at once, eight searches side by side.
//
// Levenberg and Marquardt's steps with bounds on the weights; in each the states are taken out of the
// equations first, so that the bounds concern two to four unknowns. A search that ends makes room for the
// next, of whatever series. Each search computes as it would alone: results do not depend on which series
// come together.
#pragma once

#include <span>
#include <vector>

#include "ets_search.h"

namespace isotherm::ets_detail {

/// Whether the form is one of these: a season, no multiplicative trend.
bool is_seasonal_form(const EtsForm& form);

/// The best point found per series, its objective infinite where there is none. The series are scaled
/// (numbers near 1), above 0 where something is multiplied, and have more observed values than the form has
/// parameters; period is at most 24.
std::vector<SearchPoint> fit_seasonal(const EtsForm& form, std::span<const std::span<const double>> series,
                                      int period);

}  // namespace isotherm::ets_detail
