// What an argument is, and who opens it.
#include <cpl_vsi.h>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/scene_reader.h"
#include "scene_landsat.h"
#include "scene_parts.h"
#include "scene_plain.h"
#include "scene_stac.h"

namespace isotherm {

namespace {

bool is_metadata_name(const std::string& path) {
  const std::string name = lower(file_name(path));
  return name.ends_with("mtl.txt") || name.ends_with("mtl.json") || name.ends_with("mtl.xml");
}

// A file.json, or an address of an item of a STAC server ("https://host/collections/c/items/id").
bool is_item_name(const std::string& path) {
  const std::string name = lower(file_name(path.substr(0, path.find('?'))));
  if (name.ends_with(".json") || name.ends_with(".geojson")) return true;
  return path.starts_with("http") && is_remote(path) && path.find("/items/") != std::string::npos &&
         name.find('.') == std::string::npos;
}

bool is_folder(const std::string& path) {
  VSIStatBufL status;
  return VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
         VSI_ISDIR(status.st_mode);
}

// Products are packed flat; some repack them with their folder.
std::string product_in_tar(const std::string& path) {
  std::string folder = inside_tar(path);
  std::vector<std::string> names = list_folder(folder);
  if (names.empty()) {
    throw Error(ErrorKind::input, path + ": cannot be read as a tar archive, or holds nothing");
  }
  if (names.size() == 1 && is_folder(folder + "/" + names.front())) folder += "/" + names.front();
  return folder;
}

Scene open_any(const std::string& argument, const SceneOptions& options) {
  if (is_metadata_name(argument)) return open_metadata(argument, options);
  if (is_item_name(argument)) return open_stac_item(argument, options);
  if (is_tar(argument)) return open_product_folder(product_in_tar(argument), options);
  if (!is_remote(argument) && is_folder(argument)) return open_product_folder(argument, options);
  return open_raster_scene(argument, options);
}

}  // namespace

Scene open_scene(const std::string& argument, const SceneOptions& options, Log& log) {
  init_gdal();
  Scene scene = open_any(argument, options);
  scene.source = argument;
  log.debug(argument + ": scene " + scene.id + ", " + std::to_string(scene.bands.size()) + " bands");
  return scene;
}

}  // namespace isotherm
