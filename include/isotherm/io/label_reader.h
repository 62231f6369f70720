// Zones painted into a raster: every whole number but 0 is a zone, made of all pixels that carry it.
//
// They are read as polygons whose edges are pixel edges (pieces that touch only in a corner are parts of
// their own), so that a zone keeps its exact shape on any other lattice and in any file of outlines; on the
// label raster's own lattice its weights are exactly 1. Zones come in ascending order of their numbers.
//
// The pixels take one row of the file's blocks at a time, which must fit into the memory budget. Outlines are
// held beside it, as those of a file of polygons are; a raster that falls into so many pieces that their
// outlines would take four times the budget (by default all of the machine's memory) is refused while it is
// read: a photograph is no map of zones.
#pragma once

#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/vector_reader.h"

namespace isotherm {

/// Can GDAL open it as a raster? False for files with features in them as well (GeoPackage).
bool is_label_raster(const std::string& path);

/// `crs` overrides or supplies the CRS. The one band is read; its nodata and mask are no zone. Throws
/// Error(input): more than one band, numbers that are not whole, no CRS, no label, more than the memory can
/// hold. Stops when the context says so.
PolygonLayer read_labels(const std::string& path, const std::string& crs, const RunContext& context);

}  // namespace isotherm
