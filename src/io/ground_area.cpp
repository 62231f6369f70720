// Area of an outline on the ellipsoid. The ellipsoid is unrolled to its equal-area cylinder (longitude, and
// the area q below a latitude), where areas are plane areas; an edge that is straight in the outline's CRS
// becomes a curve there, taken as a parabola through its middle. Formula for q: J. P. Snyder, Map
// Projections: A Working Manual (USGS Professional Paper 1395, 1987), eq. 3-12.
#include <ogr_spatialref.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

constexpr double kLongest =
    0.2 * std::numbers::pi / 180;  ///< edges longer than this on either axis are halved
constexpr int kDeepest = 12;

/// Difference of two longitudes, the short way round.
double turned(double difference) { return std::remainder(difference, 2 * std::numbers::pi); }

/// WKT of the geographic CRS under `crs`, the same datum, so that nothing is shifted.
std::string base_crs(const OGRSpatialReference& crs) {
  const std::unique_ptr<OGRSpatialReference> base(crs.CloneGeogCS());
  char* text = nullptr;
  const char* const options[] = {"FORMAT=WKT2_2019", nullptr};
  if (base) base->exportToWkt(&text, options);
  const std::string wkt = text == nullptr ? "" : text;
  CPLFree(text);
  if (wkt.empty()) throw Error(ErrorKind::input, "CRS has no geographic base to measure areas in");
  return wkt;
}

OGRSpatialReference parse(const std::string& crs) {
  OGRSpatialReference parsed;
  parsed.SetFromUserInput(canonical_crs(crs).c_str());
  return parsed;
}

}  // namespace

struct GroundArea::State {
  explicit State(const std::string& crs) : State(crs, parse(crs)) {}

  CrsTransform to_base;
  double radians;  ///< per unit of the base CRS
  double semi_major;
  double eccentricity;
  double pole;  ///< q of the north pole

  double q(double sine) const {
    if (eccentricity == 0) return 2 * sine;
    const double es = eccentricity * sine;
    return (1 - eccentricity * eccentricity) * (sine / (1 - es * es) + std::atanh(es) / eccentricity);
  }

  /// From units of the base CRS to (longitude in radians, q).
  Point unrolled(Point p) const { return {p.x * radians, q(std::sin(p.y * radians))}; }

  /// A point in its own CRS and unrolled.
  struct Place {
    Point at;
    Point flat;
  };
  bool at_pole(const Place& place) const { return std::abs(place.flat.y) >= pole * (1 - 1e-15); }
  /// 2/a2 times the area between an edge and the line q = `floor`; positive where it runs west above that
  /// line.
  double over(const Place& a, const Place& b, double floor, int depth) const;
  double ring_area(const Ring& ring) const;

 private:
  State(const std::string& crs, const OGRSpatialReference& parsed)
      : to_base(crs, base_crs(parsed)),
        radians(parsed.GetAngularUnits()),
        semi_major(parsed.GetSemiMajor()),
        eccentricity(std::sqrt(parsed.GetSquaredEccentricity())),
        pole(q(1)) {}
};

double GroundArea::State::over(const Place& a, const Place& b, double floor, int depth) const {
  if (at_pole(a) || at_pole(b)) return 0;  // a meridian
  const double across = turned(b.flat.x - a.flat.x), up = b.flat.y - a.flat.y;
  if (across == 0 && up == 0) return 0;
  Place middle{{(a.at.x + b.at.x) / 2, (a.at.y + b.at.y) / 2}, {}};
  const Point image = to_base.apply(middle.at);
  middle.flat = unrolled(image);
  if (depth < kDeepest && (std::abs(across) > kLongest || std::abs(up) > kLongest)) {
    return over(a, middle, floor, depth + 1) + over(middle, b, floor, depth + 1);
  }
  const double off_x = turned(middle.flat.x - a.flat.x) - across / 2,
               off_y = middle.flat.y - a.flat.y - up / 2;
  return (floor - a.flat.y - up / 2) * across - (across * off_y - up * off_x) * 2 / 3;
}

double GroundArea::State::ring_area(const Ring& ring) const {
  if (ring.size() < 3) return 0;
  Ring images = ring;
  to_base.apply(images);
  std::vector<Place> places;
  bool touches_pole = false;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const bool on_earth = std::abs(images[k].y * radians) < std::numbers::pi / 2 + 1e-9;
    if (!std::isfinite(images[k].x) || !on_earth) return std::numeric_limits<double>::quiet_NaN();
    places.push_back({ring[k], unrolled(images[k])});
    touches_pole = touches_pole || at_pole(places.back());
  }
  double winding = 0;
  for (std::size_t k = 0; k < places.size(); ++k) {
    winding += turned(places[(k + 1) % places.size()].flat.x - places[k].flat.x);
  }
  // Measured from the first vertex, so that small outlines keep their digits; a ring round a pole from that
  // pole.
  double floor = places.front().flat.y;
  if (touches_pole || std::abs(winding) > std::numbers::pi) floor = floor < 0 ? -pole : pole;
  double total = 0;
  for (std::size_t k = 0; k < places.size(); ++k) {
    total += over(places[k], places[(k + 1) % places.size()], floor, 0);
  }
  return std::abs(total) * semi_major * semi_major / 2;
}

GroundArea::GroundArea(const std::string& crs) : state_(std::make_unique<State>(crs)) {}
GroundArea::GroundArea(GroundArea&&) noexcept = default;
GroundArea::~GroundArea() = default;

double GroundArea::square_metres(const MultiPolygon& outline) const {
  double total = 0;
  for (const Polygon& polygon : outline) {
    for (std::size_t k = 0; k < polygon.rings.size(); ++k) {
      const double part = state_->ring_area(polygon.rings[k]);
      total += k == 0 ? part : -part;
    }
  }
  return total;
}

}  // namespace isotherm
