#include "ogr_support.h"

#include <gdal_priv.h>

#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

Ring read_ring(const OGRLinearRing& line, bool swap) {
  Ring ring;
  for (int k = 0; k < line.getNumPoints(); ++k) {
    const Point p = swap ? Point{line.getY(k), line.getX(k)} : Point{line.getX(k), line.getY(k)};
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      throw Error(ErrorKind::input, "has a coordinate that is not finite");
    }
    if (ring.empty() || ring.back() != p) ring.push_back(p);
  }
  while (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
  return ring;
}

/// Adds the polygons of a geometry, however nested; counts what is none.
void add_polygons(const OGRGeometry& geometry, bool swap, MultiPolygon& out, Strangers& strangers) {
  if (geometry.IsEmpty()) return;
  const OGRwkbGeometryType type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbPolygon || type == wkbTriangle) {
    Polygon polygon;
    for (const OGRLinearRing* ring : *geometry.toPolygon()) {
      Ring points = read_ring(*ring, swap);
      if (points.size() >= 3)
        polygon.rings.push_back(std::move(points));
      else if (polygon.rings.empty())
        return;  // a shell without area
    }
    if (!polygon.rings.empty()) out.push_back(std::move(polygon));
  } else if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) && type != wkbMultiPoint &&
             type != wkbMultiLineString) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection())
      add_polygons(*part, swap, out, strangers);
  } else {
    strangers.count(geometry);
  }
}

std::string date_text(const OGRFeature& feature, int field) {
  std::array<int, 6> part{};
  int zone = 0;
  feature.GetFieldAsDateTime(field, &part[0], &part[1], &part[2], &part[3], &part[4], &part[5], &zone);
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", part[0], part[1], part[2]);
  return text.data();
}

}  // namespace

OGRLayer& choose_layer(GDALDataset& dataset, const std::string& path, const std::string& wanted,
                       const std::string& way) {
  std::vector<std::string> names;
  for (int k = 0; k < dataset.GetLayerCount(); ++k) names.emplace_back(dataset.GetLayer(k)->GetName());
  if (names.empty()) throw Error(ErrorKind::input, path + ": holds no layer of features");
  if (wanted.empty()) {
    if (names.size() == 1) return *dataset.GetLayer(0);
    throw Error(ErrorKind::input, path + ": has " + std::to_string(names.size()) + " layers (" +
                                      join(names, ", ") + "); " + way);
  }
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] == wanted) return *dataset.GetLayer(static_cast<int>(k));
  }
  throw Error(ErrorKind::input, path + ": has no layer '" + wanted + "'; there are " + join(names, ", ") +
                                    suggestion(wanted, names));
}

std::string layer_crs(OGRLayer& layer, const std::string& path) {
  const OGRSpatialReference* crs = layer.GetSpatialRef();
  char* text = nullptr;
  const char* const wkt2[] = {"FORMAT=WKT2_2019", nullptr};
  if (crs != nullptr && crs->exportToWkt(&text, wkt2) != OGRERR_NONE) {
    CPLFree(text);
    text = nullptr;
    crs->exportToWkt(&text);
  }
  const std::string wkt = text == nullptr ? "" : text;
  CPLFree(text);
  if (wkt.empty()) return "";
  try {
    return canonical_crs(wkt);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, path + ": " + error.what());
  }
}

bool needs_swap(OGRLayer& layer) {
  const OGRSpatialReference* crs = layer.GetSpatialRef();
  if (crs == nullptr || !(crs->EPSGTreatsAsLatLong() || crs->EPSGTreatsAsNorthingEasting())) return false;
  const std::vector<int>& mapping = crs->GetDataAxisToSRSAxisMapping();
  return mapping.size() >= 2 && mapping[0] == 1 && mapping[1] == 2;
}

MultiPolygon read_outline(const OGRGeometry* geometry, bool swap, Strangers& parts, Strangers& features) {
  MultiPolygon outline;
  if (geometry == nullptr || geometry->IsEmpty()) return outline;
  Strangers here;
  if (geometry->hasCurveGeometry(TRUE) ||
      OGR_GT_IsSubClassOf(wkbFlatten(geometry->getGeometryType()), wkbSurface) ||
      wkbFlatten(geometry->getGeometryType()) == wkbMultiSurface) {
    const std::unique_ptr<OGRGeometry> straight(geometry->getLinearGeometry());
    add_polygons(straight ? *straight : *geometry, swap, outline, here);
  } else {
    add_polygons(*geometry, swap, outline, here);
  }
  if (outline.empty() && here.all() > 0) {
    features.count(*geometry);
  } else {
    parts.points += here.points;
    parts.lines += here.lines;
    parts.others += here.others;
  }
  return outline;
}

Point centroid(const MultiPolygon& outline) {
  const Point origin = outline.front().rings.front().front();
  double area_sum = 0, x = 0, y = 0;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point a{ring[k].x - origin.x, ring[k].y - origin.y};
        const Point& end = ring[k + 1 == ring.size() ? 0 : k + 1];
        const Point b{end.x - origin.x, end.y - origin.y};
        const double cross = a.x * b.y - b.x * a.y;
        area_sum += cross;
        x += (a.x + b.x) * cross;
        y += (a.y + b.y) * cross;
      }
    }
  }
  if (area_sum == 0) return origin;
  return {origin.x + x / (3 * area_sum), origin.y + y / (3 * area_sum)};
}

ColumnType column_type(const OGRFieldDefn& field) {
  switch (field.GetType()) {
    case OFTInteger:
    case OFTInteger64:
      return ColumnType::integer;
    case OFTReal:
      return ColumnType::real;
    case OFTDate:
      return ColumnType::date;
    default:
      return ColumnType::text;
  }
}

int field_index(const OGRFeatureDefn& definition, const std::string& path, const std::string& name) {
  std::vector<std::string> names;
  for (int k = 0; k < definition.GetFieldCount(); ++k)
    names.emplace_back(definition.GetFieldDefn(k)->GetNameRef());
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (names[k] == name) return static_cast<int>(k);
  }
  throw Error(ErrorKind::input, path + ": has no attribute '" + name + "'; there are " +
                                    (names.empty() ? "none" : join(names, ", ")) + suggestion(name, names));
}

void append(Column& column, const OGRFeature& feature, int field) {
  // Numbers as they lie in the feature: asking for them by way of its methods costs as much as reading them.
  const OGRField& value = *feature.GetRawFieldRef(field);
  const bool missing = OGR_RawField_IsUnset(&value) != 0 || OGR_RawField_IsNull(&value) != 0;
  switch (column.info.type) {
    case ColumnType::integer:
      if (missing) {
        column.integers().push_back(kMissingInteger);
      } else {
        const bool narrow = feature.GetFieldDefnRef(field)->GetType() == OFTInteger;
        column.integers().push_back(narrow ? value.Integer : value.Integer64);
      }
      break;
    case ColumnType::real:
      column.reals().push_back(missing ? std::numeric_limits<double>::quiet_NaN() : value.Real);
      break;
    case ColumnType::date:
      column.texts().push_back(missing ? std::nullopt : std::optional(date_text(feature, field)));
      break;
    case ColumnType::text:
      column.texts().push_back(missing ? std::nullopt
                                       : std::optional<std::string>(feature.GetFieldAsString(field)));
      break;
  }
}

}  // namespace isotherm
