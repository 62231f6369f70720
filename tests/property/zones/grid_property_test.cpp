// Laws that every grid keeps, old or new: cells fill the plane, points know their cell, names lead back.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "isotherm/zones/grid.h"
#include "property/zones/outlines.h"

namespace isotherm {
namespace {

using testing_support::inside;
using testing_support::Random;
using testing_support::uniform;

class GridLaws : public ::testing::TestWithParam<const char*> {
 protected:
  Grid grid_ = Grid::parse(GetParam());
  Random random_{11};
  double size() const { return std::sqrt(grid_.cell_area()); }
  /// Near a city of UTM zone 32 or 33 south, in UTM and in EPSG:3857 alike.
  Point place() { return {uniform(random_, -900000, 900000), uniform(random_, -7000000, 7000000)}; }
};

TEST_P(GridLaws, OutlineHasTheCellsAreaAndCentre) {
  for (int round = 0; round < 200; ++round) {
    const Cell cell = grid_.zone_at(place());
    const Ring ring = grid_.outline(cell);
    // Vertices near 7e6 are rounded to 1e-9, which a cell of 7 m feels as 1e-9 of its area.
    EXPECT_NEAR(signed_area(ring) / grid_.cell_area(), 1, 1e-7);
    Point mean;
    for (const Point& p : ring)
      mean = {mean.x + p.x / static_cast<double>(ring.size()),
              mean.y + p.y / static_cast<double>(ring.size())};
    EXPECT_NEAR(mean.x, grid_.centre(cell).x, 1e-7);
    EXPECT_NEAR(mean.y, grid_.centre(cell).y, 1e-7);
  }
}

TEST_P(GridLaws, CentreBelongsToItsCell) {
  for (int round = 0; round < 1000; ++round) {
    const Cell cell = grid_.zone_at(place());
    EXPECT_EQ(grid_.zone_at(grid_.centre(cell)), cell);
  }
}

TEST_P(GridLaws, APointLiesInTheOutlineOfItsCellAndInNoNeighbour) {
  for (int round = 0; round < 5000; ++round) {
    const Point p = place();
    const Cell cell = grid_.zone_at(p);
    ASSERT_TRUE(inside(grid_.outline(cell), p)) << p.x << " " << p.y;
    for (const Cell& other : grid_.neighbours(cell)) ASSERT_FALSE(inside(grid_.outline(other), p));
  }
}

TEST_P(GridLaws, VerticesAndPointsOnEdgesHaveOneCell) {
  for (int round = 0; round < 500; ++round) {
    const Cell cell = grid_.zone_at(place());
    const Ring ring = grid_.outline(cell);
    for (std::size_t k = 0; k < ring.size(); ++k) {
      const Point a = ring[k], b = ring[(k + 1) % ring.size()];
      for (const Point& p : {a, Point{(a.x + b.x) / 2, (a.y + b.y) / 2}}) {
        std::set<std::int64_t> owners;
        for (const Cell& near : grid_.neighbours(cell)) {
          for (const Cell& other :
               grid_.neighbours(near)) {  // the cell itself and those across a corner among them
            if (inside(grid_.outline(near), p)) owners.insert(Grid::id(near));
            if (inside(grid_.outline(other), p)) owners.insert(Grid::id(other));
          }
        }
        ASSERT_EQ(owners, std::set<std::int64_t>{Grid::id(grid_.zone_at(p))}) << p.x << " " << p.y;
      }
    }
  }
}

TEST_P(GridLaws, NeighboursShareTwoVerticesToTheBit) {
  for (int round = 0; round < 500; ++round) {
    const Cell cell = grid_.zone_at(place());
    const Ring ring = grid_.outline(cell);
    const std::vector<Cell> neighbours = grid_.neighbours(cell);
    ASSERT_EQ(neighbours.size(), ring.size() == 6 ? 6u : 4u);
    for (const Cell& other : neighbours) {
      const Ring theirs = grid_.outline(other);
      int shared = 0;
      for (const Point& p : ring) shared += static_cast<int>(std::count(theirs.begin(), theirs.end(), p));
      ASSERT_EQ(shared, 2);
      const std::vector<Cell> back = grid_.neighbours(other);
      ASSERT_EQ(std::count(back.begin(), back.end(), cell), 1);
    }
  }
}

TEST_P(GridLaws, NamesAreUniqueAndIdsLeadBack) {
  const Point p = place();
  const CellRange range = grid_.cells_over({p.x, p.y, p.x + 9 * size(), p.y + 9 * size()});
  std::set<std::string> names;
  std::set<std::int64_t> ids;
  for (std::int64_t n = 0; n < range.size(); ++n) {
    const Cell cell = range.at(n);
    names.insert(grid_.id_text(cell));
    ids.insert(Grid::id(cell));
    ASSERT_EQ(Grid::cell_of(Grid::id(cell)), cell);
    ASSERT_EQ(static_cast<std::int64_t>(static_cast<double>(Grid::id(cell))), Grid::id(cell));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(range.size()));
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(range.size()));
}

TEST_P(GridLaws, RangesHoldEveryCellThatMeetsTheExtent) {
  for (int round = 0; round < 300; ++round) {
    const Point p = place();
    const Extent extent{p.x, p.y, p.x + uniform(random_, 0.01, 6) * size(),
                        p.y + uniform(random_, 0.01, 6) * size()};
    const CellRange range = grid_.cells_over(extent);
    const auto holds = [&](Cell cell) {
      const std::int32_t down = (cell.j - range.j_north) * range.j_step;
      return cell.i >= range.i_first && cell.i < range.i_first + range.i_count && down >= 0 &&
             down < range.j_count;
    };
    for (int k = 0; k < 50; ++k) {
      const Point q{uniform(random_, extent.xmin, extent.xmax), uniform(random_, extent.ymin, extent.ymax)};
      ASSERT_TRUE(holds(grid_.zone_at(q)));
    }
    ASSERT_TRUE(holds(grid_.zone_at({extent.xmin, extent.ymin})));
    // Not many more than needed: a margin of two cells around.
    ASSERT_LE(static_cast<double>(range.size()),
              (extent.width() / size() + 4) * (extent.height() / size() + 4));
  }
}

TEST_P(GridLaws, OrderIsNorthToSouthThenWestToEast) {
  const Point p = place();
  const CellRange range = grid_.cells_over({p.x, p.y, p.x + 5 * size(), p.y + 5 * size()});
  for (std::int64_t n = 1; n < range.size(); ++n) {
    const Point before = grid_.centre(range.at(n - 1)), now = grid_.centre(range.at(n));
    if (n % range.i_count == 0) {
      ASSERT_LT(now.y, before.y + size());
      ASSERT_LT(now.x, before.x);
    } else {
      ASSERT_GT(now.x, before.x);
    }
  }
  EXPECT_GT(grid_.centre(range.at(0)).y, grid_.centre(range.at(range.size() - 1)).y);
}

TEST_P(GridLaws, IdsDoNotDependOnTheExtent) {
  const Point p = place();
  const Extent large{p.x, p.y, p.x + 20 * size(), p.y + 20 * size()};
  const Extent small{p.x + 7 * size(), p.y + 7 * size(), p.x + 9 * size(), p.y + 9 * size()};
  std::set<std::int64_t> all;
  const CellRange whole = grid_.cells_over(large), part = grid_.cells_over(small);
  for (std::int64_t n = 0; n < whole.size(); ++n) all.insert(Grid::id(whole.at(n)));
  for (std::int64_t n = 0; n < part.size(); ++n) EXPECT_TRUE(all.contains(Grid::id(part.at(n))));
}

TEST_P(GridLaws, MovingThePointByThePeriodMovesTheCell) {
  const Grid::Kind& kind = grid_.kind();
  // Squares and tiles repeat with every cell; hexagons with every cell along their lines and every second
  // line.
  Point period{size(), size()};
  Cell step{1, 1};
  if (const auto* hex = std::get_if<HexGrid>(&kind)) {
    const bool pointy = hex->orientation() == HexOrientation::pointy;
    const double two_lines = hex->spacing() * std::sqrt(3.0);
    period = pointy ? Point{hex->spacing(), two_lines} : Point{two_lines, hex->spacing()};
    step = pointy ? Cell{1, 2} : Cell{2, 1};
  } else if (std::holds_alternative<TileGrid>(kind)) {
    step.j = -1;
  }
  for (int round = 0; round < 1000; ++round) {
    const Cell cell = grid_.zone_at(place());
    const Point c = grid_.centre(cell);
    const Point p{c.x + uniform(random_, -0.45, 0.45) * size(), c.y + uniform(random_, -0.45, 0.45) * size()};
    const Cell here = grid_.zone_at(p), there = grid_.zone_at({p.x + period.x, p.y + period.y});
    ASSERT_EQ(there, (Cell{here.i + step.i, here.j + step.j}));
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, GridLaws,
                         ::testing::Values("square:100", "square:7.3", "hex:100", "hex:7.3", "hex:100:flat",
                                           "hex:area=5000:flat", "tile:12", "tile:19"));

}  // namespace
}  // namespace isotherm
