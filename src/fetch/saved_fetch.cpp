#include "saved_fetch.h"

#include <filesystem>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/local_catalogue.h"
#include "isotherm/io/http.h"
#include "isotherm/io/text_file.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr const char* kClip = "isotherm:clip";
constexpr const char* kRoots = "isotherm:roots";
constexpr const char* kPrefer = "isotherm:prefer";
constexpr const char* kSign = "isotherm:sign";

bool is_named_way(const std::string& sign) { return sign == "none" || sign == "planetary-computer"; }

std::vector<std::string> texts_of(const Json& document, const char* key) {
  std::vector<std::string> texts;
  const Json* list = document.find(key);
  if (list == nullptr) return texts;
  for (const Json& one : list->items()) texts.push_back(one.text().value_or(""));
  return texts;
}

Json outline_json(const MultiPolygon& outline) {
  Json polygons = Json::array();
  for (const Polygon& polygon : outline) {
    Json& rings = polygons.push(Json::array());
    for (const Ring& ring : polygon.rings) {
      Json& points = rings.push(Json::array());
      for (const Point& point : ring) {
        Json& pair = points.push(Json::array());
        pair.push(point.x);
        pair.push(point.y);
      }
    }
  }
  return polygons;
}

MultiPolygon outline_of(const Json& json, const std::string& path) {
  MultiPolygon outline;
  for (const Json& polygon : json.items()) {
    Polygon& taken = outline.emplace_back();
    for (const Json& ring : polygon.items()) {
      Ring& points = taken.rings.emplace_back();
      for (const Json& pair : ring.items()) {
        const auto& numbers = pair.items();
        const auto x = numbers.size() == 2 ? numbers[0].number() : std::nullopt;
        const auto y = numbers.size() == 2 ? numbers[1].number() : std::nullopt;
        if (!x || !y)
          throw Error(ErrorKind::input, path + ": its area has a point that is no pair of numbers");
        points.push_back({*x, *y});
      }
    }
  }
  return outline;
}

StacAsset storable(const StacAsset& asset) {
  StacAsset stored = asset;
  stored.href = unsigned_href(asset.href);
  const Json* list = asset.other.find("alternate");
  if (list == nullptr) return stored;
  Json alternates = Json::object();
  for (const auto& [name, alternate] : list->members()) {
    if (const auto href = alternate.text("href")) {
      Json one = Json::object();
      one.append("href", unsigned_href(*href));
      alternates.append(name, std::move(one));
    }
  }
  stored.other.set("alternate", std::move(alternates));
  return stored;
}

}  // namespace

std::string unsigned_href(const std::string& href) {
  if (without_secrets(href) == href) return href;
  std::string plain = href.substr(0, href.find_first_of("?#"));
  const std::size_t host = plain.find("://");
  const std::size_t at =
      host == std::string::npos ? host : plain.substr(0, plain.find('/', host + 3)).find('@');
  if (at != std::string::npos) plain.erase(host + 3, at + 1 - host - 3);
  return plain;
}

void write_saved_fetch(const std::vector<WantedItem>& wanted, const FetchOptions& options) {
  Json features = Json::array();
  for (const WantedItem& one : wanted) {
    StacItem item = one.item;
    item.assets.clear();
    for (const std::string& key : one.assets) {
      if (const StacAsset* asset = one.item.asset(key)) item.assets.push_back(storable(*asset));
    }
    std::erase_if(item.links,
                  [](const StacLink& link) { return link.rel != "self" && link.rel != "derived_from"; });
    for (StacLink& link : item.links) link = {link.rel, without_secrets(link.href), Json::object()};
    features.push(item_json(item));
  }
  Json out = Json::object();
  out.append("type", "FeatureCollection");
  if (options.clip) {
    Json clip = Json::object();
    clip.append("margin", options.clip->margin());
    clip.append("outline", outline_json(options.clip->outline()));
    out.append(kClip, std::move(clip));
  }
  if (is_named_way(options.sign)) out.append(kSign, options.sign);
  Json prefer = Json::array();
  for (const std::string& place : options.sources.prefer) prefer.push(place);
  if (!prefer.items().empty()) out.append(kPrefer, std::move(prefer));
  Json roots = Json::array();
  for (const std::string& root : options.sources.roots) roots.push(fs::weakly_canonical(root).string());
  if (!roots.items().empty()) out.append(kRoots, std::move(roots));
  out.append("features", std::move(features));
  write_whole((fs::path(options.folder) / kSavedFetchName).string(), write_json(out) + "\n");
}

SavedFetch read_saved_fetch(const std::string& folder) {
  const std::string path = (fs::path(folder) / kSavedFetchName).string();
  if (!fs::exists(path)) {
    throw Error(ErrorKind::input, folder + ": holds no fetch that could be continued (no " +
                                      std::string(kSavedFetchName) + ")");
  }
  const Json document = read_json(read_text(path), path);
  SavedFetch saved;
  const Json* features = document.find("features");
  if (document.text("type") != "FeatureCollection" || features == nullptr) {
    throw Error(ErrorKind::input, path + ": is not what a fetch leaves behind");
  }
  for (const Json& feature : features->items()) {
    WantedItem wanted{read_item(feature, ""), {}};
    for (const StacAsset& asset : wanted.item.assets) wanted.assets.push_back(asset.key);
    saved.wanted.push_back(std::move(wanted));
  }
  if (const Json* clip = document.find(kClip)) {
    const Json* outline = clip->find("outline");
    if (outline == nullptr) throw Error(ErrorKind::input, path + ": names no area to cut to");
    saved.clip = std::make_shared<ClipArea>(outline_of(*outline, path),
                                            static_cast<int>(clip->number("margin").value_or(0)));
  }
  saved.roots = texts_of(document, kRoots);
  saved.prefer = texts_of(document, kPrefer);
  // Never a command: the folder may have come from elsewhere.
  if (const auto sign = document.text(kSign); sign && is_named_way(*sign)) saved.sign = *sign;
  return saved;
}

}  // namespace isotherm
