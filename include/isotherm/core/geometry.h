// Plain geometry: points, map rectangles, pixel rectangles, the affine map between them, and polygons.
//
// Map coordinates are doubles in the units of a CRS, x to the east (or along the first axis in GIS order), y
// to the north. Pixel coordinates are (column, row), row 0 at the top, pixel (c, r) covering [c, c+1) x [r,
// r+1).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace isotherm {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

/// Half-open map rectangle [xmin, xmax) x [ymin, ymax). A default-made one is empty and neutral for `unite`.
struct Extent {
  double xmin = std::numeric_limits<double>::infinity();
  double ymin = std::numeric_limits<double>::infinity();
  double xmax = -std::numeric_limits<double>::infinity();
  double ymax = -std::numeric_limits<double>::infinity();

  bool operator==(const Extent&) const = default;
  bool empty() const { return !(xmin < xmax && ymin < ymax); }
  double width() const { return xmax - xmin; }
  double height() const { return ymax - ymin; }
  bool contains(Point p) const { return p.x >= xmin && p.x < xmax && p.y >= ymin && p.y < ymax; }
  void add(Point p) {
    xmin = std::min(xmin, p.x);
    ymin = std::min(ymin, p.y);
    xmax = std::max(xmax, p.x);
    ymax = std::max(ymax, p.y);
  }
};

Extent unite(const Extent& a, const Extent& b);
Extent intersect(const Extent& a, const Extent& b);

/// Half-open pixel rectangle.
struct Window {
  std::int64_t col = 0;
  std::int64_t row = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;

  bool operator==(const Window&) const = default;
  bool empty() const { return width <= 0 || height <= 0; }
  std::int64_t pixels() const { return empty() ? 0 : width * height; }
  std::int64_t col_end() const { return col + width; }
  std::int64_t row_end() const { return row + height; }
};

Window unite(const Window& a, const Window& b);
Window intersect(const Window& a, const Window& b);

/// Affine map from pixel to map coordinates: x = a + b col + c row, y = d + e col + f row (the order of
/// GDAL's six numbers). Checked when made: throws Error(input) when a number is not finite or the map cannot
/// be inverted.
class GeoTransform {
 public:
  GeoTransform() : GeoTransform({0, 1, 0, 0, 0, -1}) {}
  explicit GeoTransform(const std::array<double, 6>& numbers);

  const std::array<double, 6>& numbers() const { return numbers_; }
  bool operator==(const GeoTransform&) const = default;

  Point to_map(Point pixel) const {
    const auto& n = numbers_;
    return {n[0] + n[1] * pixel.x + n[2] * pixel.y, n[3] + n[4] * pixel.x + n[5] * pixel.y};
  }
  Point to_pixel(Point map) const {
    const double dx = map.x - numbers_[0], dy = map.y - numbers_[3];
    return {inverse_[0] * dx + inverse_[1] * dy, inverse_[2] * dx + inverse_[3] * dy};
  }
  /// No rotation or shear: rows run along x.
  bool axis_aligned() const { return numbers_[2] == 0 && numbers_[4] == 0; }
  /// Area of a pixel in squared map units, always positive.
  double pixel_area() const;
  /// The same map with pixel (col, row) as its origin.
  GeoTransform shifted(double col, double row) const;

 private:
  std::array<double, 6> numbers_;
  std::array<double, 4> inverse_;
};

/// A closed ring; the last point is not a repetition of the first.
using Ring = std::vector<Point>;

/// First ring is the shell, the others are holes. After `normalise` shells run counter-clockwise (in a y-up
/// frame) and holes clockwise.
struct Polygon {
  std::vector<Ring> rings;
  bool operator==(const Polygon&) const = default;
};
using MultiPolygon = std::vector<Polygon>;

/// Signed area by the shoelace formula, positive when counter-clockwise (y up). Computed about the first
/// point, so that large coordinates do not cost digits.
double signed_area(const Ring& ring);
/// Shells less holes.
double area(const MultiPolygon& polygons);
Extent extent_of(const MultiPolygon& polygons);
/// Orients rings as RFC 7946 asks: shells counter-clockwise, holes clockwise.
void normalise(MultiPolygon& polygons);

}  // namespace isotherm
