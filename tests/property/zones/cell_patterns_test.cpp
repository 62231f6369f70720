// Cells covered by patterns against the same cells walked one by one, and the promise that a cell's coverage
// does not depend on the cells around it. Weights are floats of sums of steps whose coordinates round
// differently in the two ways: 1e-7 is the last digit of a float, and far below any error of a pixel or an
// edge.
#include <gtest/gtest.h>

#include <random>

#include "isotherm/zones/cell_patterns.h"

namespace isotherm {
namespace {

struct Case {
  const char* grid;
  std::array<double, 6> pixels;
};

// Rasters of 30 m (with their corner at an odd half pixel, as Landsat's), of 10 m, flipped, turned, of
// another pixel size each way, and one whose pixels no number of cells repeats.
const Case kCases[] = {
    {"hex:100", {399975, 30, 0, 5700015, 0, -30}},        {"hex:100:flat", {399975, 30, 0, 5700015, 0, -30}},
    {"square:100", {399975, 30, 0, 5700015, 0, -30}},     {"square:48", {399975, 30, 0, 5700015, 0, -30}},
    {"hex:90", {399980, 10, 0, 5700010, 0, -10}},         {"square:37", {399980, 10, 0, 5700010, 0, -10}},
    {"hex:100", {399975, 30, 0, 5690015, 0, 30}},         {"square:60", {400975, -30, 0, 5700015, 0, -30}},
    {"square:50", {399975, 20, 0, 5700015, 0, -35}},      {"hex:100", {399975, 28.3, 2, 5700015, 2, -28.3}},
    {"hex:area=10000", {399975, 30, 0, 5700015, 0, -30}}, {"square:12", {399975, 30, 0, 5700015, 0, -30}},
};

std::vector<std::int64_t> ids_over(const Grid& grid, const Extent& extent) {
  const CellRange range = grid.cells_over(extent);
  std::vector<std::int64_t> ids;
  for (std::int64_t n = 0; n < range.size(); ++n) ids.push_back(Grid::id(range.at(n)));
  return ids;
}

Coverage by_patterns(const Grid& grid, const GeoTransform& pixels, CoverageRule rule, const Window& frame,
                     std::span<const std::int64_t> ids) {
  CellPatterns patterns(grid, pixels, rule);
  CoverageBuilder builder(frame, rule);
  patterns.add(ids, builder);
  return builder.finish();
}

Coverage one_by_one(const Grid& grid, const GeoTransform& pixels, CoverageRule rule, const Window& frame,
                    std::span<const std::int64_t> ids) {
  CoverageBuilder builder(frame, rule);
  for (const std::int64_t id : ids) {
    Ring ring = grid.outline(Grid::cell_of(id));
    for (Point& p : ring) p = pixels.to_pixel(p);
    builder.add(std::span<const Point>(ring));
  }
  return builder.finish();
}

float weight_at(const Coverage& coverage, const Span& span, std::int32_t k) {
  return span.weights == Span::kFull ? 1.0f : coverage.weights()[span.weights + static_cast<std::size_t>(k)];
}

class CellPatternsOf : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Lattices, CellPatternsOf, ::testing::ValuesIn(kCases));

TEST_P(CellPatternsOf, GiveWhatTheOutlineOfEveryCellGives) {
  const Grid grid = Grid::parse(GetParam().grid);
  const GeoTransform pixels(GetParam().pixels);
  // Larger than the frame on every side, so that cells leave it everywhere.
  const Window frame{3, 2, 60, 50};
  Extent extent;
  for (const Point corner : {Point{-3, -3}, Point{70, -3}, Point{70, 60}, Point{-3, 60}})
    extent.add(pixels.to_map(corner));
  const std::vector<std::int64_t> ids = ids_over(grid, extent);
  for (const CoverageRule rule : {CoverageRule::exact, CoverageRule::centre, CoverageRule::touch}) {
    const Coverage quick = by_patterns(grid, pixels, rule, frame, ids);
    const Coverage slow = one_by_one(grid, pixels, rule, frame, ids);
    ASSERT_EQ(quick.zones(), slow.zones());
    EXPECT_EQ(quick.window(), slow.window());
    for (std::size_t zone = 0; zone < quick.zones(); ++zone) {
      const auto a = quick.spans(zone), b = slow.spans(zone);
      ASSERT_EQ(a.size(), b.size()) << zone;
      EXPECT_NEAR(quick.total(zone), slow.total(zone), 1e-6);
      for (std::size_t k = 0; k < a.size(); ++k) {
        ASSERT_EQ(a[k].row, b[k].row);
        ASSERT_EQ(a[k].col, b[k].col);
        ASSERT_EQ(a[k].count, b[k].count);
        for (std::int32_t n = 0; n < a[k].count; ++n)
          ASSERT_NEAR(weight_at(quick, a[k], n), weight_at(slow, b[k], n), 1e-7) << zone;
      }
    }
  }
}

TEST_P(CellPatternsOf, DoNotDependOnTheCellsBefore) {
  const Grid grid = Grid::parse(GetParam().grid);
  const GeoTransform pixels(GetParam().pixels);
  const Window frame{0, 0, 80, 80};
  Extent extent;
  for (const Point corner : {Point{0, 0}, Point{60, 0}, Point{60, 60}, Point{0, 60}})
    extent.add(pixels.to_map(corner));
  std::vector<std::int64_t> ids = ids_over(grid, extent);
  const Coverage together = by_patterns(grid, pixels, CoverageRule::exact, frame, ids);
  std::mt19937_64 random(7);
  CellPatterns patterns(grid, pixels, CoverageRule::exact);
  CoverageBuilder builder(frame, CoverageRule::exact);
  for (int times = 0; times < 60; ++times) {
    const std::size_t zone = random() % ids.size();
    patterns.add(std::span(ids).subspan(zone, 1), builder);
    const Coverage alone = builder.finish();
    ASSERT_EQ(alone.zones(), 1u);
    EXPECT_EQ(alone.total(0), together.total(zone)) << "bit-equal";
    const auto a = alone.spans(0), b = together.spans(zone);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      EXPECT_EQ(a[k].row, b[k].row);
      EXPECT_EQ(a[k].col, b[k].col);
      for (std::int32_t n = 0; n < a[k].count; ++n)
        EXPECT_EQ(weight_at(alone, a[k], n), weight_at(together, b[k], n)) << "bit-equal";
    }
  }
}

TEST(CellPeriods, AreExactOrNone) {
  EXPECT_EQ(period_along(100, 30, true).cells, 3);
  EXPECT_EQ(period_along(100, 30, true).cols, 10);
  EXPECT_EQ(period_along(48, -30, false).cells, 5);
  EXPECT_EQ(period_along(48, -30, false).rows, -8);
  EXPECT_EQ(period_along(30, 30, true).cells, 1);
  EXPECT_EQ(period_along(0, 30, true).cells, 0) << "the lattice does not repeat this way";
  EXPECT_EQ(period_along(107.45699318235418, 30, true).cells, 0);
  EXPECT_EQ(period_along(100, 30.001, true).cells, 0) << "30001 cells would be a period, far too long";
}

TEST(CellPatternsShared, NeighboursAPeriodApartShareTheirWeights) {
  const Grid grid = Grid::parse("hex:100");
  const GeoTransform pixels({399975, 30, 0, 5700015, 0, -30});
  const Cell cell = grid.zone_at({400500, 5699500});
  const std::vector<std::int64_t> ids{Grid::id(cell), Grid::id({cell.i + 1, cell.j}),
                                      Grid::id({cell.i + 3, cell.j})};
  const Coverage coverage = by_patterns(grid, pixels, CoverageRule::exact, {0, 0, 100, 100}, ids);
  EXPECT_EQ(coverage.spans(2)[0].weights, coverage.spans(0)[0].weights);
  EXPECT_EQ(coverage.spans(2)[0].col, coverage.spans(0)[0].col + 10);
  EXPECT_NE(coverage.spans(1)[0].weights, coverage.spans(0)[0].weights);
}

}  // namespace
}  // namespace isotherm
