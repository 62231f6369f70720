// Assets of STAC items on disk: whole, or cut to an area, continued where an earlier fetch broke off, with
// items and a collection that the other commands read.
//
//   FOLDER/collection.json          STAC collection of the items that are whole
//   FOLDER/fetch.json               what was asked for, for --resume: an item collection with addresses, no
//   secrets FOLDER/manifest.jsonl           what happened to each asset (manifest.h) FOLDER/ITEM/ITEM.json
//   the item, its hrefs local FOLDER/ITEM/FILE                its assets
//
// An item appears in the collection when all of its assets are there, so that nobody works on half a scene.
// Assets that are there already, from the same request, are not asked for again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/fetch/alternates.h"
#include "isotherm/fetch/clip.h"
#include "isotherm/fetch/item.h"
#include "isotherm/fetch/signing.h"

namespace isotherm {

/// An item and the keys of the assets that are wanted of it.
struct WantedItem {
  StacItem item;
  std::vector<std::string> assets;
};

struct FetchOptions {
  std::string folder;
  std::shared_ptr<const ClipArea> clip;  ///< null: whole files
  SourceRules sources;
  std::string sign = "auto";
  int jobs = 8;
  std::uint64_t longest_file = std::uint64_t{16} << 30;
};

struct FetchReport {
  std::size_t items = 0, whole_items = 0;
  std::size_t assets = 0;
  std::size_t fetched = 0;          ///< in this run
  std::size_t kept = 0;             ///< there already
  std::vector<std::string> failed;  ///< "ITEM/KEY: why"
  bool only_network = true;         ///< all failures are of the network
  std::uint64_t received = 0;       ///< bytes
  std::uint64_t source_size = 0;    ///< bytes of the whole files behind what came over a network
  std::uint64_t retries = 0;
};

/// Fetches. Failures of single assets are in the report; thrown are Error(output) for a folder that cannot be
/// used or holds another request (unless `context.overwrite`), Error(interrupted), Error(usage).
FetchReport fetch_items(const std::vector<WantedItem>& wanted, const FetchOptions& options,
                        HttpClient& client, const RunContext& context);

/// What `fetch_items` wrote into FOLDER/fetch.json.
struct SavedFetch {
  std::vector<WantedItem> wanted;
  std::shared_ptr<const ClipArea> clip;
  std::vector<std::string> roots;   ///< SourceRules::roots
  std::vector<std::string> prefer;  ///< SourceRules::prefer
  std::string sign = "auto";        ///< a command of the user's own is not kept: it may hold secrets
};
/// Throws Error(input) when the folder holds none.
SavedFetch read_saved_fetch(const std::string& folder);

}  // namespace isotherm
