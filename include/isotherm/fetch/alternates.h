// Which addresses of an asset may be asked, and in which order.
//
// Items come from strangers: http, https and s3 are followed; a path of this machine only when it lies in a
// folder the user named himself (a local catalogue) or was allowed; anything else (file: from a remote
// document, /vsi..., ftp:, data:, private schemes) never.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/fetch/item.h"

namespace isotherm {

enum class Place { local, s3, https };

struct PlaceRow {
  std::string_view name;
  Place place;
  std::string_view help;
};
std::span<const PlaceRow> places();

struct SourceRules {
  std::vector<std::string> prefer;  ///< names of places(), first wins; empty: the order of the item
  std::vector<std::string> roots;   ///< folders of the user's own, whose files items may name
  bool allow_local = false;         ///< any path of this machine
};

struct AssetSource {
  Place place;
  std::string href;  ///< http(s)://..., s3://..., or a path
};

/// Addresses of an asset, the preferred ones first: its href and its alternates. Places that `prefer` does
/// not name are left out. What was refused, and why, is added to `refused`, fit for a person's eyes.
std::vector<AssetSource> sources_of(const StacAsset& asset, const SourceRules& rules,
                                    std::vector<std::string>& refused);

/// True when `path`, links followed, lies in `folder`.
bool lies_in(const std::string& path, const std::string& folder);

}  // namespace isotherm
