#include "geos_support.h"

#include <vector>

#include "isotherm/core/error.h"

namespace isotherm {

Geos::Geos() : handle_(GEOS_init_r()) {
  GEOSContext_setErrorMessageHandler_r(
      handle_, [](const char* text, void* reason) { *static_cast<std::string*>(reason) = text; }, &reason_);
}

Geos::~Geos() { GEOS_finish_r(handle_); }

Geos::Geometry Geos::own(GEOSGeometry* geometry) const {
  if (geometry == nullptr) throw Error(ErrorKind::internal, "geometry operation failed: " + reason_);
  return Geometry(geometry, GeometryFree{handle_});
}

GEOSGeometry* Geos::linear_ring(const Ring& ring) const {
  std::vector<Point> closed(ring);
  closed.push_back(ring.front());
  GEOSCoordSequence* points =
      GEOSCoordSeq_copyFromBuffer_r(handle_, &closed[0].x, static_cast<unsigned>(closed.size()), 0, 0);
  return points == nullptr ? nullptr : GEOSGeom_createLinearRing_r(handle_, points);
}

Geos::Geometry Geos::ring_polygon(const Ring& ring) const {
  return own(GEOSGeom_createPolygon_r(handle_, own(linear_ring(ring)).release(), nullptr, 0));
}

GEOSGeometry* Geos::polygon(const Polygon& polygon) const {
  std::vector<GEOSGeometry*> holes;
  for (std::size_t k = 1; k < polygon.rings.size(); ++k) {
    if (polygon.rings[k].size() >= 3) holes.push_back(own(linear_ring(polygon.rings[k])).release());
  }
  GEOSGeometry* shell = own(linear_ring(polygon.rings.front())).release();
  return GEOSGeom_createPolygon_r(handle_, shell, holes.data(), static_cast<unsigned>(holes.size()));
}

Geos::Geometry Geos::from(const MultiPolygon& outline) const {
  std::vector<GEOSGeometry*> parts;
  for (const Polygon& part : outline) {
    if (!part.rings.empty() && part.rings.front().size() >= 3) parts.push_back(own(polygon(part)).release());
  }
  if (parts.size() == 1) return own(parts.front());
  return own(GEOSGeom_createCollection_r(handle_, GEOS_MULTIPOLYGON, parts.data(),
                                         static_cast<unsigned>(parts.size())));
}

void Geos::add_polygons(const GEOSGeometry* geometry, MultiPolygon& out) const {
  const auto ring_of = [&](const GEOSGeometry* line) {
    const GEOSCoordSequence* points = GEOSGeom_getCoordSeq_r(handle_, line);
    unsigned size = 0;
    GEOSCoordSeq_getSize_r(handle_, points, &size);
    Ring ring(size);
    if (size > 0) GEOSCoordSeq_copyToBuffer_r(handle_, points, &ring[0].x, 0, 0);
    if (size > 1) ring.pop_back();
    return ring;
  };
  const int type = GEOSGeomTypeId_r(handle_, geometry);
  if (type == GEOS_POLYGON) {
    if (GEOSisEmpty_r(handle_, geometry) != 0) return;
    Polygon polygon;
    polygon.rings.push_back(ring_of(GEOSGetExteriorRing_r(handle_, geometry)));
    for (int k = 0; k < GEOSGetNumInteriorRings_r(handle_, geometry); ++k) {
      polygon.rings.push_back(ring_of(GEOSGetInteriorRingN_r(handle_, geometry, k)));
    }
    out.push_back(std::move(polygon));
  } else if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
    for (int k = 0; k < GEOSGetNumGeometries_r(handle_, geometry); ++k) {
      add_polygons(GEOSGetGeometryN_r(handle_, geometry, k), out);
    }
  }
}

MultiPolygon Geos::outline(const GEOSGeometry* geometry) const {
  MultiPolygon result;
  add_polygons(geometry, result);
  normalise(result);
  return result;
}

bool make_valid(const Geos& geos, MultiPolygon& outline) {
  const Geos::Geometry geometry = geos.from(outline);
  if (GEOSisValid_r(geos.handle(), geometry.get()) == 1) return false;
  GEOSGeometry* repaired = GEOSMakeValid_r(geos.handle(), geometry.get());
  if (repaired == nullptr)
    throw Error(ErrorKind::input, "an invalid polygon cannot be repaired: " + geos.reason());
  outline = geos.outline(geos.own(repaired).get());
  return true;
}

}  // namespace isotherm
