// A card that is not there: the calls of the CUDA runtime that cuda/ makes, with the host's memory and loops
// in the place of a card, so that all of cuda/ but the device compiler's output runs in every test build and
// under sanitizers. What a card forgives by chance is an error here:
//   - work queued on a stream is done when the stream is waited for, not before: whoever reads results or
//     reuses pinned memory too early gets the wrong bytes;
//   - copies check on which side their addresses lie, and a kernel's arguments may name no memory of the
//   host;
//   - memory of a card is counted, has an end, and comes filled with rubbish;
//   - any call can be made to fail.
// Clocks count calls, not time. Kernels of one thread only: no shared memory, no barriers, no shuffles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define CUDART_VERSION 12000

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorLaunchFailure = 719
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
inline thread_local dim3 blockIdx{0, 0, 0}, threadIdx{0, 0, 0}, blockDim, gridDim;

struct SimulatedStream;
struct SimulatedEvent;
using cudaStream_t = SimulatedStream*;
using cudaEvent_t = SimulatedEvent*;
inline constexpr unsigned cudaStreamNonBlocking = 1;

struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem;
  int major, minor;
};

struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  void* attrs = nullptr;
  unsigned numAttrs = 0;
};

cudaError_t cudaGetLastError();
const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaDriverGetVersion(int* version);
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int card);
cudaError_t cudaSetDevice(int card);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* all);
struct cudaFuncAttributes {
  int maxThreadsPerBlock;
};
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel);
template <class... Wanted>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (*kernel)(Wanted...)) {
  return cudaFuncGetAttributes(attributes, reinterpret_cast<const void*>(kernel));
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end);

namespace simulated_card {

/// Whether no part of an argument looks like the address of something of the host.
bool crosses(cudaStream_t stream, const void* argument, std::size_t bytes);
/// Puts work on a stream.
cudaError_t queue(cudaStream_t stream, bool allowed, std::function<void()> work);

}  // namespace simulated_card

template <class... Wanted, class... Given>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Wanted...),
                               Given&&... given) {
  static_assert((std::is_trivially_copyable_v<Wanted> && ...));
  const std::tuple<Wanted...> arguments(static_cast<Wanted>(given)...);
  const dim3 grid = config->gridDim, block = config->blockDim;
  const bool allowed = std::apply(
      [&](const auto&... argument) {
        return (simulated_card::crosses(config->stream, &argument, sizeof argument) && ...);
      },
      arguments);
  return simulated_card::queue(config->stream, allowed, [=] {
    gridDim = grid;
    blockDim = block;
    // The last thread first: no order may matter.
    for (blockIdx.x = grid.x; blockIdx.x-- > 0;) {
      for (threadIdx.x = block.x; threadIdx.x-- > 0;) std::apply(kernel, arguments);
    }
  });
}
