// The least objective of forms without a season, for many series at once.
//
// A grid of weights is laid over the region; at each point the states follow by least squares. From the best
// local minima of the grid Levenberg and Marquardt's steps with bounds (ets_step.h) lead to the end, eight
// searches side by side: a search that ends makes room for the next, of whatever series. Each search computes
// as it would alone, so the results do not depend on which series come together.
#pragma once

#include <array>
#include <limits>
#include <span>
#include <vector>

#include "isotherm/model/ets.h"

namespace isotherm::ets_detail {

struct PlainFit {
  std::array<double, 5> parameters{};  ///< EtsColumn of ets_pass.h
  double objective = std::numeric_limits<double>::infinity();
};

/// Whether the form is one of these: no season, no multiplicative trend.
bool is_plain(const EtsForm& form);

/// One fit per series; objective infinite where none was found. The series are scaled (numbers near 1), above
/// 0 where the form is relative, and have at least as many observed values as the form has parameters.
std::vector<PlainFit> fit_plain(const EtsForm& form, std::span<const std::span<const double>> series);

}  // namespace isotherm::ets_detail
