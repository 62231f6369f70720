// Rasters that are no Landsat product.
#pragma once

#include <string>

#include "isotherm/io/scene_reader.h"
#include "scene_files.h"

namespace isotherm {

/// Every band of a raster as it is: name from its description (else "b1", "b2", ...), scale, offset, nodata
/// and unit of the file. A file that is one unchanged layer of a Landsat product is decoded as that instead.
Scene open_raster_scene(const std::string& path, const SceneOptions& options);

/// Text as a name that formulas can use: lower-case letters, digits and '_', not starting with a digit; may
/// be empty.
std::string name_from_text(const std::string& text);

/// Band `index` (from 1) of a file, as it is.
Band plain_band(const FileFacts& file, int index);
/// Supplies a CRS where there is none, and tells what is missing.
void note_plain_frame(Scene& scene, FileFacts& facts, const SceneOptions& options);

}  // namespace isotherm
