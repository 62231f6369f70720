// Landsat products on disk or in a tar: metadata and band files found, opened and understood.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isotherm/io/scene_reader.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// Names in a folder or an archive, sorted, without "." and ".."; at most 20000, else Error(input).
std::vector<std::string> list_folder(const std::string& folder);
/// Metadata files of a folder, one for each product (txt before json before xml), as names.
std::vector<std::string> find_metadata(const std::vector<std::string>& names);
/// The inside of a tar as GDAL sees it: "/vsitar/{path}".
std::string inside_tar(const std::string& path);
bool is_tar(const std::string& path);

Scene open_metadata(const std::string& mtl_path, const SceneOptions& options);
/// A folder (or the inside of a tar) with one product.
Scene open_product_folder(const std::string& folder, const SceneOptions& options);

/// A file of a Landsat layer alone, decoded by the published values; nothing when the file's name or type
/// says that it is no unchanged product file (see open_raster_scene for what happens then).
std::optional<Scene> open_product_layer(const std::string& path, const SceneOptions& options);

}  // namespace isotherm
