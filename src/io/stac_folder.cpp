#include "stac_folder.h"

#include <filesystem>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/io/json.h"
#include "isotherm/io/text_file.h"
#include "scene_parts.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;
constexpr std::uintmax_t kLongestCatalogue = std::uintmax_t{256} << 20;

bool is_relative(const std::string& href) {
  return !href.empty() && href.front() != '/' && href.find(':') == std::string::npos;
}

/// The catalogue in a text; null when it is something else.
Json catalogue_in(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored) || fs::file_size(path, ignored) > kLongestCatalogue) return {};
  try {
    Json json = read_json(read_text(path), path);
    const auto type = json.text("type");
    return type == "Collection" || type == "Catalog" ? json : Json();
  } catch (const Error&) {
    return {};  // a folder may hold a file of this name for other reasons
  }
}

class Walk {
 public:
  void follow(const std::string& path, const Json& catalogue, int depth) {
    if (!seen_.insert(fs::weakly_canonical(path).string()).second) return;
    if (depth > kDeepest) throw Error(ErrorKind::input, path + ": catalogues nested too deep");
    const Json* links = catalogue.find("links");
    if (links == nullptr) return;
    for (const Json& link : links->items()) {
      const std::string rel = link.text("rel").value_or(""), href = link.text("href").value_or("");
      if (!is_relative(href)) continue;
      const std::string target = (fs::path(folder_of(path)) / href).lexically_normal().string();
      if (rel == "item") {
        if (!fs::exists(target))
          throw Error(ErrorKind::input, path + ": names " + href + ", which is not there");
        items.push_back(target);
      } else if (rel == "child") {
        follow(target, catalogue_in(target), depth + 1);
      }
    }
  }

  std::vector<std::string> items;

 private:
  std::set<std::string> seen_;
};

}  // namespace

std::optional<std::vector<std::string>> catalogue_items(const std::string& folder) {
  for (const char* name : {"collection.json", "catalog.json"}) {
    const std::string path = folder + "/" + name;
    const Json catalogue = catalogue_in(path);
    if (catalogue.is_null()) continue;
    Walk walk;
    walk.follow(path, catalogue, 0);
    return std::move(walk.items);
  }
  return std::nullopt;
}

}  // namespace isotherm
