// What a run of zones will read and hold, told before it reads a pixel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isotherm/engine/zonal.h"

namespace isotherm {

struct ZonalOutline {
  struct Reading {
    std::string observation;
    int layers = 0;           ///< bands and quality layers
    std::int64_t pixels = 0;  ///< of one layer, in the window of the zones
    std::int64_t blocks = 0;  ///< of all layers
    double stored_bytes = 0;  ///< in these blocks, compressed as they are: by their share of the file
    double decoded_bytes = 0;
  };
  std::int64_t zones = 0;  ///< candidates of the share; an area of interest may turn some down
  std::int64_t batches = 0;
  double zone_pixels = 0;  ///< under the zones, over all observations; about
  std::vector<Reading> readings;
  std::size_t lattices = 0;                                       ///< on which coverage is computed
  std::size_t cache_bytes = 0, strip_bytes = 0, batch_bytes = 0;  ///< the most a run holds, by use
};

/// Reads of files what their headers say. For a share, readings are those of its part of the pixels.
ZonalOutline outline_of(const ZonalRequest& request, const RunContext& context);

}  // namespace isotherm
