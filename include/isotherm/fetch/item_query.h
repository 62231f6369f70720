// What a search wants of an item: asked of a service as far as it can answer, and looked at here in any case,
// since services differ in what they honour.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isotherm/fetch/cql2.h"
#include "isotherm/fetch/item.h"
#include "isotherm/fetch/item_facts.h"
#include "isotherm/fetch/time_span.h"
#include "isotherm/io/vector_reader.h"

namespace isotherm {

struct ItemQuery {
  std::vector<std::string> collections, ids;  ///< empty: any
  TimeSpan time;
  std::bitset<12> months = std::bitset<12>().set();
  std::shared_ptr<const Area> area;    ///< degrees, cut at the antimeridian; null: anywhere
  double max_cloud = 100;              ///< percent; below 100 an item that tells none is left out
  std::vector<std::string> platforms;  ///< spacecraft ids, or platforms as told, in lower case
  struct PathRow {
    int path = 0;
    int row = 0;  ///< 0: any
  };
  std::vector<PathRow> path_rows;
  std::vector<std::string> tiers, corrections;  ///< "T1"; beginnings of "L2SP"
  double min_sun = -90;
  std::optional<Cql2> filter;
};

/// "landsat-8", "LANDSAT_8", "LC08" as one word.
std::string platform_word(const std::string& name);

/// Why an item is not wanted; empty when it is. `filtered`: the service has evaluated the filter already.
std::string refusal(const ItemQuery& query, const StacItem& item, const ItemFacts& facts, bool filtered);

/// Whether an item's footprint meets the area (touching is not meeting); true when it tells none.
bool meets(const Area& area, const StacItem& item);
/// Whether the area lies wholly in an item's footprint; false when it tells none.
bool holds_all(const StacItem& item, const Area& area);

}  // namespace isotherm
