#include "isotherm/fetch/local_catalogue.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/transfer.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/http.h"
#include "isotherm/io/text_file.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProjection = "https://stac-extensions.github.io/projection/v1.0.0/schema.json";
constexpr const char* kFile = "https://stac-extensions.github.io/file/v2.1.0/schema.json";

/// Adds an extension's address, when no version of it stands there.
void declare_extension(Json& other, const std::string& address) {
  Json list = other.find("stac_extensions") != nullptr ? *other.find("stac_extensions") : Json::array();
  const std::string name = address.substr(0, address.rfind("/v") + 1);
  for (const Json& one : list.items()) {
    if (one.text().value_or("").starts_with(name)) return;
  }
  list.push(address);
  other.set("stac_extensions", std::move(list));
}

/// Degrees with a centimetre's digits.
Json degrees(double value) { return Json(Json::Number{fixed_text(value, 7)}); }

StacLink link(const std::string& rel, const std::string& href, const char* type) {
  Json other = Json::object();
  other.append("type", type);
  return {rel, href, std::move(other)};
}

void take_file(StacAsset& asset, const LocalAsset& local) {
  asset.href = "./" + local.file;
  asset.other.erase("alternate");
  for (const auto& [key, value] : Json::Object(asset.other.members())) {
    if (key.starts_with("storage:") || key.starts_with("auth:") || key == "file:header_size")
      asset.other.erase(key);
  }
  asset.other.set("file:size", Json(static_cast<std::size_t>(local.size)));
  if (!local.sha256.empty()) asset.other.set("file:checksum", "1220" + local.sha256);
  if (!local.frame) return;
  set_grid(asset.other, *local.frame);
  if (lower(local.file).ends_with(".tif") || lower(local.file).ends_with(".tiff")) {
    asset.type = "image/tiff; application=geotiff; profile=cloud-optimized";
  }
}

}  // namespace

void set_grid(Json& members, const Frame& frame) {
  Json shape = Json::array(), transform = Json::array();
  shape.push(static_cast<std::size_t>(frame.height));
  shape.push(static_cast<std::size_t>(frame.width));
  const auto& n = frame.transform.numbers();
  for (const double number : {n[1], n[2], n[0], n[4], n[5], n[3]}) transform.push(number);
  members.set("proj:shape", std::move(shape));
  members.set("proj:transform", std::move(transform));
  members.erase("proj:bbox");
  members.erase("proj:geometry");
  members.erase("proj:centroid");
}

std::optional<Footprint> footprint(const Frame& frame) {
  if (frame.crs.empty()) return std::nullopt;
  const double w = static_cast<double>(frame.width), h = static_cast<double>(frame.height);
  Ring ring;
  for (const Point corner : {Point{0, h}, Point{w, h}, Point{w, 0}, Point{0, 0}}) {
    ring.push_back(frame.transform.to_map(corner));
  }
  MultiPolygon outline(1);
  outline.front().rings.push_back(std::move(ring));
  normalise(outline);
  try {
    outline = reproject(outline, CrsTransform(frame.crs, "EPSG:4326"), 1e-4);
  } catch (const Error&) {
    return std::nullopt;
  }
  const Extent box = extent_of(outline);
  if (box.xmin < -180 || box.xmax > 180) return std::nullopt;
  Footprint result{Json::object(), {box.xmin, box.ymin, box.xmax, box.ymax}};
  for (double& number : result.bbox) number = std::round(number * 1e7) / 1e7;
  Json points = Json::array();
  const auto add = [&](const Point& point) {
    Json pair = Json::array();
    pair.push(degrees(point.x));
    pair.push(degrees(point.y));
    points.push(std::move(pair));
  };
  for (const Point& point : outline.front().rings.front()) add(point);
  add(outline.front().rings.front().front());
  Json rings = Json::array();
  rings.push(std::move(points));
  result.geometry.append("type", "Polygon");
  result.geometry.append("coordinates", std::move(rings));
  return result;
}

StacItem local_item(const StacItem& original, std::span<const LocalAsset> assets) {
  StacItem item = original;
  item.assets.clear();
  const Frame* grid = nullptr;
  for (const LocalAsset& local : assets) {
    const StacAsset* asset = original.asset(local.key);
    if (asset == nullptr)
      throw Error(ErrorKind::internal, "no asset " + local.key + " in item " + original.id);
    StacAsset taken = *asset;
    take_file(taken, local);
    item.assets.push_back(std::move(taken));
    if (grid == nullptr && local.frame) grid = &*local.frame;
  }
  if (grid != nullptr) {
    set_grid(item.properties, *grid);
    const bool coded =
        item.properties.find("proj:epsg") != nullptr || item.properties.find("proj:code") != nullptr;
    if (!coded) {  // the extension asks for the member, null where there is no number
      const bool numbered = grid->crs.starts_with("EPSG:");
      item.properties.set("proj:epsg", numbered ? Json(Json::Number{grid->crs.substr(5)}) : Json());
      if (!numbered) item.properties.set("proj:wkt2", grid->crs);
    }
    if (const auto place = footprint(*grid)) {
      item.geometry = place->geometry;
      item.bbox = place->bbox;
    }
    declare_extension(item.other, kProjection);
  }
  declare_extension(item.other, kFile);
  item.links.clear();
  for (const StacLink& one : original.links) {
    if (one.rel != "self" && one.rel != "derived_from") continue;
    item.links.push_back(link("derived_from", without_secrets(one.href), "application/geo+json"));
  }
  return item;
}

void write_whole(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::error_code ignored;
  fs::remove(part, ignored);
  {
    std::ofstream file(part, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.flush();
    if (!file) throw Error(ErrorKind::output, path + ": cannot be written");
  }
  put_in_place(part, path);
}

std::string collection_id(const std::string& folder) {
  fs::path path = fs::weakly_canonical(folder);
  if (path.filename().empty()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() ? "scenes" : name;
}

void write_item(const std::string& folder, const std::string& path, StacItem item) {
  item.collection = collection_id(folder);
  std::string href = "collection.json";
  const auto depth = std::count(path.begin(), path.end(), '/');
  for (auto level = depth; level > 0; --level) href.insert(0, "../");
  if (depth == 0) href.insert(0, "./");
  for (const char* rel : {"root", "parent", "collection"}) {
    item.links.push_back(link(rel, href, "application/json"));
  }
  write_whole((fs::path(folder) / path).string(), write_json(item_json(item), 2) + "\n");
}

void write_collection(const std::string& folder, const std::vector<std::string>& items,
                      const std::string& description) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Extent box;
  std::string first, last;
  Json links = Json::array();
  const auto add_link = [&](const char* rel, const std::string& href, const char* type) {
    Json one = Json::object();
    one.append("rel", rel);
    one.append("href", href);
    one.append("type", type);
    links.push(std::move(one));
  };
  add_link("root", "./collection.json", "application/json");
  for (const std::string& path : items) {
    const std::string file = (fs::path(folder) / path).string();
    const StacItem item = read_item(read_json(read_text(file), file), "");
    if (item.bbox) {
      box.add({(*item.bbox)[0], (*item.bbox)[1]});
      box.add({(*item.bbox)[2], (*item.bbox)[3]});
    }
    const std::string date = item.datetime();
    if (!date.empty() && (first.empty() || date < first)) first = date;
    if (date > last) last = date;
    add_link("item", "./" + path, "application/geo+json");
  }
  if (box.xmin == kInfinity) box = {-180, -90, 180, 90};
  Json out = Json::object();
  out.append("type", "Collection");
  out.append("stac_version", "1.0.0");
  out.append("id", collection_id(folder));
  out.append("description", description);
  out.append("license", "proprietary");
  Json corners = Json::array();
  for (const double number : {box.xmin, box.ymin, box.xmax, box.ymax}) corners.push(degrees(number));
  Json boxes = Json::array(), span = Json::array(), spans = Json::array();
  boxes.push(std::move(corners));
  span.push(first.empty() ? Json() : Json(first));
  span.push(last.empty() ? Json() : Json(last));
  spans.push(std::move(span));
  Json spatial = Json::object(), temporal = Json::object(), extent = Json::object();
  spatial.append("bbox", std::move(boxes));
  temporal.append("interval", std::move(spans));
  extent.append("spatial", std::move(spatial));
  extent.append("temporal", std::move(temporal));
  out.append("extent", std::move(extent));
  out.append("links", std::move(links));
  write_whole((fs::path(folder) / "collection.json").string(), write_json(out, 2) + "\n");
}

}  // namespace isotherm
