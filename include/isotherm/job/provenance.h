// Where a result comes from: a JSON document beside it.
//
// It holds the program and its libraries, the command with all options as they held (defaults included), the
// input files with size and time (and SHA-256 when asked for), counts and timings. It holds no host, user or
// working folder, and no credentials: of URLs, user names, passwords and signatures are cut.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/io/file_record.h"

namespace isotherm {

/// A command as it was given, for records.
struct Invocation {
  struct Option {
    std::string name;                 ///< "--stat"; "SCENE" for arguments
    std::vector<std::string> values;  ///< as given, or the default
    bool given = false;
    bool shapes_result = false;  ///< the numbers depend on it (not: output, threads, messages)
    bool file = false;           ///< values may name input files
  };
  std::string command;
  std::vector<Option> options;
};

struct ProvenanceInputs {
  std::string path;      ///< file to write; "beside": OUTPUT.provenance.json of every output; empty: none
  bool digests = false;  ///< read the inputs whole for their SHA-256
};

struct ProvenanceRecord {
  std::vector<std::string> inputs;  ///< files that were read; those that options name are added
  std::vector<std::string> outputs;
  std::vector<std::pair<std::string, std::int64_t>> counts;
  std::vector<std::pair<std::string, double>> seconds;
};

/// Input files of a run, each once: those named and those of options.
std::vector<FileRecord> facts_of_inputs(std::span<const std::string> files, const Invocation& invocation,
                                        bool digests);

/// Throws Error(usage) or Error(output) when the documents could not be written: call it before the work.
void check_provenance(const ProvenanceInputs& wanted, std::span<const std::string> outputs,
                      const RunContext& context);
void write_provenance(const ProvenanceInputs& wanted, const ProvenanceRecord& record,
                      const Invocation& invocation, const RunContext& context);

}  // namespace isotherm
