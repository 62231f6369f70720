// Tells how many stored numbers were dropped because they lie outside the product's published valid range.
#pragma once

#include "isotherm/core/run_context.h"
#include "isotherm/io/pixel_reader.h"

namespace isotherm {

/// One note for all bands, with the worst of them by name; nothing when there are none.
void note_invalid_pixels(const BlockCache::Counts& counts, Log& log);

}  // namespace isotherm
