#include "isotherm/fetch/clip.h"

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/digest.h"

namespace isotherm {

namespace {

constexpr double kEdge = 1e-6;  ///< pixels
/// How far a straight piece of the area's edge may leave the true one once it is in another CRS, in pixels.
constexpr double kBend = 0.01;

}  // namespace

Window covering_window(const Frame& frame, const MultiPolygon& outline, int margin) {
  Extent pixels;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (const Point& point : ring) pixels.add(frame.transform.to_pixel(point));
    }
  }
  if (pixels.empty()) return {};
  // Clamped before it becomes an integer: an area may be far away.
  const auto edge = [](double value, std::int64_t most) {
    return static_cast<std::int64_t>(std::clamp(value, -1.0, static_cast<double>(most) + 1));
  };
  const auto col = edge(std::floor(pixels.xmin + kEdge) - margin, frame.width);
  const auto row = edge(std::floor(pixels.ymin + kEdge) - margin, frame.height);
  const auto col_end = edge(std::ceil(pixels.xmax - kEdge) + margin, frame.width);
  const auto row_end = edge(std::ceil(pixels.ymax - kEdge) + margin, frame.height);
  return intersect({col, row, col_end - col, row_end - row}, frame.window());
}

ClipArea::ClipArea(MultiPolygon outline, int margin) : outline_(std::move(outline)), margin_(margin) {
  std::string text = std::to_string(margin);
  for (const Polygon& polygon : outline_) {
    for (const Ring& ring : polygon.rings) {
      for (const Point& point : ring) text += " " + number_text(point.x) + " " + number_text(point.y);
    }
  }
  id_ = text_digest("sha256", text).substr(0, 12);
}

Window ClipArea::window(const Frame& frame) const {
  if (frame.crs.empty()) throw Error(ErrorKind::input, "a raster without CRS cannot be cut to an area");
  const std::lock_guard lock(mutex_);
  auto found = by_crs_.find(frame.crs);
  if (found == by_crs_.end()) {
    const double tolerance = kBend * std::sqrt(frame.transform.pixel_area());
    found = by_crs_.emplace(frame.crs, reproject(outline_, CrsTransform("EPSG:4326", frame.crs), tolerance))
                .first;
  }
  return covering_window(frame, found->second, margin_);
}

}  // namespace isotherm
