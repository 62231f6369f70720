// Scenes from files: what an argument is, and what its metadata says.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

struct SceneOptions {
  bool keep_invalid = false;  ///< do not drop values outside the product's published valid range
  std::string crs;            ///< supplies the CRS of rasters that have none
};

/// One scene from an argument: a Landsat product folder, an *_MTL.json/.txt/.xml, a product .tar (read in
/// place), a STAC item JSON, or any raster GDAL opens (its bands keep their descriptions, scale, offset and
/// nodata). Throws Error(input) that names the file and what is wrong. Opens files but reads no pixels.
Scene open_scene(const std::string& argument, const SceneOptions& options, Log& log);

/// One scene from named bands: "nir=B5.tif[:BAND][,scale=..,offset=..,nodata=..]" each. All on one frame.
Scene open_bands(const std::vector<std::string>& specs, const SceneOptions& options, Log& log);

/// Scenes that are parts of one made one: surface reflectance and surface temperature of a product, which
/// LandsatLook keeps as items of their own ("..._SR", "..._ST"). The first stays where it is and takes the
/// bands it lacks from the other; parts on different frames stay apart.
std::vector<Scene> join_scene_parts(std::vector<Scene> scenes);

/// One argument a scene: "@list.txt" becomes its lines (one argument a line, # comments, relative to the
/// list; lists may name lists), a folder that is no product becomes the products, archives, metadata and STAC
/// items in it, sorted. A scene that comes twice is kept once, with a note to `log` where there is one.
/// Throws Error(input).
std::vector<std::string> expand_arguments(const std::vector<std::string>& arguments, Log* log = nullptr);

}  // namespace isotherm
