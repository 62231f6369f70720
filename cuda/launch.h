// The kernels: what a thread of backend/kernels.h does, with its number, and how they are started. Only .cu
// files include this.
#pragma once

#include <cuda_runtime.h>

#include "device.h"
#include "isotherm/backend/kernels.h"

namespace isotherm::gpu {

inline constexpr unsigned kThreads = 256;  // of a block

/// Starts a thread of the kernel for each of `threads` and some more. Throws Error(internal).
template <class... Wanted, class... Given>
void launch(void (*kernel)(Wanted...), std::size_t threads, const Stream& stream, const std::string& what,
            const Given&... arguments) {
  if (threads == 0) return;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3{static_cast<unsigned>((threads + kThreads - 1) / kThreads), 1, 1};
  config.blockDim = dim3{kThreads, 1, 1};
  config.stream = stream.get();
  check(cudaLaunchKernelEx(&config, kernel, Wanted(arguments)...), "starting the kernel of " + what);
}

static __device__ inline std::size_t thread_number() {
  return std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
}

/// A thread per pixel.
[[maybe_unused]] static __global__ void evaluate_pixels(kernels::ProgramView program, const float* inputs,
                                                        float* outputs, std::size_t pixels) {
  const std::size_t pixel = thread_number();
  if (pixel < pixels) kernels::evaluate_pixel(program, inputs, outputs, pixels, pixel);
}

/// A thread per pixel.
[[maybe_unused]] static __global__ void evaluate_stored_pixels(kernels::ProgramView program,
                                                               StoredView stored, float* outputs) {
  const std::size_t pixel = thread_number();
  if (pixel < stored.plane) kernels::evaluate_stored_pixel(program, stored, outputs, pixel);
}

/// A thread per zone and quantity.
[[maybe_unused]] static __global__ void gather_zones(kernels::GatherView view, Moments* moments) {
  // Neighbours read beside each other.
  const std::size_t zone = thread_number() % view.zones, quantity = thread_number() / view.zones;
  if (quantity >= view.quantities) return;
  kernels::gather_zone(view, static_cast<std::uint32_t>(zone), static_cast<std::uint32_t>(quantity),
                       moments[zone * view.quantities + quantity]);
}

/// A thread per zone and quantity whose values are wanted.
[[maybe_unused]] static __global__ void keep_zones(kernels::GatherView view, kernels::ValuesView kept) {
  const std::size_t zone = thread_number() % view.zones, wanted = thread_number() / view.zones;
  if (wanted >= kept.quantity_count) return;
  kernels::keep_zone(view, kept, static_cast<std::uint32_t>(zone), static_cast<std::uint32_t>(wanted));
}

/// A thread per zone and quantity whose values are wanted.
[[maybe_unused]] static __global__ void read_zones(kernels::ValuesView kept, std::uint32_t zones) {
  const std::size_t zone = thread_number() % zones, wanted = thread_number() / zones;
  if (wanted >= kept.quantity_count) return;
  kernels::read_zone(kept, zones, static_cast<std::uint32_t>(zone), static_cast<std::uint32_t>(wanted));
}

/// A thread per collector.
[[maybe_unused]] static __global__ void clear_moments(Moments* moments, std::size_t count) {
  if (thread_number() < count) moments[thread_number()] = Moments{};
}

/// A thread per number.
[[maybe_unused]] static __global__ void clear_counts(std::uint32_t* counts, std::size_t count) {
  if (thread_number() < count) counts[thread_number()] = 0;
}

}  // namespace isotherm::gpu
