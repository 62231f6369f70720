// What this program can count on here: processors, memory, GPU.
#pragma once

#include <cstddef>

#include "isotherm/core/run_context.h"

namespace isotherm {

struct DoctorJob {
  bool json = false;
  std::size_t copied = std::size_t{1}
                       << 30;  ///< bytes of a card's memory that the reading of bandwidth copies
};

/// Prints to standard output. That there is no GPU is a finding, not an error.
void run(const DoctorJob& job, const RunContext& context);

}  // namespace isotherm
