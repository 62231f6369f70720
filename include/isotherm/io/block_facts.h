// How a band is stored, without reading pixels of it.
#pragma once

#include <cstdint>

#include "isotherm/spectral/scene.h"

namespace isotherm {

struct BlockFacts {
  std::int64_t width = 0, height = 0;  ///< of a block, in pixels
  double stored_bytes = 0;  ///< of the band as stored: the file's size shared by its bands; 0: unknown
  int pixel_bytes = 0;      ///< once decoded
};
/// Throws Error(input) when the file cannot be opened.
BlockFacts block_facts(const Band& band);

/// Blocks that a window of the band's pixels touches.
std::int64_t blocks_under(const BlockFacts& facts, const Window& window);

}  // namespace isotherm
