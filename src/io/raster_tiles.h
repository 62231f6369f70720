// Tiles of a raster as its file holds them, with the statistics of each: the part of writing that needs no
// file and can be done by any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
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

/// Fills a tile of the file from the pixels of the raster that lie in it: stored(value) is a number as the
/// file holds it, missing(number) one that does not count. Beyond the edge the last pixel and row are
/// repeated, which costs nothing when compressed.
template <class T, class Stored, class Missing>
void lay_tile(const View<const float>& pixels, T* tile, StoredStatistics::Tile& statistics, Stored stored,
              Missing missing) {
  T* to = tile;
  for (std::int64_t row = 0; row < pixels.height; ++row, to += kTileSide) {
    std::transform(pixels.row(row), pixels.row(row) + pixels.width, to, stored);
    statistics.add_row(std::span<const T>(to, static_cast<std::size_t>(pixels.width)), missing);
    std::fill(to + pixels.width, to + kTileSide, to[pixels.width - 1]);
  }
  for (std::int64_t row = pixels.height; row < kTileSide; ++row, to += kTileSide)
    std::copy_n(to - kTileSide, kTileSide, to);
}

}  // namespace isotherm
