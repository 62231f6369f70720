#include "isotherm/engine/zone_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::Place;

const std::string kUtm = "EPSG:32632";
const Extent kPlace{400000, 5700000, 402000, 5701500};

Frame frame(const std::string& crs, double x, double y, std::int64_t width = 100, std::int64_t height = 100) {
  Frame result;
  result.width = width;
  result.height = height;
  result.transform = GeoTransform({x, 30, 0, y, 0, -30});
  result.crs = crs;
  return result;
}

ZoneBatch all(const ZoneSource& zones) { return zones.make_worker().make(0, zones.candidates()); }

/// A ragged area with a hole, not along the lattice.
Area ragged() {
  return Area(
      {{{{{400100, 5700080}, {401800, 5700310}, {401500, 5701400}, {400900, 5700900}, {400230, 5701310}},
         {{400800, 5700400}, {400900, 5700700}, {401200, 5700500}}}}},
      kUtm);
}

ZoneInputs inputs(const std::string& zones, const std::string& aoi = "", const std::string& crs = "") {
  ZoneInputs result;
  result.zones = zones;
  result.aoi = aoi;
  result.crs = crs;
  return result;
}

ErrorKind refusal(const ZoneInputs& wanted, std::vector<Frame> data = {frame(kUtm, 400000, 5700000)}) {
  Place place;
  try {
    open_zones(wanted, data, place.context());
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

class Grids : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Grids, ::testing::Values("square:100", "hex:100", "hex:100:flat", "tile:17"));

TEST_P(Grids, HowTheRangeIsCutDoesNotShow) {
  const Grid grid = Grid::parse(GetParam());
  const bool tiles = grid.fixed_crs().has_value();
  const Extent where = tiles ? reproject(kPlace, CrsTransform(kUtm, "EPSG:3857")) : kPlace;
  const Area area({{{box(where.xmin + 111, where.ymin + 97, where.xmax - 313, where.ymax - 201)}}},
                  tiles ? "EPSG:3857" : kUtm);
  for (const AreaRuleRow& rule : area_rules()) {
    const ZoneSource zones = ZoneSource::cells(grid, area.crs(), where, area, rule.rule);
    const ZoneBatch whole = all(zones);
    ASSERT_GT(whole.size(), 0u) << rule.name;
    for (std::int64_t step : {1, 7, 50}) {
      ZoneMaker maker = zones.make_worker();
      std::size_t seen = 0;
      for (std::int64_t first = 0; first < zones.candidates(); first += step) {
        const ZoneBatch part = maker.make(first, std::min(step, zones.candidates() - first));
        for (std::size_t k = 0; k < part.size(); ++k, ++seen) {
          ASSERT_LT(seen, whole.size());
          EXPECT_EQ(part.ids[k], whole.ids[seen]);
          EXPECT_EQ(part.outline(k), whole.outline(seen));
          EXPECT_EQ(part.share[k], whole.share[seen]);
          EXPECT_EQ(part.ground_area_m2[k], whole.ground_area_m2[seen]) << "bit-equal";
        }
      }
      EXPECT_EQ(seen, whole.size());
    }
    const ZoneBatch unmeasured = zones.make_worker(false).make(0, zones.candidates());
    EXPECT_EQ(unmeasured.ids, whole.ids);
    EXPECT_EQ(unmeasured.share, whole.share);
    EXPECT_TRUE(std::ranges::all_of(unmeasured.ground_area_m2,
                                    [](double square_metres) { return std::isnan(square_metres); }));
  }
}

TEST_P(Grids, OrderIsFromTheNorthWest) {
  const Grid grid = Grid::parse(GetParam());
  const std::string crs = grid.fixed_crs().value_or(kUtm);
  const Extent where = reproject(kPlace, CrsTransform(kUtm, crs));
  const ZoneSource zones = ZoneSource::cells(grid, crs, where, std::nullopt, AreaRule::centre);
  const ZoneBatch cells = all(zones);
  EXPECT_EQ(static_cast<std::int64_t>(cells.size()), zones.candidates());
  const auto row = static_cast<std::size_t>(zones.cells_per_row());
  const Extent first = extent_of(cells.outline(0)), second = extent_of(cells.outline(1)),
               below = extent_of(cells.outline(row));
  EXPECT_LT(first.xmin, second.xmin);
  EXPECT_GT(first.ymax, below.ymax);
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const Extent e = extent_of(cells.outline(k));
    EXPECT_EQ(unite(e, zones.extent()), zones.extent()) << "the extent holds every cell";
    EXPECT_EQ(zones.extent(cells.positions[k]), e);
    EXPECT_EQ(cells.id_text(k), grid.id_text(Grid::cell_of(cells.ids[k])));
  }
}

TEST_P(Grids, GroundAreaIsThatOfTheOutline) {
  const Grid grid = Grid::parse(GetParam());
  const std::string crs = grid.fixed_crs().value_or(kUtm);
  const GroundArea slow(crs);
  // At the rim of a UTM zone and in the far north, where the scale changes fastest.
  for (Point degrees : {Point{8.9, 51.2}, Point{5.5, 45}, Point{12.5, 0.01}, Point{3, 79}}) {
    const Point p = CrsTransform("EPSG:4326", crs).apply(degrees);
    const ZoneSource zones =
        ZoneSource::cells(grid, crs, {p.x, p.y, p.x + 3000, p.y + 3000}, std::nullopt, AreaRule::centre);
    ZoneMaker maker = zones.make_worker();
    for (std::int64_t n = 0; n < zones.candidates(); n += 17) {
      const ZoneBatch cell = maker.make(n, 1);
      EXPECT_NEAR(cell.ground_area_m2[0] / slow.square_metres(cell.outline(0)), 1, 1e-9)
          << degrees.x << " " << degrees.y;
    }
  }
}

TEST(CellsOfAnArea, RulesByTheirDefinition) {
  const Grid grid = Grid::parse("hex:100");
  const Area area = ragged();
  std::set<std::int64_t> any, full, centre;
  const auto cells = [&](AreaRule rule) {
    return all(ZoneSource::cells(grid, kUtm, area.extent(), area, rule));
  };
  for (std::int64_t id : cells(AreaRule::any).ids) any.insert(id);
  for (std::int64_t id : cells(AreaRule::full).ids) full.insert(id);
  for (std::int64_t id : cells(AreaRule::centre).ids) centre.insert(id);
  const CellRange range = grid.cells_over(area.extent());
  std::size_t seen = 0;
  for (std::int64_t n = 0; n < range.size(); ++n) {
    const Cell cell = range.at(n);
    const double share = area.share_inside(grid.outline(cell));
    EXPECT_EQ(any.count(Grid::id(cell)), share > 0);
    EXPECT_EQ(full.count(Grid::id(cell)), share == 1);
    EXPECT_EQ(centre.count(Grid::id(cell)), area.contains(grid.centre(cell)));
    seen += share > 0;
  }
  EXPECT_EQ(any.size(), seen);
  EXPECT_GT(full.size(), 0u);
  EXPECT_LT(full.size(), centre.size());
  EXPECT_LT(centre.size(), any.size());
}

TEST(CellsOfAnArea, CutCellsFillTheAreaExactly) {
  const Area area = ragged();
  for (const char* spec : {"square:90", "hex:130", "hex:130:flat"}) {
    const ZoneBatch cells =
        all(ZoneSource::cells(Grid::parse(spec), kUtm, area.extent(), area, AreaRule::clip));
    double flat = 0, ground = 0, shares = 0;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      flat += isotherm::area(cells.outline(k));
      ground += cells.ground_area_m2[k];
      shares += cells.share[k] * Grid::parse(spec).cell_area();
    }
    EXPECT_NEAR(flat / isotherm::area(area.outline()), 1, 1e-10) << spec;
    EXPECT_NEAR(shares / isotherm::area(area.outline()), 1, 1e-10) << spec;
    EXPECT_NEAR(ground / GroundArea(kUtm).square_metres(area.outline()), 1, 1e-8) << spec;
  }
}

TEST(CellsOfAnArea, NeighbouringAreasShareNoCellByCentre) {
  const Area west({{{box(400000, 5700000, 401000, 5702000)}}}, kUtm),
      east({{{box(401000, 5700000, 402000, 5702000)}}}, kUtm);
  const Grid grid = Grid::parse("square:100");
  std::multiset<std::int64_t> ids;
  for (const Area& area : {west, east}) {
    for (std::int64_t id : all(ZoneSource::cells(grid, kUtm, area.extent(), area, AreaRule::centre)).ids)
      ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 400u);
  EXPECT_EQ(std::set<std::int64_t>(ids.begin(), ids.end()).size(), 400u);
}

TEST(CellsOfAnArea, IdsDoNotDependOnThePlace) {
  const Grid grid = Grid::parse("hex:100");
  const ZoneBatch large = all(ZoneSource::cells(grid, kUtm, kPlace, std::nullopt, AreaRule::centre));
  const ZoneBatch small =
      all(ZoneSource::cells(grid, kUtm, {400500, 5700500, 400900, 5700900}, std::nullopt, AreaRule::centre));
  for (std::size_t k = 0; k < small.size(); ++k) {
    const auto at = std::find(large.ids.begin(), large.ids.end(), small.ids[k]);
    ASSERT_NE(at, large.ids.end());
    EXPECT_EQ(large.outline(static_cast<std::size_t>(at - large.ids.begin())), small.outline(k));
  }
}

TEST(Polygons, KeepFileOrderAndAttributesAndEmptyOnes) {
  PolygonLayer layer;
  layer.crs = kUtm;
  layer.ids = {5, 3, 9};
  layer.id_texts = {"e", "c", "i"};
  layer.outlines = {{{{box(500000, 0, 500100, 100)}}}, {}, {{{box(0, 0, 1, 1)}}}};
  layer.attributes.columns.push_back(make_column({"name", ColumnType::text, "", ""}));
  layer.attributes.columns[0].texts() = {"one", std::nullopt, "three"};
  const ZoneSource zones = ZoneSource::polygons(layer);
  EXPECT_FALSE(zones.is_lattice());
  EXPECT_EQ(zones.candidates(), 3);
  EXPECT_TRUE(zones.extent(1).empty());
  EXPECT_EQ(zones.attribute_columns().size(), 1u);
  const std::vector<std::int64_t> order{2, 1, 0};
  const ZoneBatch batch = zones.make_worker().make(order);
  EXPECT_EQ(batch.positions, order);
  EXPECT_EQ(batch.ids, (std::vector<std::int64_t>{9, 3, 5}));
  EXPECT_EQ(batch.attributes.columns[0].texts(), (Texts{"three", std::nullopt, "one"}));
  EXPECT_EQ(batch.ground_area_m2[1], 0);
  EXPECT_NEAR(batch.ground_area_m2[2], 1e4 / (0.9996 * 0.9996), 1e-3);
}

TEST(OpenZones, LatticeCrsFollowsTheData) {
  Place place;
  const auto crs_of = [&](const ZoneInputs& wanted, std::vector<Frame> data) {
    return open_zones(wanted, data, place.context()).crs();
  };
  EXPECT_EQ(crs_of(inputs("hex:100"), {frame(kUtm, 400000, 5700000)}), kUtm);
  // USGS scenes of the southern hemisphere: northern zone, negative northings.
  EXPECT_EQ(crs_of(inputs("hex:100"), {frame("EPSG:32618", 280000, -1300000)}), "EPSG:32618");
  // Neighbouring zones: the one in the middle of the data, in the data's own coding.
  EXPECT_EQ(crs_of(inputs("hex:100"),
                   {frame("EPSG:32618", 700000, -1300000, 5000, 100), frame("EPSG:32619", 180000, -1300000)}),
            "EPSG:32618");
  // A projected CRS that is no UTM, and degrees: the UTM zone of the place.
  EXPECT_EQ(crs_of(inputs("hex:100"), {frame("EPSG:3035", 4100000, 3200000)}), kUtm);
  EXPECT_EQ(crs_of(inputs("hex:100", "", "utm"), {frame("EPSG:3035", 4100000, 3200000)}), kUtm);
  EXPECT_EQ(crs_of(inputs("tile:14"), {frame(kUtm, 400000, 5700000)}), "EPSG:3857");
  EXPECT_EQ(crs_of(inputs("square:100", "", "EPSG:25832"), {frame(kUtm, 400000, 5700000)}), "EPSG:25832");
  EXPECT_EQ(crs_of(inputs("hex:100", "151,-34,151.1,-33.9"), {}), "EPSG:32756") << "from the area alone";
  EXPECT_EQ(crs_of(inputs("hex:100", "7,51,7.1,51.1", "equal-area"), {}), equal_area_crs(7.05, 51.05));
}

TEST(OpenZones, RefusesWhatCannotBe) {
  EXPECT_EQ(refusal(inputs("")), ErrorKind::usage);
  EXPECT_EQ(refusal(inputs("hex:")), ErrorKind::usage);
  EXPECT_EQ(refusal(inputs("hex:100"), {}), ErrorKind::usage) << "no place";
  EXPECT_EQ(refusal(inputs("hex:100", "", "EPSG:4326")), ErrorKind::usage) << "degrees";
  EXPECT_EQ(refusal(inputs("tile:14", "", "EPSG:32632")), ErrorKind::usage) << "tiles have their own CRS";
  EXPECT_EQ(refusal(inputs("hex:100"), {frame("", 0, 0)}), ErrorKind::input) << "data without CRS";
  EXPECT_EQ(refusal(inputs("nowhere.gpkg")), ErrorKind::input);
  ZoneInputs rule = inputs("hex:100", "7,51,7.1,51.1");
  rule.aoi_rule = "center";
  EXPECT_EQ(refusal(rule), ErrorKind::usage);
  ZoneInputs keep = inputs("hex:100");
  keep.keep = {"name"};
  EXPECT_EQ(refusal(keep), ErrorKind::usage);
  EXPECT_EQ(refusal(inputs("districts.gpkg", "7,51,7.1,51.1")), ErrorKind::usage);
}

TEST(OpenZones, ExtentOfFramesAcrossTheAntimeridianStaysSmall) {
  const std::vector<Frame> frames{frame("EPSG:32660", 800000, 2000000, 1000, 1000),
                                  frame("EPSG:32601", 190000, 2000000, 1000, 1000)};
  const Extent extent = extent_in(frames, "EPSG:4326");
  EXPECT_LT(extent.width(), 2);
}

}  // namespace
}  // namespace isotherm
