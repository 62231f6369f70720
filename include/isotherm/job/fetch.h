// The scenes of a search, on disk: only the bands that are needed, whole or cut to the area.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/search.h"

namespace isotherm {

struct FetchJob {
  SearchInputs search;
  std::string output;  ///< folder
  bool clip = false;
  int margin = 0;                   ///< pixels round the area
  int jobs = 8;                     ///< assets at a time
  int per_host = 8;                 ///< connections to one host
  std::vector<std::string> prefer;  ///< names of places()
  bool allow_local = false;
  std::size_t longest_file = std::size_t{16} << 30;
  std::string resume;  ///< folder of an earlier fetch to finish; nothing is searched then
};

/// Throws Error(no_data) when nothing is found, Error(some_failed) and Error(all_failed) that name what
/// failed, Error(network) when all that failed did so for want of a network, Error(usage) for what does not
/// fit together.
void run(const FetchJob& job, const RunContext& context);

}  // namespace isotherm
