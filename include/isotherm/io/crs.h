// Coordinate reference systems: their canonical text, transformations between them, true areas. PROJ inside.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Canonical text of a CRS given as "EPSG:32632", WKT, PROJ string, PROJJSON or a GDAL-readable name:
/// "EPSG:n" (or another authority's code) when the definition is that entry, else single-line WKT2. Axis
/// order of use is always x = east or longitude. Throws Error(input) when it is not understood.
std::string canonical_crs(const std::string& text);
/// A short name for people: "EPSG:32632 (WGS 84 / UTM zone 32N)".
std::string crs_name(const std::string& crs);
bool is_geographic(const std::string& crs);
/// Metres per unit of the CRS's axes; throws Error(input) for geographic ones.
double metres_per_unit(const std::string& crs);
/// "EPSG:326zz" or "EPSG:327zz" of the UTM zone of a place in WGS 84 degrees (Norway and Svalbard exceptions
/// kept).
std::string utm_crs(double longitude, double latitude);
/// A Lambert azimuthal equal-area CRS centred on a place (rounded to whole degrees, so that runs over one
/// city agree).
std::string equal_area_crs(double longitude, double latitude);

/// Maps points from one CRS to another. Copyable: a copy has its own PROJ objects, so give one to each
/// thread.
class CrsTransform {
 public:
  CrsTransform(const std::string& from, const std::string& to);
  CrsTransform(const CrsTransform& other);
  CrsTransform& operator=(const CrsTransform& other);
  CrsTransform(CrsTransform&&) noexcept;
  CrsTransform& operator=(CrsTransform&&) noexcept;
  ~CrsTransform();

  bool identity() const;  ///< both sides are the same CRS; apply() is then a no-op
  const std::string& from() const;
  const std::string& to() const;
  double turn()
      const;  ///< units of longitude in a full circle (360) of a geographic target; 0 for a projected one
  /// In place. A point that cannot be mapped becomes (inf, inf).
  void apply(std::span<Point> points) const;
  Point apply(Point point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The outline in the target CRS. Points are added along edges until the straight piece departs from the true
/// curve by at most `tolerance` (units of the target), so that areas and neighbours' shared edges agree (an
/// edge gets the same points from either side). In a geographic target longitudes run on from vertex to
/// vertex, so those of an outline across the antimeridian leave [-180, 180]. Throws Error(input) when a
/// vertex has no image.
MultiPolygon reproject(const MultiPolygon& outline, const CrsTransform& transform, double tolerance);

/// Bounding extent, in the target CRS, of an extent (edges and interior sampled, poles looked for). Points
/// without an image are left out. Longitudes run on past 180 where it lies across the antimeridian.
Extent reproject(const Extent& extent, const CrsTransform& transform);

/// The same, moved by whole turns of longitude to where its middle is nearest to that of `beside`: a raster
/// may lie at 181 degrees and a cell at -179.
Extent reproject(const Extent& extent, const CrsTransform& transform, const Extent& beside);

/// True areas on the ellipsoid in square metres. One per thread.
class GroundArea {
 public:
  explicit GroundArea(const std::string& crs);
  GroundArea(GroundArea&&) noexcept;
  ~GroundArea();
  double square_metres(const MultiPolygon& outline) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
