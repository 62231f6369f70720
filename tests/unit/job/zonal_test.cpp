// The whole main job on rasters of a few pixels: every value here can be worked by hand.
#include "isotherm/job/zonal.h"

#include <gtest/gtest.h>

#include <random>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

class Zonal : public ZonalFixture {};

TEST_F(Zonal, SquaresOverFourPixels) {
  // Pixels cover x 500040..500100, y 4999980..5000040. A 60 m square over them is i = 8334 (500040..500100),
  // j = 83333 (4999980..5000040): all four pixels, whole.
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:60");
  made.stats = {"count", "pixels", "valid",    "sum",   "mean",   "min",
                "max",   "range",  "variance", "stdev", "median", "p25"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 1u);
  EXPECT_EQ(csv.text(0, "zone"), "sq60_8334_83333");
  EXPECT_EQ(csv.number(0, "b1_count"), 4);
  EXPECT_EQ(csv.number(0, "b1_pixels"), 4);
  EXPECT_EQ(csv.number(0, "b1_valid"), 1);
  EXPECT_EQ(csv.number(0, "b1_sum"), 12);
  EXPECT_EQ(csv.number(0, "b1_mean"), 3);
  EXPECT_EQ(csv.number(0, "b1_min"), 1);
  EXPECT_EQ(csv.number(0, "b1_max"), 6);
  EXPECT_EQ(csv.number(0, "b1_range"), 5);
  EXPECT_EQ(csv.number(0, "b1_variance"), 3.5);  // (4 + 1 + 0 + 9) / 4
  EXPECT_NEAR(csv.number(0, "b1_stdev"), 1.8708286934, 1e-9);
  EXPECT_EQ(csv.number(0, "b1_median"), 2.5);
  EXPECT_EQ(csv.number(0, "b1_p25"), 1.75);
}

TEST_F(Zonal, CellsThatCutPixelsWeighThem) {
  // 40 m squares: the raster's west edge 500040 is a multiple of 40, its south edge 4999980 lies 20 m into a
  // cell.
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:40");
  made.stats = {"count", "mean", "valid"};
  const Csv csv = table(made);
  double count = 0, sum = 0;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    count += csv.number(row, "b1_count");
    sum += csv.number(row, "b1_count") * csv.number(row, "b1_mean");
  }
  EXPECT_NEAR(count, 4, 1e-6) << "cells share the pixels out between them (weights are float32)";
  EXPECT_NEAR(sum, 12, 1e-5);
}

TEST_F(Zonal, MissingPixelsAreNotCountedAndZonesOfThemStay) {
  const std::string raster = four_pixels("a.tif", {1, std::nan(""), std::nan(""), std::nan("")});
  ZonalJob made = job(raster, "square:30");
  made.stats = {"mean", "count", "valid", "median"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 4u) << "a cell without values is a row without values";
  int with = 0;
  for (std::size_t row = 0; row < 4; ++row) {
    if (csv.text(row, "b1_mean").empty()) {
      EXPECT_EQ(csv.number(row, "b1_count"), 0);
      EXPECT_EQ(csv.number(row, "b1_valid"), 0);
      EXPECT_EQ(csv.text(row, "b1_median"), "");
    } else {
      EXPECT_EQ(csv.number(row, "b1_mean"), 1);
      ++with;
    }
  }
  EXPECT_EQ(with, 1);
}

TEST_F(Zonal, RowsComeFromNorthToSouthAndWestToEast) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:30");
  made.stats = {"mean"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 4u);
  EXPECT_EQ(csv.number(0, "b1_mean"), 1);
  EXPECT_EQ(csv.number(1, "b1_mean"), 2);
  EXPECT_EQ(csv.number(2, "b1_mean"), 3);
  EXPECT_EQ(csv.number(3, "b1_mean"), 6);
}

constexpr const char* kDistricts = R"({"type": "FeatureCollection",
  "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}, "features": [
  {"type": "Feature", "properties": {"name": "far", "code": 7}, "geometry": {"type": "Polygon", "coordinates":
    [[[600000, 5000000], [600030, 5000000], [600030, 5000030], [600000, 5000030], [600000, 5000000]]]}},
  {"type": "Feature", "properties": {"name": "east", "code": 8}, "geometry": {"type": "Polygon", "coordinates":
    [[[500070, 4999980], [500100, 4999980], [500100, 5000040], [500070, 5000040], [500070, 4999980]]]}},
  {"type": "Feature", "properties": {"name": "all", "code": 9}, "geometry": {"type": "Polygon", "coordinates":
    [[[500040, 4999980], [500100, 4999980], [500100, 5000040], [500040, 5000040], [500040, 4999980]]]}}]})";

TEST_F(Zonal, PolygonsKeepFileOrderAttributesAndTheirOutsiders) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), write_text("districts.geojson", kDistricts));
  made.zones.id_field = "code";
  made.zones.keep = {"name"};
  made.stats = {"count", "mean"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 3u);
  EXPECT_EQ(csv.text(0, "name"), "far");
  EXPECT_EQ(csv.number(0, "b1_count"), 0);
  EXPECT_EQ(csv.text(0, "b1_mean"), "");
  EXPECT_EQ(csv.text(1, "zone"), "8");
  EXPECT_EQ(csv.number(1, "b1_mean"), 4);
  EXPECT_EQ(csv.text(2, "name"), "all");
  EXPECT_EQ(csv.number(2, "b1_mean"), 3) << "overlapping polygons do not disturb each other";
}

TEST_F(Zonal, ZonesOutsideAreRefusedUnlessAllowed) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  const std::string far = write_text("far.geojson", R"({"type": "Feature", "properties": {}, "geometry":
    {"type": "Polygon", "coordinates": [[[30, 10], [31, 10], [31, 11], [30, 11], [30, 10]]]}})");
  ZonalJob made = job(raster, far);
  try {
    run(made, run_.context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::no_data);
    EXPECT_NE(std::string(error.what()).find("--allow-empty"), std::string::npos) << error.what();
  }
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"a.tif", "far.geojson"})) << "nothing is left behind";
  made.allow_empty = true;
  const Csv csv = table(made);
  EXPECT_EQ(csv.number(0, "b1_count"), 0);
}

TEST_F(Zonal, ZonesInAnotherCrsAreBroughtToThePixels) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:60");
  made.zones.crs = "EPSG:32633";  // the neighbouring UTM zone: cells arrive rotated
  made.stats = {"count", "mean"};
  const Csv csv = table(made);
  double count = 0, sum = 0;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const double here = csv.number(row, "b1_count");
    count += here;
    if (here > 0) sum += here * csv.number(row, "b1_mean");
  }
  EXPECT_NEAR(count, 4, 1e-5);
  EXPECT_NEAR(sum, 12, 1e-4);
}

TEST_F(Zonal, AZoneBeyondTheReachOfTheRastersCrsCountsNothing) {
  const std::string zones = write_text("world.geojson", R"({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
      [[[-170, -60], [-165, -60], [-165, -55], [-170, -55], [-170, -60]]]}},
    {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates":
      [[[8.9, 45.1], [9.1, 45.1], [9.1, 45.2], [8.9, 45.2], [8.9, 45.1]]]}}]})");
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), zones);
  made.stats = {"count", "mean"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 2u);
  EXPECT_EQ(csv.number(0, "b1_count"), 0);
  EXPECT_EQ(csv.number(1, "b1_count"), 4);
  EXPECT_EQ(csv.number(1, "b1_mean"), 3);
}

TEST_F(Zonal, DatesBecomeRowsColumnsOrPeriods) {
  const char* names[] = {"LC08_L2SP_196024_20210614_20210622_02_T1_ST_B10.tif",
                         "LC08_L2SP_196024_20210716_20210724_02_T1_ST_B10.tif",
                         "LC08_L2SP_196024_20220617_20220625_02_T1_ST_B10.tif"};
  ZonalJob made = job(four_pixels(names[0], {20, 20, 20, 20}), "square:60");
  made.input.scenes.push_back(four_pixels(names[1], {30, 30, 30, std::nan("")}));
  made.input.scenes.push_back(four_pixels(names[2], {40, 40, 40, 44}));
  made.stats = {"mean", "valid"};
  const Csv rows = table(made);
  ASSERT_EQ(rows.rows(), 3u);
  EXPECT_EQ(rows.text(1, "date"), "2021-07-16");
  const std::string quantity = rows.names()[5].substr(0, rows.names()[5].find("_mean"));
  EXPECT_EQ(rows.number(2, quantity + "_mean"), 41);
  EXPECT_EQ(rows.number(1, quantity + "_valid"), 0.75);

  made.layout = "wide";
  const Csv wide = table(made);
  ASSERT_EQ(wide.rows(), 1u);
  EXPECT_EQ(wide.number(0, quantity + "_mean_20210614"), 20);
  EXPECT_EQ(wide.number(0, quantity + "_mean_20220617"), 41);

  made.layout = "long";
  made.period = "year";
  const Csv years = table(made);
  ASSERT_EQ(years.rows(), 2u);
  EXPECT_EQ(years.number(0, "year"), 2021);
  EXPECT_EQ(years.number(0, "n_obs"), 2);
  EXPECT_EQ(years.text(0, "first_date"), "2021-06-14");
  EXPECT_EQ(years.text(0, "last_date"), "2021-07-16");
  EXPECT_EQ(years.number(0, quantity + "_mean"), 25);

  made.reduce = {"max", "count"};
  const Csv several = table(made);
  EXPECT_EQ(several.number(0, quantity + "_mean_max"), 30);
  EXPECT_EQ(several.number(0, quantity + "_mean_count"), 2);

  made.reduce = {"mean"};
  made.min_valid = 0.9;
  const Csv strict = table(made);
  EXPECT_EQ(strict.number(0, "n_obs"), 1) << "the date with three of four pixels is left out";
  EXPECT_EQ(strict.number(0, quantity + "_mean"), 20);

  made.layout = "wide";
  made.min_valid = 0;
  const Csv wide_years = table(made);
  ASSERT_EQ(wide_years.rows(), 1u);
  EXPECT_EQ(wide_years.number(0, "n_obs_2021"), 2);
  EXPECT_EQ(wide_years.number(0, quantity + "_mean_2022"), 41);
}

TEST_F(Zonal, ATemplateWritesOneFilePerDate) {
  ZonalJob made =
      job(four_pixels("LC08_L2SP_196024_20210614_20210622_02_T1_ST_B10.tif", {1, 2, 3, 6}), "square:60");
  made.input.scenes.push_back(
      four_pixels("LC08_L2SP_196024_20220617_20220625_02_T1_ST_B10.tif", {5, 5, 5, 5}));
  made.output.path = folder_.file("city_{date}.csv");
  run(made, run_.context);
  EXPECT_EQ(Csv(folder_.file("city_2021-06-14.csv")).rows(), 1u);
  EXPECT_EQ(Csv(folder_.file("city_2022-06-17.csv")).rows(), 1u);
  made.layout = "wide";
  EXPECT_THROW(run(made, run_.context), Error);
}

TEST_F(Zonal, ScenesOnOneLatticeWithOtherExtentsMeetCellByCell) {
  // The second date's raster starts one pixel further east and south.
  ZonalJob made =
      job(four_pixels("LC08_L2SP_196024_20210614_20210622_02_T1_ST_B10.tif", {1, 2, 3, 6}), "square:30");
  made.input.scenes.push_back(write_raster(
      folder_.file("LC08_L2SP_196024_20220617_20220625_02_T1_ST_B10.tif"),
      {2, 2, GDT_Float32, {{10, 20, 30, 40}}, {}}, "EPSG:32632", {500070, 30, 0, 5000010, 0, -30}));
  made.stats = {"mean"};
  made.layout = "wide";
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 7u) << "cells that touch neither raster are not made";
  const std::vector<std::pair<std::string, std::string>> expected{
      {"1", ""}, {"2", ""}, {"3", ""}, {"6", "10"}, {"", "20"}, {"", "30"}, {"", "40"}};
  for (std::size_t row = 0; row < csv.rows(); ++row)
    EXPECT_EQ(std::pair(csv.text(row, csv.names()[3]), csv.text(row, csv.names()[4])), expected[row]) << row;
}

TEST_F(Zonal, BytesDoNotDependOnThreadsOrMemory) {
  std::mt19937 random(5);
  std::normal_distribution<double> value(300, 8);
  std::vector<double> pixels(97 * 83);
  for (double& pixel : pixels) pixel = random() % 9 == 0 ? std::nan("") : value(random);
  const std::string raster =
      write_raster(folder_.file("noise.tif"),
                   {97, 83, GDT_Float32, {pixels}, {"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"}});
  const std::string districts = write_text("districts.geojson", kDistricts);
  for (const std::string& zones : {std::string("hex:70"), std::string("hex:41:flat"),
                                   std::string("square:50"), std::string("tile:17"), districts}) {
    ZonalJob made = job(raster, zones);
    made.stats = {"mean", "stdev", "sum", "median", "p90", "min", "count", "valid"};
    made.allow_empty = true;
    run_.context.overwrite = true;
    std::string first;
    for (const auto& [threads, memory] :
         {std::pair{1, std::size_t{256} << 20}, {2, std::size_t{4} << 20}, {7, std::size_t{1} << 20}}) {
      run_.context.threads = threads;
      run_.context.memory = memory;
      run(made, run_.context);
      const std::string bytes = read_file(folder_.file("out.csv"));
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << zones << " with " << threads << " threads";
    }
  }
}

TEST_F(Zonal, CountsOfAGridAddUpToTheValidPixels) {
  std::mt19937 random(6);
  std::vector<double> pixels(61 * 47);
  double valid = 0;
  for (double& pixel : pixels) {
    pixel = random() % 4 == 0 ? std::nan("") : 1.0;
    valid += pixel == 1.0;
  }
  const std::string raster = write_raster(folder_.file("holes.tif"), {61, 47, GDT_Float32, {pixels}, {}});
  for (const char* zones : {"hex:100", "hex:77:flat", "square:45", "tile:16"}) {
    ZonalJob made = job(raster, zones);
    made.stats = {"count"};
    const Csv csv = table(made);
    double total = 0;
    for (std::size_t row = 0; row < csv.rows(); ++row) total += csv.number(row, "b1_count");
    // Weights are float32: each pixel's shares add to 1 within a few 1e-7.
    EXPECT_NEAR(total, valid, 1e-6 * valid) << zones;
  }
}

TEST_F(Zonal, RefusesBeforeReadingWhatCannotBe) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  const auto message = [&](auto change) {
    ZonalJob made = job(raster, "square:60");
    change(made);
    try {
      run(made, run_.context);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const auto says = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says(message([](ZonalJob& j) { j.stats = {"meen"}; }), "did you mean 'mean'");
  says(message([](ZonalJob& j) { j.coverage = "exakt"; }), "did you mean 'exact'");
  says(message([](ZonalJob& j) { j.layout = "tall"; }), "long and wide");
  says(message([](ZonalJob& j) { j.period = "year"; }), "has none");
  says(message([](ZonalJob& j) { j.min_valid = 2; }), "between 0 and 1");
  says(message([](ZonalJob& j) { j.formulas.index = {"ndvi"}; }), "nir08");
  says(message([](ZonalJob& j) { j.stats = {}; }), "--stat");
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"a.tif"});
}

TEST_F(Zonal, AZoneLargerThanTheMemoryHasTheSameQuantilesAndClasses) {
  std::mt19937 random(5);
  std::vector<double> values(512 * 512);
  for (double& value : values) value = static_cast<double>(random() % 1000) / 8;
  const std::string raster =
      write_raster(folder_.file("wide.tif"), {512, 512, GDT_Float32, {std::move(values)}, {}});
  // Cut through pixels at the borders, so that weights differ.
  const std::string zones = write_text("zones.csv",
                                       "id,wkt\n1,\"POLYGON((500007 4999991, 515001 4999000, 514000 4985000, "
                                       "501000 4984900, 500007 4999991))\"\n");
  ZonalJob made = job(raster, zones);
  made.zones.zones_crs = "EPSG:32632";
  made.stats = {"median,p2.5,p90,p100,mode,minority,variety,mean,fraction"};
  made.classes = {"0..3", "124.875"};
  run_.context.memory = std::size_t{1} << 30;
  table(made);
  const std::string kept = read_file(folder_.file("out.csv"));
  run_.context.memory = std::size_t{1} << 20;  // 209 000 pixels are 1.6 MiB of samples
  table(made);
  EXPECT_EQ(read_file(folder_.file("out.csv")), kept);
  made.weight = raster;
  run_.context.memory = std::size_t{1} << 30;
  table(made);
  const std::string weighted = read_file(folder_.file("out.csv"));
  EXPECT_NE(weighted, kept);
  run_.context.memory = std::size_t{1} << 20;
  table(made);
  EXPECT_EQ(read_file(folder_.file("out.csv")), weighted);
}

}  // namespace
}  // namespace isotherm
