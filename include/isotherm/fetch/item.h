// A STAC item as a value: what searching, choosing and fetching need by name, everything else kept as it
// came, so that an item that is read and written again has lost nothing.
//
// Items come from strangers: sizes are bounded when they are read, names and links are only texts here (see
// the path sanitiser before one becomes a file name, and the link rules before one is opened).
//
// Source: STAC item specification 1.0.0 and 1.1.0; alternate-assets extension 1.1.0; file extension 2.1.0.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/json.h"

namespace isotherm {

struct StacLink {
  std::string rel;
  std::string href;
  Json other;  ///< the remaining members: type, method, body, headers, merge, ...
};

struct StacAsset {
  std::string key;
  std::string href;
  std::string type;  ///< media type, empty when not told
  std::vector<std::string> roles;
  Json other;  ///< the remaining members: title, eo:bands, alternate, file:checksum, ...

  /// href of alternate[name] ("s3"); empty when there is none.
  std::string alternate(std::string_view name) const;
  std::optional<double> size() const { return other.number("file:size"); }
  std::string checksum() const {
    return other.text("file:checksum").value_or("");
  }  ///< multihash in hex, or empty
};

struct StacItem {
  std::string id;
  std::string collection;  ///< empty: none
  std::optional<std::array<double, 4>>
      bbox;       ///< degrees, west south east north; west > east: across 180 degrees
  Json geometry;  ///< GeoJSON, null when there is none
  Json properties = Json::object();
  std::vector<StacAsset> assets;
  std::vector<StacLink> links;
  Json other;  ///< the remaining members: stac_version, stac_extensions, ... ("type" is not among them)

  const StacAsset* asset(std::string_view key) const;
  const StacLink* link(std::string_view rel) const;  ///< the first of this kind
  /// properties.datetime, or start_datetime where that is null; empty when neither is told.
  std::string datetime() const;
};

/// One item from its JSON. Relative links and hrefs become absolute by `base` (the URL or path of the
/// document; empty: left as they are). Throws Error(input) that names `base` and the item's id: no item,
/// wrong kinds of members, more than 1000 assets or links.
StacItem read_item(const Json& document, const std::string& base);
/// The item as JSON in the specification's order of members, with all that was kept.
Json item_json(const StacItem& item);

/// Most bytes of a document that are read into memory (an item, a catalogue, a page of a search).
inline constexpr std::size_t kLongestDocument = std::size_t{64} << 20;

}  // namespace isotherm
