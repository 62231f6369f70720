#include <cpl_vsi.h>

#include <algorithm>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "json_support.h"
#include "scene_landsat.h"
#include "scene_layers.h"
#include "scene_metadata.h"
#include "scene_parts.h"
#include "scene_plain.h"
#include "scene_product.h"
#include "scene_stac.h"

namespace isotherm {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestItem = std::size_t{16} << 20;

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// First of several keys, as text ("landsat:wrs_path" may be text or number).
std::optional<std::string> text_of(const json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const json* value = member(object, key);
    if (value == nullptr || value->is_structured()) continue;
    return value->is_string() ? value->get<std::string>() : value->dump();
  }
  return std::nullopt;
}

std::optional<double> number_of(const json& object, std::initializer_list<const char*> keys) {
  const auto text = text_of(object, keys);
  return text ? parse_number(*text) : std::nullopt;
}

bool exists(const std::string& path) {
  VSIStatBufL status;
  return VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG) == 0;
}

// What an asset says of band `k` of its file: STAC 1.1 "bands", before that "eo:bands" and "raster:bands".
struct AssetBand {
  std::string common_name, name;
  std::optional<double> scale, offset, nodata;
};

AssetBand asset_band(const json& asset, std::size_t k) {
  AssetBand band;
  const auto take = [&](const json& tags) {
    if (const auto text = text_of(tags, {"common_name", "eo:common_name"})) band.common_name = *text;
    if (const auto text = text_of(tags, {"name"})) band.name = *text;
    if (const auto number = number_of(tags, {"scale", "raster:scale"})) band.scale = number;
    if (const auto number = number_of(tags, {"offset", "raster:offset"})) band.offset = number;
    if (const auto number = number_of(tags, {"nodata"})) band.nodata = number;
  };
  for (const char* key : {"eo:bands", "raster:bands", "bands"}) {
    const json* list = member(asset, key);
    if (list != nullptr && list->is_array() && k < list->size()) take((*list)[k]);
  }
  // STAC 1.1 lets an asset of one band say these for itself.
  if (!band.scale) band.scale = number_of(asset, {"raster:scale"});
  if (!band.offset) band.offset = number_of(asset, {"raster:offset"});
  if (!band.nodata) band.nodata = number_of(asset, {"nodata"});
  return band;
}

// Where proj:transform and proj:shape of the asset, or of the item, place a file.
std::optional<Frame> told_frame(const json& asset, const json& properties) {
  const auto find = [&](const char* key) {
    const json* own = member(asset, key);
    return own != nullptr ? own : member(properties, key);
  };
  const json *shape = find("proj:shape"), *transform = find("proj:transform");
  const auto numbers = [](const json* list, std::size_t least) {
    return list != nullptr && list->is_array() && list->size() >= least &&
           std::all_of(list->begin(), list->end(), [](const json& v) { return v.is_number(); });
  };
  if (!numbers(shape, 2) || !numbers(transform, 6)) return std::nullopt;
  const auto t = [&](std::size_t k) { return (*transform)[k].get<double>(); };
  Frame frame;
  frame.height = static_cast<std::int64_t>((*shape)[0].get<double>());
  frame.width = static_cast<std::int64_t>((*shape)[1].get<double>());
  try {
    frame.transform = GeoTransform({t(2), t(0), t(1), t(5), t(3), t(4)});
    const json *code = find("proj:code"), *epsg = find("proj:epsg");
    if (code != nullptr && code->is_string()) {
      frame.crs = canonical_crs(code->get<std::string>());
    } else if (epsg != nullptr && epsg->is_number_integer()) {
      frame.crs = canonical_crs("EPSG:" + epsg->dump());
    }
  } catch (const Error&) {
    return std::nullopt;  // unusable numbers: the files' own georeferencing decides alone
  }
  return frame;
}

class ItemReader {
 public:
  ItemReader(const std::string& path, const SceneOptions& options)
      : path_(path), options_(options), item_(parse_json(read_text_file(path, kLongestItem), path)) {
    const std::string type = text_of(item_, {"type"}).value_or("");
    if (type == "FeatureCollection") {
      fail("is a collection of items; give one item a file, or list them with @list.txt");
    }
    if (type != "Feature" || member(item_, "assets") == nullptr || !item_["assets"].is_object()) {
      fail("is JSON, but no STAC item (type Feature with assets)");
    }
    if (const json* properties = member(item_, "properties")) properties_ = *properties;
  }

  Scene open() {
    describe();
    for (const auto& [key, asset] : item_["assets"].items()) take_asset(key, asset);
    if (has_copies_) leave_remote_assets();
    if (!missing_.empty()) add_note(scene_, "assets that are not there: " + some_of(missing_, 20));
    if (scene_.family == SensorFamily::unknown) return open_plain();
    if (files_.empty()) {
      fail("no asset of it is a Landsat layer that can be opened" +
           (missing_.empty() ? std::string() : " (not there: " + some_of(missing_) + ")"));
    }
    const auto mtl = scene_.level == Level::level1 ? metadata() : std::nullopt;
    return build_product(std::move(scene_), std::move(files_), mtl ? &*mtl : nullptr, options_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(ErrorKind::input, path_ + ": " + why); }

  void describe() {
    const std::string id = text_of(item_, {"id"}).value_or(stem_of(path_));
    if (const auto product = product_name(id)) scene_ = describe_scene(*product);
    scene_.id = id;
    scene_.source = path_;
    const auto date = text_of(properties_, {"datetime", "start_datetime"});
    if (date && *date != "null") {
      scene_.date = parse_date(*date);
      if (!scene_.date) fail("datetime '" + *date + "' is no date");
    }
    if (const auto platform = text_of(properties_, {"platform", "eo:platform"})) {
      std::string name = *platform;
      std::replace(name.begin(), name.end(), '-', '_');
      const Spacecraft* known = find_spacecraft(name);
      scene_.spacecraft = known != nullptr ? std::string(known->id) : *platform;
    }
    scene_.sensor = sensor();
    scene_.family = family_of(scene_.spacecraft, scene_.sensor);
    const auto integer = [&](const char* key) -> std::optional<int> {
      const auto value = number_of(properties_, {key});
      if (!value || *value < 0 || *value > 1e6) return std::nullopt;
      return static_cast<int>(*value);
    };
    if (const auto path = integer("landsat:wrs_path")) scene_.path = path;
    if (const auto row = integer("landsat:wrs_row")) scene_.row = row;
    if (const auto number = integer("landsat:collection_number")) scene_.collection = *number;
    if (const auto tier = text_of(properties_, {"landsat:collection_category"})) scene_.tier = *tier;
    if (const auto level = text_of(properties_, {"landsat:correction", "landsat:processing_level"})) {
      scene_.level = level->starts_with("L2") ? Level::level2 : Level::level1;
    }
    scene_.cloud_cover = number_of(properties_, {"eo:cloud_cover"});
    if (scene_.cloud_cover && *scene_.cloud_cover < 0) scene_.cloud_cover.reset();
    if (const auto sun = number_of(properties_, {"view:sun_elevation", "eo:sun_elevation"})) {
      scene_.constants["sun_elevation"] = *sun;
    }
  }

  // Item ids drop parts of the product id; the files keep all of it.
  std::optional<ProductName> product_name(const std::string& id) const {
    for (const auto& [key, asset] : item_["assets"].items()) {
      const auto href = text_of(asset, {"href"});
      if (!href) continue;
      if (auto product = parse_product_name(without_query(*href))) return product;
    }
    return parse_product_name(id);
  }

  std::string sensor() const {
    const json* list = member(properties_, "instruments");
    std::string name = text_of(properties_, {"eo:instrument"}).value_or("");
    if (list == nullptr || !list->is_array()) return name;
    for (const json& instrument : *list) {
      if (instrument.is_string()) name += (name.empty() ? "" : "_") + instrument.get<std::string>();
    }
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return name;
  }

  static std::string without_query(const std::string& href) { return href.substr(0, href.find('?')); }

  std::string resolved(std::string href) {
    if (href.starts_with("file://")) return href.substr(7);
    if (href.starts_with("gs://")) return "/vsigs/" + href.substr(5);
    const bool absolute = href.starts_with('/') || href.find("://") != std::string::npos;
    if (absolute && !is_remote(href)) return href;
    while (href.starts_with("./")) href.erase(0, 2);
    if (!absolute) return folder_of(path_) + "/" + href;
    const std::string copy = folder_of(path_) + "/" + file_name(without_query(href));
    if (is_remote(path_) || !exists(copy)) return href;
    has_copies_ = true;
    return copy;
  }

  // Someone fetched the assets wanted and left the others: no reason to go for those.
  void leave_remote_assets() {
    for (std::size_t n = files_.size(); n-- > 0;) {
      if (!is_remote(files_[n].path)) continue;
      missing_.push_back(files_[n].suffix);
      files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(n));
      assets_.erase(assets_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    add_note(scene_, "copies of the item's assets beside it are used, not the remote ones");
  }

  void take_asset(const std::string& key, const json& asset) {
    const auto href = text_of(asset, {"href"});
    if (!href || !is_raster_asset(asset, *href)) return;
    std::optional<std::string> suffix;
    if (scene_.family != SensorFamily::unknown) {
      suffix = landsat_layer({key, *href, asset_band(asset, 0).common_name}, scene_.family, scene_.level);
      if (!suffix) return;
    }
    const std::string path = resolved(*href);
    if (!is_remote(path) && !exists(path)) {
      missing_.push_back(key);
      return;
    }
    const AssetBand tags = asset_band(asset, 0);
    const bool quality = suffix && (suffix->starts_with("QA") || *suffix == "BQA");
    ProductFile file{suffix.value_or(key), path};
    file.frame = told_frame(asset, properties_);
    if (!quality) {
      file.scale = tags.scale;
      file.offset = tags.offset;
      file.nodata = tags.nodata;
    }
    assets_.push_back(&asset);
    files_.push_back(std::move(file));
  }

  static bool is_raster_asset(const json& asset, const std::string& href) {
    if (const json* roles = member(asset, "roles"); roles != nullptr && roles->is_array()) {
      for (const json& role : *roles) {
        if (role == "thumbnail" || role == "overview") return false;
      }
    }
    const std::string type = lower(text_of(asset, {"type"}).value_or("")), name = lower(without_query(href));
    return type.find("tiff") != std::string::npos || type.find("geotiff") != std::string::npos ||
           type.find("jp2") != std::string::npos || name.ends_with(".tif") || name.ends_with(".tiff") ||
           name.ends_with(".vrt") || name.ends_with(".jp2");
  }

  std::optional<Mtl> metadata() {
    for (const char* key : {"mtl.json", "MTL.json", "mtl.txt", "MTL.txt", "mtl.xml", "MTL.xml"}) {
      const json* asset = member(item_["assets"], key);
      const auto href = asset != nullptr ? text_of(*asset, {"href"}) : std::nullopt;
      if (!href) continue;
      const std::string path = resolved(*href);
      if (is_remote(path) || exists(path)) return read_mtl(path);
    }
    return std::nullopt;
  }

  Scene open_plain() {
    FactsReader reader;
    std::vector<Band> bands;
    for (std::size_t n = 0; n < files_.size(); ++n) {
      FileFacts facts = reader.read(files_[n].path);
      const auto& told = files_[n].frame;
      if (!facts.placed && told && told->width == facts.frame.width && told->height == facts.frame.height) {
        facts.frame = *told;
        facts.placed = true;
      }
      note_plain_frame(scene_, facts, options_);
      for (int k = 1; k <= static_cast<int>(facts.bands.size()); ++k) {
        bands.push_back(named_band(facts, k, *assets_[n], files_[n].suffix));
      }
    }
    if (bands.empty()) {
      fail("no raster asset of it can be opened" +
           (missing_.empty() ? std::string() : " (not there: " + some_of(missing_) + ")"));
    }
    settle_bands(scene_, std::move(bands));
    return std::move(scene_);
  }

  static Band named_band(const FileFacts& facts, int k, const json& asset, const std::string& key) {
    Band band = plain_band(facts, k);
    const AssetBand tags = asset_band(asset, static_cast<std::size_t>(k - 1));
    const bool alone = facts.bands.size() == 1;
    const std::string told = !tags.common_name.empty() ? tags.common_name
                             : alone                   ? key
                             : !tags.name.empty()      ? tags.name
                                                       : key + "_" + std::to_string(k);
    band.name = canonical_band(told).value_or(name_from_text(told));
    if (band.title.empty()) band.title = text_of(asset, {"title"}).value_or("");
    band.decoding.scale = tags.scale.value_or(band.decoding.scale);
    band.decoding.offset = tags.offset.value_or(band.decoding.offset);
    band.decoding.nodata = tags.nodata.value_or(band.decoding.nodata);
    return band;
  }

  const std::string& path_;
  const SceneOptions& options_;
  json item_;
  json properties_ = json::object();
  Scene scene_;
  std::vector<ProductFile> files_;
  std::vector<const json*> assets_;  ///< of files_
  std::vector<std::string> missing_;
  bool has_copies_ = false;  ///< of remote assets, beside the item
};

}  // namespace

Scene open_stac_item(const std::string& path, const SceneOptions& options) {
  return ItemReader(path, options).open();
}

bool is_stac_item(const std::string& path) {
  try {
    const json item = parse_json(read_text_file(path, kLongestItem), path);
    return text_of(item, {"type"}) == "Feature" && member(item, "assets") != nullptr;
  } catch (const Error&) {
    return false;  // a folder holds JSON of all kinds
  }
}

}  // namespace isotherm
