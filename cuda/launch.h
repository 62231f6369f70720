// The kernels: what a thread of backend/kernels.h does, with its number. Only .cu files include this.
#pragma once

#include "isotherm/backend/kernels.h"

namespace isotherm::gpu {

inline constexpr unsigned kThreads = 256;  // of a block

inline unsigned blocks_for(std::size_t threads) {
  return static_cast<unsigned>((threads + kThreads - 1) / kThreads);
}

/// A thread per pixel.
static __global__ void evaluate_pixels(kernels::ProgramView program, const float* inputs, float* outputs,
                                       std::size_t pixels) {
  const std::size_t pixel = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pixel < pixels) kernels::evaluate_pixel(program, inputs, outputs, pixels, pixel);
}

/// A thread per zone and quantity.
static __global__ void gather_zones(kernels::GatherView view, Moments* moments) {
  const std::size_t thread = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::size_t zone = thread % view.zones,
                    quantity = thread / view.zones;  // neighbours read beside each other
  if (quantity >= view.quantities) return;
  kernels::gather_zone(view, static_cast<std::uint32_t>(zone), static_cast<std::uint32_t>(quantity),
                       moments[zone * view.quantities + quantity]);
}

}  // namespace isotherm::gpu
