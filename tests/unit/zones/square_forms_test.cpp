// Squares that are moved to meet pixels, and squares of degrees.
#include <gtest/gtest.h>

#include "isotherm/core/error.h"
#include "isotherm/zones/grid.h"

namespace isotherm {
namespace {

TEST(SquareForms, TextThatParsesBack) {
  for (const char* spec : {"square:90@15/15", "square:0.01deg", "square:0.5deg@0.25/-0.25", "square:48"}) {
    EXPECT_EQ(Grid::parse(spec).spec(), spec);
    EXPECT_TRUE(Grid::looks_like_grid(spec)) << spec;
  }
  EXPECT_EQ(Grid::parse("square:90@0/0").spec(), "square:90");
}

TEST(SquareForms, WhatIsNoSquareIsRefused) {
  for (const char* spec : {"square:90@15", "square:90@15/x", "square:90@1/2/3", "square:deg", "square:-1deg",
                           "square:0deg", "hex:90@15/15", "hex:1deg", "tile:3@1/1", "square:90@nan/0"}) {
    EXPECT_THROW(Grid::parse(spec), Error) << spec;
  }
}

TEST(SquareForms, MovedCellsCoverWhatTheirNameSays) {
  const Grid grid = Grid::parse("square:90@15/-5");
  const Cell cell{2, -1};
  EXPECT_EQ(grid.outline(cell), (Ring{{195, -95}, {285, -95}, {285, -5}, {195, -5}}));
  EXPECT_EQ(grid.centre(cell), (Point{240, -50}));
  EXPECT_EQ(grid.zone_at({195, -95}), cell);
  EXPECT_EQ(grid.zone_at({284.9, -5.1}), cell);
  EXPECT_EQ(grid.id_text(cell), "sq90@15/-5_2_-1");
  const CellRange range = grid.cells_over({195, -95, 286, -5});
  EXPECT_EQ(range.size(), 2);
  EXPECT_EQ(range.at(0), cell);
}

TEST(SquareForms, CellsOfDegreesAreOneAroundTheGlobe) {
  const Grid grid = Grid::parse("square:0.5deg");
  EXPECT_TRUE(grid.in_degrees());
  EXPECT_EQ(grid.canonical(grid.zone_at({180.2, 10.1})), grid.zone_at({-179.8, 10.1}));
  EXPECT_EQ(grid.canonical(grid.zone_at({-180.2, 10.1})), grid.zone_at({179.8, 10.1}));
  EXPECT_EQ(grid.canonical(grid.zone_at({540.2, 10.1})), grid.zone_at({-179.8, 10.1}));
  for (const double x : {-180.0, -179.9, -0.1, 0.0, 179.9}) {
    const Cell cell = grid.zone_at({x, 0});
    EXPECT_EQ(grid.canonical(cell), cell) << x;
  }
  EXPECT_EQ(grid.id_text(grid.zone_at({13.3, 52.1})), "sq0.5deg_26_104");
  // 360 is no multiple of 0.7: there is no cell to come round to.
  const Grid odd = Grid::parse("square:0.7deg");
  EXPECT_EQ(odd.canonical(odd.zone_at({181, 0})), odd.zone_at({181, 0}));
  const Grid metres = Grid::parse("square:100");
  EXPECT_EQ(metres.canonical({1 << 20, 5}), (Cell{1 << 20, 5}));
}

}  // namespace
}  // namespace isotherm
