// The walk along an outline, which the backend does not call yet, called from a kernel: proves that it
// compiles for the device with the same text the host runs. Not on any run's path.
#include <cuda_runtime.h>

#include "isotherm/zones/edge_walk.h"

namespace isotherm {

/// Differences along the rows of one zone's own patch.
struct PatchSink {
  double* patch;
  int width;
  __device__ void add(int row, int col, double difference) { patch[row * (width + 1) + col] += difference; }
};

__global__ void cover_zones(const Point* corners, int corner_count, int width, int height, double* patches,
                            int zones) {
  const int zone = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (zone >= zones) return;
  PatchSink sink{patches + zone * (width + 1) * height, width};
  const Point* ring = corners + zone * corner_count;
  for (int k = 0; k < corner_count; ++k) {
    edges::walk_edge_cut(ring[k], ring[(k + 1) % corner_count], 1.0, width, height, sink);
  }
}

}  // namespace isotherm
