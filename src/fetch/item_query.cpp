#include "isotherm/fetch/item_query.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/geo_area.h"

namespace isotherm {

namespace {

Ring box_ring(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}};
}

// The item's geometry, or its box where that is all there is.
MultiPolygon footprint_of(const StacItem& item) {
  if (auto outline = geometry_outline(item.geometry)) return std::move(*outline);
  if (!item.bbox) return {};
  const auto& [west, south, east, north] = *item.bbox;
  if (west <= east) return {{{box_ring(west, south, east, north)}}};
  return {{{box_ring(west, south, 180, north)}}, {{box_ring(-180, south, east, north)}}};
}

bool overlap(const Extent& a, const Extent& b) {
  return a.xmin < b.xmax && b.xmin < a.xmax && a.ymin < b.ymax && b.ymin < a.ymax;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string when_refused(const ItemQuery& query, const ItemFacts& facts) {
  if (!query.time.open()) {
    if (!facts.time_ms) return "tells no date";
    if (!query.time.contains(*facts.time_ms)) return "was taken on " + facts.day + ", outside --time";
  }
  if (!query.months.all()) {
    const auto month = facts.day.size() == 10 ? parse_integer(facts.day.substr(5, 2)) : std::nullopt;
    if (!month) return "tells no date";
    if (!query.months.test(static_cast<std::size_t>(*month - 1)))
      return "was taken on " + facts.day + ", outside --months";
  }
  return "";
}

std::string scene_refused(const ItemQuery& query, const ItemFacts& facts) {
  if (!query.platforms.empty() && !has(query.platforms, platform_word(facts.spacecraft))) {
    return "is of " + (facts.spacecraft.empty() ? "no platform told" : facts.spacecraft);
  }
  const auto fits = [&](const ItemQuery::PathRow& wanted) {
    return facts.path == wanted.path && (wanted.row == 0 || facts.row == wanted.row);
  };
  if (!query.path_rows.empty() && std::none_of(query.path_rows.begin(), query.path_rows.end(), fits)) {
    return "is of another path or row";
  }
  if (!query.tiers.empty() && !has(query.tiers, facts.tier)) {
    return "is of tier " + (facts.tier.empty() ? "unknown" : facts.tier);
  }
  const auto begins = [&](const std::string& word) { return facts.correction.starts_with(word); };
  if (!query.corrections.empty() &&
      std::none_of(query.corrections.begin(), query.corrections.end(), begins)) {
    return "is of level " + (facts.correction.empty() ? "unknown" : facts.correction);
  }
  if (query.max_cloud < 100) {
    if (!facts.cloud_cover) return "tells no cloud cover";
    if (*facts.cloud_cover > query.max_cloud) return "has " + fixed_text(*facts.cloud_cover, 2) + " % cloud";
  }
  if (query.min_sun > -90) {
    if (!facts.sun_elevation) return "tells no sun elevation";
    if (*facts.sun_elevation < query.min_sun) {
      return "has the sun at " + fixed_text(*facts.sun_elevation, 1) + " degrees";
    }
  }
  return "";
}

}  // namespace

std::string platform_word(const std::string& name) {
  std::string word = name;
  std::replace(word.begin(), word.end(), '-', '_');
  const Spacecraft* known = find_spacecraft(word);
  return lower(known != nullptr ? known->id : name);
}

std::string refusal(const ItemQuery& query, const StacItem& item, const ItemFacts& facts, bool filtered) {
  if (!query.collections.empty() && !item.collection.empty() && !has(query.collections, item.collection)) {
    return "is of collection " + item.collection;
  }
  if (!query.ids.empty() && !has(query.ids, item.id)) return "has another id";
  if (std::string why = when_refused(query, facts); !why.empty()) return why;
  if (std::string why = scene_refused(query, facts); !why.empty()) return why;
  if (!filtered && query.filter && !query.filter->fits(item.properties, item.id, item.collection)) {
    return "does not fit --filter";
  }
  if (query.area && !meets(*query.area, item)) return "lies outside the area";
  return "";
}

bool meets(const Area& area, const StacItem& item) {
  const MultiPolygon footprint = footprint_of(item);
  if (footprint.empty()) return true;
  for (const Polygon& polygon : footprint) {
    const Ring& shell = polygon.rings.front();
    if (!overlap(extent_of({polygon}), area.extent())) continue;
    try {
      if (!area.clip(shell).empty()) return true;
    } catch (const Error&) {
      return true;  // an outline that geometry cannot work with; its box meets the area's
    }
  }
  return false;
}

bool holds_all(const StacItem& item, const Area& area) {
  const MultiPolygon footprint = footprint_of(item);
  if (footprint.empty()) return false;
  try {
    const Area place(footprint, area.crs());
    return std::all_of(area.outline().begin(), area.outline().end(), [&](const Polygon& part) {
      return place.share_inside(part.rings.front()) >= 1 - 1e-9;
    });
  } catch (const Error&) {
    return false;
  }
}

}  // namespace isotherm
