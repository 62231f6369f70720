// Polygons from files: zones and areas of interest. GDAL/OGR reads, GEOS repairs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"

namespace isotherm {

struct VectorOptions {
  std::string layer;                       ///< empty: the only layer, or an error that lists them
  std::string id_field;                    ///< empty: the feature id of the file
  std::vector<std::string> keep;           ///< attribute columns to carry; {"*"}: all
  std::string crs;                         ///< overrides or supplies the CRS; canonicalised here
  std::string crs_option = "--zones-crs";  ///< what an error about a missing CRS tells the user to give
};

struct PolygonLayer {
  std::string crs;                     ///< canonical
  std::vector<std::int64_t> ids;       ///< integer id field, or the file's feature id, or the position
  std::vector<std::string> id_texts;   ///< what the id field says, as text
  std::vector<MultiPolygon> outlines;  ///< normalised; may be empty for features without geometry
  Table attributes;                    ///< the kept columns, a row per feature
  std::size_t repaired = 0;            ///< invalid polygons made valid (GEOS make-valid)
};

/// Features in file order; none is dropped. Features of lines or points are refused with their count; such
/// parts beside polygons are dropped with a warning. Curves become line pieces. Throws Error(input).
PolygonLayer read_polygons(const std::string& path, const VectorOptions& options, Log& log);

/// An area of interest in some CRS, with the questions cells ask. Not thread-safe: copy one per worker.
class Area {
 public:
  /// `spec` is a polygon file, or "xmin,ymin,xmax,ymax", brought to `crs`. Without `bbox_crs` a box is in
  /// degrees WGS 84 (with xmin > xmax it lies across the antimeridian) and a file must know its own. Throws
  /// Error.
  static Area read(const std::string& spec, const std::string& crs, const std::string& bbox_crs, Log& log);
  Area(const MultiPolygon& outline, std::string crs);
  Area(const Area&);
  Area& operator=(const Area&);
  Area(Area&&) noexcept;
  Area& operator=(Area&&) noexcept;
  ~Area();

  Extent extent() const;
  const MultiPolygon& outline() const;  ///< valid, parts merged, normalised
  const std::string& crs() const;
  enum class Side { outside, mixed, inside };
  Side side(const Extent& box) const;  ///< of all points of a box; `mixed` also when it only touches
  bool contains(Point p) const;        ///< half-open on edges, so that neighbours never both hold a point
  double share_inside(const Ring& cell) const;           ///< 0..1 of the cell's area
  MultiPolygon clip(const Ring& cell) const;             ///< part of the cell inside; empty when none
  MultiPolygon clip(const MultiPolygon& outline) const;  ///< the same of any valid outline

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
