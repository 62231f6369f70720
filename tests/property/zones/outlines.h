// Outlines for tests: random simple polygons, and coverage as a plain matrix.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/zones/coverage.h"

namespace isotherm::testing_support {

using Random = std::mt19937_64;

inline double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

/// A simple ring with `corners` corners, star-shaped about `centre` from 4 corners on; convex when all radii
/// are equal.
inline Ring star(Random& random, Point centre, double smallest, double largest, int corners) {
  std::vector<double> angles;
  // One angle per sector: consecutive angles are less than 1.9 sectors apart.
  for (int k = 0; k < corners; ++k)
    angles.push_back((k + uniform(random, 0.05, 0.95)) * 6.283185307179586 / corners);
  Ring ring;
  for (const double angle : angles) {
    const double radius = uniform(random, smallest, largest);
    ring.push_back({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
  }
  if (random() % 2 == 0) std::reverse(ring.begin(), ring.end());
  return ring;
}

/// The ring drawn towards a point: inside a star-shaped one, so it can be its hole.
inline Ring shrunk(const Ring& ring, Point centre, double factor) {
  Ring small = ring;
  for (Point& p : small) p = {centre.x + (p.x - centre.x) * factor, centre.y + (p.y - centre.y) * factor};
  return small;
}

/// One to three parts side by side, some with a hole, each within `size` of its centre.
inline MultiPolygon random_outline(Random& random, double size) {
  MultiPolygon outline;
  const int parts = random() % 4 == 0 ? 1 + static_cast<int>(random() % 3) : 1;
  const Point first{uniform(random, 0, 40), uniform(random, 0, 40)};
  for (int k = 0; k < parts; ++k) {
    const Point centre{first.x + k * 2.1 * size, first.y};
    const bool convex = random() % 3 == 0;
    const bool holed = random() % 3 == 0;
    const int corners = (holed ? 4 : 3) + static_cast<int>(random() % 12);
    const Ring shell = star(random, centre, convex ? size : size * 0.1, size, corners);
    Polygon polygon{{shell}};
    if (holed) polygon.rings.push_back(shrunk(shell, centre, uniform(random, 0.2, 0.9)));
    outline.push_back(polygon);
  }
  return outline;
}

inline MultiPolygon shifted(MultiPolygon outline, double x, double y) {
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      for (Point& p : ring) p = {p.x + x, p.y + y};
    }
  }
  return outline;
}

/// Weights of one zone on the whole frame.
/// Inside by the crossing rule of grids and coverage: half-open in y, a point on an edge lies east of it.
/// Edges always from south to north.
inline bool inside(const Ring& ring, Point p) {
  bool in = false;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    Point low = ring[k], high = ring[(k + 1) % ring.size()];
    if (low.y > high.y) std::swap(low, high);
    if (!(low.y <= p.y && p.y < high.y)) continue;
    if (p.x >= low.x + (p.y - low.y) * ((high.x - low.x) / (high.y - low.y))) in = !in;
  }
  return in;
}

struct Matrix {
  Window frame;
  std::vector<float> weights;

  float at(std::int64_t col, std::int64_t row) const {
    return weights[static_cast<std::size_t>((row - frame.row) * frame.width + col - frame.col)];
  }
  double sum() const {
    double total = 0;
    for (const float w : weights) total += static_cast<double>(w);
    return total;
  }
};

inline Matrix matrix_of(const Coverage& coverage, std::size_t zone, const Window& frame) {
  Matrix matrix{frame, std::vector<float>(static_cast<std::size_t>(frame.pixels()), 0.0f)};
  for (const Span& span : coverage.spans(zone)) {
    for (std::int32_t k = 0; k < span.count; ++k) {
      const std::int64_t at = (span.row - frame.row) * frame.width + span.col + k - frame.col;
      matrix.weights.at(static_cast<std::size_t>(at)) +=
          span.weights == Span::kFull ? 1.0f
                                      : coverage.weights()[span.weights + static_cast<std::uint32_t>(k)];
    }
  }
  return matrix;
}

inline Coverage cover(const MultiPolygon& outline, const Window& frame,
                      CoverageRule rule = CoverageRule::exact) {
  CoverageBuilder builder(frame, rule);
  builder.add(outline);
  return builder.finish();
}

}  // namespace isotherm::testing_support
