#include "scene_metadata.h"

#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "scene_parts.h"

namespace isotherm {

namespace {

std::optional<int> whole_number(const Mtl& mtl, std::initializer_list<std::string_view> groups,
                                std::string_view key) {
  const auto value = mtl.number(groups, key);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e6) return std::nullopt;
  return static_cast<int>(*value);
}

void add_thermal_constants(Scene& scene, const Mtl* mtl) {
  const Spacecraft* published = find_spacecraft(scene.spacecraft);
  for (const SensorBand& band : sensor_bands()) {
    const bool main = band.name == "lwir11";
    if (band.family != scene.family || (!main && band.name != "lwir12") || mtl == nullptr) continue;
    for (const std::string letter : {"K1", "K2"}) {
      const auto value =
          mtl->number({"LEVEL1_THERMAL_CONSTANTS", "TIRS_THERMAL_CONSTANTS", "THERMAL_CONSTANTS"},
                      letter + "_CONSTANT_BAND_" + std::string(band.number));
      if (value) scene.constants[lower(letter) + (main ? "" : "_lwir12")] = *value;
    }
  }
  if (published == nullptr || scene.family == SensorFamily::mss) return;
  scene.constants["thermal_um"] = published->thermal_um;
  const std::array<std::pair<std::string, double>, 2> constants{std::pair{std::string("k1"), published->k1},
                                                                std::pair{std::string("k2"), published->k2}};
  for (const auto& [name, value] : constants) {
    const auto [where, added] = scene.constants.try_emplace(name, value);
    constexpr double kRounding = 1e-4;  // early products give two decimals
    if (added && mtl != nullptr && scene.level == Level::level1) {
      add_note(scene, "thermal constant " + name + " is not in the metadata; the published one is used (" +
                          number_text(value) + ")");
    } else if (std::abs(where->second - value) > kRounding * value) {
      add_note(scene, "thermal constant " + name + " of the metadata (" + number_text(where->second) +
                          ") differs from the published one (" + number_text(value) +
                          "); the metadata's is used");
    }
  }
}

void add_sun(Scene& scene, const Mtl& mtl) {
  const std::initializer_list<std::string_view> kGroups = {"IMAGE_ATTRIBUTES", "PRODUCT_METADATA",
                                                           "PRODUCT_PARAMETERS"};
  if (const auto elevation = mtl.number(kGroups, "SUN_ELEVATION"))
    scene.constants["sun_elevation"] = *elevation;
  const auto given = mtl.number(kGroups, "EARTH_SUN_DISTANCE");
  scene.constants["earth_sun_distance"] = given ? *given : earth_sun_distance(*scene.date);
}

std::string polar_stereographic(const Mtl& mtl) {
  const std::initializer_list<std::string_view> kGroups = {"LEVEL1_PROJECTION_PARAMETERS",
                                                           "PROJECTION_PARAMETERS", "PROJECTION_ATTRIBUTES"};
  const auto longitude = mtl.number(kGroups, "VERTICAL_LON_FROM_POLE");
  const auto latitude = mtl.number(kGroups, "TRUE_SCALE_LAT");
  if (!longitude || !latitude) return {};
  return "+proj=stere +lat_0=" + std::string(*latitude < 0 ? "-90" : "90") +
         " +lat_ts=" + number_text(*latitude) + " +lon_0=" + number_text(*longitude) +
         " +x_0=" + number_text(mtl.number(kGroups, "FALSE_EASTING").value_or(0)) +
         " +y_0=" + number_text(mtl.number(kGroups, "FALSE_NORTHING").value_or(0)) +
         " +datum=WGS84 +units=m +no_defs +type=crs";
}

/// "10:21:00Z" of "10:21:00.0000000Z"; empty when it is no time.
std::string time_of_day(const std::string& text) {
  constexpr std::string_view kShape = "00:00:00";
  if (text.size() < kShape.size()) return {};
  for (std::size_t n = 0; n < kShape.size(); ++n) {
    const bool digit = text[n] >= '0' && text[n] <= '9';
    if (kShape[n] == '0' ? !digit : text[n] != kShape[n]) return {};
  }
  return text.substr(0, kShape.size()) + "Z";
}

}  // namespace

SensorFamily family_of(const std::string& spacecraft, const std::string& sensor) {
  if (lower(sensor).find("mss") != std::string::npos) return SensorFamily::mss;
  const Spacecraft* known = find_spacecraft(spacecraft);
  return known == nullptr ? SensorFamily::unknown : known->family;
}

Scene describe_scene(const Mtl& mtl) {
  const std::initializer_list<std::string_view> kProduct = {"PRODUCT_CONTENTS", "PRODUCT_METADATA",
                                                            "METADATA_FILE_INFO", "LEVEL1_PROCESSING_RECORD"};
  const std::initializer_list<std::string_view> kImage = {"IMAGE_ATTRIBUTES", "PRODUCT_METADATA"};
  const auto need = [&](std::initializer_list<std::string_view> groups, std::string_view key) {
    const auto value = mtl.text(groups, key);
    if (!value || value->empty()) {
      throw Error(ErrorKind::input, mtl.source + ": the metadata has no " + std::string(key));
    }
    return *value;
  };
  Scene scene;
  scene.id = mtl.text(kProduct, "LANDSAT_PRODUCT_ID")
                 .value_or(mtl.text(kProduct, "LANDSAT_SCENE_ID").value_or(stem_of(mtl.source)));
  scene.spacecraft = need(kImage, "SPACECRAFT_ID");
  if (const Spacecraft* known = find_spacecraft(scene.spacecraft)) scene.spacecraft = known->id;
  scene.sensor = mtl.text(kImage, "SENSOR_ID").value_or("");
  scene.family = family_of(scene.spacecraft, scene.sensor);
  const std::string processing = mtl.text({"PRODUCT_CONTENTS"}, "PROCESSING_LEVEL")
                                     .value_or(mtl.text(kProduct, "DATA_TYPE").value_or(""));
  scene.level = processing.starts_with("L2") ? Level::level2 : Level::level1;
  scene.collection = whole_number(mtl, kProduct, "COLLECTION_NUMBER").value_or(0);
  scene.tier = mtl.text(kProduct, "COLLECTION_CATEGORY").value_or("");
  const std::string date = need(kImage, "DATE_ACQUIRED");
  scene.date = parse_date(date);
  if (!scene.date) {
    throw Error(ErrorKind::input, mtl.source + ": DATE_ACQUIRED = '" + date + "' is no date");
  }
  scene.time = time_of_day(mtl.text(kImage, "SCENE_CENTER_TIME").value_or(""));
  scene.path = whole_number(mtl, kImage, "WRS_PATH");
  scene.row = whole_number(mtl, kImage, "WRS_ROW");
  scene.cloud_cover = mtl.number({"IMAGE_ATTRIBUTES"}, "CLOUD_COVER");
  if (scene.cloud_cover && *scene.cloud_cover < 0) scene.cloud_cover.reset();  // -1: not assessed
  add_sun(scene, mtl);
  add_thermal_constants(scene, &mtl);
  return scene;
}

Scene describe_scene(const ProductName& name) {
  Scene scene;
  scene.id = name.id;
  scene.spacecraft = name.spacecraft;
  scene.family = family_of(name.spacecraft, name.id.starts_with("LM") ? "MSS" : "");
  scene.level = name.level;
  scene.collection = name.collection;
  scene.tier = name.tier;
  scene.date = name.date;
  scene.path = name.path;
  scene.row = name.row;
  scene.constants["earth_sun_distance"] = earth_sun_distance(name.date);
  add_thermal_constants(scene, nullptr);
  return scene;
}

std::optional<Frame> frame_from_metadata(const Mtl& mtl, std::int64_t width, std::int64_t height) {
  const std::initializer_list<std::string_view> kSize = {"PROJECTION_ATTRIBUTES", "PRODUCT_METADATA"};
  const std::initializer_list<std::string_view> kCell = {"PROJECTION_ATTRIBUTES", "PROJECTION_PARAMETERS",
                                                         "LEVEL1_PROJECTION_PARAMETERS"};
  const auto corner = [&](const std::string& which) {
    return mtl.number(kSize, "CORNER_" + which + "_PRODUCT");
  };
  const auto left = corner("UL_PROJECTION_X"), top = corner("UL_PROJECTION_Y");
  const auto right = corner("LR_PROJECTION_X"), bottom = corner("LR_PROJECTION_Y");
  if (!left || !top || !right || !bottom) return std::nullopt;
  for (const std::string kind : {"REFLECTIVE", "THERMAL", "PANCHROMATIC"}) {
    const auto lines = mtl.number(kSize, kind + "_LINES"), samples = mtl.number(kSize, kind + "_SAMPLES");
    const auto cell = mtl.number(kCell, "GRID_CELL_SIZE_" + kind);
    if (!lines || !samples || !cell || !(*cell > 0)) continue;
    if (*samples != static_cast<double>(width) || *lines != static_cast<double>(height)) continue;
    // Both corners must agree with count and cell size, else the metadata describes something else.
    const double fits_x = *left + (*samples - 1) * *cell - *right,
                 fits_y = *top - (*lines - 1) * *cell - *bottom;
    if (std::abs(fits_x) > *cell / 2 || std::abs(fits_y) > *cell / 2) continue;
    return Frame{width, height, GeoTransform({*left - *cell / 2, *cell, 0, *top + *cell / 2, 0, -*cell}),
                 crs_from_metadata(mtl)};
  }
  return std::nullopt;
}

std::string crs_from_metadata(const Mtl& mtl) {
  const std::initializer_list<std::string_view> kGroups = {"PROJECTION_ATTRIBUTES", "PROJECTION_PARAMETERS",
                                                           "LEVEL1_PROJECTION_PARAMETERS"};
  const std::string projection = mtl.text(kGroups, "MAP_PROJECTION").value_or("");
  if (mtl.text(kGroups, "DATUM").value_or("WGS84") != "WGS84") return {};
  if (projection == "UTM") {
    const auto zone = whole_number(mtl, kGroups, "UTM_ZONE");
    if (!zone || *zone == 0 || std::abs(*zone) > 60) return {};
    return canonical_crs("EPSG:" + std::to_string((*zone > 0 ? 32600 : 32700) + std::abs(*zone)));
  }
  const std::string definition = projection == "PS" ? polar_stereographic(mtl) : std::string();
  return definition.empty() ? definition : canonical_crs(definition);
}

}  // namespace isotherm
