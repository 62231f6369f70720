// Tiles of a raster as its file holds them, with the statistics of each: the part of writing that needs no
// file and can be done by any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "isotherm/core/view.h"
#include "isotherm/io/raster_writer.h"
#include "stored_statistics.h"

namespace isotherm {

struct RasterTileRow {
  struct TileFacts {
    StoredStatistics::Tile statistics;
    std::uint64_t saturated = 0;
  };
  std::int64_t first_row = 0, rows = 0;
  std::unique_ptr<std::byte[]> bytes;  ///< tiles of the first band from west to east, then of the next
  std::vector<TileFacts> tiles;        ///< in the order of `bytes`
  std::int64_t filled = 0;             ///< places from west to east whose tiles are there, in all bands
};

inline constexpr std::int16_t kMissingInt16 = -32768;
inline constexpr double kLargestInt16 = 32767;

/// Fills a tile of the file, 256 x 256 numbers, from the pixels of the raster that lie in it. Beyond the edge
/// the last pixel and row are repeated, which costs nothing when compressed.
void lay_floats(const View<const float>& pixels, std::byte* tile, RasterTileRow::TileFacts& facts);
/// The same scaled to whole numbers; what is out of their reach is cut and counted.
void lay_integers(const View<const float>& pixels, const IntegerScale& scale, std::byte* tile,
                  RasterTileRow::TileFacts& facts);

}  // namespace isotherm
