// Features of a vector file, a few at a time: buildings, trees, whatever is to be counted in zones. GDAL/OGR
// reads, GEOS repairs.
//
// Features are polygons (with parts, holes) or single points; anything else is refused by its number. Each
// comes with its outline in the CRS of the zones, one place that stands for it, and its true area. The place
// is the centre of mass of the outline in the CRS of the zones, or, where that lies outside the feature (an
// L, a courtyard), a point GEOS finds on its surface; for a point the point itself. Parts on both sides of
// the antimeridian are brought together first. Features without any geometry or area have no place and are
// left out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Which features, unchecked.
struct FeatureSource {
  std::string path;
  std::string layer;                 ///< empty: the only one
  std::string crs;                   ///< overrides or supplies the CRS
  std::string where;                 ///< a condition in SQL (OGR's); empty: all
  std::vector<std::string> numbers;  ///< attributes to read
};

struct Feature {
  MultiPolygon outline;  ///< empty for points
  Point place;
  double ground_area_m2 = 0;    ///< of the outline as the file has it, on the ellipsoid
  std::vector<double> numbers;  ///< NaN where missing
};

/// Not thread-safe.
class FeatureReader {
 public:
  /// `crs` is that of the zones; features that lie far from `place` (in that CRS) may be passed over. Opens
  /// the file. Throws Error(input), or Error(usage) for a condition GDAL does not understand.
  FeatureReader(const FeatureSource& source, const std::string& crs, const Extent& place);
  FeatureReader(FeatureReader&&) noexcept;
  ~FeatureReader();

  bool has_areas() const;  ///< the layer is not one of points
  /// The next features in file order, at most `most_points` vertices of them (one feature at least); none:
  /// that was all. Throws Error(input) that names the feature.
  std::vector<Feature> next(std::size_t most_points);
  std::int64_t repaired() const;  ///< polygons made valid so far
  std::int64_t left_out() const;  ///< features without geometry or area so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "FILE:LAYER" taken apart: what stands behind the last ':' that no '/' follows, unless the whole is a file.
void split_layer(const std::string& text, std::string& path, std::string& layer);

}  // namespace isotherm
