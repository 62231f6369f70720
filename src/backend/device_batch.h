// A call of a backend, laid out for kernels: the arrays a device needs, cut to what the call touches. Shared
// by every backend that runs backend/kernels.h, wherever its threads are.
#pragma once

#include <optional>
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

/// The part of a gathering that one call can do: spans of the rows at hand, of the zones that have some, and
/// the weights these spans read, moved together.
struct GatherArrays {
  GatherArrays(const Coverage& coverage, const Tile& values, Gathering& gathering);
  std::vector<std::uint32_t> zones;  ///< their numbers in the coverage
  std::vector<Span> spans;
  std::vector<std::uint32_t> first{0};
  std::vector<float> weights;
  std::vector<Moments> moments;  ///< [zone][quantity], in: so far, out: with this call's pixels
  kernels::GatherView view(const Tile& values) const;
  /// Takes the moments over and keeps values for the collectors that want them; the call is done then.
  void finish(const Coverage& coverage, const Tile& values, Gathering& gathering) const;

 private:
  std::uint32_t quantities_ = 0;
};

}  // namespace isotherm
