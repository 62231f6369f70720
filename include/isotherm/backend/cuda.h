// The GPU backend as the rest of the program sees it: no CUDA type crosses this header. A program built
// without nvcc has these functions too; they say that there is no GPU backend in it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "isotherm/backend/backend.h"

namespace isotherm {

struct GpuCard {
  int number = 0;  ///< as --gpu counts
  std::string name;
  std::string capability;       ///< "9.0"
  std::size_t memory = 0;       ///< bytes
  std::size_t free_memory = 0;  ///< bytes, now
};

struct GpuReport {
  std::string runtime;  ///< CUDA version the program was built with; empty: built without
  std::string driver;   ///< newest CUDA version the driver knows; empty: no driver
  std::vector<GpuCard> cards;
  std::string trouble;  ///< why the backend cannot run; empty when it can
};

/// What GPU there is. Never throws.
GpuReport gpu_report();

/// Bytes moved (read and written) per second by copies within that card's memory: the best of several copies
/// of `bytes`. Throws Error(internal) with CUDA's name of what went wrong.
double gpu_copy_bandwidth(int card, std::size_t bytes);

/// Throws Error(usage) when there is no such card, or no backend in this program.
std::unique_ptr<Backend> make_cuda_backend(const BackendChoice& choice);

}  // namespace isotherm
