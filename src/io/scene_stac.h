// STAC items as scenes.
#pragma once

#include <string>

#include "isotherm/io/scene_reader.h"

namespace isotherm {

/// The scene of a STAC item (any version from 0.7): Landsat items become products with the item's values
/// before the published ones, other items plain bands named by common name. Local copies of remote assets
/// beside the item are preferred. Throws Error(input) for what is no item and for an item without usable
/// assets.
Scene open_stac_item(const std::string& path, const SceneOptions& options);

/// True when the text of a file looks like a STAC item: used when a folder is searched.
bool is_stac_item(const std::string& path);

}  // namespace isotherm
