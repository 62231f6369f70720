// The command as it was given, for records.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/options.h"
#include "isotherm/job/provenance.h"

namespace isotherm::cli {

/// Options and arguments as they hold once parsed, defaults included. The numbers of a result depend on all
/// but the scenes themselves and the groups Output, Records, Large runs, Running and Messages.
Invocation invocation_of(std::string_view command, const Options& options);

/// Does the work and writes its record: for commands whose inputs and outputs are all named by options. Empty
/// names in `outputs` are passed over.
void run_recorded(const ProvenanceInputs& provenance, const Invocation& invocation,
                  std::vector<std::string> outputs, const RunContext& context,
                  const std::function<void()>& work);

/// --provenance and --hash-inputs, which says something beside the options named.
void add_provenance_options(Options& options, ProvenanceInputs& provenance,
                            const std::vector<std::string>& digests_beside = {"provenance"});

}  // namespace isotherm::cli
