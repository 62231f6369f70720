// Layers, fields and outlines as OGR has them, in our own words: what readers of polygons and of tables
// share.
#pragma once

#include <ogrsf_frmts.h>

#include <cstdint>
#include <string>

#include "isotherm/core/geometry.h"
#include "isotherm/core/table.h"

class GDALDataset;

namespace isotherm {

/// The layer of that name; for an empty name the only one. Throws Error(input) that lists the layers and says
/// how to choose one.
OGRLayer& choose_layer(GDALDataset& dataset, const std::string& path, const std::string& wanted,
                       const std::string& way = "choose one with --layer");
/// Canonical text of the layer's own CRS; empty when it has none.
std::string layer_crs(OGRLayer& layer, const std::string& path);
/// Some drivers hand out coordinates in the order of the authority (latitude first).
bool needs_swap(OGRLayer& layer);

/// How many features or parts are something else than polygons.
struct Strangers {
  std::int64_t points = 0, lines = 0, others = 0;
  std::int64_t all() const { return points + lines + others; }
  void count(const OGRGeometry& geometry) {
    switch (wkbFlatten(geometry.getGeometryType())) {
      case wkbPoint:
      case wkbMultiPoint:
        ++points;
        break;
      case wkbLineString:
      case wkbMultiLineString:
        ++lines;
        break;
      default:
        ++others;
    }
  }
};

/// The polygons of a geometry, not normalised. Parts that are none are counted in `parts`, geometries without
/// any polygon in `features`. Throws Error(input) for coordinates that are not finite.
MultiPolygon read_outline(const OGRGeometry* geometry, bool swap, Strangers& parts, Strangers& features);

/// Centre of mass of polygons (normalised), computed about their first point so that large coordinates keep
/// their digits; that point where they have no area.
Point centroid(const MultiPolygon& outline);

ColumnType column_type(const OGRFieldDefn& field);
/// Throws Error(input) with the nearest name.
int field_index(const OGRFeatureDefn& definition, const std::string& path, const std::string& name);
/// Adds the value of a field to a column of column_type(field).
void append(Column& column, const OGRFeature& feature, int field);

}  // namespace isotherm
