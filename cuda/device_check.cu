// Every host+device function, called from a kernel: proves that what has meaning compiles for the device,
// with the same text the host runs. These kernels are the smallest form of the GPU backend's work (a pixel, a
// span, an edge per thread); they carry no tiling and are not on any run's path.
#include "isotherm/spectral/quality.h"
#include "isotherm/spectral/scene.h"
#include "isotherm/spectral/step.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/edge_walk.h"

namespace isotherm {

__device__ inline int thread_number() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }

__global__ void decode_pixels(const std::uint16_t* stored, const std::uint16_t* quality, Decoding rule,
                              QualityTest test, float* values, int count) {
  const int k = thread_number();
  if (k >= count) return;
  values[k] = test.drops(quality[k]) ? nanf("") : decode(stored[k], rule);
}

__global__ void run_steps(const Step* steps, int step_count, float* registers, int count) {
  const int k = thread_number();
  if (k >= count) return;
  for (int s = 0; s < step_count; ++s) {
    const Step step = steps[s];
    registers[step.to * count + k] = apply(step.op, registers[step.a * count + k],
                                           registers[step.b * count + k], registers[step.c * count + k]);
  }
}

__global__ void gather_zones(const float* values, const float* weights, const int* first, Moments* moments,
                             int zones) {
  const int zone = thread_number();
  if (zone >= zones) return;
  Moments sum;
  for (int k = first[zone]; k < first[zone + 1]; ++k) {
    if (values[k] == values[k]) sum.add(values[k], weights[k]);
  }
  moments[zone].merge(sum);
}

/// Differences along the rows of one zone's own patch.
struct PatchSink {
  double* patch;
  int width;
  __device__ void add(int row, int col, double difference) { patch[row * (width + 1) + col] += difference; }
};

__global__ void cover_zones(const Point* corners, int corner_count, int width, int height, double* patches,
                            int zones) {
  const int zone = thread_number();
  if (zone >= zones) return;
  PatchSink sink{patches + zone * (width + 1) * height, width};
  const Point* ring = corners + zone * corner_count;
  for (int k = 0; k < corner_count; ++k) {
    edges::walk_edge_cut(ring[k], ring[(k + 1) % corner_count], 1.0, width, height, sink);
  }
}

}  // namespace isotherm
