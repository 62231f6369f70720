// How this program uses GEOS: one handle per user (GEOS objects are not shared between threads), geometries
// that free themselves, our outlines in and out.
#pragma once

#include <geos_c.h>

#include <memory>
#include <string>

#include "isotherm/core/geometry.h"

namespace isotherm {

class Geos {
 public:
  struct GeometryFree {
    GEOSContextHandle_t handle;
    void operator()(GEOSGeometry* geometry) const { GEOSGeom_destroy_r(handle, geometry); }
  };
  using Geometry = std::unique_ptr<GEOSGeometry, GeometryFree>;

  Geos();
  Geos(const Geos&) = delete;
  Geos& operator=(const Geos&) = delete;
  ~Geos();

  GEOSContextHandle_t handle() const { return handle_; }
  /// Takes over; throws Error(internal) with GEOS's reason when null.
  Geometry own(GEOSGeometry* geometry) const;
  /// What GEOS last complained about.
  const std::string& reason() const { return reason_; }

  Geometry ring_polygon(const Ring& ring) const;
  /// A polygon, or a multipolygon; rings of fewer than three points are left out.
  Geometry from(const MultiPolygon& outline) const;
  /// All polygons in it (also inside collections), normalised; points and lines are left out.
  MultiPolygon outline(const GEOSGeometry* geometry) const;

 private:
  GEOSGeometry* linear_ring(const Ring& ring) const;
  GEOSGeometry* polygon(const Polygon& polygon) const;
  void add_polygons(const GEOSGeometry* geometry, MultiPolygon& out) const;

  GEOSContextHandle_t handle_;
  std::string reason_;
};

/// Makes an invalid outline valid (self-crossing rings, holes outside their shell, overlapping parts); an
/// already valid one is left as it is. True when it had to be changed. Throws Error(input) when GEOS cannot.
bool make_valid(const Geos& geos, MultiPolygon& outline);

}  // namespace isotherm
