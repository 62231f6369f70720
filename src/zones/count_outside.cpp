#include "count_outside.h"

#include <cmath>

#include "cover_sweep.h"
#include "isotherm/core/error.h"
#include "isotherm/zones/edge_walk.h"
#include "ring_walk.h"
#include "span_writer.h"

namespace isotherm {

namespace {

/// What outlines may cross: rows that cost time, rows and columns that cost memory.
constexpr double kMostRows = 2e7;
constexpr double kMostSteps = 5e6;
/// Columns beyond which doubles no longer tell one from the next.
constexpr double kWidest = 1e15;

[[noreturn]] void refuse_counting() {
  throw Error(ErrorKind::input,
              "a zone reaches so far outside the raster that its pixels cannot be counted there; "
              "use the coverage rule 'exact', or clip the zone");
}

/// An output that only counts pixels of which any area is covered.
struct TouchedCount {
  double pixels = 0;
  void begin_row(std::int32_t) {}
  void add(std::int32_t, std::int32_t count, double cover) { pixels += weight_of(cover, true) * count; }
  void end_row() {}
};

}  // namespace

double count_centres(std::span<const OrientedRing> rings, const Extent& box) {
  if (box.width() > kWidest) refuse_counting();
  double rows_crossed = 0, pixels = 0;
  for (const OrientedRing& ring : rings) {
    for_edges(ring.points, [&](Point a, Point b) {
      if (a.y == b.y) return;
      const edges::Descent edge = edges::descend(a, b, ring.sign);
      const edges::CentreRows rows = edges::centre_rows(edge);
      rows_crossed += rows.end - rows.first;
      if (rows_crossed > kMostRows) refuse_counting();
      for (double row = rows.first; row < rows.end; ++row) {
        pixels -= edge.sign * (edges::centre_column(edge, row) - std::floor(box.xmin));
      }
    });
  }
  return pixels;
}

double count_touched(std::span<const OrientedRing> rings, const Extent& box, std::vector<CoverStep>& steps) {
  double crossed = 0;
  for (const OrientedRing& ring : rings) {
    for_edges(ring.points,
              [&](Point a, Point b) { crossed += std::abs(b.x - a.x) + std::abs(b.y - a.y) + 2; });
  }
  if (crossed > kMostSteps) refuse_counting();
  const Point corner{std::floor(box.xmin), std::floor(box.ymin)};
  SparseCover cover(steps, static_cast<std::int32_t>(std::ceil(box.xmax) - corner.x));
  for (const OrientedRing& ring : rings) {
    for_edges(ring.points, [&](Point a, Point b) {
      edges::walk_edge({a.x - corner.x, a.y - corner.y}, {b.x - corner.x, b.y - corner.y}, ring.sign, cover);
    });
  }
  TouchedCount count;
  cover.sweep(count);
  return count.pixels;
}

}  // namespace isotherm
