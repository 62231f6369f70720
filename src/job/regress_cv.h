// Blocked spatial cross-validation of every model of a regression.
#pragma once

#include <vector>

#include "regress_parts.h"

namespace isotherm {

/// The number of folds that "blocks:10" asks for. Throws Error(usage).
std::size_t folds_of(const std::string& text);

/// For every model, per period, 1 - PRESS/TSS: each block of the map is predicted from a fit to all others,
/// whose neighbours are sought among themselves; lags of the block's own columns use the whole map. An effect
/// that the others do not know is their mean effect. NaN where a fold could not be fitted (said on the log).
std::vector<std::vector<double>> cross_validated(const Regression& regression, const RunContext& context);

}  // namespace isotherm
