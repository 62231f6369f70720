// What a run of zones says in the end, to a person.
#pragma once

#include <span>
#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/engine/zonal.h"

namespace isotherm {

/// Throws Error(no_data) when there is no zone, or none with a value.
void refuse_empty(const ZonalSummary& summary);
void report_zones(const ZonalSummary& summary, std::size_t observations, std::span<const std::string> outputs,
                  Log& log);

}  // namespace isotherm
