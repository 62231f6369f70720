// How the zones of a run are cut into batches, within the memory budget.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/engine/zonal.h"

namespace isotherm {

/// Observations whose pixels lie on one lattice: coverage is computed once for all of them.
///
/// Pixels are numbered from an origin that belongs to the lattice and not to the scenes at hand, so that the
/// coverage of a zone is the same numbers to the last bit whichever scenes are in the run, and can be kept.
struct LatticeGroup {
  struct Member {
    std::size_t observation;
    std::int64_t col, row;  ///< of the observation's first pixel
  };
  Frame frame;           ///< smallest that holds all members
  GeoTransform lattice;  ///< of the pixel numbers
  Window window;         ///< `frame` in those numbers
  std::vector<Member> members;
};

std::vector<LatticeGroup> group_by_lattice(std::span<const Observation> observations);

/// Candidate positions [first, first + count) of the zone source, or of `order` where that is not empty.
struct BatchRange {
  std::int64_t first;
  std::int64_t count;
};

struct ZonalPlan {
  std::vector<LatticeGroup> groups;
  std::vector<std::int64_t> order;  ///< polygons: positions along a space-filling curve; lattices: empty
  std::int64_t first_place = 0;     ///< along the whole curve, of the first of `order`: not 0 in a share
  std::int64_t zones = 0;           ///< candidates in this run's share
  double pixels = 0;                ///< about, under the zones of the share, over all observations
  std::vector<BatchRange> batches;
  std::size_t tokens = 1;       ///< batches in flight
  std::size_t cache_bytes = 0;  ///< for decoded blocks
  std::size_t strip_bytes = 0;  ///< for pixels of one batch in flight
  std::size_t batch_bytes = 0;  ///< for coverage, samples and rows of one batch in flight
};

ZonalPlan plan_zonal(const ZonalRequest& request, const RunContext& context);

}  // namespace isotherm
