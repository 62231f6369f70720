// Scenes put together from named bands: "nir=B5.tif:1,scale=0.0001".
#include <algorithm>
#include <optional>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/scene_reader.h"
#include "scene_landsat.h"
#include "scene_parts.h"
#include "scene_plain.h"

namespace isotherm {

namespace {

struct BandSpec {
  std::string text;  ///< as given, for messages
  std::string name;  ///< canonical where we know it
  std::string path;
  int index = 1;
  bool has_index = false;
  std::optional<double> scale, offset, nodata;
};

[[noreturn]] void refuse(const std::string& spec, const std::string& why) {
  throw Error(ErrorKind::usage, "--band " + spec + ": " + why +
                                    "; the form is NAME=FILE[:BAND][,scale=N][,offset=N][,nodata=N]");
}

// Takes ",key=value" off the end, as long as there is one; a path may hold commas.
void take_options(std::string& rest, BandSpec& spec) {
  static const std::vector<std::string> kKeys{"scale", "offset", "nodata"};
  for (;;) {
    const std::size_t comma = rest.find_last_of(',');
    if (comma == std::string::npos) return;
    const std::string option = rest.substr(comma + 1);
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos || option.find('/') != std::string::npos) return;
    const std::string key(trim(std::string_view(option).substr(0, equals)));
    const auto value = parse_number(trim(std::string_view(option).substr(equals + 1)));
    const bool known = std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
    if (!known && !value) return;  // part of a path
    if (!known) {
      refuse(spec.text, "unknown '" + key + "'" + suggestion(key, kKeys));
    }
    if (!value) refuse(spec.text, key + " is no number");
    auto& slot = key == "scale" ? spec.scale : key == "offset" ? spec.offset : spec.nodata;
    if (slot) refuse(spec.text, key + " is given twice");
    if (key == "scale" && *value == 0) refuse(spec.text, "a scale of 0 leaves nothing");
    slot = value;
    rest.resize(comma);
  }
}

// Only digits behind the last ':' are a band: paths hold ':' too ("C:", "/vsizip/...",
// "NETCDF:file:variable").
void take_index(std::string& rest, BandSpec& spec) {
  const std::size_t colon = rest.find_last_of(':');
  if (colon == std::string::npos || colon == 0) return;
  const std::string_view digits = std::string_view(rest).substr(colon + 1);
  const bool all = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!all) return;
  const auto index = parse_integer(digits);
  if (!index || *index < 1 || *index > 65535) refuse(spec.text, "there is no band " + std::string(digits));
  spec.index = static_cast<int>(*index);
  spec.has_index = true;
  rest.resize(colon);
}

BandSpec parse_spec(const std::string& text) {
  BandSpec spec;
  spec.text = text;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse(text, "no '='");
  const std::string name(trim(std::string_view(text).substr(0, equals)));
  std::string rest(trim(std::string_view(text).substr(equals + 1)));
  if (name.empty() || name != name_from_text(name)) {
    // Single capitals are names of index literature ("N"), so they are asked for before case is judged.
    if (!canonical_band(name)) refuse(text, "'" + name + "' is no name (lower-case letters, digits and '_')");
  }
  spec.name = canonical_band(name).value_or(name);
  take_options(rest, spec);
  take_index(rest, spec);
  if (rest.empty()) refuse(text, "no file");
  spec.path = rest;
  return spec;
}

Band open_band(const BandSpec& spec, FactsReader& reader, const SceneOptions& options, Scene& scene) {
  const bool own_scale = spec.scale || spec.offset;
  if (!own_scale && !spec.has_index) {
    if (auto product = open_product_layer(spec.path, options)) {
      add_note(scene, spec.name + " is decoded as " + product->bands.front().title +
                          " of the Landsat product " + product->id + " that its file name tells");
      Band band = product->bands.front();
      if (spec.nodata) band.decoding.nodata = *spec.nodata;
      return band;
    }
  }
  FileFacts facts = reader.read(spec.path);
  if (spec.index > static_cast<int>(facts.bands.size())) {
    throw Error(ErrorKind::input, spec.path + ": has " + std::to_string(facts.bands.size()) +
                                      " bands, so there is no band " + std::to_string(spec.index) + " (" +
                                      spec.text + ")");
  }
  if (!spec.has_index && facts.bands.size() > 1) {
    add_note(scene, spec.name + " is the first of " + std::to_string(facts.bands.size()) + " bands of " +
                        file_name(spec.path));
  }
  note_plain_frame(scene, facts, options);
  Band band = plain_band(facts, spec.index);
  if (own_scale) {
    band.decoding.scale = spec.scale.value_or(1);
    band.decoding.offset = spec.offset.value_or(0);
  }
  if (spec.nodata) band.decoding.nodata = *spec.nodata;
  return band;
}

// Quality bands keep their meaning under their product names.
bool take_quality(Scene& scene, const Band& band) {
  const bool pixel = band.name == "qa_pixel", saturation = band.name == "qa_radsat";
  if (!pixel && !saturation) return false;
  Band quality = band;
  quality.quantity = Quantity::quality;
  quality.title = pixel ? "QA_PIXEL" : "QA_RADSAT";
  quality.decoding = Decoding{.wrap_unsigned16 = true};
  (pixel ? scene.quality : scene.saturation) = quality;
  if (pixel) scene.coding = QualityCoding::collection2;
  return true;
}

}  // namespace

Scene open_bands(const std::vector<std::string>& specs, const SceneOptions& options, Log& log) {
  init_gdal();
  if (specs.empty()) throw Error(ErrorKind::usage, "--band: no bands given");
  Scene scene;
  scene.source = "--band";
  FactsReader reader;
  std::vector<Band> bands;
  std::vector<std::string> names;
  for (const std::string& text : specs) {
    const BandSpec spec = parse_spec(text);
    if (std::find(names.begin(), names.end(), spec.name) != names.end()) {
      refuse(text, "the band " + spec.name + " is given twice");
    }
    names.push_back(spec.name);
    Band band = open_band(spec, reader, options, scene);
    band.name = spec.name;
    if (scene.id.empty()) scene.id = stem_of(spec.path);
    if (!take_quality(scene, band)) bands.push_back(std::move(band));
  }
  if (bands.empty()) throw Error(ErrorKind::usage, "--band: only quality bands are given");
  for (const Band& band : bands) {
    if (band.frame == bands.front().frame) continue;
    throw Error(ErrorKind::input, band.path + ": band " + band.name + " is on another grid than " +
                                      bands.front().name + " (" + bands.front().path +
                                      "); named bands make one scene, so they need one size, place and CRS");
  }
  settle_bands(scene, std::move(bands));
  log.debug("named bands: " + join(names, ", "));
  return scene;
}

}  // namespace isotherm
