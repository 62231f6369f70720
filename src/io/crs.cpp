#include "isotherm/io/crs.h"

#include <cpl_conv.h>
#include <ogr_spatialref.h>
#include <proj.h>

#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string shortened(const std::string& text) {
  const std::string start(trim(text));
  return start.size() > 60 ? start.substr(0, 57) + "..." : start;
}

OGRSpatialReference parse(const std::string& text) {
  init_gdal();
  clear_gdal_error();
  if (trim(text).empty()) throw Error(ErrorKind::input, "no CRS given");
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  const char* const options[] = {"ALLOW_NETWORK_ACCESS=NO", nullptr};
  if (crs.SetFromUserInput(std::string(trim(text)).c_str(), options) != OGRERR_NONE) {
    const std::string hint =
        parse_integer(text) ? "; an EPSG code is written EPSG:" + std::string(trim(text)) : std::string();
    throw Error(ErrorKind::input,
                "CRS '" + shortened(text) + "' is not understood: " + last_gdal_error() + hint);
  }
  return crs;
}

/// Height does not matter here, and shifts to WGS 84 that a file spells out for a known datum are the
/// database's job.
void keep_horizontal(OGRSpatialReference& crs) {
  if (crs.IsCompound()) crs.StripVertical();
  if (crs.GetAxesCount() == 3 && !crs.IsGeocentric()) crs.DemoteTo2D(nullptr);
  crs.StripTOWGS84IfKnownDatum();
}

std::string authority_code(const OGRSpatialReference& crs) {
  const char* authority = crs.GetAuthorityName(nullptr);
  const char* code = crs.GetAuthorityCode(nullptr);
  return authority == nullptr || code == nullptr ? "" : std::string(authority) + ":" + code;
}

/// The same up to the order of axes, which this program fixes itself.
bool same(const OGRSpatialReference& a, const OGRSpatialReference& b) {
  const char* const options[] = {"CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS",
                                 "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", nullptr};
  return a.IsSame(&b, options) != 0;
}

bool is_entry(const OGRSpatialReference& crs, const std::string& code) {
  OGRSpatialReference entry;
  return entry.SetFromUserInput(code.c_str()) == OGRERR_NONE && same(crs, entry);
}

/// The EPSG entry this definition equals, by comparing with the database; empty when there is none.
std::string find_entry(const OGRSpatialReference& crs) {
  int count = 0;
  int* confidence = nullptr;
  OGRSpatialReferenceH* matches = OSRFindMatches(
      OGRSpatialReference::ToHandle(const_cast<OGRSpatialReference*>(&crs)), nullptr, &count, &confidence);
  std::string found;
  for (int k = 0; k < count && found.empty(); ++k) {
    const OGRSpatialReference& match = *OGRSpatialReference::FromHandle(matches[k]);
    const std::string code = authority_code(match);
    if (code.starts_with("EPSG:") && same(crs, match)) found = code;
  }
  OSRFreeSRSArray(matches);
  CPLFree(confidence);
  clear_gdal_error();
  return found;
}

std::string definition(const OGRSpatialReference& crs) {
  const char* const wkt2[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", nullptr};
  char* text = nullptr;
  if (crs.exportToWkt(&text, wkt2) != OGRERR_NONE || text == nullptr || *text == '\0') {
    CPLFree(text);
    text = nullptr;
    crs.exportToWkt(&text);
  }
  const std::string result = text == nullptr ? "" : text;
  CPLFree(text);
  if (result.empty()) throw Error(ErrorKind::input, "CRS cannot be written as text: " + last_gdal_error());
  return result;
}

/// Parsed, without heights; geocentric ones refused.
OGRSpatialReference horizontal(const std::string& text) {
  OGRSpatialReference crs = parse(text);
  keep_horizontal(crs);
  if (crs.IsGeocentric()) {
    throw Error(ErrorKind::input, "CRS '" + shortened(text) +
                                      "' is geocentric (x, y, z); a map needs a projected or geographic one");
  }
  return crs;
}

std::string code_or_definition(const OGRSpatialReference& crs) {
  const std::string code = authority_code(crs);
  return !code.empty() && is_entry(crs, code) ? code : definition(crs);
}

std::string canonical(const OGRSpatialReference& crs) {
  const std::string given = code_or_definition(crs);
  if (given.starts_with("EPSG:")) return given;
  const std::string found = find_entry(crs);
  return found.empty() ? given : found;
}

}  // namespace

std::string canonical_crs(const std::string& text) { return canonical(horizontal(text)); }

std::string crs_name(const std::string& crs) {
  const OGRSpatialReference parsed = parse(crs);
  const char* name = parsed.GetName();
  const std::string code = authority_code(parsed);
  if (name == nullptr) return code.empty() ? "unnamed CRS" : code;
  return code.empty() ? name : code + " (" + name + ")";
}

bool is_geographic(const std::string& crs) { return parse(crs).IsGeographic() != 0; }

double metres_per_unit(const std::string& crs) {
  const OGRSpatialReference parsed = parse(crs);
  if (parsed.IsGeographic()) {
    throw Error(ErrorKind::input, crs_name(crs) + " is geographic: its units are degrees, not metres");
  }
  return parsed.GetLinearUnits();
}

std::string utm_crs(double longitude, double latitude) {
  if (!std::isfinite(longitude) || !std::isfinite(latitude) || std::abs(latitude) > 90) {
    throw Error(ErrorKind::input,
                "no UTM zone at longitude " + number_text(longitude) + ", latitude " + number_text(latitude));
  }
  const double east = longitude - 360 * std::floor((longitude + 180) / 360);  // [-180, 180)
  int zone = static_cast<int>(std::floor((east + 180) / 6)) + 1;
  if (latitude >= 56 && latitude < 64 && east >= 3 && east < 12) zone = 32;  // south-west Norway
  if (latitude >= 72 && latitude < 84 && east >= 0 && east < 42) {           // Svalbard: no zones 32, 34, 36
    zone = east < 9 ? 31 : east < 21 ? 33 : east < 33 ? 35 : 37;
  }
  const int code = (latitude < 0 ? 32700 : 32600) + zone;
  return "EPSG:" + std::to_string(code);
}

std::string equal_area_crs(double longitude, double latitude) {
  if (!std::isfinite(longitude) || !std::isfinite(latitude)) {
    throw Error(ErrorKind::input, "no equal-area CRS can be centred on a place without coordinates");
  }
  const double lon = std::round(longitude), lat = std::round(latitude);
  init_gdal();
  OGRSpatialReference crs;
  crs.SetProjCS(("Equal area about " + number_text(lat) + " N " + number_text(lon) + " E").c_str());
  crs.SetWellKnownGeogCS("WGS84");
  crs.SetLAEA(lat, lon, 0, 0);
  return canonical(crs);
}

// --- CrsTransform
// --------------------------------------------------------------------------------------------------

namespace {

struct ContextCloser {
  void operator()(PJ_CONTEXT* context) const { proj_context_destroy(context); }
};
struct PjCloser {
  void operator()(PJ* pj) const { proj_destroy(pj); }
};
using Pj = std::unique_ptr<PJ, PjCloser>;

}  // namespace

struct CrsTransform::State {
  std::string from, to;
  double turn = 0;  ///< a full circle in units of a geographic target; 0 for a projected one
  std::unique_ptr<PJ_CONTEXT, ContextCloser> context;
  Pj pj;  ///< null for identity

  State(const std::string& from_text, const std::string& to_text) {
    const OGRSpatialReference source = horizontal(from_text), target = horizontal(to_text);
    from = code_or_definition(source);
    to = code_or_definition(target);
    if (target.IsGeographic()) turn = 2 * std::numbers::pi / target.GetAngularUnits();
    if (from == to || same(source, target)) return;
    context.reset(proj_context_create());
    proj_log_level(context.get(), PJ_LOG_NONE);
    proj_context_set_enable_network(context.get(), 0);
    const Pj plain(proj_create_crs_to_crs(context.get(), from.c_str(), to.c_str(), nullptr));
    if (plain) pj.reset(proj_normalize_for_visualization(context.get(), plain.get()));
    if (!pj) {
      throw Error(ErrorKind::input,
                  "no way from CRS " + shortened(from) + " to " + shortened(to) + ": " +
                      proj_context_errno_string(context.get(), proj_context_errno(context.get())));
    }
  }
};

CrsTransform::CrsTransform(const std::string& from, const std::string& to)
    : state_(std::make_unique<State>(from, to)) {}
CrsTransform::CrsTransform(const CrsTransform& other)
    : state_(std::make_unique<State>(other.state_->from, other.state_->to)) {}
CrsTransform& CrsTransform::operator=(const CrsTransform& other) {
  if (this != &other) state_ = std::make_unique<State>(other.state_->from, other.state_->to);
  return *this;
}
CrsTransform::CrsTransform(CrsTransform&&) noexcept = default;
CrsTransform& CrsTransform::operator=(CrsTransform&&) noexcept = default;
CrsTransform::~CrsTransform() = default;

bool CrsTransform::identity() const { return state_->pj == nullptr; }
const std::string& CrsTransform::from() const { return state_->from; }
const std::string& CrsTransform::to() const { return state_->to; }
double CrsTransform::turn() const { return state_->turn; }

void CrsTransform::apply(std::span<Point> points) const {
  if (identity() || points.empty()) return;
  proj_errno_reset(state_->pj.get());
  proj_trans_generic(state_->pj.get(), PJ_FWD, &points[0].x, sizeof(Point), points.size(), &points[0].y,
                     sizeof(Point), points.size(), nullptr, 0, 0, nullptr, 0, 0);
  for (Point& p : points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) p = {kInfinity, kInfinity};
  }
}

Point CrsTransform::apply(Point point) const {
  apply(std::span(&point, 1));
  return point;
}

// --- outlines and extents
// ------------------------------------------------------------------------------------------

namespace {

Point between(Point a, Point b, double share) {
  return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

bool before(Point a, Point b) { return a.x < b.x || (a.x == b.x && a.y < b.y); }

/// Distance from `p` to the line piece a-b.
double distance_to(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  const double along =
      length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - (a.x + along * dx), p.y - (a.y + along * dy));
}

/// The copy of `x` nearest to `reference` where values repeat every `turn` (0: they do not).
double nearest_turn(double x, double reference, double turn) {
  return turn > 0 ? x + turn * std::round((reference - x) / turn) : x;
}

/// An edge on both sides of a transformation.
struct Edge {
  Point a, b;  ///< where it is straight
  Point image_a, image_b;
};

struct Subdivision {
  const CrsTransform& transform;
  double turn;
  double tolerance;
};

constexpr int kDeepestFold = 16;

/// Adds the points strictly between the images of the ends.
void subdivide(const Edge& edge, const Subdivision& how, int depth, Ring& out) {
  // Three points, so that a curve that bends both ways (and meets the middle of its chord) is seen as well.
  std::array<Point, 3> inner{between(edge.a, edge.b, 0.25), between(edge.a, edge.b, 0.5),
                             between(edge.a, edge.b, 0.75)};
  const Point middle = inner[1];
  how.transform.apply(inner);
  bool straight = true;
  const Point end{nearest_turn(edge.image_b.x, edge.image_a.x, how.turn), edge.image_b.y};
  for (Point& p : inner) {
    if (!std::isfinite(p.x)) return;
    p.x = nearest_turn(p.x, edge.image_a.x, how.turn);
    straight = straight && distance_to(p, edge.image_a, end) <= how.tolerance;
  }
  if (straight || depth >= kDeepestFold) return;
  subdivide({edge.a, middle, edge.image_a, inner[1]}, how, depth + 1, out);
  out.push_back(inner[1]);
  subdivide({middle, edge.b, inner[1], edge.image_b}, how, depth + 1, out);
}

Ring reproject_ring(const Ring& ring, const Subdivision& how) {
  Ring images = ring;
  how.transform.apply(images);
  for (std::size_t k = 0; k < ring.size(); ++k) {
    if (std::isfinite(images[k].x)) continue;
    throw Error(ErrorKind::input, "point (" + number_text(ring[k].x) + ", " + number_text(ring[k].y) +
                                      ") of CRS " + shortened(how.transform.from()) + " has no place in " +
                                      shortened(how.transform.to()));
  }
  Ring result, inner;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const std::size_t next = k + 1 == ring.size() ? 0 : k + 1;
    result.push_back(images[k]);
    // Always walked from the lesser end, so that both neighbours of an edge compute the same points.
    const bool forward = before(ring[k], ring[next]);
    inner.clear();
    subdivide(forward ? Edge{ring[k], ring[next], images[k], images[next]}
                      : Edge{ring[next], ring[k], images[next], images[k]},
              how, 0, inner);
    if (!forward) std::reverse(inner.begin(), inner.end());
    result.insert(result.end(), inner.begin(), inner.end());
  }
  for (std::size_t k = 1; k < result.size(); ++k) {
    result[k].x = nearest_turn(result[k].x, result[k - 1].x, how.turn);
  }
  return result;
}

}  // namespace

MultiPolygon reproject(const MultiPolygon& outline, const CrsTransform& transform, double tolerance) {
  if (transform.identity()) return outline;
  MultiPolygon result = outline;
  for (Polygon& polygon : result) {
    for (Ring& ring : polygon.rings) ring = reproject_ring(ring, {transform, transform.turn(), tolerance});
  }
  return result;
}

Extent reproject(const Extent& extent, const CrsTransform& transform) {
  if (transform.identity() || extent.empty()) return extent;
  // The interior is sampled as well: where a pole or a far meridian lies inside, the extremes are not on the
  // edges.
  constexpr int kSteps = 32;
  std::vector<Point> points;
  for (int row = 0; row <= kSteps; ++row) {
    for (int col = 0; col <= kSteps; ++col) {
      points.push_back(
          {extent.xmin + extent.width() * col / kSteps, extent.ymin + extent.height() * row / kSteps});
    }
  }
  transform.apply(points);
  Extent result;
  const double turn = transform.turn();
  const double middle = points[points.size() / 2].x;
  for (Point p : points) {
    if (std::isfinite(p.x)) result.add({std::isfinite(middle) ? nearest_turn(p.x, middle, turn) : p.x, p.y});
  }
  for (const double pole : {turn / 4, -turn / 4}) {
    if (turn == 0 || !extent.contains(CrsTransform(transform.to(), transform.from()).apply(Point{0, pole})))
      continue;
    result.add({-turn / 2, pole});
    result.add({turn / 2, pole});
  }
  return result;
}

Extent reproject(const Extent& extent, const CrsTransform& transform, const Extent& beside) {
  Extent there = reproject(extent, transform);
  if (there.empty() || beside.empty()) return there;
  const double middle = (there.xmin + there.xmax) / 2;
  const double shift = nearest_turn(middle, (beside.xmin + beside.xmax) / 2, transform.turn()) - middle;
  there.xmin += shift;
  there.xmax += shift;
  return there;
}

}  // namespace isotherm
