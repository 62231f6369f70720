// Likelihood-ratio tests between models of one regression that contain each other.
#pragma once

#include <vector>

#include "regress_parts.h"

namespace isotherm {

/// Adds to every fit the tests against smaller models that were fitted to the same rows: sdm against sem
/// (common factor), against sar; sdem, sac against theirs.
void add_nested_tests(const ModelFormula& formula, std::vector<ModelFit>& fits);

}  // namespace isotherm
