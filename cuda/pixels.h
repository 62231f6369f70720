// Pixels on their way to a card and back: the two ways that formulas are evaluated there. Only .cu files
// include this.
#pragma once

#include "lane.h"
#include "launch.h"

namespace isotherm::gpu {

/// Decoded pixels `from` to `from + pixels` of the planes, evaluated.
inline void evaluate_slice(Lane& lane, const kernels::ProgramView& program, const Tile& inputs, Tile& outputs,
                           std::size_t from, std::size_t pixels) {
  float* const in = lane.in.room(inputs.planes() * pixels);
  float* const out = lane.out.room(outputs.planes() * pixels);
  float* const staging = lane.staging_of<float>(std::max(inputs.planes(), outputs.planes()) * pixels);
  for (std::size_t k = 0; k < inputs.planes(); ++k)
    std::copy_n(inputs.plane(k).data() + from, pixels, staging + k * pixels);
  lane.copy_in(in, staging, inputs.planes() * pixels, "bands");
  launch(evaluate_pixels, pixels, lane.stream, "formulas", program, in, out, pixels);
  lane.copy_out(staging, out, outputs.planes() * pixels, "results");
  for (std::size_t k = 0; k < outputs.planes(); ++k)
    std::copy_n(staging + k * pixels, pixels, outputs.plane(k).data() + from);
}

/// Some rows of stored numbers, evaluated into memory of the lane: a plane per result. Not waited for.
inline float* evaluate_rows(Lane& lane, const kernels::ProgramView& program, const StoredTile& inputs,
                            std::int64_t row, std::int64_t rows) {
  StoredView view = inputs.view();
  const std::size_t pixels = static_cast<std::size_t>(rows * view.width);
  const auto from = static_cast<std::ptrdiff_t>(row * view.width);
  auto* const staging = lane.staging_of<std::uint16_t>(inputs.planes() * pixels);
  for (std::size_t k = 0; k < inputs.planes(); ++k)
    std::copy_n(inputs.plane(k).data() + from, pixels, staging + k * pixels);
  std::uint16_t* const numbers = lane.numbers.room(inputs.planes() * pixels);
  lane.copy_in(numbers, staging, inputs.planes() * pixels, "bands");
  view.numbers = numbers;
  view.rules = lane.upload(lane.rules, inputs.rules(), "scales");
  view.qualities = lane.upload(lane.qualities, inputs.qualities(), "masks");
  view.plane = pixels;
  view.inside.row -= row;
  float* const out = lane.out.room(program.result_count * pixels);
  launch(evaluate_stored_pixels, pixels, lane.stream, "formulas", program, view, out);
  return out;
}

/// Planes of results from the card into rows of a tile.
inline void read_rows(Lane& lane, const float* results, Tile& outputs, std::int64_t row, std::int64_t rows) {
  const auto pixels = static_cast<std::size_t>(rows * outputs.window().width);
  const auto from = static_cast<std::ptrdiff_t>(row * outputs.window().width);
  lane.stream.wait("evaluating formulas");  // what lies in the staging memory may be on its way still
  float* const staging = lane.staging_of<float>(outputs.planes() * pixels);
  lane.copy_out(staging, results, outputs.planes() * pixels, "results");
  for (std::size_t k = 0; k < outputs.planes(); ++k)
    std::copy_n(staging + k * pixels, pixels, outputs.plane(k).data() + from);
}

}  // namespace isotherm::gpu
