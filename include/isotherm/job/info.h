// What was understood of a scene, for people and as JSON.
#pragma once

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

struct InfoJob {
  SceneInputs input;
  bool json = false;
};

/// Prints to standard output.
void run(const InfoJob& job, const RunContext& context);

}  // namespace isotherm
