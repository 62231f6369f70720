// The area of interest: GEOS for shares and cuts, a crossing count over bands of edges for points.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "geos_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/vector_reader.h"

namespace isotherm {

namespace {

/// Edges of an outline by horizontal bands, for counting crossings without walking the whole outline.
class EdgeBands {
 public:
  explicit EdgeBands(const MultiPolygon& outline) : extent_(extent_of(outline)) {
    for (const Polygon& polygon : outline) {
      for (const Ring& ring : polygon.rings) {
        for (std::size_t k = 0; k < ring.size(); ++k) {
          const Point a = ring[k], b = ring[(k + 1) % ring.size()];
          if (a.y != b.y) edges_.push_back(a.y < b.y ? Edge{a, b} : Edge{b, a});
        }
      }
    }
    bands_.resize(std::clamp<std::size_t>(edges_.size() / 4, 1, 65536));
    for (std::uint32_t k = 0; k < edges_.size(); ++k) {
      const std::size_t last = band(edges_[k].high.y);
      for (std::size_t b = band(edges_[k].low.y); b <= last; ++b) bands_[b].push_back(k);
    }
  }

  bool inside(Point p) const {
    if (!(p.y >= extent_.ymin && p.y < extent_.ymax)) return false;
    bool odd = false;
    for (std::uint32_t k : bands_[band(p.y)]) {
      const Edge& edge = edges_[k];
      if (p.y < edge.low.y || p.y >= edge.high.y) continue;
      // From the low end always, so that both neighbours of an edge compute the same crossing.
      const double share = (p.y - edge.low.y) / (edge.high.y - edge.low.y);
      if (p.x < edge.low.x + share * (edge.high.x - edge.low.x)) odd = !odd;
    }
    return odd;
  }

 private:
  struct Edge {
    Point low, high;
  };
  std::size_t band(double y) const {
    const double share = (y - extent_.ymin) / (extent_.ymax - extent_.ymin);
    const double count = static_cast<double>(bands_.size());
    return static_cast<std::size_t>(std::clamp(std::floor(share * count), 0.0, count - 1));
  }
  Extent extent_;
  std::vector<Edge> edges_;
  std::vector<std::vector<std::uint32_t>> bands_;
};

Ring corners(const Extent& e) {
  return {{e.xmin, e.ymin}, {e.xmax, e.ymin}, {e.xmax, e.ymax}, {e.xmin, e.ymax}};
}

/// The four numbers of "xmin,ymin,xmax,ymax"; nothing when the text is a file name.
std::optional<std::vector<double>> parse_box(const std::string& spec) {
  std::vector<double> numbers;
  for (const std::string& part : split(spec, ',')) {
    const auto number = parse_number(part);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  if (numbers.size() < 2) return std::nullopt;
  return numbers;
}

MultiPolygon box_outline(const std::string& spec, const std::vector<double>& n, const std::string& from,
                         const std::string& to) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::usage, "area '" + spec + "': " + why + "; write xmin,ymin,xmax,ymax");
  };
  if (n.size() != 4) refuse("has " + std::to_string(n.size()) + " numbers");
  if (n[1] >= n[3]) refuse("ymin is not below ymax");
  if (n[0] == n[2]) refuse("xmin equals xmax");
  if (is_geographic(from) &&
      (std::abs(n[1]) > 90 || std::abs(n[3]) > 90 || std::abs(n[0]) > 360 || std::abs(n[2]) > 360)) {
    refuse("is not in degrees (its CRS is " + crs_name(from) + "; another one is given with --aoi-crs)");
  }
  if (n[0] < n[2]) return {{{corners({n[0], n[1], n[2], n[3]})}}};
  if (!is_geographic(from)) refuse("xmin is not below xmax");
  if (n[2] + 360 - n[0] > 180) refuse("xmax lies west of xmin, more than half the globe on eastward");
  // Across the antimeridian: one box in a map CRS, where longitude 181 is a place like any other; two where
  // the result stays in degrees and files hold -180 to 180.
  if (!is_geographic(to)) return {{{corners({n[0], n[1], n[2] + 360, n[3]})}}};
  return {{{corners({n[0], n[1], 180, n[3]})}}, {{corners({-180, n[1], n[2], n[3]})}}};
}

}  // namespace

struct Area::State {
  MultiPolygon outline;
  std::string crs;
  Extent extent;
  EdgeBands bands;
  Geos geos;
  Geos::Geometry geometry;
  const GEOSPreparedGeometry* prepared;

  State(MultiPolygon valid, std::string crs_text)
      : outline(std::move(valid)),
        crs(std::move(crs_text)),
        extent(extent_of(outline)),
        bands(outline),
        geometry(geos.from(outline)),
        prepared(GEOSPrepare_r(geos.handle(), geometry.get())) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { GEOSPreparedGeom_destroy_r(geos.handle(), prepared); }

  bool covers(const GEOSGeometry* cell) const {
    return GEOSPreparedCovers_r(geos.handle(), prepared, cell) == 1;
  }
  bool meets(const GEOSGeometry* cell) const {
    return GEOSPreparedIntersects_r(geos.handle(), prepared, cell) == 1;
  }
  Geos::Geometry cut(const GEOSGeometry* cell) const {
    return geos.own(GEOSIntersection_r(geos.handle(), geometry.get(), cell));
  }
};

namespace {

/// One valid outline of parts that may overlap.
MultiPolygon dissolved(MultiPolygon outline) {
  const Geos geos;
  if (outline.size() > 1) {
    MultiPolygon valid;
    for (Polygon& part : outline) {
      MultiPolygon one{std::move(part)};
      make_valid(geos, one);
      valid.insert(valid.end(), one.begin(), one.end());
    }
    const Geos::Geometry all = geos.from(valid);
    outline = geos.outline(geos.own(GEOSUnaryUnion_r(geos.handle(), all.get())).get());
  } else {
    make_valid(geos, outline);
  }
  normalise(outline);
  return outline;
}

}  // namespace

Area::Area(const MultiPolygon& outline, std::string crs) {
  MultiPolygon valid = dissolved(outline);
  if (valid.empty()) throw Error(ErrorKind::input, "the area of interest is empty");
  state_ = std::make_unique<State>(std::move(valid), std::move(crs));
}

Area Area::read(const std::string& spec, const std::string& crs, const std::string& bbox_crs, Log& log) {
  const double tolerance = is_geographic(crs) ? 1e-6 : 0.1 / metres_per_unit(crs);
  if (const auto numbers = parse_box(spec)) {
    const std::string from = canonical_crs(bbox_crs.empty() ? "EPSG:4326" : bbox_crs);
    return Area(reproject(box_outline(spec, *numbers, from, crs), CrsTransform(from, crs), tolerance), crs);
  }
  VectorOptions options;
  options.crs_option = "--aoi-crs";
  options.crs = bbox_crs;
  const PolygonLayer layer = read_polygons(spec, options, log);
  const CrsTransform transform(layer.crs, crs);
  MultiPolygon all;
  for (const MultiPolygon& outline : layer.outlines) {
    const MultiPolygon there = reproject(outline, transform, tolerance);
    all.insert(all.end(), there.begin(), there.end());
  }
  if (all.empty()) throw Error(ErrorKind::input, spec + ": the area of interest is empty");
  return Area(all, crs);
}

Area::Area(const Area& other) : state_(std::make_unique<State>(other.state_->outline, other.state_->crs)) {}
Area& Area::operator=(const Area& other) {
  if (this != &other) state_ = std::make_unique<State>(other.state_->outline, other.state_->crs);
  return *this;
}
Area::Area(Area&&) noexcept = default;
Area& Area::operator=(Area&&) noexcept = default;
Area::~Area() = default;

Extent Area::extent() const { return state_->extent; }
const MultiPolygon& Area::outline() const { return state_->outline; }
const std::string& Area::crs() const { return state_->crs; }
bool Area::contains(Point p) const { return state_->bands.inside(p); }

Area::Side Area::side(const Extent& box) const {
  if (box.xmax < state_->extent.xmin || box.xmin > state_->extent.xmax || box.ymax < state_->extent.ymin ||
      box.ymin > state_->extent.ymax) {
    return Side::outside;
  }
  const Geos::Geometry rectangle = state_->geos.ring_polygon(corners(box));
  if (!state_->meets(rectangle.get())) return Side::outside;
  return state_->covers(rectangle.get()) ? Side::inside : Side::mixed;
}

double Area::share_inside(const Ring& cell) const {
  const double whole = std::abs(signed_area(cell));
  if (!(whole > 0)) return 0;
  const Geos::Geometry polygon = state_->geos.ring_polygon(cell);
  if (!state_->meets(polygon.get())) return 0;
  if (state_->covers(polygon.get())) return 1;
  const double part = area(state_->geos.outline(state_->cut(polygon.get()).get()));
  return std::min(1.0, part / whole);
}

MultiPolygon Area::clip(const Ring& cell) const { return clip(MultiPolygon{{{cell}}}); }

MultiPolygon Area::clip(const MultiPolygon& outline) const {
  const Geos::Geometry geometry = state_->geos.from(outline);
  if (!state_->meets(geometry.get())) return {};
  if (state_->covers(geometry.get())) return outline;
  return state_->geos.outline(state_->cut(geometry.get()).get());
}

}  // namespace isotherm
