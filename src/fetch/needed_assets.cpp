#include "isotherm/fetch/needed_assets.h"

#include <algorithm>
#include <array>
#include <set>

#include "isotherm/core/text.h"
#include "isotherm/io/landsat_names.h"

namespace isotherm {

namespace {

// An asset as formulas see it.
struct NamedAsset {
  const StacAsset* asset;
  std::string layer;  ///< "SR_B4", empty outside Landsat
  std::string band;   ///< "red", empty when it is none
};

std::string common_name_of(const StacAsset& asset) {
  for (const char* key : {"eo:bands", "bands"}) {
    const Json* list = asset.other.find(key);
    if (list == nullptr || list->items().empty()) continue;
    for (const char* name : {"common_name", "eo:common_name"}) {
      if (const auto told = list->items().front().text(name)) return *told;
    }
  }
  return "";
}

bool is_picture(const StacAsset& asset) {
  return std::any_of(asset.roles.begin(), asset.roles.end(),
                     [](const std::string& role) { return role == "thumbnail" || role == "overview"; });
}

std::string file_of(const StacAsset& asset) { return lower(asset.href.substr(0, asset.href.find('?'))); }

bool is_raster(const StacAsset& asset) {
  const std::string file = file_of(asset), type = lower(asset.type);
  return file.ends_with(".tif") || file.ends_with(".tiff") || file.ends_with(".jp2") ||
         file.ends_with(".vrt") || type.find("tiff") != std::string::npos ||
         type.find("jp2") != std::string::npos;
}

std::vector<NamedAsset> named_assets(const StacItem& item, const ItemFacts& facts) {
  std::vector<NamedAsset> out;
  for (const StacAsset& asset : item.assets) {
    NamedAsset named{&asset, "", ""};
    if (is_raster(asset) && !is_picture(asset)) {
      const std::string common = common_name_of(asset);
      if (facts.family != SensorFamily::unknown) {
        named.layer = landsat_layer({asset.key, asset.href, common}, facts.family, facts.level).value_or("");
        named.band = band_of_layer(named.layer, facts.family);
      } else {
        named.band = canonical_band(common.empty() ? asset.key : common).value_or("");
      }
    }
    out.push_back(std::move(named));
  }
  return out;
}

// Metadata of which one is enough, the easiest to read first.
const StacAsset* metadata_of(const StacItem& item) {
  for (const char* ending : {"mtl.json", "mtl.txt", "mtl.xml"}) {
    for (const StacAsset& asset : item.assets) {
      if (file_of(asset).ends_with(ending) || lower(asset.key) == ending) return &asset;
    }
  }
  return nullptr;
}

// Numbers that come with a scene's metadata, which is not read to choose assets: any will do.
void add_constants(Scene& scene) {
  for (const char* name : {"k1", "k2", "thermal_um", "sun_elevation", "earth_sun_distance", "sun_azimuth"}) {
    scene.constants.emplace(name, 1);
  }
  if (const Spacecraft* known = find_spacecraft(scene.spacecraft))
    scene.constants["thermal_um"] = known->thermal_um;
}

Scene scene_of(const std::vector<NamedAsset>& assets, const ItemFacts& facts) {
  Scene scene;
  scene.id = facts.id;
  scene.spacecraft = facts.spacecraft;
  scene.family = facts.family;
  scene.level = facts.level;
  for (const NamedAsset& named : assets) {
    if (named.band.empty() || named.layer.starts_with("QA") || named.layer == "BQA") continue;
    if (scene.find(named.band) != nullptr) continue;
    Band band;
    band.name = named.band;
    scene.bands.push_back(std::move(band));
  }
  add_constants(scene);
  return scene;
}

Scene ideal_scene(Level level) {
  Scene scene;
  scene.spacecraft = "LANDSAT_8";
  scene.family = level == Level::unknown ? SensorFamily::unknown : SensorFamily::oli;
  scene.level = level;
  for (const BandName& name : band_names()) {
    Band band;
    band.name = name.name;
    scene.bands.push_back(std::move(band));
  }
  add_constants(scene);
  return scene;
}

// What each asset may be called by the user.
bool is_called(const NamedAsset& named, const std::string& word) {
  if (named.asset->key == word || lower(named.layer) == lower(word)) return true;
  const auto band = canonical_band(word);
  return !named.band.empty() && (named.band == lower(word) || (band && named.band == *band));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

NeededAssets::NeededAssets(std::vector<std::string> outputs, FormulaScope scope, const MaskChoice& mask,
                           std::vector<std::string> keys)
    : outputs_(std::move(outputs)), scope_(std::move(scope)), mask_(mask), keys_(std::move(keys)) {
  masked_ = mask.fill || mask.cloud || mask.dilated || mask.shadow || mask.cirrus || mask.snow || mask.water;
  // A name is refused when no level of Landsat could give it; the message is that of surface products.
  std::string why;
  for (const Level level : {Level::level2, Level::level1, Level::unknown}) {
    try {
      if (!outputs_.empty()) compile(outputs_, scope_, ideal_scene(level));
      return;
    } catch (const Error& error) {
      if (why.empty()) why = error.what();
    }
  }
  throw Error(ErrorKind::usage, "--need: " + why);
}

std::vector<std::string> NeededAssets::choose(const StacItem& item, const ItemFacts& facts,
                                              std::string& why) const {
  const std::vector<NamedAsset> assets = named_assets(item, facts);
  std::set<std::string> wanted;
  const auto take_band = [&](const std::string& band) {
    const auto found =
        std::find_if(assets.begin(), assets.end(), [&](const NamedAsset& a) { return a.band == band; });
    if (found != assets.end()) wanted.insert(found->asset->key);
    return found != assets.end();
  };
  if (!outputs_.empty()) {
    try {
      const Program program = compile(outputs_, scope_, scene_of(assets, facts));
      for (const std::string& band : program.inputs()) take_band(band);
    } catch (const Error& error) {
      why = first_line(error.what());
      return {};
    }
    const bool landsat = facts.family != SensorFamily::unknown;
    if (masked_ && landsat && !take_band("qa_pixel") && !take_band("bqa")) {
      why = "has no quality band for the mask (--mask none goes without)";
      return {};
    }
    if (mask_.saturated) take_band("qa_radsat");
    if (const StacAsset* metadata = metadata_of(item)) wanted.insert(metadata->key);
  }
  for (const std::string& word : keys_) {
    const auto found =
        std::find_if(assets.begin(), assets.end(), [&](const NamedAsset& a) { return is_called(a, word); });
    if (found == assets.end()) {
      why = "has no asset '" + word + "'";
      return {};
    }
    wanted.insert(found->asset->key);
  }
  std::vector<std::string> keys;
  for (const NamedAsset& named : assets) {
    if (wanted.contains(named.asset->key)) keys.push_back(named.asset->key);
  }
  return keys;
}

}  // namespace isotherm
