#include "geojson_outline.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "geos_support.h"

namespace isotherm {

namespace {

/// Edges get more points where a straight line in degrees would be off by more than this (about 1 m).
constexpr double kTolerance = 1e-5;
/// An edge no longer than this, and not near a pole, is never off by that much: the line of a map projection
/// departs from a straight line in degrees by about length^2 tan(latitude) / (8 earth radii), 0.6 m here.
constexpr double kShortEdge = 0.015;
constexpr double kNearPole = 80;

/// A ring round a pole, whose longitudes end a full turn from where they began, becomes a plain ring: opened
/// where it crosses the antimeridian and closed along the pole. Other rings stay as they are.
Ring closed_about_pole(const Ring& ring, bool shell) {
  const double turns = std::round((ring.back().x - ring.front().x) / 360);
  if (turns == 0) return ring;
  const double way = turns > 0 ? 1 : -1;  // east or west
  // A shell that runs east has its inside to the left, towards the north.
  const double pole = (way > 0) == shell ? 90 : -90;
  const auto at = [&](std::size_t k) {
    const Point p = ring[k % ring.size()];
    return k < ring.size() ? p : Point{p.x + way * 360, p.y};
  };
  const double world = std::ceil((way * ring.front().x - 180) / 360);
  const double line = way * (180 + 360 * world);  // the first antimeridian on the way
  std::size_t k = 0;
  while (way * at(k + 1).x < way * line) ++k;
  const Point a = at(k), b = at(k + 1);
  const double latitude = b.x == a.x ? a.y : a.y + (b.y - a.y) * (line - a.x) / (b.x - a.x);
  Ring opened{{-180 * way, latitude}};
  for (std::size_t next = k + 1; next <= k + ring.size(); ++next) {
    opened.push_back({at(next).x - line - 180 * way, at(next).y});
  }
  opened.push_back({180 * way, latitude});
  opened.push_back({180 * way, pole});
  opened.push_back({-180 * way, pole});
  return opened;
}

/// The part of the globe a ring encloses, as polygons inside [-180, 180].
Geos::Geometry region(const Geos& geos, const Ring& ring, bool shell) {
  MultiPolygon whole{{{closed_about_pole(ring, shell)}}};
  make_valid(geos, whole);
  const Extent extent = extent_of(whole);
  const Geos::Geometry geometry = geos.from(whole);
  MultiPolygon parts;
  for (double world = std::floor((extent.xmin + 180) / 360); world * 360 - 180 < extent.xmax; ++world) {
    const double west = world * 360 - 180;
    const Ring box{{west, -91}, {west + 360, -91}, {west + 360, 91}, {west, 91}};
    MultiPolygon part = geos.outline(
        geos.own(GEOSIntersection_r(geos.handle(), geometry.get(), geos.ring_polygon(box).get())).get());
    for (Polygon& polygon : part) {
      for (Ring& r : polygon.rings) {
        for (Point& p : r) p.x -= world * 360;
      }
      parts.push_back(std::move(polygon));
    }
  }
  return geos.from(parts);
}

std::uint64_t hash_of(Point p) {
  std::uint64_t h = std::bit_cast<std::uint64_t>(p.x) * 0x9E3779B97F4A7C15u;
  h = (h ^ (h >> 32)) + std::bit_cast<std::uint64_t>(p.y) * 0xC2B2AE3D27D4EB4Fu;
  h ^= h >> 29;
  h *= 0xBF58476D1CE4E5B9u;
  return h ^ (h >> 32);
}

void write_place(Point p, const CoordinateText& format, TextGather& out) {
  const auto coordinate = [&](double value) {
    if (format.writes(value)) {
      out.end_at(format.write(out.room(), value));
    } else {
      std::string text;
      format.append(text, value);
      out.put(text);
    }
  };
  out.put('[');
  coordinate(p.x);
  out.put(',');
  coordinate(p.y);
  out.put(']');
}

/// Writes one geometry; `write_ring` writes the points of ring (polygon, number) in the right direction.
template <class WriteRing>
void write_geometry(TextGather& out, const MultiPolygon& outline, const WriteRing& write_ring) {
  if (outline.empty()) {
    out.put("null");
    return;
  }
  const bool several = outline.size() > 1;
  out.put(several ? R"({"type":"MultiPolygon","coordinates":[)" : R"({"type":"Polygon","coordinates":)");
  for (std::size_t p = 0; p < outline.size(); ++p) {
    out.put(p == 0 ? "[" : ",[");
    for (std::size_t r = 0; r < outline[p].rings.size(); ++r) {
      out.put(r == 0 ? "[" : ",[");
      write_ring(outline[p].rings[r], r == 0);
      out.put(']');
    }
    out.put(']');
  }
  out.put(several ? "]}" : "}");
}

/// Positions of a ring in the direction RFC 7946 asks for, the first one again at the end.
template <class WritePoint>
void walk(std::size_t size, bool backwards, TextGather& out, const WritePoint& write_point) {
  for (std::size_t k = 0; k <= size; ++k) {
    if (k > 0) out.put(',');
    write_point(k == 0 || k == size ? 0 : backwards ? size - k : k);
  }
}

bool runs_wrong(const Ring& ring, bool shell) { return (signed_area(ring) > 0) != shell; }

}  // namespace

MultiPolygon cut_at_antimeridian(const MultiPolygon& outline) {
  const Geos geos;
  MultiPolygon result;
  for (const Polygon& polygon : outline) {
    if (polygon.rings.empty()) continue;
    Geos::Geometry rest = region(geos, polygon.rings.front(), true);
    for (std::size_t k = 1; k < polygon.rings.size(); ++k) {
      const Geos::Geometry hole = region(geos, polygon.rings[k], false);
      rest = geos.own(GEOSDifference_r(geos.handle(), rest.get(), hole.get()));
    }
    const MultiPolygon parts = geos.outline(rest.get());
    result.insert(result.end(), parts.begin(), parts.end());
  }
  return result;
}

GeoJsonOutlines::GeoJsonOutlines(std::span<const MultiPolygon> outlines, SmoothTransform& to_wgs84,
                                 bool geographic, int decimals)
    : outlines_(outlines), transform_(to_wgs84), geographic_(geographic), format_(decimals) {
  find_vertices();
  transform_.apply(places_);
  format_vertices();
}

void GeoJsonOutlines::find_vertices() {
  std::size_t total = 0;
  for (const MultiPolygon& outline : outlines_) {
    first_.push_back(total);
    for (const Polygon& polygon : outline) {
      for (const Ring& ring : polygon.rings) total += ring.size();
    }
  }
  vertices_.reserve(total);
  constexpr std::uint32_t kFree = 0xffffffffu;
  const std::size_t mask = std::bit_ceil(std::max<std::size_t>(16, total * 2)) - 1;
  std::vector<std::uint32_t> slots(mask + 1, kFree);
  for (const MultiPolygon& outline : outlines_) {
    for (const Polygon& polygon : outline) {
      for (const Ring& ring : polygon.rings) {
        for (Point p : ring) {
          std::size_t slot = hash_of(p) & mask;
          while (slots[slot] != kFree && !(places_[slots[slot]] == p)) slot = (slot + 1) & mask;
          if (slots[slot] == kFree) {
            slots[slot] = static_cast<std::uint32_t>(places_.size());
            places_.push_back(p);
          }
          vertices_.push_back(slots[slot]);
        }
      }
    }
  }
}

void GeoJsonOutlines::format_vertices() {
  text_.reserve(places_.size() * 25);
  TextGather out(text_);
  text_first_.reserve(places_.size() + 1);
  for (Point p : places_) {
    text_first_.push_back(static_cast<std::uint32_t>(out.size()));
    if (std::isfinite(p.x)) write_place(p, format_, out);
  }
  text_first_.push_back(static_cast<std::uint32_t>(out.size()));
}

bool GeoJsonOutlines::plain(const MultiPolygon& outline, std::size_t vertex) const {
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point a = places_[vertices_[vertex + k]],
                    b = places_[vertices_[vertex + (k + 1) % ring.size()]];
        if (!(std::abs(a.x) <= 180)) return false;
        if (geographic_) continue;
        const bool fine =
            std::abs(a.x - b.x) < kShortEdge && std::abs(a.y - b.y) < kShortEdge && std::abs(a.y) < kNearPole;
        if (!fine) return false;
      }
      vertex += ring.size();
    }
  }
  return true;
}

void GeoJsonOutlines::write_plain(TextGather& out, const MultiPolygon& outline, std::size_t vertex) const {
  write_geometry(out, outline, [&](const Ring& ring, bool shell) {
    walk(ring.size(), runs_wrong(ring, shell), out, [&](std::size_t k) {
      const std::uint32_t place = vertices_[vertex + k];
      out.put(
          std::string_view(text_).substr(text_first_[place], text_first_[place + 1] - text_first_[place]));
    });
    vertex += ring.size();
  });
}

void GeoJsonOutlines::write_points(TextGather& out, const MultiPolygon& outline) const {
  write_geometry(out, outline, [&](const Ring& ring, bool shell) {
    walk(ring.size(), runs_wrong(ring, shell), out,
         [&](std::size_t k) { write_place(ring[k], format_, out); });
  });
}

void GeoJsonOutlines::write(TextGather& out, std::size_t n) const {
  const MultiPolygon& outline = outlines_[n];
  if (plain(outline, first_[n])) {
    write_plain(out, outline, first_[n]);
    return;
  }
  MultiPolygon degrees = outline;
  normalise(degrees);
  degrees = reproject(degrees, transform_.exact(), kTolerance);
  bool inside = true;
  for (const Polygon& polygon : degrees) {
    for (const Ring& ring : polygon.rings) {
      const bool about_pole = std::abs(ring.front().x - ring.back().x) > 180 && !geographic_;
      inside = inside && !about_pole;
      for (Point p : ring) inside = inside && std::abs(p.x) <= 180;
    }
  }
  write_points(out, inside ? degrees : cut_at_antimeridian(degrees));
}

}  // namespace isotherm
