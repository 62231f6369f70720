// Lists per quantity, formulas over statistics, classes: what is collected, what is shown, what is refused.
#include <gdal_rat.h>

#include <random>

#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

class ZonalColumnsTest : public ZonalFixture {
 protected:
  /// One cell over four pixels with the quantities a = b1 and d = 2 b1.
  ZonalJob two_quantities(std::vector<double> values = {1, 2, 3, 6}) {
    ZonalJob made = job(four_pixels("a.tif", std::move(values)), "square:60");
    made.formulas.expr = {"a = b1", "d = 2 * b1"};
    return made;
  }
  std::vector<std::string> value_columns(const Csv& csv) {
    std::vector<std::string> names;
    for (const std::string& name : csv.names()) {
      if (name != "zone" && name != "cell_id" && name != "area_m2" && name != "scene") names.push_back(name);
    }
    return names;
  }
  std::string refusal(const ZonalJob& made) {
    try {
      run(made, run_.context);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
      return error.what();
    }
    return "no error";
  }
};

using Names = std::vector<std::string>;

TEST_F(ZonalColumnsTest, AListOfItsOwnReplacesThePlainOne) {
  ZonalJob made = two_quantities();
  made.stats = {"mean,p90", "d:max,median", "sum"};
  EXPECT_EQ(value_columns(table(made)), (Names{"a_mean", "a_p90", "a_sum", "d_max", "d_median"}));
}

TEST_F(ZonalColumnsTest, WithoutAPlainListTheOthersHaveTheUsualOne) {
  ZonalJob made = two_quantities();
  made.stats = {"d:max"};
  EXPECT_EQ(value_columns(table(made)), (Names{"a_mean", "a_count", "a_valid", "d_max"}));
}

TEST_F(ZonalColumnsTest, AFormulaOverPlainNamesIsAColumnPerQuantity) {
  ZonalJob made = two_quantities();
  made.stats = {"mean"};
  made.derive = {"spread = max - min", "rel = spread / mean"};
  const Csv csv = table(made);
  EXPECT_EQ(value_columns(csv), (Names{"a_mean", "a_spread", "a_rel", "d_mean", "d_spread", "d_rel"}))
      << "max and min are collected and not shown";
  EXPECT_EQ(csv.number(0, "a_spread"), 5);
  EXPECT_EQ(csv.number(0, "d_spread"), 10);
  EXPECT_NEAR(csv.number(0, "a_rel"), 5.0 / 3, 1e-9);
  EXPECT_NEAR(csv.number(0, "d_rel"), 5.0 / 3, 1e-9);
}

TEST_F(ZonalColumnsTest, AFormulaOverFullNamesIsOneColumn) {
  ZonalJob made = two_quantities();
  made.stats = {"mean"};
  made.derive = {"gap = d_max - a_p50 + a_mean", "d:half = mean / 2"};
  const Csv csv = table(made);
  EXPECT_EQ(value_columns(csv), (Names{"a_mean", "d_mean", "d_half", "gap"}));
  EXPECT_EQ(csv.number(0, "gap"), 12 - 2.5 + 3);
  EXPECT_EQ(csv.number(0, "d_half"), 3);
}

TEST_F(ZonalColumnsTest, MissingInMissingOut) {
  const double nan = std::nan("");
  ZonalJob made = two_quantities({nan, nan, nan, nan});
  made.allow_empty = true;
  made.stats = {"count"};
  made.derive = {"twice = mean * 2", "some = where(is_missing(mean), 0, mean)", "n = count + 1"};
  const Csv csv = table(made);
  EXPECT_EQ(csv.text(0, "a_twice"), "");
  EXPECT_EQ(csv.number(0, "a_some"), 0);
  EXPECT_EQ(csv.number(0, "a_n"), 1) << "counts of empty zones are 0, not missing";
}

TEST_F(ZonalColumnsTest, FractionsAreColumnsWhateverACellHolds) {
  ZonalJob made = job(four_pixels("c.tif", {1, 2, 2, 5}, GDT_Byte), "square:30");
  made.stats = {"fraction"};
  made.classes = {"1", "2..4", "7"};
  const Csv csv = table(made);
  EXPECT_EQ(value_columns(csv),
            (Names{"b1_fraction_1", "b1_fraction_2", "b1_fraction_3", "b1_fraction_4", "b1_fraction_7"}));
  ASSERT_EQ(csv.rows(), 4u);  // north-west, north-east, south-west, south-east
  EXPECT_EQ(csv.number(0, "b1_fraction_1"), 1);
  EXPECT_EQ(csv.number(1, "b1_fraction_2"), 1);
  EXPECT_EQ(csv.number(1, "b1_fraction_1"), 0);
  EXPECT_EQ(csv.number(3, "b1_fraction_7"), 0) << "a class that is not asked for takes its share unseen";
  made.zones.zones = "square:60";
  made.derive = {"low = fraction_1 + fraction_2"};
  const Csv whole = table(made);
  EXPECT_EQ(whole.number(0, "b1_fraction_2"), 0.5);
  EXPECT_EQ(whole.number(0, "b1_low"), 0.75);
}

TEST_F(ZonalColumnsTest, FractionsWeighPixelsByCoverage) {
  // A cell of 40 m over x 500040..500080, y 5000000..5000040: 1 x 1, 1/3, 1/3, 1/9 of the four pixels.
  ZonalJob made = job(four_pixels("c.tif", {1, 2, 3, 1}, GDT_Byte), "square:40");
  made.stats = {"fraction"};
  made.classes = {"1..3"};
  const Csv csv = table(made);
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (csv.text(row, "zone") != "sq40_12501_125000") continue;
    EXPECT_NEAR(csv.number(row, "b1_fraction_1"), (1 + 1.0 / 9) / (16.0 / 9), 1e-6);
    EXPECT_NEAR(csv.number(row, "b1_fraction_2"), (1.0 / 3) / (16.0 / 9), 1e-6);
    return;
  }
  FAIL() << "the cell is missing";
}

TEST_F(ZonalColumnsTest, ClassesTheRasterDeclares) {
  const std::string raster = four_pixels("c.tif", {1, 2, 2, 1}, GDT_Byte);
  {
    GDALDataset* dataset = GDALDataset::Open(raster.c_str(), GDAL_OF_UPDATE | GDAL_OF_RASTER);
    ASSERT_NE(dataset, nullptr);
    GDALDefaultRasterAttributeTable classes;
    classes.CreateColumn("VALUE", GFT_Integer, GFU_MinMax);
    classes.CreateColumn("NAME", GFT_String, GFU_Name);
    const std::pair<int, const char*> rows[] = {{4, "water"}, {1, "wood"}, {2, "town"}};
    for (int k = 0; k < 3; ++k) {
      classes.SetValue(k, 0, rows[k].first);
      classes.SetValue(k, 1, rows[k].second);
    }
    dataset->GetRasterBand(1)->SetDefaultRAT(&classes);
    GDALClose(dataset);
  }
  ZonalJob made = job(raster, "square:60");
  made.stats = {"fraction"};
  const Csv csv = table(made);
  EXPECT_EQ(value_columns(csv), (Names{"b1_fraction_1", "b1_fraction_2", "b1_fraction_4"}));
  EXPECT_EQ(csv.number(0, "b1_fraction_1"), 0.5);
}

TEST_F(ZonalColumnsTest, WhatIsRefused) {
  const auto says = [&](auto change, const char* part) {
    ZonalJob made = two_quantities();
    change(made);
    const std::string text = refusal(made);
    EXPECT_NE(text.find(part), std::string::npos) << text << "\n  does not say: " << part;
  };
  says([](ZonalJob& j) { j.stats = {"dd:mean"}; }, "there is no quantity 'dd'");
  says([](ZonalJob& j) { j.stats = {"d:meen"}; }, "did you mean 'mean'");
  says([](ZonalJob& j) { j.stats = {"d:"}; }, "no statistic asked for");
  says([](ZonalJob& j) { j.derive = {"mean = p90 - p10"}; }, "the name of a statistic");
  says([](ZonalJob& j) { j.derive = {"x = maen + 1"}; }, "did you mean 'mean'");
  says([](ZonalJob& j) { j.derive = {"x = mean +"}; }, "--derive 'x'");
  says([](ZonalJob& j) { j.derive = {"mean + 1"}; }, "has no name");
  says([](ZonalJob& j) { j.derive = {"x = y", "y = mean"}; }, "neither a statistic");
  says([](ZonalJob& j) { j.derive = {"x = mean", "x = max"}; }, "given twice");
  says([](ZonalJob& j) { j.stats = {"fraction"}; }, "--classes");
  says([](ZonalJob& j) { j.classes = {"1"}; }, "not asked for");
  says(
      [](ZonalJob& j) {
        j.stats = {"fraction"};
        j.classes = {"5..1"};
      },
      "11..14");
  says(
      [](ZonalJob& j) {
        j.stats = {"fraction"};
        j.classes = {"1..100000"};
      },
      "4096");
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"a.tif"});
}

}  // namespace
}  // namespace isotherm
