#include "isotherm/job/catalog.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/asset_path.h"
#include "isotherm/fetch/local_catalogue.h"
#include "isotherm/fetch/scene_item.h"
#include "isotherm/io/scene_reader.h"
#include "isotherm/io/text_file.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 8;
constexpr const char* kItems = "items";

bool is_metadata(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with("_mtl.txt") || small.ends_with("_mtl.json") || small.ends_with("_mtl.xml");
}

bool is_raster(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with(".tif") || small.ends_with(".tiff");
}

bool is_archive(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with(".tar") || small.ends_with(".tar.gz") || small.ends_with(".tgz");
}

class Indexer {
 public:
  Indexer(const CatalogJob& job, const RunContext& context)
      : job_(job), context_(context), items_folder_(fs::path(job.folder) / kItems) {}

  void run() {
    std::error_code failed;
    if (!fs::is_directory(job_.folder, failed)) throw Error(ErrorKind::input, job_.folder + ": is no folder");
    const fs::path collection = fs::path(job_.folder) / "collection.json";
    if (!context_.overwrite && fs::exists(collection)) {
      throw Error(ErrorKind::output,
                  collection.string() + ": exists; give --overwrite to make the catalogue anew");
    }
    if (!context_.overwrite && fs::exists(items_folder_)) {
      throw Error(ErrorKind::output,
                  items_folder_.string() + ": exists; give --overwrite to put items there");
    }
    walk(job_.folder, 0);
    tell_failures();
    if (!archives_.empty()) {
      context_.log.warning(job_.folder + ": " + std::to_string(archives_.size()) +
                           (archives_.size() == 1 ? " archive is" : " archives are") + " passed over (" +
                           archives_.front() + (archives_.size() == 1 ? "" : ", ...") +
                           "); assets of a catalogue are files: unpack them");
    }
    if (items_.empty()) {
      throw Error(ErrorKind::no_data,
                  job_.folder + ": holds no Landsat product and no raster with a date in its name");
    }
    write();
    context_.log.note(job_.folder + ": " + std::to_string(items_.size()) +
                      (items_.size() == 1 ? " scene" : " scenes") + " in collection.json");
  }

 private:
  void walk(const fs::path& folder, int depth) {
    context_.stop.check();
    if (depth > kDeepest) return;
    std::vector<fs::path> folders, rasters;
    std::map<std::string, std::vector<std::string>> products;  // by the name before "_MTL"
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.') || entry.path() == items_folder_) continue;
      if (entry.is_directory()) {
        if (!entry.is_symlink()) folders.push_back(entry.path());
      } else if (is_metadata(name)) {
        products[lower(name.substr(0, name.rfind('.')))].push_back(entry.path().string());
      } else if (is_raster(name)) {
        rasters.push_back(entry.path());
      } else if (is_archive(name)) {
        archives_.push_back(entry.path().string());
      }
    }
    std::sort(folders.begin(), folders.end());
    std::sort(rasters.begin(), rasters.end());
    for (auto& [name, files] : products) {
      std::sort(files.begin(), files.end());
      const auto text = std::find_if(files.begin(), files.end(),
                                     [](const std::string& file) { return lower(file).ends_with("txt"); });
      add(text != files.end() ? *text : files.front(), files, "");
    }
    if (products.empty() && !rasters.empty()) add_rasters(folder, rasters);
    for (const fs::path& inner : folders) walk(inner, depth + 1);
  }

  /// A product without its metadata, or rasters of any kind.
  void add_rasters(const fs::path& folder, const std::vector<fs::path>& rasters) {
    if (const auto scene = open(folder.string())) {
      add_item(*scene, {});
      return;
    }
    for (const fs::path& path : rasters) add(path.string(), {}, date_in_name(path.filename().string()));
  }

  std::optional<Scene> open(const std::string& path) const {
    try {
      return open_scene(path, {false, job_.raster_crs}, context_.log);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void add(const std::string& path, const std::vector<std::string>& metadata, const std::string& date) {
    try {
      Scene scene = open_scene(path, {false, job_.raster_crs}, context_.log);
      if (!scene.date) scene.date = parse_date(date);
      add_item(scene, metadata);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      failures_.emplace_back(error.what());
    }
  }

  void add_item(const Scene& scene, const std::vector<std::string>& metadata) {
    StacItem item = scene_item(scene, items_folder_.string(), metadata);
    const std::string name = names_.take(safe_name(item.id), scene.source);
    // Ids of one collection differ; rasters of one name in several folders have to be told apart.
    if (name != safe_name(item.id)) item.id = name;
    items_.emplace(std::string(kItems) + "/" + name + ".json", std::move(item));
  }

  void tell_failures() const {
    constexpr std::size_t kMost = 5;
    for (std::size_t n = 0; n < std::min(failures_.size(), kMost); ++n) {
      context_.log.warning("left out: " + failures_[n]);
    }
    for (std::size_t n = kMost; n < failures_.size(); ++n) context_.log.debug("left out: " + failures_[n]);
    if (failures_.size() > kMost) {
      context_.log.warning(std::to_string(failures_.size() - kMost) + " more are left out; -v names them");
    }
  }

  void write() {
    fs::create_directory(items_folder_);
    const std::vector<std::string> earlier = linked_items();
    std::vector<std::string> paths;
    for (const auto& [path, item] : items_) {
      write_item(job_.folder, path, item);
      paths.push_back(path);
    }
    for (const std::string& path : earlier) {
      if (items_.find(path) == items_.end()) fs::remove(fs::path(job_.folder) / path);
    }
    write_collection(job_.folder, paths, "Scenes of this folder, catalogued by isotherm");
  }

  /// Items of an earlier index: those whose scenes have gone will go with them.
  std::vector<std::string> linked_items() const {
    std::vector<std::string> paths;
    const std::string path = (fs::path(job_.folder) / "collection.json").string();
    if (!fs::exists(path)) return paths;
    const Json collection = read_json(read_text(path), path);
    const Json* links = collection.find("links");
    if (links == nullptr) return paths;
    for (const Json& link : links->items()) {
      const std::string href = link.text("href").value_or(""), prefix = std::string("./") + kItems + "/";
      if (!href.starts_with(prefix) || href.find('/', prefix.size()) != std::string::npos) continue;
      paths.push_back(href.substr(2));
    }
    return paths;
  }

  const CatalogJob& job_;
  const RunContext& context_;
  fs::path items_folder_;
  FolderNames names_;
  std::map<std::string, StacItem> items_;  ///< by path below the folder
  std::vector<std::string> failures_, archives_;
};

}  // namespace

std::string date_in_name(const std::string& name) {
  static const std::regex pattern(
      "(?:^|[^0-9])((?:19|20)[0-9]{2})([-_]?)([01][0-9])\\2([0-3][0-9])(?![0-9])");
  std::smatch match;
  if (!std::regex_search(name, match, pattern)) return "";
  const std::string date = match[1].str() + "-" + match[3].str() + "-" + match[4].str();
  return parse_date(date) ? date : "";
}

void run(const CatalogJob& job, const RunContext& context) {
  if (job.action != "index") {
    throw Error(ErrorKind::usage, "unknown action '" + job.action + "'; there is: index");
  }
  try {
    Indexer(job, context).run();
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::output, error.path1().string() + ": " + error.code().message());
  }
}

}  // namespace isotherm
