// Parts of a run that several processes shared, joined into the table that one run would have written.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"
#include "isotherm/job/provenance.h"

namespace isotherm {

struct MergeJob {
  std::vector<std::string> parts;
  TableOutput output;  ///< path may hold {date}, {period} or {scene}
  bool allow_empty = false;
  ProvenanceInputs provenance;
  Invocation invocation;
};

/// Writes the same bytes as a run without --shard. Refuses parts of different runs, parts that are given
/// twice and parts that are missing, by name. Throws Error.
void run(const MergeJob& job, const RunContext& context);

}  // namespace isotherm
