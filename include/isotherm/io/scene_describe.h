// What was understood of scenes, for people and as JSON: identity, grid, bands with their decoding, what can
// be masked, which indices are possible and why the others are not, and every note.
#pragma once

#include <span>
#include <string>

#include "isotherm/spectral/catalogue.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// A paragraph a scene, lines of at most about 120 characters apart from paths and reasons.
std::string scenes_text(std::span<const Scene> scenes, const Catalogue& catalogue, const MaskChoice& mask);

/// {"scenes": [{...}, ...]}, members in fixed order; what is unknown or unbounded is null. Ends with a
/// newline.
std::string scenes_json(std::span<const Scene> scenes, const Catalogue& catalogue, const MaskChoice& mask);

}  // namespace isotherm
