// STAC items and collections of files on this machine: what a fetch leaves behind, and what `catalog index`
// makes.
//
// Source: STAC item and collection specifications 1.0.0; extensions projection 1.0.0, file 2.1.0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/frame.h"
#include "isotherm/fetch/item.h"

namespace isotherm {

/// An asset as it is on disk.
struct LocalAsset {
  std::string key;
  std::string file;  ///< path relative to the item's own
  std::uint64_t size = 0;
  std::string sha256;
  std::optional<Frame> frame;  ///< of a raster
};

/// The item with these assets only, their hrefs, sizes, checksums and places as they are on disk; footprint
/// and grid of the item follow the rasters; links to where it came from without secrets.
StacItem local_item(const StacItem& original, std::span<const LocalAsset> assets);

/// proj:shape, proj:transform, and proj:epsg for an asset or the properties of an item.
void set_grid(Json& members, const Frame& frame);

/// Footprint of a frame on WGS 84: the outline as GeoJSON and its box. Nothing when it has no CRS, cannot be
/// mapped, or lies across the antimeridian.
struct Footprint {
  Json geometry;
  std::array<double, 4> bbox;
};
std::optional<Footprint> footprint(const Frame& frame);

/// FOLDER/collection.json with a link to each item. `items`: paths below the folder of item files, which are
/// read for their place and date.
void write_collection(const std::string& folder, const std::vector<std::string>& items,
                      const std::string& description);

/// Writes a text whole or not at all: beside its name first, then renamed. Throws Error(output).
void write_whole(const std::string& path, const std::string& text);
/// What the collection of a folder is called: as the folder.
std::string collection_id(const std::string& folder);
/// An item into FOLDER/`path`, as a member of the folder's collection.
void write_item(const std::string& folder, const std::string& path, StacItem item);

}  // namespace isotherm
