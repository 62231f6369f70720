// What a zonal run would read, need and take.
#pragma once

#include "isotherm/core/run_context.h"
#include "isotherm/job/zonal.h"

namespace isotherm {

struct PlanJob {
  ZonalJob zonal;     ///< its output may be empty
  bool json = false;  ///< else sentences for a person
};

/// Prints to standard output. Opens scenes and zones and refuses what the run itself would refuse before its
/// first pixel, outputs aside. Throws Error.
void run(const PlanJob& job, const RunContext& context);

}  // namespace isotherm
