// How the zones of a run are cut into batches, within the memory budget.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/engine/zonal.h"

namespace isotherm {

/// Observations whose pixels lie on one lattice: coverage is computed once for all of them, on `frame`.
struct LatticeGroup {
  struct Member {
    std::size_t observation;
    std::int64_t col, row;  ///< of the observation's first pixel in `frame`
  };
  Frame frame;
  std::vector<Member> members;
};

std::vector<LatticeGroup> group_by_lattice(std::span<const Observation> observations);

/// Candidate positions [first, first + count) of `order` (of the zone source itself where `order` is empty).
struct BatchRange {
  std::int64_t first;
  std::int64_t count;
};

struct ZonalPlan {
  std::vector<LatticeGroup> groups;
  std::vector<std::int64_t> order;  ///< polygons: positions along a space-filling curve; lattices: empty
  std::vector<BatchRange> batches;
  std::size_t tokens = 1;       ///< batches in flight
  std::size_t cache_bytes = 0;  ///< for decoded blocks
  std::size_t strip_bytes = 0;  ///< for pixels of one batch in flight
  std::size_t batch_bytes = 0;  ///< for coverage, samples and rows of one batch in flight
};

ZonalPlan plan_zonal(const ZonalRequest& request, const RunContext& context);

}  // namespace isotherm
