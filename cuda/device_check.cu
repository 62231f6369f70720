// Host+device functions that the backend does not call yet (decoding, coverage), called from a kernel: proves
// that they compile for the device with the same text the host runs. Not on any run's path.
#include "isotherm/spectral/quality.h"
#include "isotherm/spectral/scene.h"
#include "isotherm/zones/edge_walk.h"

namespace isotherm {

__device__ inline int thread_number() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }

__global__ void decode_pixels(const std::uint16_t* stored, const std::uint16_t* quality, Decoding rule,
                              QualityTest test, float* values, int count) {
  const int k = thread_number();
  if (k >= count) return;
  values[k] = test.drops(quality[k]) ? nanf("") : decode(stored[k], rule);
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
