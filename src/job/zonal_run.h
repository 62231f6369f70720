// The zonal job up to its first pixel, for those who want to know what it would do.
#pragma once

#include <cstddef>
#include <functional>

#include "isotherm/engine/zonal.h"
#include "isotherm/job/zonal.h"

namespace isotherm {

/// Told what a run would compute; `slots` is the number of dates or periods of its table.
using TellOfRun = std::function<void(const ZonalRequest& request, std::size_t slots)>;

/// Runs the job, or, where there is a `tell`, opens no output and reads no pixel but calls that. Throws
/// Error.
void run_or_tell(const ZonalJob& job, const RunContext& context, const TellOfRun& tell);

}  // namespace isotherm
