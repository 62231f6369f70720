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
#include "isotherm/spectral/stored_tile.h"
#include "isotherm/stats/sorted_samples.h"
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

/// The steps of a program over one pixel, whose inputs lie in the first registers.
ISO_HD inline void run_steps(const ProgramView& program, float* registers, float* outputs, std::size_t plane,
                             std::size_t pixel) {
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

/// Plane k of `inputs` and `outputs` begins k * plane values behind the first. At most kMostRegisters
/// registers.
ISO_HD inline void evaluate_pixel(const ProgramView& program, const float* inputs, float* outputs,
                                  std::size_t plane, std::size_t pixel) {
  float registers[kMostRegisters];
  for (std::uint32_t k = 0; k < program.input_count; ++k) registers[k] = inputs[k * plane + pixel];
  run_steps(program, registers, outputs, plane, pixel);
}

/// The same from stored numbers: band k of `stored` is input k. A pixel that is dropped is missing in every
/// input.
ISO_HD inline void evaluate_stored_pixel(const ProgramView& program, const StoredView& stored, float* outputs,
                                         std::size_t pixel) {
  float registers[kMostRegisters];
  const bool there = stored.has(pixel);
  for (std::uint32_t k = 0; k < program.input_count; ++k) {
    const float value = stored.value(k, pixel);  // read whatever the quality says: no read waits for another
    registers[k] = there ? value : std::numeric_limits<float>::quiet_NaN();
  }
  run_steps(program, registers, outputs, stored.plane, pixel);
}

/// Spans of zones and the pixels under some of their rows as plain arrays.
struct GatherView {
  const Span* spans = nullptr;           ///< one zone after the other
  const std::uint32_t* first = nullptr;  ///< zones + 1 places in `spans`
  const float* weights = nullptr;        ///< what Span::weights counts in
  const float* values = nullptr;         ///< a plane per quantity
  Window window;                         ///< of the planes, in the frame of the spans
  std::uint32_t zones = 0, quantities = 0;
};

/// The first of a zone's spans in this row or below.
ISO_HD inline std::uint32_t first_span_from(const GatherView& view, std::uint32_t zone, std::int64_t row) {
  std::uint32_t low = view.first[zone], high = view.first[zone + 1];
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (view.spans[middle].row < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Adds the pixels of one zone in the window's rows to the moments of one of its quantities, in the order of
/// the spans.
ISO_HD inline void gather_zone(const GatherView& view, std::uint32_t zone, std::uint32_t quantity,
                               Moments& moments) {
  const Window& window = view.window;
  const std::int64_t row_end = window.row + window.height;
  const float* values = view.values + quantity * static_cast<std::size_t>(window.width * window.height);
  const std::uint32_t end = view.first[zone + 1];
  for (std::uint32_t k = first_span_from(view, zone, window.row); k < end; ++k) {
    const Span span = view.spans[k];
    if (span.row >= row_end) return;
    moments.add_run(values + (span.row - window.row) * window.width + (span.col - window.col),
                    span.weights == Span::kFull ? nullptr : view.weights + span.weights, span.count);
  }
}

/// Values of zones as plain arrays: of each zone a run for every quantity whose values are wanted.
struct ValuesView {
  Sample* samples = nullptr;             ///< runs of one wanted quantity after those of the other
  const std::uint64_t* first = nullptr;  ///< zones + 1 places of runs among those of a quantity
  std::uint32_t* counts = nullptr;       ///< [wanted quantity][zone]
  const std::uint32_t* quantities = nullptr;
  const ValueStatistic* statistics = nullptr;
  double* results = nullptr;  ///< [zone][statistic]
  std::uint32_t quantity_count = 0, statistic_count = 0;
};

/// Keeps the pixels of one zone in the window's rows for one of the wanted quantities; missing ones are left
/// out.
ISO_HD inline void keep_zone(const GatherView& view, const ValuesView& kept, std::uint32_t zone,
                             std::uint32_t wanted) {
  const Window& window = view.window;
  const std::int64_t row_end = window.row + window.height;
  const float* values =
      view.values + kept.quantities[wanted] * static_cast<std::size_t>(window.width * window.height);
  Sample* const run = kept.samples + wanted * kept.first[view.zones] + kept.first[zone];
  std::uint32_t& count = kept.counts[wanted * view.zones + zone];
  const std::uint32_t end = view.first[zone + 1];
  for (std::uint32_t k = first_span_from(view, zone, window.row); k < end; ++k) {
    const Span span = view.spans[k];
    if (span.row >= row_end) return;
    const float* value = values + (span.row - window.row) * window.width + (span.col - window.col);
    for (std::int32_t i = 0; i < span.count; ++i) {
      const float weight =
          span.weights == Span::kFull ? 1.0f : view.weights[span.weights + static_cast<std::uint32_t>(i)];
      if (is_number(value[i])) run[count++] = {value[i], weight};
    }
  }
}

/// Sorts the values of one zone and wanted quantity and reads the statistics off them.
ISO_HD inline void read_zone(const ValuesView& kept, std::uint32_t zones, std::uint32_t zone,
                             std::uint32_t wanted) {
  Sample* const run = kept.samples + wanted * kept.first[zones] + kept.first[zone];
  const std::uint32_t count = kept.counts[wanted * zones + zone];
  sort_alone(run, count);
  const SortedSamples sorted(run, count);
  for (std::uint32_t k = 0; k < kept.statistic_count; ++k) {
    const ValueStatistic& statistic = kept.statistics[k];
    if (statistic.quantity != kept.quantities[wanted]) continue;
    kept.results[std::size_t{zone} * kept.statistic_count + k] =
        sorted.read(statistic.kind, statistic.number);
  }
}

}  // namespace isotherm::kernels
