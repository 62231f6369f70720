// Zones painted into a raster: every whole number but 0 is a zone, made of all pixels that carry it.
//
// They are read as polygons whose edges are pixel edges (pieces that touch only in a corner are parts of
// their own), so that a zone keeps its exact shape on any other lattice and in any file of outlines; on the
// label raster's own lattice its weights are exactly 1. Zones come in ascending order of their numbers. The
// memory is that of the borders, not of the pixels.
#pragma once

#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/vector_reader.h"

namespace isotherm {

/// Can GDAL open it as a raster? False for files with features in them as well (GeoPackage).
bool is_label_raster(const std::string& path);

/// `crs` overrides or supplies the CRS. The first band is read; its nodata and mask are no zone. Throws
/// Error(input): more than one band, numbers that are not whole, no CRS, no label.
PolygonLayer read_labels(const std::string& path, const std::string& crs, Log& log);

}  // namespace isotherm
