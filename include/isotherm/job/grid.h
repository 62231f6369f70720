// Cells alone: a grid over an area or a scene, as a table with geometry.
#pragma once

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

struct GridJob {
  ZoneInputs zones;   ///< `zones` must be a grid; `aoi` or `input` says where
  SceneInputs input;  ///< scenes whose extent is covered when there is no area of interest
  TableOutput output;
};

void run(const GridJob& job, const RunContext& context);

}  // namespace isotherm
