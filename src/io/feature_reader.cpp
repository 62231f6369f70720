#include "isotherm/io/feature_reader.h"

#include <gdal_priv.h>

#include <cmath>
#include <filesystem>

#include "gdal_support.h"
#include "geos_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/io/crs.h"
#include "ogr_support.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostFeatures = 65536;  // at a time

std::string source_crs(OGRLayer& layer, const FeatureSource& source) {
  if (!source.crs.empty()) return canonical_crs(source.crs);
  const std::string own = layer_crs(layer, source.path);
  if (own.empty())
    throw Error(ErrorKind::input,
                source.path + " has no CRS; give one behind its name: " + source.path + ",crs=EPSG:...");
  return own;
}

/// How far a straight edge may depart from its image: a centimetre.
double edge_tolerance(const std::string& crs) {
  return is_geographic(crs) ? 1e-7 : 0.01 / metres_per_unit(crs);
}

void shift(MultiPolygon& outline, double by) {
  if (by == 0) return;
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      for (Point& p : ring) p.x += by;
    }
  }
}

/// Parts in degrees that lie more than half the globe from the first one belong on its other side (RFC
/// 7946, 3.1.9).
void bring_together(MultiPolygon& outline) {
  for (Polygon& polygon : outline) {
    const double apart = polygon.rings.front().front().x - outline.front().rings.front().front().x;
    const double by = -360 * std::round(apart / 360);
    if (by == 0) continue;
    MultiPolygon part{std::move(polygon)};
    shift(part, by);
    polygon = std::move(part.front());
  }
}

/// Even-odd rule; a point on an edge may be either.
bool holds(const MultiPolygon& outline, Point p) {
  bool inside = false;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point a = ring[k], b = ring[k + 1 == ring.size() ? 0 : k + 1];
        if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
          inside = !inside;
      }
    }
  }
  return inside;
}

Point on_surface(const Geos& geos, const MultiPolygon& outline) {
  const Geos::Geometry geometry = geos.from(outline);
  const Geos::Geometry point = geos.own(GEOSPointOnSurface_r(geos.handle(), geometry.get()));
  Point p{kMissing, kMissing};
  GEOSGeomGetX_r(geos.handle(), point.get(), &p.x);
  GEOSGeomGetY_r(geos.handle(), point.get(), &p.y);
  return p;
}

std::size_t points_of(const MultiPolygon& outline) {
  std::size_t points = 1;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) points += ring.size();
  }
  return points;
}

}  // namespace

struct FeatureReader::State {
  FeatureSource source;
  GdalDataset dataset;
  OGRLayer& layer;
  std::string own_crs;
  std::vector<int> fields;
  bool swap, degrees, to_degrees;  ///< of the file, of the zones
  double tolerance, middle;
  CrsTransform transform;
  GroundArea ground;
  Geos geos;
  std::int64_t repaired = 0, left_out = 0;

  State(const FeatureSource& from, const std::string& crs, const Extent& place)
      : source(from),
        dataset(open_vector(from.path)),
        layer(choose_layer(*dataset, from.path, from.layer,
                           "name one behind the file: " + from.path + ":LAYER")),
        own_crs(source_crs(layer, from)),
        swap(needs_swap(layer)),
        degrees(is_geographic(own_crs)),
        to_degrees(is_geographic(crs)),
        tolerance(edge_tolerance(crs)),
        middle((place.xmin + place.xmax) / 2),
        transform(own_crs, crs),
        ground(own_crs) {
    const OGRwkbGeometryType type = wkbFlatten(layer.GetGeomType());
    if (type == wkbNone) throw Error(ErrorKind::input, from.path + ": holds no points or polygons to count");
    for (const std::string& name : from.numbers) {
      fields.push_back(field_index(*layer.GetLayerDefn(), from.path, name));
      const ColumnType holds_type = column_type(*layer.GetLayerDefn()->GetFieldDefn(fields.back()));
      if (holds_type == ColumnType::text || holds_type == ColumnType::date)
        throw Error(ErrorKind::input,
                    from.path + ": attribute '" + name + "' does not hold numbers, so it has no mean");
    }
    clear_gdal_error();
    if (!from.where.empty() && layer.SetAttributeFilter(from.where.c_str()) != OGRERR_NONE)
      throw Error(ErrorKind::usage, from.path + ": the condition where=" + from.where +
                                        " is not understood: " + last_gdal_error());
    pass_over_distant(crs, place);
    layer.ResetReading();
  }

  /// Files of a whole country are often asked for one city.
  void pass_over_distant(const std::string& crs, const Extent& place) {
    const Extent there = reproject(place, CrsTransform(crs, own_crs));
    const double margin = 0.02 * std::max(there.width(), there.height());
    const Extent wide{there.xmin - margin, there.ymin - margin, there.xmax + margin, there.ymax + margin};
    const bool finite = std::isfinite(wide.width()) && std::isfinite(wide.height());
    if (!finite || wide.empty() || (degrees && (wide.xmin < -180 || wide.xmax > 180))) return;
    if (swap) {
      layer.SetSpatialFilterRect(wide.ymin, wide.xmin, wide.ymax, wide.xmax);
    } else {
      layer.SetSpatialFilterRect(wide.xmin, wide.ymin, wide.xmax, wide.ymax);
    }
  }

  /// False when the feature has no place.
  bool read(const OGRFeature& from, Feature& feature) {
    const OGRGeometry* geometry = from.GetGeometryRef();
    if (geometry == nullptr || geometry->IsEmpty()) return false;
    Strangers parts, strangers;
    feature.outline = read_outline(geometry, swap, parts, strangers);
    if (strangers.all() > 0) {
      read_point(*geometry, feature);
    } else if (!read_polygon(feature)) {
      return false;
    }
    for (const int field : fields)
      feature.numbers.push_back(from.IsFieldSetAndNotNull(field) ? from.GetFieldAsDouble(field) : kMissing);
    return true;
  }

  void read_point(const OGRGeometry& geometry, Feature& feature) {
    const OGRGeometry* single = &geometry;
    if (wkbFlatten(geometry.getGeometryType()) == wkbMultiPoint &&
        geometry.toMultiPoint()->getNumGeometries() == 1)
      single = geometry.toMultiPoint()->getGeometryRef(0);
    if (wkbFlatten(single->getGeometryType()) != wkbPoint)
      throw Error(ErrorKind::input, std::string("is a ") + single->getGeometryName() +
                                        "; only polygons and single points are counted");
    const OGRPoint& point = *single->toPoint();
    feature.place =
        transform.apply(swap ? Point{point.getY(), point.getX()} : Point{point.getX(), point.getY()});
    if (!std::isfinite(feature.place.x) || !std::isfinite(feature.place.y))
      throw Error(ErrorKind::input, "has no place in " + crs_name(transform.to()));
    feature.place.x += turns_to_zones(feature.place.x);
  }

  bool read_polygon(Feature& feature) {
    if (feature.outline.empty()) return false;
    if (degrees) bring_together(feature.outline);
    if (make_valid(geos, feature.outline)) ++repaired;
    normalise(feature.outline);
    if (feature.outline.empty()) return false;
    feature.ground_area_m2 = ground.square_metres(feature.outline);
    if (!std::isfinite(feature.ground_area_m2))
      throw Error(ErrorKind::input, "reaches beyond the Earth in " + crs_name(own_crs));
    if (!transform.identity()) feature.outline = reproject(feature.outline, transform, tolerance);
    normalise(feature.outline);
    feature.place = centroid(feature.outline);
    if (!holds(feature.outline, feature.place)) feature.place = on_surface(geos, feature.outline);
    if (!std::isfinite(feature.place.x) || !std::isfinite(feature.place.y)) return false;
    const double by = turns_to_zones(feature.place.x);
    feature.place.x += by;
    shift(feature.outline, by);
    return true;
  }

  /// Whole turns of the globe that bring a longitude next to the zones.
  double turns_to_zones(double x) const {
    return to_degrees && std::isfinite(middle) ? 360 * std::round((middle - x) / 360) : 0;
  }
};

FeatureReader::FeatureReader(const FeatureSource& source, const std::string& crs, const Extent& place)
    : state_(std::make_unique<State>(source, crs, place)) {}
FeatureReader::FeatureReader(FeatureReader&&) noexcept = default;
FeatureReader::~FeatureReader() = default;

bool FeatureReader::has_areas() const {
  const OGRwkbGeometryType type = wkbFlatten(state_->layer.GetGeomType());
  return type != wkbPoint && type != wkbMultiPoint;
}

std::int64_t FeatureReader::repaired() const { return state_->repaired; }
std::int64_t FeatureReader::left_out() const { return state_->left_out; }

std::vector<Feature> FeatureReader::next(std::size_t most_points) {
  std::vector<Feature> features;
  std::size_t points = 0;
  clear_gdal_error();
  while (features.size() < kMostFeatures && points < most_points) {
    const OGRFeatureUniquePtr from{state_->layer.GetNextFeature()};
    if (from == nullptr) {
      if (CPLGetLastErrorType() == CE_Failure)
        throw Error(ErrorKind::input, state_->source.path + ": cannot be read: " + last_gdal_error());
      break;
    }
    Feature feature;
    try {
      if (!state_->read(*from, feature)) {
        ++state_->left_out;
        continue;
      }
    } catch (const Error& error) {
      throw Error(ErrorKind::input,
                  state_->source.path + ": feature " + std::to_string(from->GetFID()) + " " + error.what());
    }
    points += points_of(feature.outline);
    features.push_back(std::move(feature));
  }
  return features;
}

void split_layer(const std::string& text, std::string& path, std::string& layer) {
  path = text;
  layer.clear();
  const std::size_t colon = text.find_last_of(':');
  std::error_code ignored;
  if (colon == std::string::npos || colon == 0 || std::filesystem::exists(text, ignored)) return;
  if (text.find('/', colon) != std::string::npos) return;
  path = text.substr(0, colon);
  layer = text.substr(colon + 1);
}

}  // namespace isotherm
