// Exact coverage against GEOS: the area of the intersection of every outline with every pixel it may touch,
// on random polygons with parts and holes and on cells of every grid. GEOS finds intersection points and
// builds polygons; the coverage does neither, so that an error common to both is hard to imagine.
//
// Tolerance 1e-6 of a pixel: weights are stored as floats (6e-8), residue below 1e-9 is snapped, and GEOS's
// areas are good to about 1e-12.
#include <geos_c.h>
#include <gtest/gtest.h>

#include <memory>

#include "isotherm/core/frame.h"
#include "isotherm/zones/coverage.h"
#include "isotherm/zones/grid.h"
#include "property/zones/outlines.h"

namespace isotherm {
namespace {

using testing_support::Matrix;
using testing_support::matrix_of;
using testing_support::Random;
using testing_support::uniform;

/// A handle to GEOS and what is needed of it; geometries free themselves.
class Geos {
 public:
  Geos() : handle_(GEOS_init_r(), [](GEOSContextHandle_t h) { GEOS_finish_r(h); }) {}

  using Geometry = std::shared_ptr<GEOSGeometry>;

  Geometry polygon(const Polygon& polygon) const {
    std::vector<GEOSGeometry*> holes;
    for (std::size_t k = 1; k < polygon.rings.size(); ++k) holes.push_back(ring(polygon.rings[k]));
    return own(GEOSGeom_createPolygon_r(handle_.get(), ring(polygon.rings.front()), holes.data(),
                                        static_cast<unsigned>(holes.size())));
  }
  double shared_area(const Geometry& a, const Geometry& b) const {
    const Geometry shared = own(GEOSIntersection_r(handle_.get(), a.get(), b.get()));
    double area = -1;
    if (shared) GEOSArea_r(handle_.get(), shared.get(), &area);
    return area;
  }
  bool valid(const Geometry& geometry) const { return GEOSisValid_r(handle_.get(), geometry.get()) == 1; }

 private:
  Geometry own(GEOSGeometry* geometry) const {
    return {geometry, [handle = handle_](GEOSGeometry* g) {
              if (g != nullptr) GEOSGeom_destroy_r(handle.get(), g);
            }};
  }
  GEOSGeometry* ring(const Ring& points) const {
    GEOSCoordSequence* sequence =
        GEOSCoordSeq_create_r(handle_.get(), static_cast<unsigned>(points.size() + 1), 2);
    for (std::size_t k = 0; k <= points.size(); ++k) {
      const Point& p = points[k % points.size()];
      GEOSCoordSeq_setXY_r(handle_.get(), sequence, static_cast<unsigned>(k), p.x, p.y);
    }
    return GEOSGeom_createLinearRing_r(handle_.get(), sequence);
  }

  std::shared_ptr<GEOSContextHandle_HS> handle_;
};

Ring pixel(std::int64_t col, std::int64_t row) {
  const auto c = static_cast<double>(col), r = static_cast<double>(row);
  return {{c, r}, {c + 1, r}, {c + 1, r + 1}, {c, r + 1}};
}

/// Compares all pixels of the outline's box, grown by one pixel.
void expect_same(const Geos& geos, const MultiPolygon& outline, const Window& frame) {
  const Matrix matrix = matrix_of(testing_support::cover(outline, frame), 0, frame);
  const Extent box = extent_of(outline);
  const Window near = intersect(frame, {static_cast<std::int64_t>(std::floor(box.xmin)) - 1,
                                        static_cast<std::int64_t>(std::floor(box.ymin)) - 1,
                                        static_cast<std::int64_t>(std::ceil(box.width())) + 3,
                                        static_cast<std::int64_t>(std::ceil(box.height())) + 3});
  std::vector<Geos::Geometry> parts;
  for (const Polygon& polygon : outline) {
    parts.push_back(geos.polygon(polygon));
    ASSERT_TRUE(geos.valid(parts.back()));
  }
  double seen = 0;
  for (std::int64_t row = near.row; row < near.row_end(); ++row) {
    for (std::int64_t col = near.col; col < near.col_end(); ++col) {
      const Geos::Geometry square = geos.polygon({{pixel(col, row)}});
      double area = 0;
      for (const Geos::Geometry& part : parts) area += geos.shared_area(part, square);
      const auto weight = static_cast<double>(matrix.at(col, row));
      ASSERT_NEAR(weight, area, 1e-6) << "pixel " << col << ", " << row;
      seen += weight;
    }
  }
  ASSERT_NEAR(matrix.sum(), seen, 1e-9) << "weight outside the outline's box";
}

TEST(CoverageAgainstGeos, RandomPolygons) {
  const Geos geos;
  Random random(21);
  const Window frame{0, 0, 40, 40};  // many outlines stick out of it
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(round);
    const double size = std::exp(uniform(random, std::log(0.05), std::log(8)));
    expect_same(geos, testing_support::random_outline(random, size), frame);
    if (HasFatalFailure()) return;
  }
}

TEST(CoverageAgainstGeos, CornersOnGridLinesAndPixelCentres) {
  const Geos geos;
  Random random(22);
  const Window frame{0, 0, 40, 40};
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE(round);
    const Point centre{20, 20};
    Ring ring = testing_support::star(random, centre, 1.5, 6, 4 + static_cast<int>(random() % 8));
    for (Point& p : ring) p = {std::round(p.x * 2) / 2, std::round(p.y * 2) / 2};
    if (!geos.valid(geos.polygon({{ring}}))) continue;  // rounding may fold a star
    expect_same(geos, {{{ring}}}, frame);
    if (HasFatalFailure()) return;
  }
}

TEST(CoverageAgainstGeos, CellsOfEveryGrid) {
  const Geos geos;
  const GeoTransform transforms[] = {
      GeoTransform({458985, 30, 0, 5703015, 0, -30}), GeoTransform({500000.3, 31.7, 0, -4200000.7, 0, -28.9}),
      GeoTransform({600000, 26, 15, 5200000, 15, -26})};  // turned by 30 degrees
  const Window frame{0, 0, 12, 10};
  for (const char* spec :
       {"hex:100", "hex:100:flat", "hex:35", "square:48", "square:100", "tile:17", "tile:19"}) {
    const Grid grid = Grid::parse(spec);
    for (const GeoTransform& transform : transforms) {
      const CellRange range = grid.cells_over(Frame{frame.width, frame.height, transform, ""}.extent());
      for (std::int64_t n = 0; n < range.size(); ++n) {
        SCOPED_TRACE(grid.id_text(range.at(n)));
        Ring ring = grid.outline(range.at(n));
        for (Point& p : ring) p = transform.to_pixel(p);
        expect_same(geos, {{{ring}}}, frame);
        if (HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace isotherm
