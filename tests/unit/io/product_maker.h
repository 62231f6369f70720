// Tiny Landsat products for tests: 2 x 2 pixels a layer, metadata written in any of its three forms.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"
#include "unit/io/tiny_raster.h"

namespace isotherm::testing_support {

/// Metadata as groups of keys; what a test changes stands in the test.
struct MtlText {
  std::string layout = "LANDSAT_METADATA_FILE";
  std::map<std::string, std::map<std::string, std::string>> groups;

  std::string odl() const {
    std::string text = "GROUP = " + layout + "\n";
    for (const auto& [group, keys] : groups) {
      text += "  GROUP = " + group + "\n";
      for (const auto& [key, value] : keys) text += "    " + key + " = \"" + value + "\"\n";
      text += "  END_GROUP = " + group + "\n";
    }
    return text + "END_GROUP = " + layout + "\nEND\n";
  }
  std::string json() const {
    std::string text = "{\"" + layout + "\": {";
    const char* next_group = "";
    for (const auto& [group, keys] : groups) {
      text += next_group + ("\"" + group + "\": {");
      next_group = ", ";
      const char* next_key = "";
      for (const auto& [key, value] : keys) {
        text += next_key + ("\"" + key + "\": \"" + value + "\"");
        next_key = ", ";
      }
      text += "}";
    }
    return text + "}}";
  }
  std::string xml() const {
    std::string text = "<?xml version=\"1.0\"?>\n<" + layout + ">";
    for (const auto& [group, keys] : groups) {
      text += "<" + group + ">";
      for (const auto& [key, value] : keys) text += "<" + key + ">" + value + "</" + key + ">";
      text += "</" + group + ">";
    }
    return text + "</" + layout + ">\n";
  }
};

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline const std::string kLevel2Id = "LC08_L2SP_196024_20220714_20220721_02_T1";
inline const std::string kLevel1Id = "LC08_L1TP_196024_20220714_20220721_02_T1";

/// Metadata of a Landsat 8 Collection 2 Level-2 product with bands 4, 5, thermal, QA_PIXEL and ST_QA. It
/// repeats keys of Level 1 with other values, as real ones do. Its grid is that of the files write_layer
/// makes.
inline MtlText level2_metadata() {
  MtlText mtl;
  const std::string file = kLevel2Id + "_";
  mtl.groups["PRODUCT_CONTENTS"] = {{"LANDSAT_PRODUCT_ID", kLevel2Id},
                                    {"PROCESSING_LEVEL", "L2SP"},
                                    {"COLLECTION_NUMBER", "02"},
                                    {"COLLECTION_CATEGORY", "T1"},
                                    {"FILE_NAME_BAND_4", file + "SR_B4.TIF"},
                                    {"FILE_NAME_BAND_5", file + "SR_B5.TIF"},
                                    {"FILE_NAME_BAND_ST_B10", file + "ST_B10.TIF"},
                                    {"FILE_NAME_QUALITY_L2_SURFACE_TEMPERATURE", file + "ST_QA.TIF"},
                                    {"FILE_NAME_QUALITY_L1_PIXEL", file + "QA_PIXEL.TIF"}};
  mtl.groups["IMAGE_ATTRIBUTES"] = {{"SPACECRAFT_ID", "LANDSAT_8"},
                                    {"SENSOR_ID", "OLI_TIRS"},
                                    {"WRS_PATH", "196"},
                                    {"WRS_ROW", "024"},
                                    {"DATE_ACQUIRED", "2022-07-14"},
                                    {"CLOUD_COVER", "1.55"},
                                    {"SUN_ELEVATION", "30.0"},
                                    {"EARTH_SUN_DISTANCE", "1.0164"}};
  mtl.groups["PROJECTION_ATTRIBUTES"] = {{"MAP_PROJECTION", "UTM"},
                                         {"DATUM", "WGS84"},
                                         {"UTM_ZONE", "32"},
                                         {"GRID_CELL_SIZE_REFLECTIVE", "30.00"},
                                         {"REFLECTIVE_LINES", "2"},
                                         {"REFLECTIVE_SAMPLES", "2"},
                                         {"CORNER_UL_PROJECTION_X_PRODUCT", "500015.000"},
                                         {"CORNER_UL_PROJECTION_Y_PRODUCT", "4999985.000"},
                                         {"CORNER_LR_PROJECTION_X_PRODUCT", "500045.000"},
                                         {"CORNER_LR_PROJECTION_Y_PRODUCT", "4999955.000"}};
  for (const std::string band : {"4", "5"}) {
    mtl.groups["LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"]["REFLECTANCE_MULT_BAND_" + band] = "2.75e-05";
    mtl.groups["LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"]["REFLECTANCE_ADD_BAND_" + band] = "-0.2";
    mtl.groups["LEVEL1_RADIOMETRIC_RESCALING"]["REFLECTANCE_MULT_BAND_" + band] = "2.0000E-05";
    mtl.groups["LEVEL1_RADIOMETRIC_RESCALING"]["REFLECTANCE_ADD_BAND_" + band] = "-0.100000";
  }
  mtl.groups["LEVEL2_SURFACE_TEMPERATURE_PARAMETERS"] = {{"TEMPERATURE_MULT_BAND_ST_B10", "0.00341802"},
                                                         {"TEMPERATURE_ADD_BAND_ST_B10", "149.0"}};
  mtl.groups["LEVEL1_THERMAL_CONSTANTS"] = {{"K1_CONSTANT_BAND_10", "774.8853"},
                                            {"K2_CONSTANT_BAND_10", "1321.0789"}};
  return mtl;
}

/// A layer file of 2 x 2 pixels of 30 m at (500000, 5000000) in EPSG:32632.
inline std::string write_layer(const TemporaryFolder& folder, const std::string& name,
                               GDALDataType type = GDT_UInt16,
                               std::vector<double> pixels = {0, 10000, 20000, 30000}) {
  // GDAL's GTiff driver deletes metadata files beside a file that it replaces.
  fs::remove(folder.file(name));
  return write_raster(folder.file(name), {2, 2, type, {std::move(pixels)}, {}});
}

/// The files level2_metadata names, and the metadata as ODL.
inline void write_level2(const TemporaryFolder& folder, const MtlText& mtl = level2_metadata()) {
  write_layer(folder, kLevel2Id + "_SR_B4.TIF");
  write_layer(folder, kLevel2Id + "_SR_B5.TIF");
  write_layer(folder, kLevel2Id + "_ST_B10.TIF");
  write_layer(folder, kLevel2Id + "_ST_QA.TIF", GDT_Int16, {-9999, 100, 200, 300});
  write_layer(folder, kLevel2Id + "_QA_PIXEL.TIF", GDT_UInt16, {1, 21824, 21824, 22280});
  write_text(folder.file(kLevel2Id + "_MTL.txt"), mtl.odl());
}

inline Scene open_quietly(const std::string& argument, const SceneOptions& options = {}) {
  KeptLog log;
  return open_scene(argument, options, log);
}

inline bool has_note(const Scene& scene, const std::string& part) {
  for (const std::string& note : scene.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

/// The message of the Error(input) that opening ends in; "opened" when it does not.
inline std::string refusal_of(const std::string& argument) {
  try {
    open_quietly(argument);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return error.what();
  }
  return "opened";
}

inline std::vector<std::string> names_of(const std::vector<Band>& bands) {
  std::vector<std::string> names;
  for (const Band& band : bands) names.push_back(band.name);
  return names;
}

}  // namespace isotherm::testing_support
