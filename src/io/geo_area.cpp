#include "isotherm/io/geo_area.h"

#include <cmath>

#include "geojson_outline.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr const char* kDegrees = "EPSG:4326";

// Rings whose longitudes jump by more than half the globe go on past 180 degrees instead. True when one did.
bool unwrap(MultiPolygon& outline) {
  bool any = false;
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      Ring on = ring;
      bool jumped = false;
      for (std::size_t k = 1; k < on.size(); ++k) {
        const double turns = std::round((on[k].x - on[k - 1].x) / 360);
        jumped = jumped || turns != 0;
        on[k].x -= 360 * turns;
      }
      const bool closes = !on.empty() && std::abs(on.back().x - on.front().x) < 180;
      if (!jumped || !closes || signed_area(on) == 0) continue;  // the whole globe, or round a pole
      ring = std::move(on);
      any = true;
    }
  }
  return any;
}

MultiPolygon cut(MultiPolygon outline) {
  normalise(outline);
  return cut_at_antimeridian(outline);
}

Ring ring_of(const Json& points) {
  Ring ring;
  for (const Json& point : points.items()) {
    if (point.items().size() < 2) return {};
    const auto x = point.items()[0].number(), y = point.items()[1].number();
    if (!x || !y || std::abs(*x) > 720 || std::abs(*y) > 90) return {};
    ring.push_back({*x, *y});
  }
  if (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
  return ring.size() < 3 ? Ring{} : ring;
}

void add_polygon(const Json& rings, MultiPolygon& out) {
  Polygon polygon;
  for (const Json& points : rings.items()) {
    Ring ring = ring_of(points);
    if (!ring.empty()) polygon.rings.push_back(std::move(ring));
  }
  if (!polygon.rings.empty()) out.push_back(std::move(polygon));
}

void add_geometry(const Json& geometry, MultiPolygon& out) {
  const std::string type = geometry.text("type").value_or("");
  if (const Json* parts = geometry.find("geometries"); parts != nullptr && type == "GeometryCollection") {
    for (const Json& part : parts->items()) add_geometry(part, out);
  }
  const Json* coordinates = geometry.find("coordinates");
  if (coordinates == nullptr) return;
  if (type == "Polygon") add_polygon(*coordinates, out);
  if (type == "MultiPolygon") {
    for (const Json& polygon : coordinates->items()) add_polygon(polygon, out);
  }
}

Json polygon_json(const Polygon& polygon) {
  const auto number = [](double value) { return Json(Json::Number{fixed_text(value, 7)}); };
  Json rings = Json::array();
  for (const Ring& ring : polygon.rings) {
    Json& points = rings.push(Json::array());
    for (std::size_t k = 0; k <= ring.size(); ++k) {
      const Point& p = ring[k % ring.size()];
      points.push(Json(Json::Array{number(p.x), number(p.y)}));
    }
  }
  return rings;
}

}  // namespace

Area read_geo_area(const std::string& spec, const std::string& crs, Log& log) {
  MultiPolygon outline = Area::read(spec, kDegrees, crs, log).outline();
  if (unwrap(outline)) {
    log.warning(spec +
                ": longitudes jump by more than 180 degrees; the area is taken to cross the antimeridian");
  }
  return Area(cut(std::move(outline)), kDegrees);
}

Json geometry_json(const MultiPolygon& outline) {
  Json geometry = Json::object();
  if (outline.size() == 1) {
    geometry.append("type", "Polygon");
    geometry.append("coordinates", polygon_json(outline.front()));
    return geometry;
  }
  geometry.append("type", "MultiPolygon");
  Json& polygons = geometry.append("coordinates", Json::array());
  for (const Polygon& polygon : outline) polygons.push(polygon_json(polygon));
  return geometry;
}

std::optional<MultiPolygon> geometry_outline(const Json& geometry) {
  MultiPolygon outline;
  add_geometry(geometry, outline);
  if (outline.empty()) return std::nullopt;
  unwrap(outline);
  return cut(std::move(outline));
}

}  // namespace isotherm
