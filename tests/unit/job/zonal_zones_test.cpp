// Zones of other kinds: labels of a raster, cells of whole pixels, cells of degrees, larger cells from
// smaller ones.
#include <map>
#include <random>

#include "isotherm/io/crs.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

class ZonalZones : public ZonalFixture {
 protected:
  /// width x height random values with gaps, as ZonalFixture's rasters: 30 m, west edge 500040, north
  /// 5000040.
  std::string random_raster(const std::string& name, int width, int height, unsigned seed,
                            std::array<double, 6> transform = {500040, 30, 0, 5000040, 0, -30},
                            const std::string& crs = "EPSG:32632") {
    std::mt19937 random(seed);
    values_.clear();
    for (int k = 0; k < width * height; ++k)
      values_.push_back(random() % 11 == 0 ? std::nan("") : static_cast<double>(random() % 1000) / 16);
    return write_raster(folder_.file(name), {width, height, GDT_Float32, {values_}, {}}, crs, transform);
  }
  std::string labels(const std::string& name, int width, int height, std::vector<double> numbers,
                     std::array<double, 6> transform = {500040, 30, 0, 5000040, 0, -30},
                     GDALDataType type = GDT_Int32) {
    return write_raster(folder_.file(name), {width, height, type, {std::move(numbers)}, {}}, "EPSG:32632",
                        transform);
  }
  std::string refusal(const ZonalJob& made) {
    try {
      run(made, run_.context);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  std::vector<double> values_;
};

TEST_F(ZonalZones, LabelsOfTheSameLatticeAreThePixelsThatCarryThem) {
  std::mt19937 random(3);
  const int width = 40, height = 25;
  const std::string raster = random_raster("a.tif", width, height, 1);
  std::vector<double> numbers;
  for (int k = 0; k < width * height; ++k) numbers.push_back(static_cast<double>(random() % 6) * 1000);
  ZonalJob made = job(raster, labels("zones.tif", width, height, numbers));
  made.stats = {"pixels,count,sum,min,max,median"};
  const Csv csv = table(made);
  std::map<double, std::vector<double>> expected;
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    if (numbers[k] != 0 && !std::isnan(values_[k])) expected[numbers[k]].push_back(values_[k]);
  }
  ASSERT_EQ(csv.rows(), 5u) << "0 is no zone";
  std::size_t row = 0;
  for (auto& [label, values] : expected) {
    EXPECT_EQ(csv.number(row, "cell_id"), label) << "in ascending order";
    EXPECT_EQ(csv.number(row, "b1_pixels"), static_cast<double>(values.size()));
    EXPECT_EQ(csv.number(row, "b1_count"), static_cast<double>(values.size())) << "weights are exactly 1";
    double sum = 0;
    for (const double value : values) sum += value;
    EXPECT_NEAR(csv.number(row, "b1_sum"), sum, 1e-5);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(csv.number(row, "b1_min"), values.front());
    EXPECT_EQ(csv.number(row, "b1_max"), values.back());
    const std::size_t middle = values.size() / 2;
    EXPECT_EQ(csv.number(row, "b1_median"),
              values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
    ++row;
  }
}

TEST_F(ZonalZones, LabelsOfACoarserLatticeWeighPixels) {
  // One label pixel of 45 m from the north-west corner of four pixels of 30 m: 1, 1/2, 1/2, 1/4.
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}),
                      labels("zones.tif", 1, 1, {7}, {500040, 45, 0, 5000040, 0, -45}));
  made.stats = {"count,mean"};
  const Csv csv = table(made);
  EXPECT_EQ(csv.text(0, "zone"), "7");
  EXPECT_NEAR(csv.number(0, "b1_count"), 2.25, 1e-6);
  EXPECT_NEAR(csv.number(0, "b1_mean"), (1 + 1 + 1.5 + 1.5) / 2.25, 1e-6);
}

TEST_F(ZonalZones, NegativeLabelsAreZonesAndNodataIsNone) {
  const std::string zones = labels("zones.tif", 2, 2, {-5, 9, 9, 3});
  {
    GDALDataset* dataset = GDALDataset::Open(zones.c_str(), GDAL_OF_UPDATE | GDAL_OF_RASTER);
    dataset->GetRasterBand(1)->SetNoDataValue(9);
    GDALClose(dataset);
  }
  ZonalJob made = job(four_pixels("a.tif", {1, 2, 3, 6}), zones);
  made.stats = {"mean"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 2u);
  EXPECT_EQ(csv.number(0, "cell_id"), -5);
  EXPECT_EQ(csv.number(0, "b1_mean"), 1);
  EXPECT_EQ(csv.number(1, "b1_mean"), 6);
}

TEST_F(ZonalZones, LabelRastersThatAreNone) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  EXPECT_NE(refusal(job(raster, four_pixels("float.tif", {1, 2, 3, 6}))).find("whole numbers"),
            std::string::npos);
  EXPECT_NE(refusal(job(raster, labels("empty.tif", 2, 2, {0, 0, 0, 0}))).find("no zone"), std::string::npos);
  ZonalJob made = job(raster, labels("zones.tif", 2, 2, {1, 1, 1, 1}));
  made.zones.keep = {"name"};
  EXPECT_NE(refusal(made).find("raster of labels"), std::string::npos);
}

TEST_F(ZonalZones, SnappedCellsAreUnionsOfWholePixels) {
  // West edge 500055 = 16668.5 x 30: the lattice of pixels is moved by 15 m.
  const std::string raster = random_raster("a.tif", 30, 24, 2, {500055, 30, 0, 5000025, 0, -30});
  ZonalJob made = job(raster, "square:90");
  made.zones.snap = raster;
  made.stats = {"count,pixels,valid"};
  const Csv csv = table(made);
  double pixels = 0;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    EXPECT_EQ(csv.number(row, "b1_count"), csv.number(row, "b1_pixels"));
    EXPECT_LE(csv.number(row, "b1_pixels"), 9);
    pixels += csv.number(row, "b1_pixels");
  }
  const auto valid = std::count_if(values_.begin(), values_.end(), [](double v) { return !std::isnan(v); });
  EXPECT_EQ(pixels, static_cast<double>(valid));
  EXPECT_EQ(csv.text(0, "zone").rfind("sq90@15/15_", 0), 0u) << csv.text(0, "zone");
  // A crop of the raster has the same cells.
  std::map<std::string, std::string> whole;
  for (std::size_t row = 0; row < csv.rows(); ++row) whole[csv.text(row, "zone")] = csv.text(row, "area_m2");
  made.zones.snap = random_raster("crop.tif", 5, 5, 3, {500055 + 7 * 30, 30, 0, 5000025 - 4 * 30, 0, -30});
  made.input.scenes = {made.zones.snap};
  const Csv crop = table(made);
  for (std::size_t row = 0; row < crop.rows(); ++row) EXPECT_EQ(whole.count(crop.text(row, "zone")), 1u);
}

TEST_F(ZonalZones, SnapRefusesWhatCannotBe) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  const auto says = [&](const std::string& zones, auto change, const char* part) {
    ZonalJob made = job(raster, zones);
    made.zones.snap = raster;
    change(made);
    const std::string text = refusal(made);
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says(
      "square:100", [](ZonalJob&) {}, "square:90 and square:120");
  says(
      "hex:90", [](ZonalJob&) {}, "no squares");
  says(
      "square:90@1/1", [](ZonalJob&) {}, "origin itself");
  says(
      "square:90", [](ZonalJob& j) { j.zones.crs = "EPSG:32633"; }, "leave --crs out");
}

TEST_F(ZonalZones, CellsOfDegreesOnARasterOfDegrees) {
  // 4 x 4 pixels of 0.25 degrees over cells of half a degree: four whole pixels each.
  const std::string raster = random_raster("a.tif", 4, 4, 4, {10, 0.25, 0, 51, 0, -0.25}, "EPSG:4326");
  ZonalJob made = job(raster, "square:0.5deg");
  made.stats = {"count,pixels"};
  const Csv csv = table(made);
  ASSERT_EQ(csv.rows(), 4u);
  EXPECT_EQ(csv.text(0, "zone"), "sq0.5deg_20_101");
  // Snyder 3-12 between 50.5 and 51 degrees, half a degree wide, on WGS 84: 1961.6 km2.
  const auto q = [](double degrees) {
    const double e2 = 0.0066943799901413165, e = std::sqrt(e2), s = std::sin(degrees * M_PI / 180);
    return (1 - e2) * (s / (1 - e2 * s * s) - 1 / (2 * e) * std::log((1 - e * s) / (1 + e * s)));
  };
  const double expected = 6378137.0 * 6378137.0 / 2 * (q(51) - q(50.5)) * 0.5 * M_PI / 180;
  EXPECT_NEAR(csv.number(0, "area_m2") / expected, 1, 1e-9);
  EXPECT_NEAR(csv.number(0, "area_m2") / 1e6, 1970, 15) << "about 55.6 km by 35.4 km";
  double pixels = 0;
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(csv.number(row, "b1_count"), csv.number(row, "b1_pixels"));
    pixels += csv.number(row, "b1_pixels");
  }
  EXPECT_EQ(pixels, static_cast<double>(std::count_if(values_.begin(), values_.end(),
                                                      [](double v) { return !std::isnan(v); })));
}

TEST_F(ZonalZones, CellsOfDegreesAcrossTheAntimeridian) {
  // UTM zone 1 west of its own border: x from 160 km is west of 180 degrees at 16 S.
  const std::string raster =
      random_raster("a.tif", 50, 50, 5, {150000, 1000, 0, 8230000, 0, -1000}, "EPSG:32701");
  ZonalJob made = job(raster, "square:0.1deg");
  made.stats = {"count"};
  const Csv csv = table(made);
  double count = 0;
  int west = 0, east = 0;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    count += csv.number(row, "b1_count");
    const std::string name = csv.text(row, "zone");  // sq0.1deg_I_J
    const auto i = parse_integer(split(name, '_')[1]);
    ASSERT_TRUE(i.has_value()) << name;
    EXPECT_GE(*i, -1800);
    EXPECT_LT(*i, 1800);
    (*i < 0 ? west : east) += 1;
  }
  EXPECT_GT(west, 0);
  EXPECT_GT(east, 0);
  const auto valid = std::count_if(values_.begin(), values_.end(), [](double v) { return !std::isnan(v); });
  // Cells are curved in UTM and straightened to a hundredth of a pixel.
  EXPECT_NEAR(count, static_cast<double>(valid), 0.02 * 50);
  // The same pixels in degrees, running on past 180: no seam either.
  const std::string running = random_raster("d.tif", 8, 4, 6, {179, 0.25, 0, 1, 0, -0.25}, "EPSG:4326");
  ZonalJob degrees = job(running, "square:0.5deg");
  degrees.stats = {"pixels"};
  const Csv both = table(degrees);
  ASSERT_EQ(both.rows(), 8u);
  double pixels = 0;
  for (std::size_t row = 0; row < both.rows(); ++row) pixels += both.number(row, "b1_pixels");
  EXPECT_EQ(pixels, static_cast<double>(std::count_if(values_.begin(), values_.end(),
                                                      [](double v) { return !std::isnan(v); })));
}

TEST_F(ZonalZones, DegreesAndMetresAreNotMixedUp) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  ZonalJob made = job(raster, "square:0.1deg");
  made.zones.crs = "EPSG:32632";
  EXPECT_NE(refusal(made).find("geographic CRS"), std::string::npos);
  made = job(raster, "square:100");
  made.zones.crs = "EPSG:4326";
  EXPECT_NE(refusal(made).find("square:0.01deg"), std::string::npos);
}

TEST_F(ZonalZones, ParentsAreWhatComputingThemDirectlyGives) {
  const std::string raster = random_raster("a.tif", 61, 47, 7);
  ZonalJob made = job(raster, "square:48");
  made.stats = {"mean,count,valid,sum,min,max,range,variance,stdev,cv,sumsq,weight"};
  made.derive = {"span = max - min"};
  for (const std::string& weight : {std::string(), raster}) {
    made.weight = weight;
    made.zones.zones = "square:48";
    made.parents = {"2=" + folder_.file("p2.csv"), "3=" + folder_.file("p3.csv")};
    table(made);
    for (const int factor : {2, 3}) {
      const Csv merged(folder_.file("p" + std::to_string(factor) + ".csv"));
      ZonalJob direct = made;
      direct.parents = {};
      direct.zones.zones = "square:" + std::to_string(48 * factor);
      const Csv expected = table(direct);
      ASSERT_EQ(merged.names(), expected.names());
      ASSERT_EQ(merged.rows(), expected.rows());
      for (std::size_t row = 0; row < merged.rows(); ++row) {
        EXPECT_EQ(merged.text(row, "zone"), expected.text(row, "zone"));
        for (const std::string& name : merged.names()) {
          if (name == "zone" || name == "scene") continue;
          if (expected.text(row, name).empty()) {
            EXPECT_EQ(merged.text(row, name), "") << name;
            continue;
          }
          // Weights of pixels on borders are float32 in each part.
          const double value = expected.number(row, name);
          EXPECT_NEAR(merged.number(row, name), value, 2e-5 * std::max(1.0, std::abs(value)))
              << name << " of " << merged.text(row, "zone");
        }
      }
    }
  }
}

TEST_F(ZonalZones, ParentsDoNotDependOnMemoryOrThreads) {
  const std::string raster = random_raster("a.tif", 200, 180, 8);
  ZonalJob made = job(raster, "square:20");
  made.parents = {"4=" + folder_.file("p.csv")};
  run_.context.memory = std::size_t{256} << 20;
  table(made);
  const std::string first = read_file(folder_.file("p.csv"));
  run_.context.memory = std::size_t{1} << 20;
  run_.context.threads = 3;
  table(made);
  EXPECT_EQ(read_file(folder_.file("p.csv")), first);
}

TEST_F(ZonalZones, ParentsRefuseWhatSumsCannotGive) {
  const std::string raster = four_pixels("a.tif", {1, 2, 3, 6});
  const auto says = [&](auto change, const char* part) {
    ZonalJob made = job(raster, "square:30");
    made.parents = {"2=" + folder_.file("p.csv")};
    change(made);
    const std::string text = refusal(made);
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says([](ZonalJob& j) { j.stats = {"median"}; }, "median cannot be had");
  says([](ZonalJob& j) { j.stats = {"pixels"}; }, "do not add up");
  says([](ZonalJob& j) { j.coverage = "touch"; }, "touch");
  says([](ZonalJob& j) { j.zones.zones = "hex:30"; }, "squares in metres");
  says([](ZonalJob& j) { j.parents = {"1=x.csv"}; }, "from 2 to 1024");
  says([](ZonalJob& j) { j.parents = {"2"}; }, "and a file");
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"a.tif"});
}

}  // namespace
}  // namespace isotherm
