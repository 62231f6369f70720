#include "isotherm/fetch/item_facts.h"

#include <algorithm>
#include <cstdio>

#include "isotherm/core/text.h"
#include "isotherm/fetch/time_span.h"
#include "isotherm/io/landsat_names.h"

namespace isotherm {

namespace {

bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Ids of items leave out when the product was made: "LC08_L2SP_047027_20201204_02_T1".
struct ShortId {
  std::string spacecraft, correction, tier, date;
  int path = 0, row = 0;
};

std::optional<ShortId> parse_short_id(const std::string& id) {
  const std::vector<std::string> parts = split(id, '_');
  if (parts.size() < 6 || parts[0].size() != 4 || parts[1].size() != 4 || parts[2].size() != 6 ||
      !digits(parts[2]) || parts[3].size() != 8 || !digits(parts[3]) || !parse_date(parts[3])) {
    return std::nullopt;
  }
  const Spacecraft* craft = find_spacecraft(parts[0]);
  if (craft == nullptr || parts[1][0] != 'L') return std::nullopt;
  const bool whole = digits(parts[4]) && parts[4].size() == 8;  // the date of processing stands before
  ShortId told;
  told.spacecraft = craft->id;
  told.correction = parts[1];
  told.date = parts[3];
  told.tier = parts.size() > (whole ? 6u : 5u) ? parts[whole ? 6 : 5] : "";
  told.path = static_cast<int>(parse_integer(parts[2].substr(0, 3)).value_or(0));
  told.row = static_cast<int>(parse_integer(parts[2].substr(3)).value_or(0));
  return told;
}

std::optional<int> integer(const Json& properties, std::string_view key) {
  const auto number = properties.number(key);
  if (!number || *number < 0 || *number > 1e6) return std::nullopt;
  return static_cast<int>(*number);
}

void take_names(const StacItem& item, ItemFacts& facts) {
  for (const StacAsset& asset : item.assets) {
    const auto product = parse_product_name(asset.href.substr(0, asset.href.find('?')));
    if (!product || product->collection == 0) continue;
    facts.product = product->id;
    break;
  }
  if (facts.product.empty()) {
    if (const auto product = parse_product_name(item.id); product && product->collection > 0) {
      facts.product = product->id;
    }
  }
  const auto told = parse_short_id(facts.product.empty() ? item.id : facts.product);
  if (!told) return;
  facts.spacecraft = told->spacecraft;
  facts.correction = told->correction;
  facts.tier = told->tier;
  facts.path = told->path;
  facts.row = told->row;
  if (!facts.product.empty()) facts.made = facts.product.substr(26, 8);
  if (const auto date = parse_date(told->date)) facts.day = to_string(*date);
}

void take_properties(const StacItem& item, ItemFacts& facts) {
  const Json& told = item.properties;
  if (const auto platform = told.text("platform"); platform && facts.spacecraft.empty()) {
    std::string name = *platform;
    std::replace(name.begin(), name.end(), '-', '_');
    const Spacecraft* known = find_spacecraft(name);
    facts.spacecraft = known != nullptr ? std::string(known->id) : *platform;
  }
  if (const auto path = integer(told, "landsat:wrs_path")) facts.path = path;
  if (const auto row = integer(told, "landsat:wrs_row")) facts.row = row;
  if (const auto tier = told.text("landsat:collection_category")) facts.tier = *tier;
  for (const char* key : {"landsat:correction", "landsat:processing_level"}) {
    if (const auto correction = told.text(key)) facts.correction = *correction;
  }
  facts.time_ms = parse_instant(item.datetime());
  if (facts.time_ms) facts.day = instant_text(*facts.time_ms).substr(0, 10);
  facts.cloud_cover = told.number("eo:cloud_cover");
  if (facts.cloud_cover && *facts.cloud_cover < 0) facts.cloud_cover.reset();  // -1: not assessed
  facts.sun_elevation = told.number("view:sun_elevation");
  if (!facts.sun_elevation) facts.sun_elevation = told.number("eo:sun_elevation");
  for (const char* key : {"landsat:product_generated", "updated", "created"}) {
    if (const auto made = told.text(key); made && facts.made.empty()) facts.made = *made;
  }
}

}  // namespace

ItemFacts facts_of(const StacItem& item) {
  ItemFacts facts;
  facts.id = item.id;
  facts.collection = item.collection;
  take_names(item, facts);
  take_properties(item, facts);
  const Spacecraft* known = find_spacecraft(facts.spacecraft);
  if (known != nullptr) facts.family = known->family;
  if (item.id.starts_with("LM")) facts.family = SensorFamily::mss;
  if (facts.correction.starts_with("L2")) facts.level = Level::level2;
  if (facts.correction.starts_with("L1")) facts.level = Level::level1;
  std::erase_if(facts.made,
                [](char c) { return c == '-' || c == ':'; });  // "2021-03-13T.." beside "20210313"
  facts.scene = item.collection + " " + item.id;
  if (known != nullptr && facts.path && facts.row && !facts.day.empty()) {
    char place[16];
    std::snprintf(place, sizeof place, "%03d%03d", *facts.path % 1000, *facts.row % 1000);
    facts.scene =
        std::string(known->prefix) + " " + facts.correction.substr(0, 2) + " " + place + " " + facts.day;
  }
  return facts;
}

}  // namespace isotherm
