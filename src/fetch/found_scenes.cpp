#include "isotherm/fetch/found_scenes.h"

#include "isotherm/core/error.h"

namespace isotherm {

ItemStore::ItemStore() : file_(std::tmpfile()) {
  if (!file_) throw Error(ErrorKind::output, "no room for a temporary file of the items found (see TMPDIR)");
}

std::uint64_t ItemStore::add(const StacItem& item) {
  const std::string text = write_json(item_json(item));
  const std::uint64_t place = end_, length = text.size();
  if (fseeko(file_.get(), static_cast<off_t>(end_), SEEK_SET) != 0 ||
      std::fwrite(&length, sizeof length, 1, file_.get()) != 1 ||
      std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
    throw Error(ErrorKind::output,
                "the temporary file of the items found cannot be written; is the disk full?");
  }
  end_ += sizeof length + length;
  return place;
}

StacItem ItemStore::read(std::uint64_t place) const {
  std::uint64_t length = 0;
  std::string text;
  bool fine = fseeko(file_.get(), static_cast<off_t>(place), SEEK_SET) == 0 &&
              std::fread(&length, sizeof length, 1, file_.get()) == 1;
  if (fine) {
    text.resize(length);
    fine = std::fread(text.data(), 1, length, file_.get()) == length;
  }
  if (!fine) throw Error(ErrorKind::internal, "the temporary file of the items found cannot be read back");
  return read_item(read_json(text, "an item found"), "");
}

StacItem FoundScenes::item(std::size_t n) const {
  const FoundScene& scene = scenes[n];
  if (scene.places.size() == 1) return store->read(scene.places.front());
  std::vector<StacItem> parts;
  for (const std::uint64_t place : scene.places) parts.push_back(store->read(place));
  return join_items(std::move(parts), scene.facts.id);
}

StacItem join_items(std::vector<StacItem> parts, const std::string& id) {
  StacItem whole = std::move(parts.front());
  whole.id = id;
  for (std::size_t n = 1; n < parts.size(); ++n) {
    for (StacAsset& asset : parts[n].assets) {
      if (whole.asset(asset.key) == nullptr) whole.assets.push_back(std::move(asset));
    }
    for (StacLink& link : parts[n].links) {
      // Of "self" there is one to each part: both are where the joined item comes from.
      if (link.rel == "self") whole.links.push_back({"derived_from", std::move(link.href), Json::object()});
    }
    for (const auto& [key, value] : parts[n].properties.members()) {
      if (whole.properties.find(key) == nullptr) whole.properties.set(key, value);
    }
    const Json* extensions = parts[n].other.find("stac_extensions");
    if (extensions == nullptr) continue;
    const Json* mine = whole.other.find("stac_extensions");
    Json all = mine != nullptr ? *mine : Json::array();
    for (const Json& extension : extensions->items()) {
      bool there = false;
      for (const Json& other : all.items()) there = there || other == extension;
      if (!there) all.push(extension);
    }
    whole.other.set("stac_extensions", std::move(all));
  }
  for (StacLink& link : whole.links) {
    if (link.rel == "self") link.rel = "derived_from";
  }
  return whole;
}

}  // namespace isotherm
