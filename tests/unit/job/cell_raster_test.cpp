// A table of square cells as a raster.
#include "isotherm/io/crs.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

class CellRasterTest : public ZonalFixture {
 protected:
  struct Read {
    int width = 0, height = 0;
    std::array<double, 6> transform{};
    std::vector<std::string> names;
    std::vector<std::vector<float>> bands;
  };
  Read read(const std::string& path) {
    Read read;
    GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER);
    EXPECT_NE(dataset, nullptr) << path;
    if (dataset == nullptr) return read;
    read.width = dataset->GetRasterXSize();
    read.height = dataset->GetRasterYSize();
    dataset->GetGeoTransform(read.transform.data());
    for (int k = 1; k <= dataset->GetRasterCount(); ++k) {
      GDALRasterBand* band = dataset->GetRasterBand(k);
      EXPECT_TRUE(std::isnan(band->GetNoDataValue()));
      read.names.emplace_back(band->GetDescription());
      read.bands.emplace_back(static_cast<std::size_t>(read.width * read.height));
      EXPECT_EQ(band->RasterIO(GF_Read, 0, 0, read.width, read.height, read.bands.back().data(), read.width,
                               read.height, GDT_Float32, 0, 0, nullptr),
                CE_None);
    }
    GDALClose(dataset);
    return read;
  }
  std::string refusal(const ZonalJob& made) {
    try {
      run(made, run_.context);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(CellRasterTest, APixelPerCellABandPerColumn) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, std::nan("")}), "square:30");
  made.stats = {"mean,count"};
  made.output.path = folder_.file("cells.tif");
  run(made, run_.context);
  const Read got = read(made.output.path);
  // The raster's south edge 4999980 is a multiple of 30, its west edge 500040 too: cells are its pixels.
  EXPECT_EQ(got.width, 2);
  EXPECT_EQ(got.height, 2);
  EXPECT_EQ(got.transform, (std::array<double, 6>{500040, 30, 0, 5000040, 0, -30}));
  EXPECT_EQ(got.names, (std::vector<std::string>{"b1_mean", "b1_count"}));
  EXPECT_EQ(got.bands[0][0], 1);
  EXPECT_EQ(got.bands[0][1], 2);
  EXPECT_EQ(got.bands[0][2], 3);
  EXPECT_TRUE(std::isnan(got.bands[0][3]));
  EXPECT_EQ(got.bands[1][3], 0);
}

TEST_F(CellRasterTest, SaysWhatTheTableSays) {
  std::vector<double> values;
  for (int k = 0; k < 40 * 30; ++k) values.push_back((k * 37) % 101);
  const std::string raster = write_raster(folder_.file("a.tif"), {40, 30, GDT_Float32, {values}, {}},
                                          "EPSG:32632", {500040, 30, 0, 5000040, 0, -30});
  ZonalJob made = job(raster, "square:70");
  made.stats = {"mean"};
  // An area of interest leaves cells out: they are missing in the raster.
  made.zones.aoi = "500100,4999300,500900,4999900";
  made.zones.aoi_crs = "EPSG:32632";
  const Csv csv = table(made);
  made.output.path = folder_.file("cells.tif");
  made.parents = {"2=" + folder_.file("p.tif")};
  run(made, run_.context);
  const Read got = read(made.output.path);
  std::size_t present = 0;
  for (const float value : got.bands[0]) present += !std::isnan(value);
  EXPECT_EQ(present, csv.rows());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const auto parts = split(csv.text(row, "zone"), '_');
    const double x = (static_cast<double>(*parse_integer(parts[1])) + 0.5) * 70;
    const double y = (static_cast<double>(*parse_integer(parts[2])) + 0.5) * 70;
    const auto col = static_cast<std::size_t>((x - got.transform[0]) / 70);
    const auto line = static_cast<std::size_t>((got.transform[3] - y) / 70);
    EXPECT_EQ(got.bands[0][line * static_cast<std::size_t>(got.width) + col],
              static_cast<float>(csv.number(row, "b1_mean")))
        << csv.text(row, "zone");
  }
  EXPECT_EQ(read(folder_.file("p.tif")).transform[1], 140);
}

TEST_F(CellRasterTest, SeveralDatesAreBands) {
  // Two plain rasters without dates are told apart by their names.
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "square:60");
  made.input.scenes.push_back(four_pixels("b.tif", {10, 20, 30, 60}));
  made.stats = {"mean"};
  made.output.path = folder_.file("cells.tif");
  run(made, run_.context);
  const Read got = read(made.output.path);
  EXPECT_EQ(got.names, (std::vector<std::string>{"b1_mean_a", "b1_mean_b"}));
  EXPECT_EQ(got.bands[0][0], 3);
  EXPECT_EQ(got.bands[1][0], 30);
  made.output.path = folder_.file("one_{scene}.tif");
  run(made, run_.context);
  EXPECT_EQ(read(folder_.file("one_b.tif")).names, std::vector<std::string>{"b1_mean"});
}

TEST_F(CellRasterTest, ZonesThatAreNoSquaresAreRefused) {
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), "hex:60");
  made.output.path = folder_.file("cells.tif");
  EXPECT_NE(refusal(made).find("square cells"), std::string::npos);
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"a.tif"});
}

}  // namespace
}  // namespace isotherm
