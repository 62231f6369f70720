// Which zones a share of a run owns, and how many pixels lie under them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/engine/zonal.h"
#include "zonal_plan.h"

namespace isotherm {

/// Zones that follow each other in the order of work, with what they cost.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t count = 0;
  double pixels = 0;  ///< under them, over all observations
};

/// A run of zones [first, first + count).
struct ZoneRun {
  std::int64_t first = 0;
  std::int64_t count = 0;
  double pixels = 0;
};

/// All zones of the request in stretches; `order` is that of polygons, empty for lattices.
std::vector<Stretch> stretches_of(const ZonalRequest& request, std::span<const LatticeGroup> groups,
                                  std::span<const std::int64_t> order);

/// The run that a share owns. Runs of one count follow each other and together are all zones; each holds
/// about as many pixels as the others, zones without pixels counting a little.
ZoneRun cut_share(std::span<const Stretch> stretches, const Share& share);

}  // namespace isotherm
