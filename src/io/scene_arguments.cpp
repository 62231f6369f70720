// Lists and folders of scenes turned into one argument a scene.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/scene_reader.h"
#include "scene_landsat.h"
#include "scene_layers.h"
#include "scene_parts.h"
#include "scene_stac.h"
#include "stac_folder.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_raster_name(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with(".tif") || small.ends_with(".tiff");
}

// Landsat layers of a folder by product, from names alone.
std::map<std::string, std::vector<std::string>> layers_by_product(const std::string& folder,
                                                                  const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> products;
  const auto of_folder = parse_product_name(file_name(folder));
  for (const std::string& name : names) {
    if (!is_raster_name(name) || !layer_suffix(name)) continue;
    const auto own = parse_product_name(name);
    if (own || of_folder) products[own ? own->id : of_folder->id].push_back(name);
  }
  return products;
}

bool is_product(const std::string& folder, const std::vector<std::string>& names) {
  const std::size_t metadata = find_metadata(names).size();
  return metadata == 1 || (metadata == 0 && layers_by_product(folder, names).size() == 1);
}

class Expander {
 public:
  explicit Expander(Log* log) : log_(log) {}

  void take(const std::string& argument) {
    if (argument.starts_with('@')) {
      take_list(argument.substr(1));
    } else if (!is_remote(argument) && is_folder(argument)) {
      take_folder(argument);
    } else {
      add(argument, key_of(argument));
    }
  }

  std::vector<std::string> finish() { return std::move(found_); }

 private:
  void take_list(const std::string& path) {
    constexpr std::size_t kLongest = std::size_t{16} << 20, kDeepest = 16;
    std::error_code ignored;
    const std::string key = fs::weakly_canonical(path, ignored).string();
    if (std::find(open_lists_.begin(), open_lists_.end(), key) != open_lists_.end()) {
      throw Error(ErrorKind::input, "@" + path + ": a list that names itself, directly or through others");
    }
    if (open_lists_.size() == kDeepest) throw Error(ErrorKind::input, "@" + path + ": lists nested too deep");
    open_lists_.push_back(key);
    const std::string text = read_text_file(path, kLongest);
    if (text.find('\0') != std::string::npos) {
      throw Error(ErrorKind::input, "@" + path + ": is no text file");
    }
    std::size_t taken = 0;
    for (const std::string& raw : split(text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text, '\n')) {
      const std::string line(trim(raw));
      if (line.empty() || line.front() == '#') continue;
      take(relative_to(path, line));
      ++taken;
    }
    if (taken == 0) throw Error(ErrorKind::input, "@" + path + ": the list names nothing");
    open_lists_.pop_back();
  }

  static std::string relative_to(const std::string& list, const std::string& line) {
    const bool nested = line.starts_with('@');
    const std::string path = nested ? line.substr(1) : line;
    if (path.starts_with('/') || is_remote(path) || path.find("://") != std::string::npos) return line;
    const std::string folder = folder_of(list);
    return (nested ? "@" : "") + (folder == "." ? path : folder + "/" + path);
  }

  void take_folder(const std::string& folder) {
    const std::vector<std::string> names = list_folder(folder);
    if (is_product(folder, names)) {
      add(folder, key_of(folder));
      return;
    }
    const std::size_t before = found_.size() + repeated_;
    if (const auto items = catalogue_items(folder)) {
      for (const std::string& item : *items) add(item, key_of(item));
      if (!items->empty()) return;
      throw Error(ErrorKind::input, folder + ": its catalogue names no item on this machine");
    }
    for (const std::string& name : members(folder, names))
      add(folder + "/" + name, key_of(folder + "/" + name));
    if (found_.size() + repeated_ == before) {
      throw Error(ErrorKind::input,
                  folder +
                      ": no scene in this folder (a scene is a Landsat product with its metadata or its "
                      "original file names, a product .tar or a STAC item; name other rasters one by one)");
    }
  }

  // Scenes of a folder that is not one itself.
  static std::vector<std::string> members(const std::string& folder, const std::vector<std::string>& names) {
    std::vector<std::string> scenes = find_metadata(names);
    const bool has_metadata = !scenes.empty();
    for (const std::string& name : names) {
      const std::string path = folder + "/" + name;
      const bool item = lower(name).ends_with(".json") && !lower(name).ends_with("mtl.json");
      if (is_folder(path) ? is_product(path, list_folder(path))
                          : is_tar(name) || (item && is_stac_item(path))) {
        scenes.push_back(name);
      }
    }
    if (!has_metadata) {
      for (const auto& [product, files] : layers_by_product(folder, names)) {
        if (files.size() > 1) {
          throw Error(ErrorKind::input, folder + ": several files of " + product +
                                            " and of other products in one folder without metadata; put each "
                                            "product in a folder of its own");
        }
        scenes.push_back(files.front());
      }
    }
    std::sort(scenes.begin(), scenes.end());
    return scenes;
  }

  // Two arguments with one key are one scene: a product folder and its metadata in any form.
  static std::string key_of(const std::string& argument) {
    if (is_remote(argument) || argument.starts_with("/vsi")) return argument;
    std::error_code ignored;
    const fs::path path = fs::weakly_canonical(argument, ignored);
    if (ignored) return argument;
    if (is_folder(argument)) {
      const auto metadata = find_metadata(list_folder(argument));
      if (metadata.size() == 1) return (path / lower(stem_of(metadata.front()))).string();
      return path.string();
    }
    const std::string stem = lower(stem_of(argument));
    return stem.ends_with("mtl") ? (path.parent_path() / stem).string() : path.string();
  }

  void add(const std::string& argument, const std::string& key) {
    if (keys_.insert(key).second) {
      found_.push_back(argument);
      return;
    }
    ++repeated_;
    if (log_ != nullptr) log_->note(argument + ": the same scene again; used once");
  }

  Log* log_;
  std::vector<std::string> found_;
  std::set<std::string> keys_;
  std::vector<std::string> open_lists_;
  std::size_t repeated_ = 0;
};

}  // namespace

std::vector<std::string> expand_arguments(const std::vector<std::string>& arguments, Log* log) {
  init_gdal();
  Expander expander(log);
  for (const std::string& argument : arguments) expander.take(argument);
  return expander.finish();
}

}  // namespace isotherm
