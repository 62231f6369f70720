// What a Landsat MTL says about a scene as a whole: identity, sun, thermal constants, grid.
#pragma once

#include <optional>

#include "isotherm/core/frame.h"
#include "isotherm/spectral/scene.h"
#include "mtl.h"
#include "scene_layers.h"

namespace isotherm {

/// Scene without bands. Throws Error(input) when the metadata lacks what makes a scene: spacecraft and date.
Scene describe_scene(const Mtl& mtl);
/// The same from a name alone, where there is no metadata.
Scene describe_scene(const ProductName& name);

/// The sensor's family, from spacecraft and sensor names.
SensorFamily family_of(const std::string& spacecraft, const std::string& sensor);

/// The grid that the metadata describes for a file of this size; nothing when no count of lines and samples
/// fits. Corners of Landsat metadata are centres of the corner pixels.
std::optional<Frame> frame_from_metadata(const Mtl& mtl, std::int64_t width, std::int64_t height);
/// CRS of the product, canonical; empty when the projection is none we know. USGS counts southern UTM
/// zones as northern ones with negative northings, and so does this.
std::string crs_from_metadata(const Mtl& mtl);

}  // namespace isotherm
