// How much of an area is cloudy in a scene, from the scene's quality band: only the blocks over the area are
// read.
#pragma once

#include <optional>
#include <string>

#include "isotherm/fetch/alternates.h"
#include "isotherm/fetch/item_facts.h"
#include "isotherm/fetch/transfer.h"
#include "isotherm/io/vector_reader.h"
#include "isotherm/spectral/quality.h"

namespace isotherm {

/// Percent of the pixels with data whose centres lie in the area (degrees) that are cloud, its rim, cirrus or
/// shadow, as far as `mask` has these words (all of them when it has none). Nothing when no pixel there has
/// data, or the item has no quality band, with the reason in `why`. Throws Error when the band cannot be had.
std::optional<double> cloud_in_area(const StacItem& item, const ItemFacts& facts, const Area& area,
                                    const MaskChoice& mask, const SourceRules& rules,
                                    const TransferContext& context, Log& log, std::string& why);

}  // namespace isotherm
