// Collection 2 Level 2: folder, metadata and tar; what every layer means; what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

TEST(Level2, FolderIsUnderstood) {
  const TemporaryFolder folder;
  write_level2(folder);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.id, kLevel2Id);
  EXPECT_EQ(scene.source, folder.path());
  EXPECT_EQ(scene.spacecraft, "LANDSAT_8");
  EXPECT_EQ(scene.sensor, "OLI_TIRS");
  EXPECT_EQ(scene.family, SensorFamily::oli);
  EXPECT_EQ(scene.level, Level::level2);
  EXPECT_EQ(scene.collection, 2);
  EXPECT_EQ(scene.tier, "T1");
  EXPECT_EQ(scene.date, (Date{2022, 7, 14}));
  EXPECT_EQ(scene.path, 196);
  EXPECT_EQ(scene.row, 24);
  EXPECT_EQ(scene.cloud_cover, 1.55);
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "nir08", "lwir11", "st_qa"}));
  EXPECT_EQ(scene.coding, QualityCoding::collection2);
  ASSERT_TRUE(scene.quality);
  EXPECT_EQ(scene.frame, tiny_frame(2, 2));
  EXPECT_EQ(scene.constants.at("k1"), 774.8853);
  EXPECT_EQ(scene.constants.at("k2"), 1321.0789);
  EXPECT_EQ(scene.constants.at("sun_elevation"), 30.0);
  EXPECT_EQ(scene.constants.at("earth_sun_distance"), 1.0164);
  EXPECT_GT(scene.constants.at("thermal_um"), 10);
  EXPECT_TRUE(scene.notes.empty()) << scene.notes.front();
}

TEST(Level2, PublishedDecodingIsExact) {
  const TemporaryFolder folder;
  write_level2(folder);
  const Scene scene = open_quietly(folder.path());
  const Band& red = *scene.find("red");
  EXPECT_EQ(red.number, "4");
  EXPECT_EQ(red.quantity, Quantity::surface_reflectance);
  EXPECT_EQ(red.decoding,
            (Decoding{.scale = 2.75e-5, .offset = -0.2, .nodata = 0, .valid_min = 7273, .valid_max = 43636}));
  const Band& thermal = *scene.find("lwir11");
  EXPECT_EQ(thermal.number, "10");
  EXPECT_EQ(thermal.quantity, Quantity::surface_temperature);
  EXPECT_EQ(thermal.unit, "K");
  EXPECT_EQ(
      thermal.decoding,
      (Decoding{.scale = 0.00341802, .offset = 149, .nodata = 0, .valid_min = 293, .valid_max = 61440}));
  // 44177 is near 300 K: 44177 * 0.00341802 + 149 = 299.99786954
  EXPECT_FLOAT_EQ(decode(44177, thermal.decoding), 299.99786954f);
  // The ends of the valid range are reflectances just inside 0 and 1: 7273 * 2.75e-5 - 0.2 = 0.0000075.
  EXPECT_NEAR(decode(7273, red.decoding), 0.0000075, 1e-7);
  EXPECT_NEAR(decode(43636, red.decoding), 0.99999, 1e-6);
  EXPECT_TRUE(std::isnan(decode(7272, red.decoding)));
  EXPECT_TRUE(std::isnan(decode(43637, red.decoding)));
  const Band& uncertainty = *scene.find("st_qa");
  EXPECT_EQ(uncertainty.quantity, Quantity::temperature_uncertainty);
  EXPECT_EQ(uncertainty.decoding.nodata, -9999);
  EXPECT_FLOAT_EQ(decode(300, uncertainty.decoding), 3.0f);
  EXPECT_FALSE(uncertainty.decoding.wrap_unsigned16);  // signed in the product itself
}

TEST(Level2, EveryAuxiliaryLayerHasItsPublishedScale) {
  struct Row {
    const char *key, *suffix, *name;
    Quantity quantity;
    double scale;
  };
  const std::vector<Row> rows{
      {"FILE_NAME_EMISSIVITY", "ST_EMIS", "emis", Quantity::emissivity, 1e-4},
      {"FILE_NAME_EMISSIVITY_STDEV", "ST_EMSD", "emsd", Quantity::emissivity, 1e-4},
      {"FILE_NAME_CLOUD_DISTANCE", "ST_CDIST", "cdist", Quantity::distance, 0.01},
      {"FILE_NAME_THERMAL_RADIANCE", "ST_TRAD", "trad", Quantity::radiance, 1e-3},
      {"FILE_NAME_UPWELL_RADIANCE", "ST_URAD", "urad", Quantity::radiance, 1e-3},
      {"FILE_NAME_DOWNWELL_RADIANCE", "ST_DRAD", "drad", Quantity::radiance, 1e-3},
      {"FILE_NAME_ATMOSPHERIC_TRANSMITTANCE", "ST_ATRAN", "atran", Quantity::transmittance, 1e-4},
  };
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  for (const Row& row : rows) {
    const std::string name = kLevel2Id + "_" + row.suffix + ".TIF";
    mtl.groups["PRODUCT_CONTENTS"][row.key] = name;
    write_layer(folder, name, GDT_Int16, {-9999, 0, 5000, 9000});
  }
  write_level2(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  for (const Row& row : rows) {
    const Band* band = scene.find(row.name);
    ASSERT_NE(band, nullptr) << row.name;
    EXPECT_EQ(band->quantity, row.quantity) << row.name;
    EXPECT_EQ(band->decoding.scale, row.scale) << row.name;
    EXPECT_EQ(band->decoding.offset, 0) << row.name;
    EXPECT_EQ(band->decoding.nodata, -9999) << row.name;
  }
}

bool same(const Scene& a, const Scene& b) {
  if (a.bands.size() != b.bands.size()) return false;
  for (std::size_t k = 0; k < a.bands.size(); ++k) {
    const Band &x = a.bands[k], &y = b.bands[k];
    if (x.name != y.name || !(x.decoding == y.decoding) || x.frame != y.frame || x.quantity != y.quantity) {
      return false;
    }
  }
  return a.id == b.id && a.date == b.date && a.path == b.path && a.row == b.row && a.frame == b.frame &&
         a.constants == b.constants && a.coding == b.coding && a.cloud_cover == b.cloud_cover;
}

TEST(Level2, EveryFormOfTheArgumentGivesTheSameScene) {
  const TemporaryFolder folder;
  write_level2(folder);
  write_text(folder.file(kLevel2Id + "_MTL.json"), level2_metadata().json());
  write_text(folder.file(kLevel2Id + "_MTL.xml"), level2_metadata().xml());
  const Scene scene = open_quietly(folder.path());
  for (const std::string extension : {".txt", ".json", ".xml"}) {
    EXPECT_TRUE(same(scene, open_quietly(folder.file(kLevel2Id + "_MTL" + extension)))) << extension;
  }
  const TemporaryFolder other;
  const std::string flat = other.file("flat.tar"), nested = other.file("nested.tar");
  const std::string pack = "tar -cf " + flat + " -C " + folder.path() + " . && tar -cf " + nested + " -C " +
                           fs::path(folder.path()).parent_path().string() + " " +
                           fs::path(folder.path()).filename().string();
  if (std::system(pack.c_str()) != 0) GTEST_SKIP() << "no tar program to make archives with";
  EXPECT_TRUE(same(scene, open_quietly(flat)));
  EXPECT_TRUE(same(scene, open_quietly(nested)));
}

TEST(Level2, MissingLayersAreNamedAndTheRestIsUsed) {
  const TemporaryFolder folder;
  write_level2(folder);
  fs::remove(folder.file(kLevel2Id + "_ST_B10.TIF"));
  fs::remove(folder.file(kLevel2Id + "_QA_PIXEL.TIF"));
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "nir08", "st_qa"}));
  EXPECT_EQ(scene.coding, QualityCoding::none);
  EXPECT_TRUE(has_note(scene, "not there: ST_B10, QA_PIXEL"));
  EXPECT_TRUE(has_note(scene, "no quality band"));
  EXPECT_TRUE(has_note(scene, "no surface temperature"));
}

TEST(Level2, RenamedFilesAreFoundBesideTheirRenamedMetadata) {
  const TemporaryFolder folder;
  write_layer(folder, "city_SR_B4.tif");
  write_layer(folder, "City_sr_b5.TIF");
  write_text(folder.file("city_MTL.txt"), level2_metadata().odl());
  EXPECT_EQ(names_of(open_quietly(folder.path()).bands), (Names{"red", "nir08"}));
}

TEST(Level2, MetadataWithoutItsFilesIsRefused) {
  const TemporaryFolder folder;
  write_text(folder.file("x_MTL.txt"), level2_metadata().odl());
  EXPECT_NE(refusal_of(folder.path()).find("none of the files it names is beside it"), std::string::npos);
}

TEST(Level2, AFileNameThatLeavesTheFolderIsRefused) {
  for (const std::string name : {"../secret.tif", "/etc/passwd", "..", "a\\b.tif"}) {
    const TemporaryFolder folder;
    MtlText mtl = level2_metadata();
    mtl.groups["PRODUCT_CONTENTS"]["FILE_NAME_BAND_4"] = name;
    write_level2(folder, mtl);
    EXPECT_NE(refusal_of(folder.path()).find("no plain file name"), std::string::npos) << name;
  }
}

TEST(Level2, ACorruptFileIsNamedWithTheReason) {
  const TemporaryFolder folder;
  write_level2(folder);
  write_text(folder.file(kLevel2Id + "_SR_B5.TIF"), "II*");
  const std::string message = refusal_of(folder.path());
  EXPECT_NE(message.find("_SR_B5.TIF"), std::string::npos) << message;
  EXPECT_NE(message.find("cannot be opened as a raster"), std::string::npos) << message;
}

TEST(Level2, ScalesOfTheMetadataWinOverThePublishedOnesAndAreTold) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"]["REFLECTANCE_MULT_BAND_4"] = "1e-4";
  mtl.groups["LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"]["REFLECTANCE_ADD_BAND_4"] = "0";
  mtl.groups["LEVEL2_SURFACE_TEMPERATURE_PARAMETERS"].clear();
  write_level2(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  // Valid reflectances are 0 to 1 whatever the scale: 1 to 10000 (0 is fill).
  EXPECT_EQ(scene.find("red")->decoding,
            (Decoding{.scale = 1e-4, .offset = 0, .nodata = 0, .valid_min = 1, .valid_max = 10000}));
  EXPECT_EQ(scene.find("nir08")->decoding.scale, 2.75e-5);
  EXPECT_EQ(scene.find("lwir11")->decoding.scale, 0.00341802);
  EXPECT_TRUE(has_note(scene, "scales SR_B4 by 1e-04 and 0, unlike the published"));
  EXPECT_TRUE(has_note(scene, "no scale in the metadata for some layers (ST)"));
}

TEST(Level2, KeepInvalidKeepsAllButFill) {
  const TemporaryFolder folder;
  write_level2(folder);
  const Scene scene = open_quietly(folder.path(), {.keep_invalid = true, .crs = ""});
  const Decoding& red = scene.find("red")->decoding;
  EXPECT_FLOAT_EQ(decode(5401, red), -0.0514725f);
  EXPECT_TRUE(std::isnan(decode(0, red)));
}

TEST(Level2, AnotherNodataTagJoinsThePublishedFill) {
  const TemporaryFolder folder;
  write_level2(folder);
  const std::string path = folder.file(kLevel2Id + "_SR_B4.TIF");
  {
    GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
    dataset->GetRasterBand(1)->SetNoDataValue(65535);
    GDALClose(dataset);
  }
  for (const bool keep : {false, true}) {
    const Decoding red = open_quietly(folder.path(), {.keep_invalid = keep, .crs = ""}).find("red")->decoding;
    EXPECT_TRUE(std::isnan(decode(65535, red)));
    EXPECT_TRUE(std::isnan(decode(0, red)));
    EXPECT_FALSE(std::isnan(decode(10000, red)));
  }
}

TEST(Level2, UnsignedProductKeptInSignedFilesIsUnwrapped) {
  const TemporaryFolder folder;
  write_level2(folder);
  // 44177 as a signed 16-bit number is 44177 - 65536 = -21359.
  write_layer(folder, kLevel2Id + "_ST_B10.TIF", GDT_Int16, {0, -21359, 20000, 30000});
  const Scene scene = open_quietly(folder.path());
  const Decoding& thermal = scene.find("lwir11")->decoding;
  EXPECT_TRUE(thermal.wrap_unsigned16);
  EXPECT_FLOAT_EQ(decode(-21359, thermal), 299.99786954f);
  EXPECT_FLOAT_EQ(decode(20000, thermal), 217.3604f);
  EXPECT_TRUE(std::isnan(decode(0, thermal)));
}

TEST(Level2, ConvertedNumbersAreNotScaledAgain) {
  const TemporaryFolder folder;
  write_level2(folder);
  write_layer(folder, kLevel2Id + "_ST_B10.TIF", GDT_Float32, {20.5, 21.5, 22.5, -9999});
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.find("lwir11"), nullptr);
  EXPECT_TRUE(has_note(scene, "ST_B10 is left out: its numbers are Float32"));
}

TEST(Level2, QualityOnAnotherGridIsNotUsed) {
  const TemporaryFolder folder;
  write_level2(folder);
  write_raster(folder.file(kLevel2Id + "_QA_PIXEL.TIF"), {3, 2, GDT_UInt16, {{1, 1, 1, 1, 1, 1}}, {}});
  const Scene scene = open_quietly(folder.path());
  EXPECT_FALSE(scene.quality);
  EXPECT_EQ(scene.coding, QualityCoding::none);
  EXPECT_TRUE(has_note(scene, "QA_PIXEL is on another grid"));
}

TEST(Level2, FilesWithoutGeoreferencingArePlacedByTheMetadata) {
  const TemporaryFolder folder;
  write_level2(folder);
  for (const char* suffix : {"SR_B4", "SR_B5", "ST_B10", "ST_QA", "QA_PIXEL"}) {
    const std::string path = folder.file(kLevel2Id + "_" + suffix + ".TIF");
    fs::remove(path);
    write_raster(path, {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}}, "", {0, 1, 0, 0, 0, 1});
  }
  const Scene scene = open_quietly(folder.path());
  // The corner of the metadata is the centre of the upper left pixel: 500015 - 15, 4999985 + 15.
  EXPECT_EQ(scene.frame, tiny_frame(2, 2));
  EXPECT_TRUE(has_note(scene, "placed by the metadata"));

  MtlText larger = level2_metadata();
  larger.groups["PROJECTION_ATTRIBUTES"]["REFLECTIVE_LINES"] = "3";
  write_text(folder.file(kLevel2Id + "_MTL.txt"), larger.odl());
  const Scene unplaced = open_quietly(folder.path());
  EXPECT_EQ(unplaced.frame.crs, "");
  EXPECT_TRUE(has_note(unplaced, "no metadata that fits their size"));
}

TEST(Level2, CornersThatContradictTheCountsPlaceNothing) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["PROJECTION_ATTRIBUTES"]["CORNER_LR_PROJECTION_X_PRODUCT"] = "600045.000";
  write_text(folder.file("c_MTL.txt"), mtl.odl());
  write_raster(folder.file("c_SR_B4.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}}, "", {0, 1, 0, 0, 0, 1});
  EXPECT_TRUE(has_note(open_quietly(folder.path()), "no metadata that fits their size"));
}

TEST(Level2, GeoreferencingOfTheFilesWinsOverTheMetadata) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["PROJECTION_ATTRIBUTES"]["CORNER_UL_PROJECTION_X_PRODUCT"] = "500045.000";
  mtl.groups["PROJECTION_ATTRIBUTES"]["CORNER_LR_PROJECTION_X_PRODUCT"] = "500075.000";
  write_level2(folder, mtl);
  const Scene moved = open_quietly(folder.path());
  EXPECT_EQ(moved.frame, tiny_frame(2, 2));
  EXPECT_TRUE(has_note(moved, "places the files elsewhere"));

  mtl.groups["PROJECTION_ATTRIBUTES"]["REFLECTIVE_LINES"] = "7000";
  write_level2(folder, mtl);
  EXPECT_TRUE(has_note(open_quietly(folder.path()), "crop or an overview"));
}

TEST(Level2, FilesWithoutACrsTakeItFromOptionOrMetadata) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["PROJECTION_ATTRIBUTES"]["UTM_ZONE"] = "33";
  write_text(folder.file("c_MTL.txt"), mtl.odl());
  write_raster(folder.file("c_SR_B4.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}}, "");
  EXPECT_EQ(open_quietly(folder.path()).frame.crs, "EPSG:32633");
  EXPECT_EQ(open_quietly(folder.path(), {.keep_invalid = false, .crs = "EPSG:32631"}).frame.crs,
            "EPSG:32631");
}

TEST(Level2, AntarcticScenesArePolarStereographic) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["PROJECTION_ATTRIBUTES"]["MAP_PROJECTION"] = "PS";
  mtl.groups["LEVEL1_PROJECTION_PARAMETERS"] = {{"VERTICAL_LON_FROM_POLE", "0.00000"},
                                                {"TRUE_SCALE_LAT", "-71.00000"},
                                                {"FALSE_EASTING", "0"},
                                                {"FALSE_NORTHING", "0"}};
  write_text(folder.file("c_MTL.txt"), mtl.odl());
  write_raster(folder.file("c_SR_B4.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}}, "");
  const std::string crs = open_quietly(folder.path()).frame.crs;
  EXPECT_TRUE(crs == "EPSG:3031" || crs.find("Polar Stereographic") != std::string::npos) << crs;
}

TEST(Level2, ASurfaceReflectanceProductSaysThatItHasNoTemperature) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["PRODUCT_CONTENTS"]["PROCESSING_LEVEL"] = "L2SR";
  mtl.groups["PRODUCT_CONTENTS"].erase("FILE_NAME_BAND_ST_B10");
  mtl.groups["PRODUCT_CONTENTS"].erase("FILE_NAME_QUALITY_L2_SURFACE_TEMPERATURE");
  write_level2(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.level, Level::level2);
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "nir08"}));
  EXPECT_TRUE(has_note(scene, "no surface temperature"));
}

TEST(Level2, Landsat5HasItsThermalBandAsBand6) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["IMAGE_ATTRIBUTES"]["SPACECRAFT_ID"] = "LANDSAT_5";
  mtl.groups["IMAGE_ATTRIBUTES"]["SENSOR_ID"] = "TM";
  mtl.groups["PRODUCT_CONTENTS"] = {{"LANDSAT_PRODUCT_ID", "LT05_L2SP_196024_19900714_20200721_02_T1"},
                                    {"PROCESSING_LEVEL", "L2SP"},
                                    {"FILE_NAME_BAND_4", "a_SR_B4.TIF"},
                                    {"FILE_NAME_BAND_ST_B6", "a_ST_B6.TIF"}};
  mtl.groups["LEVEL2_SURFACE_TEMPERATURE_PARAMETERS"] = {{"TEMPERATURE_MULT_BAND_ST_B6", "0.00341802"},
                                                         {"TEMPERATURE_ADD_BAND_ST_B6", "149.0"}};
  mtl.groups["LEVEL1_THERMAL_CONSTANTS"] = {{"K1_CONSTANT_BAND_6", "607.76"},
                                            {"K2_CONSTANT_BAND_6", "1260.56"}};
  write_layer(folder, "a_SR_B4.TIF");
  write_layer(folder, "a_ST_B6.TIF");
  write_text(folder.file("a_MTL.txt"), mtl.odl());
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.family, SensorFamily::tm);
  EXPECT_EQ(names_of(scene.bands), (Names{"nir08", "lwir11"}));  // band 4 of TM is near infrared
  EXPECT_EQ(scene.find("lwir11")->decoding.offset, 149);
  EXPECT_EQ(scene.constants.at("k1"), 607.76);
}

TEST(Level2, ConstantsUnlikeThePublishedOnesAreUsedAndTold) {
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["LEVEL1_THERMAL_CONSTANTS"]["K1_CONSTANT_BAND_10"] = "666.09";
  write_level2(folder, mtl);
  const Scene scene = open_quietly(folder.path());
  EXPECT_EQ(scene.constants.at("k1"), 666.09);
  EXPECT_TRUE(has_note(scene, "differs from the published one (774.8853)"));
}

TEST(Level2, MetadataWithoutDateOrSpacecraftIsRefused) {
  for (const std::string key : {"DATE_ACQUIRED", "SPACECRAFT_ID"}) {
    const TemporaryFolder folder;
    MtlText mtl = level2_metadata();
    mtl.groups["IMAGE_ATTRIBUTES"].erase(key);
    write_level2(folder, mtl);
    EXPECT_NE(refusal_of(folder.path()).find("the metadata has no " + key), std::string::npos);
  }
  const TemporaryFolder folder;
  MtlText mtl = level2_metadata();
  mtl.groups["IMAGE_ATTRIBUTES"]["DATE_ACQUIRED"] = "2022-13-14";
  write_level2(folder, mtl);
  EXPECT_NE(refusal_of(folder.path()).find("is no date"), std::string::npos);
}

TEST(Level2, ATarThatIsNoneIsRefused) {
  const TemporaryFolder folder;
  write_text(folder.file("x.tar"), "this is no archive");
  EXPECT_NE(refusal_of(folder.file("x.tar")).find("cannot be read as a tar archive"), std::string::npos);
  EXPECT_NE(refusal_of(folder.file("absent.tar")), "opened");
}

}  // namespace
}  // namespace isotherm
