// What one thread of a GPU backend does: one pixel of a program, or one quantity of one zone. The kernels of
// cuda/ add only indices and memory to it. Host and device compile this text, so the contract suite runs it
// on the host too, and the order of every addition is that of the processor backend.
//
// Bits: evaluation and gathering equal the processor's where the device rounds as the host does (IEEE 754,
// contraction off: additions, products, quotients, square roots). power, exp, log, log10 and the
// trigonometric steps come from the device's own library; CUDA documents at most 2 ulp of float32 for them, 3
// for atan2, 4 for power and tan (CUDA C++ Programming Guide, "Mathematical Functions").
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "isotherm/core/hd.h"
#include "isotherm/spectral/step.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/coverage.h"

namespace isotherm::kernels {

/// Programs with more registers than this are left to the processor: they would not stay in a thread's own
/// memory.
inline constexpr std::uint32_t kMostRegisters = 128;

/// A compiled program as plain arrays.
struct ProgramView {
  const Step* steps = nullptr;
  const float* constants = nullptr;
  const std::uint16_t* results = nullptr;  ///< the register of each output
  std::uint32_t step_count = 0;
  std::uint32_t input_count = 0;
  std::uint32_t constant_count = 0;
  std::uint32_t result_count = 0;
};

/// Plane k of `inputs` and `outputs` begins k * plane values behind the first. At most kMostRegisters
/// registers.
ISO_HD inline void evaluate_pixel(const ProgramView& program, const float* inputs, float* outputs,
                                  std::size_t plane, std::size_t pixel) {
  float registers[kMostRegisters];
  for (std::uint32_t k = 0; k < program.input_count; ++k) registers[k] = inputs[k * plane + pixel];
  for (std::uint32_t k = 0; k < program.constant_count; ++k) {
    registers[program.input_count + k] = program.constants[k];
  }
  for (std::uint32_t k = 0; k < program.step_count; ++k) {
    const Step step = program.steps[k];
    registers[step.to] = apply(step.op, registers[step.a], registers[step.b], registers[step.c]);
  }
  for (std::uint32_t k = 0; k < program.result_count; ++k) {
    const float value = registers[program.results[k]];
    outputs[k * plane + pixel] = missing(value) ? std::numeric_limits<float>::quiet_NaN() : value;
  }
}

/// Spans of zones and the pixels under them as plain arrays.
struct GatherView {
  const Span* spans = nullptr;               ///< of the zones at hand, one zone after the other
  const std::uint32_t* first = nullptr;      ///< zones + 1 places in `spans`
  const float* weights = nullptr;            ///< what Span::weights counts in
  const float* values = nullptr;             ///< a plane per quantity, of `width` columns
  std::size_t plane = 0;                     ///< pixels of a plane
  std::int64_t col = 0, row = 0, width = 0;  ///< where the planes lie in the frame of the spans
  std::uint32_t zones = 0, quantities = 0;
};

/// Adds the pixels of one zone to the moments of one of its quantities, in the order of the spans.
ISO_HD inline void gather_zone(const GatherView& view, std::uint32_t zone, std::uint32_t quantity,
                               Moments& moments) {
  const float* values = view.values + quantity * view.plane;
  for (std::uint32_t k = view.first[zone]; k < view.first[zone + 1]; ++k) {
    const Span span = view.spans[k];
    moments.add_run(values + (span.row - view.row) * view.width + (span.col - view.col),
                    span.weights == Span::kFull ? nullptr : view.weights + span.weights, span.count);
  }
}

}  // namespace isotherm::kernels
