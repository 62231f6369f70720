// Level 1 of every collection: gains, sun, thermal constants, and what is left out when they are missing.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "isotherm/io/pixel_reader.h"
#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

/// Landsat 8, Collection 1 layout, sun 30 degrees high (sine 0.5).
MtlText level1_metadata() {
  MtlText mtl;
  mtl.layout = "L1_METADATA_FILE";
  mtl.groups["METADATA_FILE_INFO"] = {{"LANDSAT_PRODUCT_ID", "LC08_L1TP_196024_20220714_20220721_01_T1"},
                                      {"COLLECTION_NUMBER", "01"}};
  mtl.groups["PRODUCT_METADATA"] = {{"DATA_TYPE", "L1TP"},
                                    {"COLLECTION_CATEGORY", "T1"},
                                    {"SPACECRAFT_ID", "LANDSAT_8"},
                                    {"SENSOR_ID", "OLI_TIRS"},
                                    {"WRS_PATH", "196"},
                                    {"WRS_ROW", "24"},
                                    {"DATE_ACQUIRED", "2022-07-14"},
                                    {"FILE_NAME_BAND_4", "a_B4.TIF"},
                                    {"FILE_NAME_BAND_10", "a_B10.TIF"},
                                    {"FILE_NAME_BAND_QUALITY", "a_BQA.TIF"}};
  mtl.groups["IMAGE_ATTRIBUTES"] = {{"SUN_ELEVATION", "30.0"}, {"EARTH_SUN_DISTANCE", "1.0164"}};
  mtl.groups["RADIOMETRIC_RESCALING"] = {{"REFLECTANCE_MULT_BAND_4", "2.0000E-05"},
                                         {"REFLECTANCE_ADD_BAND_4", "-0.100000"},
                                         {"RADIANCE_MULT_BAND_10", "3.3420E-04"},
                                         {"RADIANCE_ADD_BAND_10", "0.10000"}};
  mtl.groups["MIN_MAX_PIXEL_VALUE"] = {{"QUANTIZE_CAL_MIN_BAND_4", "1"},
                                       {"QUANTIZE_CAL_MAX_BAND_4", "65535"}};
  mtl.groups["TIRS_THERMAL_CONSTANTS"] = {{"K1_CONSTANT_BAND_10", "774.89"},
                                          {"K2_CONSTANT_BAND_10", "1321.08"}};
  return mtl;
}

void write_level1(const TemporaryFolder& folder, const MtlText& mtl = level1_metadata()) {
  for (const char* band : {"B4", "B10"}) write_layer(folder, std::string("a_") + band + ".TIF");
  write_layer(folder, "a_BQA.TIF", GDT_UInt16, {1, 2720, 2720, 2800});
  write_text(folder.file("a_MTL.txt"), mtl.odl());
}

TEST(Level1, ReflectanceIsCorrectedForTheSunInTheDecoding) {
  const TemporaryFolder folder;
  write_level1(folder);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.level, Level::level1);
  EXPECT_EQ(scene.collection, 1);
  EXPECT_EQ(scene.coding, QualityCoding::collection1);
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "lwir11"}));
  const Band& red = *scene.find("red");
  EXPECT_EQ(red.quantity, Quantity::toa_reflectance);
  // (2e-5 * 10000 - 0.1) / sin 30 degrees = 0.1 / 0.5
  EXPECT_FLOAT_EQ(decode(10000, red.decoding), 0.2f);
  EXPECT_TRUE(std::isnan(decode(0, red.decoding)));  // fill, also without a nodata tag
}

TEST(Level1, ThermalBandIsRadianceWithItsConstants) {
  const TemporaryFolder folder;
  write_level1(folder);
  const Scene scene = open_quietly(folder.path());
  const Band& thermal = *scene.find("lwir11");
  EXPECT_EQ(thermal.quantity, Quantity::radiance);
  EXPECT_FLOAT_EQ(decode(20000, thermal.decoding), 6.784f);  // 3.342e-4 * 20000 + 0.1
  // Early products round the constants to two decimals: that is no contradiction.
  EXPECT_EQ(scene.constants.at("k1"), 774.89);
  EXPECT_EQ(scene.constants.at("k2"), 1321.08);
  EXPECT_FALSE(has_note(scene, "differs from the published"));
}

TEST(Level1, WithoutACollectionNumberTheQualityBandIsPreCollection) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["METADATA_FILE_INFO"] = {{"LANDSAT_SCENE_ID", "LC81960242022195LGN00"}};
  write_level1(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.collection, 0);
  EXPECT_EQ(scene.id, "LC81960242022195LGN00");
  EXPECT_EQ(scene.coding, QualityCoding::precollection);
}

TEST(Level1, AThermalSensorThatWasOffHasNoBand) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["RADIOMETRIC_RESCALING"]["RADIANCE_MULT_BAND_10"] = "0.0000E+00";
  write_level1(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.find("lwir11"), nullptr);
  EXPECT_TRUE(has_note(scene, "the thermal sensor was off"));
}

TEST(Level1, AtNightOnlyTheThermalBandIsLeft) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["IMAGE_ATTRIBUTES"]["SUN_ELEVATION"] = "-12.5";
  write_level1(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(names_of(scene.bands), (Names{"lwir11"}));
  EXPECT_TRUE(has_note(scene, "taken at night"));
}

TEST(Level1, PublishedConstantsStandInForMissingOnes) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups.erase("TIRS_THERMAL_CONSTANTS");
  write_level1(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.constants.at("k1"), 774.8853);
  EXPECT_EQ(scene.constants.at("k2"), 1321.0789);
  EXPECT_TRUE(has_note(scene, "thermal constant k1 is not in the metadata"));
}

TEST(Level1, ReflectanceFromRadianceAndSolarIrradiance) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["PRODUCT_METADATA"]["SPACECRAFT_ID"] = "LANDSAT_5";
  mtl.groups["PRODUCT_METADATA"]["SENSOR_ID"] = "TM";
  mtl.groups["PRODUCT_METADATA"].erase("FILE_NAME_BAND_10");
  mtl.groups["PRODUCT_METADATA"]["FILE_NAME_BAND_3"] = "a_B3.TIF";
  mtl.groups["RADIOMETRIC_RESCALING"] = {{"RADIANCE_MULT_BAND_3", "1.044"},
                                         {"RADIANCE_ADD_BAND_3", "-2.214"}};
  write_level1(folder, mtl);
  write_layer(folder, "a_B3.TIF", GDT_Byte, {0, 50, 100, 255});
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(names_of(scene.bands), (Names{"red"}));  // band 4 has neither scale and is left out
  EXPECT_TRUE(has_note(scene, "band 4 is left out: no reflectance scale"));
  EXPECT_TRUE(has_note(scene, "Chander"));
  // pi * d^2 * L / (ESUN * sine) with L = 1.044 * 100 - 2.214 and ESUN = 1536 W/(m2 um)
  const double expected = std::numbers::pi * 1.0164 * 1.0164 * (104.4 - 2.214) / (1536 * 0.5);
  EXPECT_NEAR(decode(100, scene.find("red")->decoding), expected, 1e-6);
}

TEST(Level1, TheThermalBandOfLandsat7ComesTwice) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["PRODUCT_METADATA"]["SPACECRAFT_ID"] = "LANDSAT_7";
  mtl.groups["PRODUCT_METADATA"]["SENSOR_ID"] = "ETM";
  mtl.groups["PRODUCT_METADATA"].erase("FILE_NAME_BAND_10");
  mtl.groups["PRODUCT_METADATA"].erase("FILE_NAME_BAND_4");
  mtl.groups["TIRS_THERMAL_CONSTANTS"] = {{"K1_CONSTANT_BAND_6_VCID_1", "666.09"},
                                          {"K2_CONSTANT_BAND_6_VCID_1", "1282.71"}};
  for (const std::string gain : {"6_VCID_1", "6_VCID_2"}) {
    mtl.groups["PRODUCT_METADATA"]["FILE_NAME_BAND_" + gain] = "a_B" + gain + ".TIF";
    mtl.groups["RADIOMETRIC_RESCALING"]["RADIANCE_MULT_BAND_" + gain] =
        gain.ends_with('1') ? "6.7087E-02" : "3.7205E-02";
    mtl.groups["RADIOMETRIC_RESCALING"]["RADIANCE_ADD_BAND_" + gain] = "-0.06709";
    write_layer(folder, "a_B" + gain + ".TIF", GDT_Byte, {0, 50, 100, 255});
  }
  write_level1(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  // Low gain is the one that does not saturate over hot roofs.
  EXPECT_EQ(names_of(scene.bands), (Names{"lwir11", "lwir11_high"}));
  EXPECT_EQ(scene.find("lwir11")->decoding.scale, 6.7087e-2);
  EXPECT_EQ(scene.constants.at("k1"), 666.09);
}

TEST(Level1, ThePanchromaticBandIsNamedButStandsApart) {
  const TemporaryFolder folder;
  MtlText mtl = level1_metadata();
  mtl.groups["PRODUCT_METADATA"]["FILE_NAME_BAND_8"] = "a_B8.TIF";
  mtl.groups["RADIOMETRIC_RESCALING"]["REFLECTANCE_MULT_BAND_8"] = "2.0000E-05";
  mtl.groups["RADIOMETRIC_RESCALING"]["REFLECTANCE_ADD_BAND_8"] = "-0.100000";
  write_level1(folder, mtl);
  write_raster(folder.file("a_B8.TIF"), {4, 4, GDT_UInt16, {std::vector<double>(16, 9000)}, {}}, "EPSG:32632",
               {500000, 15, 0, 5000000, 0, -15});
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "lwir11"}));
  EXPECT_EQ(names_of(scene.other_bands), (Names{"pan"}));
  EXPECT_EQ(scene.frame, tiny_frame(2, 2));
}

TEST(Level1, NamesAloneAreEnoughForLandsat8And9ButToldApart) {
  const TemporaryFolder folder;
  for (const char* band : {"B4", "B5", "B10"}) write_layer(folder, kLevel1Id + "_" + band + ".TIF");
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.id, kLevel1Id);
  EXPECT_EQ(scene.level, Level::level1);
  EXPECT_EQ(scene.date, (Date{2022, 7, 14}));
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "nir08", "lwir11"}));
  EXPECT_EQ(scene.find("red")->quantity,
            Quantity::plain);  // not corrected for the sun, so not called TOA reflectance
  EXPECT_FLOAT_EQ(decode(10000, scene.find("red")->decoding), 0.1f);
  EXPECT_FLOAT_EQ(decode(20000, scene.find("lwir11")->decoding), 6.784f);
  EXPECT_EQ(scene.constants.count("sun_elevation"), 0u);
  EXPECT_TRUE(has_note(scene, "not corrected for the sun's elevation"));
}

TEST(Level1, NamesAloneAreNotEnoughForEarlierSensors) {
  const TemporaryFolder folder;
  write_layer(folder, "LT05_L1TP_196024_19900714_20200721_02_T1_B3.TIF");
  EXPECT_NE(refusal_of(folder.path()).find("its scale differs from product to product"), std::string::npos);
}

// Numbers above 32767 of an unsigned product kept as Int16 come out of the reader as the product meant them.
TEST(Level1, WrappedNumbersAreReadAsUnsigned) {
  const TemporaryFolder folder;
  write_level1(folder);
  write_layer(folder, "a_B4.TIF", GDT_Int16, {0, 10000, -25536, -1});  // 40000 and 65535 in 16 unsigned bits
  const Scene scene = open_quietly(folder.path());
  MaskChoice nothing = parse_mask("none");
  BlockCache cache(1 << 20);
  SceneReader reader(scene, nothing, cache);
  Tile tile;
  reader.read(std::vector<std::string>{"red"}, {0, 0, 2, 2}, tile);
  const auto values = tile.plane(0);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_FLOAT_EQ(values[1], 0.2f);
  EXPECT_FLOAT_EQ(values[2], 1.4f);     // (2e-5 * 40000 - 0.1) / 0.5
  EXPECT_FLOAT_EQ(values[3], 2.4214f);  // (2e-5 * 65535 - 0.1) / 0.5
  EXPECT_TRUE(cache.counts().invalid.empty());
}

}  // namespace
}  // namespace isotherm
