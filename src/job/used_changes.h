// Rules of --change that would change nothing, or nothing sensible, are refused.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/change.h"
#include "isotherm/model/fitted.h"

namespace isotherm {

/// Each rule must change a column that a model reads (`read`: all of them) or that a later rule reads, and
/// none whose values are the groups of a model's effects: a cell cannot be moved to another area or year.
/// Throws Error(usage).
void require_used(std::span<const Change> changes, std::span<const FittedModel* const> models,
                  const std::vector<std::string>& read);

}  // namespace isotherm
