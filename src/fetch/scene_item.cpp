#include "isotherm/fetch/scene_item.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/local_catalogue.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr std::array kExtensions{
    "https://stac-extensions.github.io/eo/v1.0.0/schema.json",
    "https://stac-extensions.github.io/projection/v1.0.0/schema.json",
    "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
    "https://stac-extensions.github.io/view/v1.0.0/schema.json",
};

/// Common names of the eo extension 1.0.0 that our bands may have.
constexpr std::array kCommonNames{"coastal", "blue",   "green",  "red",  "nir",    "nir08", "pan",
                                  "cirrus",  "swir16", "swir22", "lwir", "lwir11", "lwir12"};

std::string three_digits(int number) {
  std::string text = std::to_string(number);
  return std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text;
}

/// "L2SP" of "LC08_L2SP_196024_...".
std::string correction_of(const std::string& id) {
  const std::vector<std::string> parts = split(id, '_');
  return parts.size() > 1 && parts[1].size() == 4 && parts[1].front() == 'L' ? parts[1] : "";
}

class ItemMaker {
 public:
  ItemMaker(const Scene& scene, const std::string& folder) : scene_(scene), folder_(folder) {}

  StacItem make(const std::vector<std::string>& metadata) {
    if (!scene_.date) {
      throw Error(ErrorKind::input,
                  scene_.source + ": has no date (a name such as city_2021-06-14.tif tells one)");
    }
    item_.id = scene_.id;
    Json extensions = Json::array();
    for (const char* address : kExtensions) extensions.push(address);
    item_.other = Json::object();
    item_.other.set("stac_version", "1.0.0");
    item_.other.set("stac_extensions", std::move(extensions));
    properties();
    if (const auto place = footprint(scene_.frame)) {
      item_.geometry = place->geometry;
      item_.bbox = place->bbox;
    }
    add_bands(scene_.bands);
    add_bands(scene_.other_bands);
    if (scene_.quality) add_file("qa_pixel", {&*scene_.quality});
    if (scene_.saturation) add_file("qa_radsat", {&*scene_.saturation});
    for (const std::string& path : metadata) add_metadata(path);
    return std::move(item_);
  }

 private:
  void properties() {
    Json& p = item_.properties;
    const std::string day = to_string(*scene_.date);
    if (scene_.time.empty()) {  // a day, and nothing more exact
      p.set("datetime", Json());
      p.set("start_datetime", day + "T00:00:00Z");
      p.set("end_datetime", day + "T23:59:59Z");
    } else {
      p.set("datetime", day + "T" + scene_.time);
    }
    if (!scene_.spacecraft.empty()) {
      std::string platform = lower(scene_.spacecraft);
      std::replace(platform.begin(), platform.end(), '_', '-');
      p.set("platform", platform);
      Json instruments = Json::array();
      for (const std::string& part : split(lower(scene_.sensor), '_')) instruments.push(part);
      if (!instruments.items().empty()) p.set("instruments", std::move(instruments));
    }
    if (scene_.cloud_cover) p.set("eo:cloud_cover", *scene_.cloud_cover);
    if (const auto sun = scene_.constants.find("sun_elevation"); sun != scene_.constants.end()) {
      p.set("view:sun_elevation", sun->second);
    }
    grid(p, scene_.frame);
    landsat(p);
  }

  void landsat(Json& p) const {
    if (scene_.path && scene_.row) {
      p.set("landsat:wrs_type", "2");
      p.set("landsat:wrs_path", three_digits(*scene_.path));
      p.set("landsat:wrs_row", three_digits(*scene_.row));
    }
    if (!scene_.tier.empty()) p.set("landsat:collection_category", scene_.tier);
    if (scene_.collection > 0) p.set("landsat:collection_number", "0" + std::to_string(scene_.collection));
    if (const std::string correction = correction_of(scene_.id); !correction.empty()) {
      p.set("landsat:correction", correction);
    }
  }

  static void grid(Json& members, const Frame& frame) {
    if (frame.crs.empty()) return;
    set_grid(members, frame);
    const bool coded = frame.crs.starts_with("EPSG:");
    members.set("proj:epsg", coded ? Json(Json::Number{frame.crs.substr(5)}) : Json());
    if (!coded) members.set("proj:wkt2", frame.crs);
  }

  /// Bands of one file are one asset.
  void add_bands(const std::vector<Band>& bands) {
    std::map<std::string, std::vector<const Band*>> files;
    std::vector<std::string> order;
    for (const Band& band : bands) {
      auto& list = files[band.path];
      if (list.empty()) order.push_back(band.path);
      list.push_back(&band);
    }
    for (const std::string& path : order) {
      const auto& list = files[path];
      add_file(list.size() == 1 ? list.front()->name : "data", list);
    }
  }

  void add_file(std::string key, const std::vector<const Band*>& bands) {
    for (int n = 2; item_.asset(key) != nullptr; ++n) key = key + "_" + std::to_string(n);
    const Band& first = *bands.front();
    StacAsset asset{key, relative(first.path), "image/tiff; application=geotiff", {"data"}, Json::object()};
    if (first.quantity == Quantity::quality) asset.roles = {"quality"};
    if (!first.title.empty()) asset.other.set("title", first.title);
    grid(asset.other, first.frame);
    if (first.quantity != Quantity::quality) add_tags(asset.other, bands);
    item_.assets.push_back(std::move(asset));
  }

  void add_tags(Json& members, const std::vector<const Band*>& bands) const {
    Json names = Json::array(), rasters = Json::array();
    for (const Band* band : bands) {
      Json& name = names.push(Json::object());
      name.append("name", band->name);
      if (std::find(kCommonNames.begin(), kCommonNames.end(), band->name) != kCommonNames.end()) {
        name.append("common_name", band->name);
      }
      Json& raster = rasters.push(Json::object());
      if (std::isfinite(band->decoding.nodata)) raster.append("nodata", band->decoding.nodata);
      // What a Level 1 number means depends on its metadata file, which is an asset of the item.
      if (scene_.level == Level::level1) continue;
      raster.append("scale", band->decoding.scale);
      raster.append("offset", band->decoding.offset);
      if (!band->unit.empty()) raster.append("unit", band->unit);
    }
    members.set("eo:bands", std::move(names));
    members.set("raster:bands", std::move(rasters));
  }

  void add_metadata(const std::string& path) {
    const std::string extension = lower(fs::path(path).extension().string());
    const char* type = extension == ".json"  ? "application/json"
                       : extension == ".xml" ? "application/xml"
                                             : "text/plain";
    item_.assets.push_back({"mtl" + extension, relative(path), type, {"metadata"}, Json::object()});
  }

  std::string relative(const std::string& path) const {
    return fs::proximate(fs::weakly_canonical(path), fs::weakly_canonical(folder_)).generic_string();
  }

  const Scene& scene_;
  const std::string& folder_;
  StacItem item_;
};

}  // namespace

StacItem scene_item(const Scene& scene, const std::string& item_folder,
                    const std::vector<std::string>& metadata) {
  return ItemMaker(scene, item_folder).make(metadata);
}

}  // namespace isotherm
