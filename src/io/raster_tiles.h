// Rows of a raster as the tiles of its file, with the statistics of each row: the part of writing that needs
// no file and can be done by any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "isotherm/io/raster_writer.h"
#include "stored_statistics.h"

namespace isotherm {

struct RasterTileRow {
  struct BandTiles {
    std::unique_ptr<std::byte[]> bytes;
    std::vector<StoredStatistics::Row> statistics;
    std::uint64_t saturated = 0;
  };
  std::int64_t first_row = 0, rows = 0;
  std::vector<BandTiles> bands;
};

/// The rows of a band as tiles, one after the other, in the type of the file. Beyond the edge the last pixel
/// and row are repeated, which costs nothing when compressed.
template <class T>
void lay_tiles(std::span<const T> rows, std::int64_t width, std::byte* tiles) {
  const std::int64_t height = static_cast<std::int64_t>(rows.size()) / width;
  auto* to = reinterpret_cast<T*>(tiles);
  for (std::int64_t col = 0; col < width; col += kTileSide) {
    const std::int64_t count = std::min(kTileSide, width - col);
    for (std::int64_t row = 0; row < kTileSide; ++row, to += kTileSide) {
      const T* from = rows.data() + std::min(row, height - 1) * width + col;
      std::copy_n(from, count, to);
      std::fill(to + count, to + kTileSide, from[count - 1]);
    }
  }
}

/// The rows of a band, `width` numbers each. Numbers for which missing(number) is true do not count.
template <class T, class Missing>
RasterTileRow::BandTiles tiles_of(std::span<const T> rows, std::int64_t width, Missing missing) {
  const std::int64_t across = (width + kTileSide - 1) / kTileSide;
  RasterTileRow::BandTiles made;
  made.bytes = std::make_unique_for_overwrite<std::byte[]>(
      static_cast<std::size_t>(across * kTileSide * kTileSide) * sizeof(T));
  lay_tiles(rows, width, made.bytes.get());
  const auto row = static_cast<std::size_t>(width);
  for (std::size_t first = 0; first < rows.size(); first += row)
    made.statistics.push_back(StoredStatistics::measure(rows.subspan(first, row), missing));
  return made;
}

}  // namespace isotherm
