// Plain rasters and named bands.
#include <gtest/gtest.h>

#include <cmath>

#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

Scene open_specs(const std::vector<std::string>& specs) {
  KeptLog log;
  return open_bands(specs, {}, log);
}

std::string refusal_of_specs(const std::vector<std::string>& specs, ErrorKind kind = ErrorKind::usage) {
  try {
    open_specs(specs);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "opened";
}

TEST(PlainRaster, BandsKeepTheTagsOfTheFile) {
  const TemporaryFolder folder;
  const std::string path =
      write_raster(folder.file("city.tif"),
                   {2, 2, GDT_Int16, {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 9, 9, 9}, {1, 1, 1, 1}}, {}});
  {
    GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
    dataset->GetRasterBand(1)->SetDescription("Mean Height (m)");
    dataset->GetRasterBand(1)->SetScale(0.5);
    dataset->GetRasterBand(1)->SetOffset(10);
    dataset->GetRasterBand(1)->SetUnitType("m");
    dataset->GetRasterBand(1)->SetNoDataValue(-1);
    dataset->GetRasterBand(3)->SetDescription("NIR");
    dataset->GetRasterBand(4)->SetDescription("2nd");
    GDALClose(dataset);
  }
  const Scene scene = open_quietly(path);
  EXPECT_EQ(scene.id, "city");
  EXPECT_EQ(scene.level, Level::unknown);
  EXPECT_FALSE(scene.date);
  EXPECT_EQ(names_of(scene.bands), (Names{"mean_height_m", "b2", "nir08", "b2nd"}));
  EXPECT_EQ(scene.bands[0].unit, "m");
  EXPECT_EQ(scene.bands[0].title, "Mean Height (m)");
  EXPECT_EQ(scene.bands[1].index, 2);
  EXPECT_FLOAT_EQ(decode(4, scene.bands[0].decoding), 12);
  EXPECT_TRUE(std::isnan(decode(-1, scene.bands[0].decoding)));
  EXPECT_EQ(scene.bands[1].decoding, (Decoding{.nodata = -1}));  // GeoTIFF has one nodata for all bands
  EXPECT_EQ(scene.frame, tiny_frame(2, 2));
}

TEST(PlainRaster, EqualDescriptionsGetNumbers) {
  const TemporaryFolder folder;
  const std::string path = write_raster(folder.file("a.tif"), {1, 1, GDT_Byte, {{1}, {2}, {3}}, {}});
  {
    GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
    for (int k = 1; k <= 3; ++k) dataset->GetRasterBand(k)->SetDescription("heat");
    GDALClose(dataset);
  }
  EXPECT_EQ(names_of(open_quietly(path).bands), (Names{"heat", "heat_2", "heat_3"}));
}

TEST(PlainRaster, MissingGeoreferencingAndCrsAreTold) {
  const TemporaryFolder folder;
  const std::string bare =
      write_raster(folder.file("bare.tif"), {1, 1, GDT_Byte, {{1}}, {}}, "", {0, 1, 0, 0, 0, 1});
  EXPECT_TRUE(has_note(open_quietly(bare), "no georeferencing"));
  const std::string lost = write_raster(folder.file("lost.tif"), {1, 1, GDT_Byte, {{1}}, {}}, "");
  EXPECT_TRUE(has_note(open_quietly(lost), "no CRS"));
  EXPECT_EQ(open_quietly(lost, {.keep_invalid = false, .crs = "EPSG:25832"}).frame.crs, "EPSG:25832");
}

TEST(PlainRaster, ACrsWithoutACodeAndARotationAreKept) {
  const TemporaryFolder folder;
  const std::string local = "+proj=tmerc +lat_0=1 +lon_0=8.3 +x_0=7 +y_0=0 +ellps=bessel +units=m";
  const std::string path = write_raster(folder.file("r.tif"), {2, 2, GDT_Byte, {{1, 2, 3, 4}}, {}}, local,
                                        {500000, 20, 10, 5000000, 10, -20});
  const Scene scene = open_quietly(path);
  EXPECT_NE(scene.frame.crs.find("Transverse Mercator"), std::string::npos) << scene.frame.crs;
  EXPECT_FALSE(scene.frame.transform.axis_aligned());
}

TEST(PlainRaster, AnUnchangedLandsatLayerIsDecodedByItsName) {
  const TemporaryFolder folder;
  const Scene scene = open_quietly(write_layer(folder, kLevel2Id + "_ST_B10.TIF"));
  EXPECT_EQ(names_of(scene.bands), (Names{"lwir11"}));
  EXPECT_EQ(scene.level, Level::level2);
  EXPECT_EQ(scene.bands[0].decoding.scale, 0.00341802);
  EXPECT_EQ(scene.date, (Date{2022, 7, 14}));
  EXPECT_TRUE(has_note(scene, "follow from the name"));
}

TEST(PlainRaster, AConvertedLandsatLayerKeepsItsNumbersButTellsItsDate) {
  const TemporaryFolder folder;
  const Scene scene =
      open_quietly(write_layer(folder, kLevel2Id + "_ST_B10.TIF", GDT_Float32, {20.5, 21, 22, -9999}));
  EXPECT_EQ(names_of(scene.bands), (Names{"b1"}));
  EXPECT_EQ(scene.id, kLevel2Id);
  EXPECT_EQ(scene.level, Level::unknown);
  EXPECT_EQ(scene.bands[0].quantity, Quantity::plain);
  EXPECT_EQ(decode(20.5, scene.bands[0].decoding), 20.5f);
  EXPECT_EQ(scene.date, (Date{2022, 7, 14}));
  EXPECT_EQ(scene.path, 196);
  EXPECT_EQ(scene.row, 24);
  EXPECT_TRUE(has_note(scene, "taken as they are"));
}

TEST(PlainRaster, WhatCannotBeOpenedIsNamed) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal_of(folder.file("absent.tif")),
            folder.file("absent.tif") + ": cannot be opened as a raster: No such file or directory");
  write_text(folder.file("text.tif"), "no raster");
  EXPECT_NE(refusal_of(folder.file("text.tif")).find("cannot be opened as a raster"), std::string::npos);
  write_layer(folder, "complex.tif", GDT_CFloat32);
  EXPECT_NE(refusal_of(folder.file("complex.tif")).find("complex numbers"), std::string::npos);
}

TEST(NamedBands, MakeOneScene) {
  const TemporaryFolder folder;
  const std::string a = write_layer(folder, "a.tif"),
                    b = write_raster(folder.file("b.tif"),
                                     {2, 2, GDT_UInt16, {{1, 2, 3, 4}, {5, 6, 7, 8}}, {}});
  const Scene scene =
      open_specs({"nir=" + a + ",scale=0.0001,offset=-0.1,nodata=0", "red=" + b + ":2", "heat=" + b});
  EXPECT_EQ(names_of(scene.bands), (Names{"nir08", "red", "heat"}));
  EXPECT_EQ(scene.id, "a");
  EXPECT_FLOAT_EQ(decode(10000, scene.bands[0].decoding), 0.9f);
  EXPECT_TRUE(std::isnan(decode(0, scene.bands[0].decoding)));
  EXPECT_EQ(scene.bands[1].index, 2);
  EXPECT_EQ(scene.bands[2].index, 1);
  EXPECT_TRUE(has_note(scene, "heat is the first of 2 bands"));
}

TEST(NamedBands, PathsMayHoldColonsCommasAndEqualsSigns) {
  const TemporaryFolder folder;
  const std::string odd = write_layer(folder, "a:b,c=d.tif");
  EXPECT_EQ(open_specs({"red=" + odd}).bands[0].path, odd);
  EXPECT_EQ(open_specs({"red=" + odd + ":1"}).bands[0].path, odd);
  EXPECT_EQ(open_specs({"red=" + odd + ":1,nodata=7"}).bands[0].decoding.nodata, 7);
}

TEST(NamedBands, QualityLayersKeepTheirMeaning) {
  const TemporaryFolder folder;
  const std::string a = write_layer(folder, "a.tif"), q = write_layer(folder, "q.tif");
  const Scene scene = open_specs({"red=" + a, "qa_pixel=" + q});
  EXPECT_EQ(names_of(scene.bands), (Names{"red"}));
  EXPECT_EQ(scene.coding, QualityCoding::collection2);
  ASSERT_TRUE(scene.quality);
  EXPECT_EQ(scene.quality->path, q);
}

TEST(NamedBands, LandsatLayersAreDecodedUnlessAScaleIsGiven) {
  const TemporaryFolder folder;
  const std::string layer = write_layer(folder, kLevel2Id + "_SR_B4.TIF");
  EXPECT_EQ(open_specs({"red=" + layer}).bands[0].decoding.scale, 2.75e-5);
  EXPECT_EQ(open_specs({"red=" + layer + ",scale=1"}).bands[0].decoding.scale, 1);
}

TEST(NamedBands, AreRefusedInWords) {
  const TemporaryFolder folder;
  const std::string a = write_layer(folder, "a.tif");
  EXPECT_NE(refusal_of_specs({a}).find("no '='"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red=" + a + ",scal=2"}).find("did you mean 'scale'"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red=" + a + ",scale=x"}).find("scale is no number"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red=" + a + ",scale=0"}).find("leaves nothing"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red=" + a + ":0"}).find("no band 0"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red="}).find("no file"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"a b=" + a}).find("is no name"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"nir=" + a, "nir08=" + a}).find("given twice"), std::string::npos);
  EXPECT_NE(refusal_of_specs({"red=" + a + ":2"}, ErrorKind::input).find("has 1 bands"), std::string::npos);
  const std::string other = write_raster(folder.file("o.tif"), {1, 1, GDT_Byte, {{1}}, {}});
  EXPECT_NE(refusal_of_specs({"red=" + a, "nir=" + other}, ErrorKind::input).find("on another grid"),
            std::string::npos);
}

}  // namespace
}  // namespace isotherm
