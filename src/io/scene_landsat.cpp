#include "scene_landsat.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <algorithm>
#include <map>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "mtl.h"
#include "scene_decoding.h"
#include "scene_layers.h"
#include "scene_metadata.h"
#include "scene_parts.h"
#include "scene_product.h"

namespace isotherm {

namespace {

bool is_raster_name(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with(".tif") || small.ends_with(".tiff");
}

// Layers that the metadata lists, as suffix and file name, in that order.
std::vector<std::pair<std::string, std::string>> listed_layers(const Mtl& mtl, bool level2) {
  std::vector<std::pair<std::string, std::string>> layers;
  for (const std::string_view name : {"PRODUCT_CONTENTS", "PRODUCT_METADATA"}) {
    const auto group = mtl.groups.find(name);
    if (group == mtl.groups.end()) continue;
    for (const auto& [key, file] : group->second) {
      const std::string_view prefix = "FILE_NAME_BAND_";
      std::string suffix;
      if (key == "FILE_NAME_QUALITY_L1_PIXEL")
        suffix = "QA_PIXEL";
      else if (key == "FILE_NAME_QUALITY_L1_RADIOMETRIC_SATURATION")
        suffix = "QA_RADSAT";
      else if (key == "FILE_NAME_BAND_QUALITY")
        suffix = "BQA";
      else if (key.starts_with(prefix)) {
        suffix = key.substr(prefix.size());
        if (!suffix.starts_with("ST_B")) suffix = (level2 ? "SR_B" : "B") + suffix;
      } else {
        for (const AuxiliaryLayer& row : auxiliary_layers()) {
          if (row.file_key == key) suffix = row.suffix;
        }
      }
      if (!suffix.empty()) layers.emplace_back(suffix, file);
    }
  }
  std::stable_sort(layers.begin(), layers.end(),
                   [](const auto& a, const auto& b) { return layer_rank(a.first) < layer_rank(b.first); });
  return layers;
}

// Where a listed file is: its name as given, in any case, or renamed along with the metadata ("l8_MTL.txt",
// "l8_B2.tif").
std::optional<std::string> find_file(const std::vector<std::string>& names, const std::string& listed,
                                     const std::string& suffix, const std::string& mtl_name) {
  if (std::binary_search(names.begin(), names.end(), listed)) return listed;
  std::string stem = stem_of(mtl_name);
  stem.resize(stem.size() - std::min<std::size_t>(stem.size(), 3));  // "MTL"
  const std::string renamed = lower(stem + suffix);
  for (const std::string& name : names) {
    const std::string small = lower(name);
    if (small == lower(listed) || small == renamed + ".tif" || small == renamed + ".tiff") return name;
  }
  return std::nullopt;
}

Scene open_named_files(const std::string& folder, const std::vector<std::string>& names,
                       const SceneOptions& options) {
  std::map<std::string, std::vector<ProductFile>> products;  // by the id their names carry
  std::map<std::string, ProductName> ids;
  const auto of_folder = parse_product_name(file_name(folder));
  for (const std::string& name : names) {
    const auto suffix = layer_suffix(name);
    if (!suffix || !is_raster_name(name)) continue;
    const auto own = parse_product_name(name);
    const auto& product = own ? own : of_folder;
    if (!product) continue;
    products[product->id].push_back({*suffix, folder + "/" + name});
    ids.emplace(product->id, *product);
  }
  if (products.empty()) {
    throw Error(ErrorKind::input, folder +
                                      ": neither Landsat metadata (*_MTL.txt, .json, .xml) nor files with "
                                      "Landsat names in it");
  }
  if (products.size() > 1) {
    throw Error(ErrorKind::input, folder + ": files of " + std::to_string(products.size()) +
                                      " products without metadata in one folder; put each in its own");
  }
  Scene header = describe_scene(ids.begin()->second);
  header.source = folder;
  add_note(header, "no metadata file: sensor, level and date are taken from the names");
  return build_product(std::move(header), products.begin()->second, nullptr, options);
}

}  // namespace

std::vector<std::string> list_folder(const std::string& folder) {
  init_gdal();
  constexpr int kMost = 20000;
  const CPLStringList entries(VSIReadDirEx(folder.c_str(), kMost + 1));
  if (entries.size() > kMost) {
    throw Error(ErrorKind::input, folder + ": more than " + std::to_string(kMost) + " files in it");
  }
  std::vector<std::string> names;
  for (int k = 0; k < entries.size(); ++k) {
    const std::string name = entries[k];
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> find_metadata(const std::vector<std::string>& names) {
  std::map<std::string, std::string> by_product;
  for (const std::string extension : {".txt", ".json", ".xml"}) {
    for (const std::string& name : names) {
      const std::string small = lower(name);
      if (small.ends_with("_mtl" + extension) || small == "mtl" + extension) {
        by_product.emplace(lower(stem_of(name)), name);
      }
    }
  }
  std::vector<std::string> found;
  for (const auto& [product, name] : by_product) found.push_back(name);
  return found;
}

bool is_tar(const std::string& path) {
  const std::string small = lower(path);
  return small.ends_with(".tar") || small.ends_with(".tar.gz") || small.ends_with(".tgz");
}

std::string inside_tar(const std::string& path) { return "/vsitar/{" + gdal_path(path) + "}"; }

Scene open_metadata(const std::string& mtl_path, const SceneOptions& options) {
  const Mtl mtl = read_mtl(mtl_path);
  Scene header = describe_scene(mtl);
  header.source = mtl_path;
  const std::string folder = folder_of(mtl_path);
  const bool remote = is_remote(mtl_path);
  const std::vector<std::string> names = remote ? std::vector<std::string>() : list_folder(folder);
  std::vector<ProductFile> files;
  std::vector<std::string> missing;
  for (const auto& [suffix, listed] : listed_layers(mtl, header.level == Level::level2)) {
    if (listed.find_first_of("/\\") != std::string::npos || listed.empty() || listed.front() == '.') {
      throw Error(ErrorKind::input,
                  mtl_path + ": names the file '" + listed + "', which is no plain file name");
    }
    const auto found = remote ? std::optional(listed) : find_file(names, listed, suffix, file_name(mtl_path));
    if (found) {
      files.push_back({suffix, folder + "/" + *found});
    } else {
      missing.push_back(suffix);
    }
  }
  if (files.empty()) {
    throw Error(ErrorKind::input, mtl_path + ": none of the files it names is beside it (" +
                                      (missing.empty() ? "it names no bands" : some_of(missing)) + ")");
  }
  if (!missing.empty()) add_note(header, "layers of the product that are not there: " + some_of(missing, 20));
  return build_product(std::move(header), files, &mtl, options);
}

Scene open_product_folder(const std::string& folder, const SceneOptions& options) {
  const std::vector<std::string> names = list_folder(folder);
  const std::vector<std::string> metadata = find_metadata(names);
  if (metadata.size() > 1) {
    throw Error(ErrorKind::input, folder + ": metadata of " + std::to_string(metadata.size()) +
                                      " products in one folder; name the one you want: " + some_of(metadata));
  }
  if (metadata.size() == 1) return open_metadata(folder + "/" + metadata.front(), options);
  return open_named_files(folder, names, options);
}

std::optional<Scene> open_product_layer(const std::string& path, const SceneOptions& options) {
  const auto product = parse_product_name(path);
  const auto suffix = layer_suffix(path);
  if (!product || !suffix || suffix->find("QA") != std::string::npos) return std::nullopt;
  const FileFacts facts = FactsReader().read(path);
  if (facts.bands.size() != 1 || !facts.bands.front().integer) return std::nullopt;
  Scene header = describe_scene(*product);
  header.source = path;
  if (!describe_layer(*suffix, nullptr, header)) return std::nullopt;
  header = describe_scene(*product);
  header.source = path;
  add_note(header, "no metadata file: sensor, level, date and scale follow from the name " + file_name(path));
  return build_product(std::move(header), {{*suffix, path}}, nullptr, options);
}

}  // namespace isotherm
