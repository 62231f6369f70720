// Outlines as GeoJSON geometries (RFC 7946): WGS 84 longitude and latitude, shells counter-clockwise, cut at
// the antimeridian.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/core/geometry.h"
#include "smooth_transform.h"
#include "table_text.h"

namespace isotherm {

/// Cuts outlines whose longitudes run on past +-180 into parts inside [-180, 180]. A ring that does not come
/// back to its first longitude goes round a pole, and is closed along it. Shells must run counter-clockwise.
MultiPolygon cut_at_antimeridian(const MultiPolygon& outline);

/// Writes the outlines of one batch. A vertex shared by neighbours is transformed and formatted once, and so
/// has the same digits in all of them.
class GeoJsonOutlines {
 public:
  /// The outlines must outlive this object. Throws Error(input) when a vertex has no longitude and latitude.
  GeoJsonOutlines(std::span<const MultiPolygon> outlines, SmoothTransform& to_wgs84, bool geographic,
                  int decimals);
  /// Writes the geometry of outline n: a Polygon, a MultiPolygon, or null when it is empty.
  void write(TextGather& out, std::size_t n) const;

 private:
  void find_vertices();
  void format_vertices();
  bool plain(const MultiPolygon& outline, std::size_t vertex) const;
  void write_plain(TextGather& out, const MultiPolygon& outline, std::size_t vertex) const;
  void write_points(TextGather& out, const MultiPolygon& outline) const;

  std::span<const MultiPolygon> outlines_;
  SmoothTransform& transform_;
  bool geographic_;  ///< outlines are in degrees: edges are straight there by themselves
  CoordinateText format_;
  std::vector<std::uint32_t> vertices_;  ///< of all rings of all outlines in turn: position in `places_`
  std::vector<std::size_t> first_;       ///< of each outline in `vertices_`
  std::vector<Point> places_;            ///< unique vertices, in degrees
  std::vector<std::uint32_t> text_first_;
  std::string text_;  ///< "[7.1,51.2]" of each unique vertex
};

}  // namespace isotherm
