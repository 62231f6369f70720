// The scenes a user named, opened and looked at; no pixel is read.
#pragma once

#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// One scene per argument (lists expanded) and one for all named bands together, in the order given. Notes of
/// a scene go to the log. Throws Error(usage) when nothing was given, Error(input) for what cannot be
/// understood.
std::vector<Scene> open_inputs(const SceneInputs& inputs, Log& log);

}  // namespace isotherm
