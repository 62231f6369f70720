// Outlines cut by cells against GEOS, which finds intersection points and builds polygons; and laws that hold
// for any grid. Areas about 1e-9 of those of the cells: what is left is rounding of crossing points.
#include <gtest/gtest.h>

#include <map>

#include "isotherm/io/vector_reader.h"
#include "isotherm/zones/cut_cells.h"
#include "property/zones/outlines.h"

namespace isotherm {
namespace {

using testing_support::random_outline;
using testing_support::uniform;

struct Cut {
  Cell cell;
  double area;
};

std::vector<Cut> cut(const Grid& grid, const MultiPolygon& outline, const Extent& where) {
  std::vector<Cut> found;
  cut_cells(grid, outline, where, [&](Cell cell, const MultiPolygon& part) {
    MultiPolygon oriented = part;
    normalise(oriented);
    found.push_back({cell, area(oriented)});
  });
  return found;
}

MultiPolygon outline_at(testing_support::Random& random, double size, Point place) {
  MultiPolygon outline = testing_support::shifted(random_outline(random, size), place.x, place.y);
  normalise(outline);
  return outline;
}

class CutCells : public testing::TestWithParam<const char*> {};

TEST_P(CutCells, PartsAreThoseOfGeosAndAddToTheWhole) {
  const Grid grid = Grid::parse(GetParam());
  const double side = std::sqrt(grid.cell_area());
  testing_support::Random random(20261122);
  for (int k = 0; k < 60; ++k) {
    // From a tenth of a cell to fifteen cells across.
    const double size = side * uniform(random, 0.1, 1) * (k % 3 == 0 ? 15 : 1);
    const Point place{uniform(random, -3e5, 3e5), uniform(random, 4e6, 5e6)};
    const MultiPolygon outline = outline_at(random, size, place);
    const Area oracle(outline, "EPSG:3857");
    double total = 0;
    std::map<std::int64_t, int> times;
    for (const Cut& part : cut(grid, outline, extent_of(outline))) {
      const double expected = area(oracle.clip(grid.outline(part.cell)));
      EXPECT_NEAR(part.area, expected, 1e-9 * grid.cell_area())
          << GetParam() << " " << grid.id_text(part.cell);
      total += part.area;
      EXPECT_EQ(++times[Grid::id(part.cell)], 1);
    }
    EXPECT_NEAR(total, area(outline), 1e-9 * std::max(area(outline), grid.cell_area()))
        << "no cell is forgotten";
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, CutCells,
                         testing::Values("square:100", "square:30@15/15", "hex:100", "hex:70:flat",
                                         "tile:17"));

TEST(CutCellsPlace, OnlyCellsOverThePlaceAreAsked) {
  const Grid grid = Grid::parse("square:10");
  const MultiPolygon outline{{{{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}}}};
  const std::vector<Cut> few = cut(grid, outline, {11, 11, 29, 19});
  ASSERT_EQ(few.size(), 2u);
  EXPECT_EQ(few[0].area, 100);
  EXPECT_TRUE(cut(grid, outline, {2000, 2000, 2010, 2010}).empty());
  EXPECT_TRUE(cut(grid, {}, {0, 0, 10, 10}).empty());
}

TEST(CutCellsPlace, ACourtyardIsNoPartAndARingRoundACellLeavesItOut) {
  const Grid grid = Grid::parse("square:10");
  const MultiPolygon courtyard{
      {{{{0, 0}, {30, 0}, {30, 30}, {0, 30}}, {{10, 10}, {10, 20}, {20, 20}, {20, 10}}}}};
  const std::vector<Cut> parts = cut(grid, courtyard, extent_of(courtyard));
  double total = 0;
  for (const Cut& part : parts) {
    EXPECT_EQ(part.area, grid.id_text(part.cell) == "sq10_1_1" ? 0 : 100);
    total += part.area;
  }
  EXPECT_EQ(total, 800);
}

}  // namespace
}  // namespace isotherm
