// A call of a backend, laid out for kernels: the arrays a device needs, cut to what the call touches. Shared
// by every backend that runs backend/kernels.h, wherever its threads are.
#pragma once

#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/backend/kernels.h"

namespace isotherm {

/// Arrays of a program; `view()` points into them.
struct ProgramArrays {
  explicit ProgramArrays(const Program& program);
  /// Fits kernels::kMostRegisters?
  bool fits = false;
  std::vector<Step> steps;
  std::vector<float> constants;
  std::vector<std::uint16_t> results;
  std::uint32_t inputs = 0;
  kernels::ProgramView view() const;
};

/// The part of a gathering that one call can do: of some zones, the spans in the rows at hand, and the
/// weights these spans read, moved together.
struct GatherArrays {
  /// Zones from `first_zone` on, as many as take no more than `most_bytes`, but one at least.
  GatherArrays(const Coverage& coverage, const Tile& values, Gathering& gathering, std::size_t first_zone,
               std::size_t most_bytes);
  std::size_t end_zone = 0;          ///< the first zone that was left for the next call
  std::vector<std::uint32_t> zones;  ///< of those looked at, the ones that have spans here
  std::vector<Span> spans;
  std::vector<std::uint32_t> first{0};
  std::vector<float> weights;
  std::vector<Moments> moments;  ///< [zone][quantity], in: so far, out: with this call's pixels
  kernels::GatherView view(const Tile& values) const;
  /// Takes the moments over and keeps values for the collectors that want them; the call is done then.
  void finish(const Coverage& coverage, const Tile& values, Gathering& gathering) const;

 private:
  std::size_t bytes() const;
  std::uint32_t quantities_ = 0;
};

/// Gives the pixels of one zone in the rows of `values` to the collectors that keep values, and moves on.
void keep_values(const Coverage& coverage, std::size_t zone, const Tile& values, Gathering& gathering);

}  // namespace isotherm
