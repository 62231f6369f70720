// Pixels of a zone on a lattice without end, for zones that leave the frame: the denominators of valid shares
// under the rules that count whole pixels. Both throw Error(input) for zones too large to be counted pixel
// row by pixel row.
#pragma once

#include <span>
#include <vector>

#include "isotherm/zones/coverage.h"

namespace isotherm {

/// Pixels whose centre is inside.
double count_centres(std::span<const OrientedRing> rings, const Extent& box);
/// Pixels of which any area is inside; `steps` is scratch.
double count_touched(std::span<const OrientedRing> rings, const Extent& box, std::vector<CoverStep>& steps);

}  // namespace isotherm
