// One asset from wherever it can be had to its place on disk.
#pragma once

#include <string>

#include "isotherm/fetch/fetch.h"
#include "isotherm/fetch/manifest.h"
#include "isotherm/fetch/transfer.h"

namespace isotherm {

struct AssetTask {
  std::size_t item = 0;  ///< of the wanted ones
  const StacAsset* asset = nullptr;
  std::string folder;  ///< name of the item's folder
  std::string file;    ///< name in it
  bool cut = false;    ///< to the area
};

struct AssetContext {
  const FetchOptions& options;
  const TransferContext& transfer;
  const RunContext& run;
  Manifest& manifest;
};

/// True when an earlier fetch has got this asset and it still is there; one that was killed before the last
/// rename is finished here.
bool keep(const AssetTask& task, const ManifestLine& line, const FetchOptions& options);

/// Fetches; the outcome is in the manifest and in the line given back: "done", or "failed" with `error`.
/// `network` is set when it failed for want of a network. Throws what ends the whole fetch: Error(output,
/// interrupted, internal).
ManifestLine fetch_asset(const AssetTask& task, const std::string& item_id, const AssetContext& context,
                         bool& network);

/// The digest that stands for how an asset is cut; empty for a whole file.
std::string cut_of(const AssetTask& task, const FetchOptions& options);

}  // namespace isotherm
