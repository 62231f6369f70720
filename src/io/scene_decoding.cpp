#include "scene_decoding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "isotherm/core/text.h"
#include "scene_layers.h"
#include "scene_parts.h"

namespace isotherm {

namespace {

struct Gain {
  double scale = 0, offset = 0;
};

std::optional<Gain> gain_of(const Mtl& mtl, std::initializer_list<std::string_view> groups,
                            const std::string& quantity, const std::string& band) {
  const auto scale = mtl.number(groups, quantity + "_MULT_BAND_" + band);
  const auto offset = mtl.number(groups, quantity + "_ADD_BAND_" + band);
  if (!scale || !offset) return std::nullopt;
  return Gain{*scale, *offset};
}

std::optional<Gain> level1_gain(const Mtl& mtl, const std::string& quantity, const std::string& number) {
  return gain_of(mtl, {"LEVEL1_RADIOMETRIC_RESCALING", "RADIOMETRIC_RESCALING"}, quantity, number);
}

Layer layer_of(const Scene& scene, const std::string& number, Quantity quantity) {
  Layer layer;
  layer.band.number = number;
  layer.band.quantity = quantity;
  layer.band.unit = unit_of(quantity);
  layer.band.name = "b" + lower(number);
  for (const SensorBand& row : sensor_bands()) {
    if (row.family == scene.family && row.number == number) layer.band.name = row.name;
  }
  layer.band.title = band_title(layer.band.name);
  return layer;
}

// Level 2: the metadata's own group decides; a value unlike the published one is used and told.
void take_level2_gain(Layer& layer, const std::optional<Gain>& given, const std::string& suffix, double low,
                      double high, Scene& scene) {
  Decoding& decoding = layer.band.decoding;
  if (!given) {
    add_note(scene, "no scale in the metadata for some layers (" + suffix.substr(0, 2) +
                        "): the published one is used");
    return;
  }
  constexpr double kSame = 1e-6;
  if (std::abs(given->scale - decoding.scale) <= kSame * decoding.scale &&
      std::abs(given->offset - decoding.offset) <= kSame * std::abs(decoding.offset)) {
    return;  // the same up to how it is written; keep the published numbers and range
  }
  if (!(given->scale > 0)) {
    add_note(scene, "the metadata's scale of " + suffix + " is " + number_text(given->scale) +
                        ", which cannot be: the published one is used");
    return;
  }
  add_note(scene, "the metadata scales " + suffix + " by " + number_text(given->scale) + " and " +
                      number_text(given->offset) + ", unlike the published " + number_text(decoding.scale) +
                      " and " + number_text(decoding.offset) + "; the metadata's are used");
  decoding.scale = given->scale;
  decoding.offset = given->offset;
  decoding.valid_min = std::max(1.0, std::ceil((low - given->offset) / given->scale));
  decoding.valid_max = std::floor((high - given->offset) / given->scale);
}

Layer surface_reflectance(const std::string& number, const Mtl* mtl, Scene& scene) {
  Layer layer = layer_of(scene, number, Quantity::surface_reflectance);
  layer.band.decoding = published_reflectance();
  if (mtl != nullptr) {
    take_level2_gain(layer, gain_of(*mtl, {"LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"}, "REFLECTANCE", number),
                     "SR_B" + number, 0, 1, scene);
  }
  return layer;
}

Layer surface_temperature(const std::string& number, const Mtl* mtl, Scene& scene) {
  constexpr double kColdest = 150, kHottest = 359;  // kelvin: the published range of stored numbers
  Layer layer = layer_of(scene, number, Quantity::surface_temperature);
  layer.band.title = "surface temperature";
  layer.band.decoding = published_temperature();
  if (mtl != nullptr) {
    take_level2_gain(layer,
                     gain_of(*mtl, {"LEVEL2_SURFACE_TEMPERATURE_PARAMETERS"}, "TEMPERATURE", "ST_B" + number),
                     "ST_B" + number, kColdest, kHottest, scene);
  }
  return layer;
}

// Stored numbers of Level 1 that the product calls measurements; 0 is fill in every collection.
void take_level1_range(Decoding& decoding, const Mtl* mtl, const std::string& number) {
  decoding.nodata = 0;
  decoding.valid_min = 1;
  if (mtl == nullptr) return;
  const std::initializer_list<std::string_view> groups = {"LEVEL1_MIN_MAX_PIXEL_VALUE",
                                                          "MIN_MAX_PIXEL_VALUE"};
  if (const auto low = mtl->number(groups, "QUANTIZE_CAL_MIN_BAND_" + number)) {
    decoding.valid_min = std::max(1.0, *low);
  }
  if (const auto high = mtl->number(groups, "QUANTIZE_CAL_MAX_BAND_" + number)) decoding.valid_max = *high;
}

std::optional<Layer> level1_radiance(const std::string& number, const Mtl* mtl, Scene& scene) {
  Layer layer = layer_of(scene, number, Quantity::radiance);
  std::optional<Gain> gain;
  if (mtl != nullptr) {
    gain = level1_gain(*mtl, "RADIANCE", number);
  } else if (const auto published = published_radiance(scene.spacecraft, number)) {
    gain = Gain{published->scale, published->offset};
    add_note(scene,
             "no metadata: thermal radiance and constants are the published ones of " + scene.spacecraft);
  }
  if (!gain) {
    add_note(scene, "band " + number + " is left out: no radiance scale for it");
    return std::nullopt;
  }
  if (!(gain->scale > 0)) {
    add_note(scene, "band " + number + " is left out: its radiance scale is " + number_text(gain->scale) +
                        " (the thermal sensor was off)");
    return std::nullopt;
  }
  layer.band.decoding.scale = gain->scale;
  layer.band.decoding.offset = gain->offset;
  take_level1_range(layer.band.decoding, mtl, number);
  return layer;
}

// Reflectance before the correction for the sun's elevation.
std::optional<Gain> planetary_gain(const std::string& number, const Mtl& mtl, Scene& scene) {
  if (const auto given = level1_gain(mtl, "REFLECTANCE", number)) return given;
  const auto radiance = level1_gain(mtl, "RADIANCE", number);
  const auto irradiance = solar_irradiance(scene.spacecraft, number);
  if (!radiance || !irradiance) return std::nullopt;
  add_note(scene,
           "the metadata has no reflectance scale: reflectance from radiance and the solar irradiance of "
           "Chander et al. (2009)");
  const double distance = scene.constants.at("earth_sun_distance");
  const double factor = std::numbers::pi * distance * distance / *irradiance;
  return Gain{radiance->scale * factor, radiance->offset * factor};
}

std::optional<Layer> level1_reflectance(const std::string& number, const Mtl* mtl, Scene& scene) {
  Layer layer = layer_of(scene, number, Quantity::toa_reflectance);
  const auto left_out = [&](const std::string& why) {
    add_note(scene, "band " + number + " is left out: " + why);
    return std::nullopt;
  };
  std::optional<Gain> gain;
  if (mtl != nullptr) {
    gain = planetary_gain(number, *mtl, scene);
  } else if (scene.family == SensorFamily::oli) {
    gain = Gain{2e-5, -0.1};  // the same for every product of Landsat 8 and 9
  }
  if (!gain) {
    return left_out(mtl == nullptr ? "its scale differs from product to product, and there is no metadata"
                                   : "no reflectance scale for it");
  }
  double sine = 1;
  if (const auto elevation = scene.constants.find("sun_elevation"); elevation != scene.constants.end()) {
    if (!(elevation->second > 0)) return left_out("taken at night (the sun is below the horizon)");
    sine = std::sin(elevation->second * std::numbers::pi / 180);
  } else if (mtl != nullptr) {
    return left_out("the metadata has no sun elevation");
  } else {
    layer.band.quantity = Quantity::plain;
    add_note(scene,
             "no metadata: reflectance is not corrected for the sun's elevation, so it is too low by the "
             "same factor "
             "everywhere; ratios of bands such as NDVI do not depend on it, formulas with constants such as "
             "EVI do");
  }
  layer.band.decoding.scale = gain->scale / sine;
  layer.band.decoding.offset = gain->offset / sine;
  take_level1_range(layer.band.decoding, mtl, number);
  return layer;
}

}  // namespace

std::optional<Layer> describe_layer(const std::string& suffix, const Mtl* mtl, Scene& scene) {
  for (const AuxiliaryLayer& row : auxiliary_layers()) {
    if (row.suffix != suffix) continue;
    Layer layer;
    layer.unsigned16 = false;
    layer.band.name = row.name;
    layer.band.title = row.title;
    layer.band.quantity = row.quantity;
    layer.band.unit = unit_of(row.quantity);
    layer.band.decoding.scale = row.scale;
    layer.band.decoding.nodata = row.nodata;
    layer.band.decoding.valid_min = 0;
    return layer;
  }
  if (suffix.starts_with("SR_B")) return surface_reflectance(suffix.substr(4), mtl, scene);
  if (suffix.starts_with("ST_B")) return surface_temperature(suffix.substr(4), mtl, scene);
  const std::string number = suffix.substr(1);
  const Layer plain = layer_of(scene, number, Quantity::plain);
  if (plain.band.name.starts_with("lwir")) return level1_radiance(number, mtl, scene);
  if (plain.band.title.empty()) {
    add_note(scene, "band " + number + " is left out: " +
                        (scene.spacecraft.empty() ? "the sensor is unknown"
                                                  : scene.spacecraft + " has no such band that we know"));
    return std::nullopt;
  }
  return level1_reflectance(number, mtl, scene);
}

}  // namespace isotherm
