// A scene on this machine as a STAC item, in the words the Landsat collections of the public services use, so
// that searching and choosing treat it as one of theirs.
//
// Source: STAC item specification 1.0.0; extensions eo 1.0.0, projection 1.0.0, raster 1.1.0, view 1.0.0;
// names of assets and landsat: properties as in stactools-landsat.
#pragma once

#include <string>
#include <vector>

#include "isotherm/fetch/item.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// `item_folder`: where the item will lie, which hrefs are relative to. `metadata`: files of the product that
/// are no rasters. Throws Error(input) when the scene has no date.
StacItem scene_item(const Scene& scene, const std::string& item_folder,
                    const std::vector<std::string>& metadata);

}  // namespace isotherm
