// Grids by hand: where cells lie, what they are called, what is refused.
#include "isotherm/zones/grid.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

const double kRoot3 = std::sqrt(3.0);

std::string error_of(std::string_view spec) {
  try {
    Grid::parse(spec);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

TEST(SquareGrid, CellsAreHalfOpen) {
  const Grid grid = Grid::parse("square:48");
  EXPECT_EQ(grid.zone_at({0, 0}), (Cell{0, 0}));
  EXPECT_EQ(grid.zone_at({47.999, 48}), (Cell{0, 1}));
  EXPECT_EQ(grid.zone_at({-0.001, -48}), (Cell{-1, -1}));
  EXPECT_EQ(grid.outline({1, -1}), (Ring{{48, -48}, {96, -48}, {96, 0}, {48, 0}}));
  EXPECT_EQ(grid.centre({1, -1}), (Point{72, -24}));
  EXPECT_EQ(grid.cell_area(), 2304);
  EXPECT_EQ(grid.id_text({4590, -57030}), "sq48_4590_-57030");
  EXPECT_EQ(grid.neighbours({5, 5}), (std::vector<Cell>{{6, 5}, {5, 6}, {4, 5}, {5, 4}}));
}

TEST(HexGrid, PointyTopByHand) {
  const Grid grid = Grid::parse("hex:100");
  EXPECT_EQ(grid.centre({0, 0}), (Point{0, 0}));
  EXPECT_EQ(grid.centre({2, 0}), (Point{200, 0}));
  EXPECT_NEAR(grid.centre({2, 1}).x, 250, 1e-12);
  EXPECT_NEAR(grid.centre({2, 1}).y, 50 * kRoot3, 1e-12);
  const Ring ring = grid.outline({0, 0});
  ASSERT_EQ(ring.size(), 6u);
  EXPECT_NEAR(ring[0].x, 50, 1e-12);  // south end of the east side, then counter-clockwise
  EXPECT_NEAR(ring[0].y, -50 / kRoot3, 1e-12);
  EXPECT_NEAR(ring[2].x, 0, 1e-12);
  EXPECT_NEAR(ring[2].y, 100 / kRoot3, 1e-12);
  EXPECT_NEAR(grid.cell_area(), 8660.254, 1e-3);
  EXPECT_EQ(grid.id_text({4590, 65853}), "hex100_4590_65853");
  EXPECT_EQ(grid.neighbours({0, 0}),
            (std::vector<Cell>{{1, 0}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}}));
  EXPECT_EQ(grid.neighbours({0, 1}), (std::vector<Cell>{{1, 1}, {1, 2}, {0, 2}, {-1, 1}, {0, 0}, {1, 0}}));
}

TEST(HexGrid, FlatTopByHand) {
  const Grid grid = Grid::parse("hex:100:flat");
  EXPECT_NEAR(grid.centre({1, 2}).x, 50 * kRoot3, 1e-12);
  EXPECT_NEAR(grid.centre({1, 2}).y, 250, 1e-12);
  const Ring ring = grid.outline({0, 0});
  ASSERT_EQ(ring.size(), 6u);
  EXPECT_NEAR(ring[2].x, 100 / kRoot3, 1e-12);  // the east corner
  EXPECT_NEAR(ring[2].y, 0, 1e-12);
  EXPECT_GT(signed_area(ring), 0);
  EXPECT_EQ(grid.id_text({-3, 4}), "hexf100_-3_4");
  EXPECT_EQ(grid.neighbours({0, 0}),
            (std::vector<Cell>{{1, 0}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}));
}

TEST(HexGrid, PointsOnEdgesBelongToTheEastAndNorth) {
  const Grid pointy = Grid::parse("hex:100");
  EXPECT_EQ(pointy.zone_at({50, 0}), (Cell{1, 0}));
  EXPECT_EQ(pointy.zone_at({-50, 0}), (Cell{0, 0}));
  EXPECT_EQ(pointy.zone_at(pointy.outline({0, 0})[2]), (Cell{0, 1}));  // the apex: east of it lies (0, 1)
  const Grid flat = Grid::parse("hex:100:flat");
  EXPECT_EQ(flat.zone_at({0, 50}), (Cell{0, 1}));
  EXPECT_EQ(flat.zone_at({0, -50}), (Cell{0, 0}));
}

TEST(TileGrid, KnownTiles) {
  // Tiles of Dresden's town hall (51.0475 N, 13.7403 E), x = 1529563.2, y = 6631027.6 in EPSG:3857, by the
  // formulas of the slippy map: x = (lon + 180) / 360 2^z, y = (1 - asinh(tan lat) / pi) / 2 2^z.
  const double pi = 3.14159265358979323846, longitude = 13.7403, latitude = 51.0475;
  const Point p{longitude / 180 * 20037508.342789244, std::asinh(std::tan(latitude * pi / 180)) * 6378137};
  for (const int zoom : {0, 5, 12, 19, 25}) {
    const double tiles = std::ldexp(1.0, zoom);
    const Cell expected{
        static_cast<std::int32_t>((longitude + 180) / 360 * tiles),
        static_cast<std::int32_t>((1 - std::asinh(std::tan(latitude * pi / 180)) / pi) / 2 * tiles)};
    EXPECT_EQ(Grid(TileGrid(zoom)).zone_at(p), expected) << zoom;
  }
  EXPECT_EQ(Grid::parse("tile:12").id_text(Grid::parse("tile:12").zone_at(p)), "12/2204/1370");
}

TEST(TileGrid, TheWorldIsOneTile) {
  const TileGrid world(0);
  EXPECT_EQ(world.side(), 2 * 20037508.342789244);
  EXPECT_EQ(world.outline({0, 0})[2], (Point{20037508.342789244, 20037508.342789244}));
  EXPECT_TRUE(world.neighbours({0, 0}).empty());
  EXPECT_THROW(world.zone_at({20037508.342789244, 0}), Error);  // the east border belongs to no tile
  EXPECT_EQ(Grid(world).fixed_crs(), "EPSG:3857");
  EXPECT_FALSE(Grid::parse("hex:100").fixed_crs().has_value());
}

TEST(TileGrid, RowsRunSouthwards) {
  const Grid grid = Grid::parse("tile:1");
  EXPECT_EQ(grid.zone_at({-1, 1}), (Cell{0, 0}));
  EXPECT_EQ(grid.zone_at({1, -1}), (Cell{1, 1}));
  EXPECT_EQ(grid.neighbours({0, 0}), (std::vector<Cell>{{1, 0}, {0, 1}}));
}

TEST(TileGrid, ZoomNineteenIsFortyEightMetresOnlyNearFiftyOneDegrees) {
  const double side = TileGrid(19).side();
  EXPECT_NEAR(side, 76.437, 1e-3);
  EXPECT_NEAR(side * std::cos(51.1 / 180 * 3.14159265358979), 48, 0.01);
}

TEST(Grid, SpecsAreCanonicalAndParseBack) {
  const std::pair<const char*, const char*> specs[] = {{"hex:100", "hex:100"},
                                                       {" HEX:1e2:pointy ", "hex:100"},
                                                       {"hex:100:flat", "hex:100:flat"},
                                                       {"square:0.0009", "square:0.0009"},
                                                       {"square:1000000", "square:1000000"},
                                                       {"square:area=2304", "square:48"},
                                                       {"tile:19", "tile:19"}};
  for (const auto& [spec, canonical] : specs) {
    EXPECT_EQ(Grid::parse(spec).spec(), canonical);
    EXPECT_EQ(Grid::parse(canonical).spec(), canonical);
  }
  const Grid by_area = Grid::parse("hex:area=10000:flat");
  EXPECT_NEAR(by_area.cell_area(), 10000, 1e-9);
  EXPECT_EQ(Grid::parse(by_area.spec()).cell_area(), by_area.cell_area());
  EXPECT_EQ(Grid::parse("square:1000000").id_text({0, 1}), "sq1000000_0_1");
}

TEST(Grid, RefusalsSayWhatIsWrong) {
  EXPECT_TRUE(error_of("hex:0").starts_with(
      "hex:0: the distance between centres must be a positive number of metres"));
  EXPECT_TRUE(error_of("hex:").starts_with("hex:: the distance between centres must be a positive number"));
  EXPECT_TRUE(error_of("hex").starts_with("hex: the distance between centres"));
  EXPECT_TRUE(error_of("hex:-5").starts_with("hex:-5: the distance"));
  EXPECT_TRUE(error_of("hex:nan").starts_with("hex:nan: the distance"));
  EXPECT_TRUE(error_of("square:1e999").starts_with("square:1e999: the side must be a positive number"));
  EXPECT_TRUE(
      error_of("square:area=-1").starts_with("square:area=-1: the area must be a positive number of square"));
  EXPECT_TRUE(error_of("tile:26").starts_with("tile:26: the zoom must be a whole number from 0 to 25"));
  EXPECT_TRUE(error_of("tile:1.5").starts_with("tile:1.5: the zoom must be a whole number"));
  EXPECT_TRUE(error_of("hex:100:round").starts_with("hex:100:round: 'round' is no orientation"));
  EXPECT_TRUE(error_of("hex:100:flat:7").starts_with("hex:100:flat:7: '7' is not understood"));
  EXPECT_TRUE(error_of("square:5:flat").starts_with("square:5:flat: 'flat' is not understood"));
  EXPECT_NE(error_of("hexx:100").find("did you mean 'hex'?"), std::string::npos);
  EXPECT_NE(error_of("circle:5").find("zones: hex:SIZE"), std::string::npos);
  EXPECT_THROW(SquareGrid(-1), Error);
  EXPECT_THROW(HexGrid(NAN, HexOrientation::flat), Error);
  EXPECT_THROW(TileGrid(26), Error);
}

TEST(Grid, TellsGridsFromFiles) {
  for (const char* spec :
       {"hex:100", "hex:", "tile:x", "Square:area=5", "hexx:100", "sqare:area=100", "tiles:9"}) {
    EXPECT_TRUE(Grid::looks_like_grid(spec)) << spec;
  }
  for (const char* file :
       {"districts.gpkg", "C:\\zones\\hex.gpkg", "GPKG:city.gpkg:blocks", "/vsizip/a.zip/b.shp",
        "https://example.org/hex.json", "PG:dbname=city", "", "./hex"}) {
    EXPECT_FALSE(Grid::looks_like_grid(file)) << file;
  }
}

TEST(Grid, RangesRunFromNorthToSouthAndWestToEast) {
  const CellRange squares = Grid::parse("square:10").cells_over({5, -5, 30, 20});
  EXPECT_EQ(squares.size(), 9);  // columns 0, 1, 2 (30 is excluded); rows 1, 0, -1
  EXPECT_EQ(squares.at(0), (Cell{0, 1}));
  EXPECT_EQ(squares.at(2), (Cell{2, 1}));
  EXPECT_EQ(squares.at(8), (Cell{2, -1}));
  const CellRange tiles = Grid::parse("tile:2").cells_over({-1, -1, 1, 1});
  EXPECT_EQ(tiles.size(), 4);
  EXPECT_EQ(tiles.at(0), (Cell{1, 1}));
  EXPECT_EQ(tiles.at(3), (Cell{2, 2}));
  EXPECT_EQ(Grid::parse("hex:10").cells_over(Extent{}).size(), 0);
}

TEST(Grid, TilesBeyondTheWorldAreLeftOut) {
  EXPECT_EQ(Grid::parse("tile:1").cells_over({-1e9, -1e9, 1e9, 1e9}).size(), 4);
  EXPECT_EQ(Grid::parse("tile:1").cells_over({3e7, 0, 4e7, 1}).size(), 0);
}

// Found by a fuzzer: the error of a text that began with a zero byte had no words.
TEST(Grid, AZeroByteIsRefusedInWords) {
  try {
    Grid::parse(std::string_view("\0\0mean", 6));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_STRNE(error.what(), "");
  }
}

TEST(Grid, TooSmallCellsAreRefused) {
  const Extent utm{300000, 5600000, 310000, 5610000};
  for (const char* spec : {"square:0.1", "hex:0.1", "hex:0.1:flat", "hex:1e-300"}) {
    try {
      Grid::parse(spec).cells_over(utm);
      FAIL() << spec;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find("too small for this CRS"), std::string::npos);
    }
    EXPECT_THROW(Grid::parse(spec).zone_at({300000, 5600000}), Error);
  }
}

TEST(Grid, IdsAreWholeNumbersADoubleHolds) {
  EXPECT_EQ(Grid::id({0, 0}), (std::int64_t{1} << 51) + (std::int64_t{1} << 25));
  const std::int32_t limit = (1 << 25) - 1;
  EXPECT_LT(Grid::id({limit, limit}), std::int64_t{1} << 52);
  EXPECT_GT(Grid::id({-limit, -limit}), 0);
  for (const Cell& cell :
       {Cell{0, 0}, Cell{-1, -1}, Cell{4590, 65853}, Cell{limit, -limit}, Cell{-limit, limit}}) {
    EXPECT_EQ(Grid::cell_of(Grid::id(cell)), cell);
  }
}

TEST(Grid, NeighboursOffTheLatticeAreLeftOut) {
  const std::int32_t limit = (1 << 25) - 1;
  EXPECT_EQ(Grid::parse("square:1").neighbours({limit, 0}).size(), 3u);
  EXPECT_EQ(Grid::parse("hex:1").neighbours({0, limit}).size(), 4u);
}

TEST(Grid, FormsAreListed) {
  ASSERT_FALSE(grid_forms().empty());
  EXPECT_EQ(grid_forms()[0].form, "hex:SIZE");
}

}  // namespace
}  // namespace isotherm
