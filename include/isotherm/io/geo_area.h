// Areas on the globe as searches and items write them: WGS 84 degrees, cut at the antimeridian (RFC 7946
// section 3.1.9).
#pragma once

#include <optional>
#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/json.h"
#include "isotherm/io/vector_reader.h"

namespace isotherm {

/// An area of interest (a vector file, or west,south,east,north) in degrees, no part reaching beyond +-180. A
/// ring whose longitudes jump by more than 180 degrees is taken to cross the antimeridian, with a warning.
/// Throws Error as Area::read does.
Area read_geo_area(const std::string& spec, const std::string& crs, Log& log);

/// Outlines as a GeoJSON Polygon or MultiPolygon, 7 decimals.
Json geometry_json(const MultiPolygon& outline);

/// The polygons of a GeoJSON geometry, cut at the antimeridian; nothing when it holds none (points, lines,
/// null).
std::optional<MultiPolygon> geometry_outline(const Json& geometry);

}  // namespace isotherm
