#include "isotherm/core/geometry.h"

#include <string>

#include "isotherm/core/error.h"

namespace isotherm {

Extent unite(const Extent& a, const Extent& b) {
  return {std::min(a.xmin, b.xmin), std::min(a.ymin, b.ymin), std::max(a.xmax, b.xmax),
          std::max(a.ymax, b.ymax)};
}

Extent intersect(const Extent& a, const Extent& b) {
  const Extent both{std::max(a.xmin, b.xmin), std::max(a.ymin, b.ymin), std::min(a.xmax, b.xmax),
                    std::min(a.ymax, b.ymax)};
  return both.empty() ? Extent{} : both;
}

Window unite(const Window& a, const Window& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const std::int64_t col = std::min(a.col, b.col), row = std::min(a.row, b.row);
  return {col, row, std::max(a.col_end(), b.col_end()) - col, std::max(a.row_end(), b.row_end()) - row};
}

Window intersect(const Window& a, const Window& b) {
  const std::int64_t col = std::max(a.col, b.col), row = std::max(a.row, b.row);
  const Window both{col, row, std::min(a.col_end(), b.col_end()) - col,
                    std::min(a.row_end(), b.row_end()) - row};
  return both.empty() ? Window{} : both;
}

GeoTransform::GeoTransform(const std::array<double, 6>& numbers) : numbers_(numbers) {
  for (double number : numbers) {
    if (!std::isfinite(number))
      throw Error(ErrorKind::input, "geotransform holds a number that is not finite");
  }
  const double determinant = numbers[1] * numbers[5] - numbers[2] * numbers[4];
  if (determinant == 0 || !std::isfinite(1 / determinant)) {
    throw Error(ErrorKind::input, "geotransform cannot be inverted (pixel of no area)");
  }
  // Axis-aligned maps divide by the pixel size itself, so that lattice lines land on whole pixels exactly.
  if (axis_aligned()) {
    inverse_ = {1 / numbers[1], 0, 0, 1 / numbers[5]};
  } else {
    inverse_ = {numbers[5] / determinant, -numbers[2] / determinant, -numbers[4] / determinant,
                numbers[1] / determinant};
  }
}

double GeoTransform::pixel_area() const {
  return std::abs(numbers_[1] * numbers_[5] - numbers_[2] * numbers_[4]);
}

GeoTransform GeoTransform::shifted(double col, double row) const {
  const Point origin = to_map({col, row});
  std::array<double, 6> numbers = numbers_;
  numbers[0] = origin.x;
  numbers[3] = origin.y;
  return GeoTransform(numbers);
}

double signed_area(const Ring& ring) {
  if (ring.size() < 3) return 0;
  double twice = 0;
  const Point origin = ring.front();
  for (std::size_t k = 1; k + 1 < ring.size(); ++k) {
    twice += (ring[k].x - origin.x) * (ring[k + 1].y - origin.y) -
             (ring[k + 1].x - origin.x) * (ring[k].y - origin.y);
  }
  return twice / 2;
}

double area(const MultiPolygon& polygons) {
  double total = 0;
  for (const Polygon& polygon : polygons) {
    for (std::size_t k = 0; k < polygon.rings.size(); ++k) {
      const double part = std::abs(signed_area(polygon.rings[k]));
      total += k == 0 ? part : -part;
    }
  }
  return total;
}

Extent extent_of(const MultiPolygon& polygons) {
  Extent extent;
  for (const Polygon& polygon : polygons) {
    if (polygon.rings.empty()) continue;
    for (Point p : polygon.rings.front()) extent.add(p);
  }
  return extent;
}

void normalise(MultiPolygon& polygons) {
  for (Polygon& polygon : polygons) {
    for (std::size_t k = 0; k < polygon.rings.size(); ++k) {
      Ring& ring = polygon.rings[k];
      const bool counter_clockwise = signed_area(ring) > 0;
      if (counter_clockwise != (k == 0)) std::reverse(ring.begin() + (ring.empty() ? 0 : 1), ring.end());
    }
  }
}

}  // namespace isotherm
