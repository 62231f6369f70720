#include "isotherm/fetch/item.h"

#include "isotherm/core/error.h"
#include "isotherm/io/http.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostMembers = 1000;  ///< assets or links of an item

class Reader {
 public:
  Reader(const Json& document, const std::string& base) : document_(document), base_(base) {}

  StacItem item() {
    if (document_.text("type") != "Feature") fail("is no STAC item (type Feature)");
    const auto id = document_.text("id");
    if (!id || id->empty()) fail("is no STAC item: it has no id");
    item_.id = *id;
    for (const auto& [key, value] : document_.members()) take(key, value);
    return std::move(item_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    const std::string place = base_.empty() ? "a STAC item" : without_secrets(base_);
    throw Error(ErrorKind::input, place + ": " + (item_.id.empty() ? "" : "item '" + item_.id + "' ") + why);
  }

  void take(const std::string& key, const Json& value) {
    if (key == "type" || key == "id") return;
    if (key == "collection") {
      item_.collection = value.text().value_or("");
    } else if (key == "bbox") {
      item_.bbox = box(value);
      if (value.items().size() != 4) item_.other.set(key, value);  // kept as it is: with heights, or wrong
    } else if (key == "geometry") {
      if (!value.is_object() && !value.is_null()) fail("has a geometry that is no object");
      item_.geometry = value;
    } else if (key == "properties") {
      if (!value.is_object()) fail("has properties that are no object");
      item_.properties = value;
    } else if (key == "assets") {
      take_assets(value);
    } else if (key == "links") {
      take_links(value);
    } else {
      item_.other.set(key, value);
    }
  }

  // Four numbers, or six with heights between.
  std::optional<std::array<double, 4>> box(const Json& value) const {
    const Json::Array& items = value.items();
    if (items.size() != 4 && items.size() != 6) return std::nullopt;
    const std::size_t north = items.size() / 2;
    std::array<double, 4> box{};
    for (std::size_t k = 0; k < 4; ++k) {
      const auto number = items[k < 2 ? k : north + k - 2].number();
      if (!number) return std::nullopt;
      box[k] = *number;
    }
    return box;
  }

  void take_assets(const Json& value) {
    if (!value.is_object()) fail("has assets that are no object");
    if (value.members().size() > kMostMembers) fail("has more than 1000 assets");
    for (const auto& [key, asset] : value.members()) {
      const auto href = asset.text("href");
      if (!href || href->empty()) continue;  // nothing that could be fetched or read
      StacAsset taken;
      taken.key = key;
      taken.href = resolved(*href);
      taken.type = asset.text("type").value_or("");
      taken.other = Json::object();
      for (const auto& [name, member] : asset.members()) {
        if (name == "href" || name == "type") continue;
        if (name == "roles" && member.is_array()) {
          for (const Json& role : member.items()) {
            if (const auto text = role.text()) taken.roles.push_back(*text);
          }
        } else {
          taken.other.append(name, member);
        }
      }
      item_.assets.push_back(std::move(taken));
    }
  }

  void take_links(const Json& value) {
    if (!value.is_array()) fail("has links that are no array");
    if (value.items().size() > kMostMembers) fail("has more than 1000 links");
    for (const Json& link : value.items()) {
      const auto rel = link.text("rel"), href = link.text("href");
      if (!rel || !href) continue;
      StacLink taken{*rel, resolved(*href), Json::object()};
      for (const auto& [name, member] : link.members()) {
        if (name != "rel" && name != "href") taken.other.append(name, member);
      }
      item_.links.push_back(std::move(taken));
    }
  }

  std::string resolved(const std::string& href) const {
    return base_.empty() ? href : resolve_url(base_, href);
  }

  const Json& document_;
  const std::string& base_;
  StacItem item_;
};

Json asset_json(const StacAsset& asset) {
  Json out = Json::object();
  out.append("href", asset.href);
  if (!asset.type.empty()) out.append("type", asset.type);
  for (const auto& [key, value] : asset.other.members()) out.append(key, value);
  if (!asset.roles.empty()) {
    Json& roles = out.append("roles", Json::array());
    for (const std::string& role : asset.roles) roles.push(role);
  }
  return out;
}

}  // namespace

std::string StacAsset::alternate(std::string_view name) const {
  const Json* list = other.find("alternate");
  const Json* one = list != nullptr ? list->find(name) : nullptr;
  return one != nullptr ? one->text("href").value_or("") : "";
}

const StacAsset* StacItem::asset(std::string_view key) const {
  for (const StacAsset& asset : assets) {
    if (asset.key == key) return &asset;
  }
  return nullptr;
}

const StacLink* StacItem::link(std::string_view rel) const {
  for (const StacLink& link : links) {
    if (link.rel == rel) return &link;
  }
  return nullptr;
}

std::string StacItem::datetime() const {
  if (const auto text = properties.text("datetime")) return *text;
  return properties.text("start_datetime").value_or("");
}

StacItem read_item(const Json& document, const std::string& base) { return Reader(document, base).item(); }

Json item_json(const StacItem& item) {
  Json out = Json::object();
  out.append("type", "Feature");
  out.append("stac_version", item.other.text("stac_version").value_or("1.0.0"));
  if (const Json* extensions = item.other.find("stac_extensions")) out.append("stac_extensions", *extensions);
  out.append("id", item.id);
  if (!item.collection.empty()) out.append("collection", item.collection);
  out.append("geometry", item.geometry);
  if (item.bbox && item.other.find("bbox") == nullptr) {
    Json& box = out.append("bbox", Json::array());
    for (const double number : *item.bbox) box.push(number);
  }
  out.append("properties", item.properties);
  Json& links = out.append("links", Json::array());
  for (const StacLink& link : item.links) {
    Json& one = links.push(Json::object());
    one.append("rel", link.rel);
    one.append("href", link.href);
    for (const auto& [key, value] : link.other.members()) one.append(key, value);
  }
  Json& assets = out.append("assets", Json::object());
  for (const StacAsset& asset : item.assets) assets.append(asset.key, asset_json(asset));
  for (const auto& [key, value] : item.other.members()) {
    if (key != "stac_version" && key != "stac_extensions") out.append(key, value);
  }
  return out;
}

}  // namespace isotherm
