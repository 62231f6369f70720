// How long the stages of a run take: measured rates, and the work of a plan at these rates.
//
// Processor nanoseconds, release build, two-core x86-64 cloud machine, scene of 7600 x 7700 pixels, NDVI and
// LST, five statistics, CSV: the processor seconds of the cases in docs/benchmarks (2026-11-22), shared out
// by sampling. Other machines differ by what they differ; ratios between plans hold.
#pragma once

namespace isotherm {

inline constexpr double kReadPixel = 8;        ///< decode, scale and mask a pixel of a layer
inline constexpr double kEvaluatePixel = 1.1;  ///< a quantity
inline constexpr double kGatherPixel = 12;     ///< a quantity: its sums, and what is read off them
inline constexpr double kSampleFactor = 6;     ///< times the former, with medians or quantiles
inline constexpr double kCoverCell = 80;       ///< a cell of a lattice: most share their weights
inline constexpr double kCoverOutline = 600;   ///< any other outline, small
inline constexpr double kWriteValue = 50;      ///< a value as text

/// What a run has to do.
struct PlannedWork {
  double layer_pixels = 0;     ///< to read: pixels times layers
  double quantity_pixels = 0;  ///< under zones: pixels times quantities
  bool samples = false;        ///< some statistic needs the values themselves
  double cells = 0;            ///< of a lattice, times the pixel lattices they are covered on
  double outlines = 0;         ///< the same of other zones
  double values = 0;           ///< to write
};

/// Processor seconds by stage.
struct PlanEstimate {
  explicit constexpr PlanEstimate(const PlannedWork& work)
      : read(kReadPixel * 1e-9 * work.layer_pixels),
        cover(1e-9 * (kCoverCell * work.cells + kCoverOutline * work.outlines)),
        evaluate(kEvaluatePixel * 1e-9 * work.quantity_pixels),
        gather(kGatherPixel * 1e-9 * work.quantity_pixels * (work.samples ? kSampleFactor : 1)),
        write(kWriteValue * 1e-9 * work.values) {}
  constexpr double processor() const { return read + cover + evaluate + gather + write; }

  double read, cover, evaluate, gather, write;
};

}  // namespace isotherm
