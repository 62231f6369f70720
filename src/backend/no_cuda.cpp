// The GPU backend of a program that was built without nvcc.
#ifndef ISOTHERM_HAS_CUDA

#include "isotherm/backend/cuda.h"
#include "isotherm/core/error.h"

namespace isotherm {

GpuReport gpu_report() {
  GpuReport report;
  report.trouble =
      "this program was built without the GPU backend (cmake --preset cuda builds it, with nvcc)";
  return report;
}

double gpu_copy_bandwidth(int, std::size_t) { throw Error(ErrorKind::usage, gpu_report().trouble); }

std::unique_ptr<Backend> make_cuda_backend(const BackendChoice&) {
  throw Error(ErrorKind::usage, gpu_report().trouble);
}

}  // namespace isotherm

#endif
