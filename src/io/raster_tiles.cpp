#include "raster_tiles.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace isotherm {

namespace {

/// stored(value) is a number as the file holds it; count(numbers) adds those of a row to the statistics.
template <class T, class Stored, class Count>
void lay_tile(const View<const float>& pixels, T* tile, Stored stored, Count count) {
  T* to = tile;
  for (std::int64_t row = 0; row < pixels.height; ++row, to += kTileSide) {
    std::transform(pixels.row(row), pixels.row(row) + pixels.width, to, stored);
    count(std::span<const T>(to, static_cast<std::size_t>(pixels.width)));
    std::fill(to + pixels.width, to + kTileSide, to[pixels.width - 1]);
  }
  for (std::int64_t row = pixels.height; row < kTileSide; ++row, to += kTileSide)
    std::copy_n(to - kTileSide, kTileSide, to);
}

}  // namespace

void lay_floats(const View<const float>& pixels, std::byte* tile, RasterTileRow::TileFacts& facts) {
  lay_tile(
      pixels, reinterpret_cast<float*>(tile), [](float value) { return value; },
      [&](std::span<const float> numbers) { facts.statistics.add_floats(numbers); });
}

void lay_integers(const View<const float>& pixels, const IntegerScale& scale, std::byte* tile,
                  RasterTileRow::TileFacts& facts) {
  const auto stored = [&](float value) {
    const double steps = (static_cast<double>(value) - scale.offset) / scale.scale;
    const double whole = std::clamp(std::nearbyint(steps), -kLargestInt16, kLargestInt16);
    facts.saturated += std::abs(steps) > kLargestInt16 + 0.5 ? 1 : 0;
    return steps != steps ? kMissingInt16 : static_cast<std::int16_t>(whole);
  };
  lay_tile(pixels, reinterpret_cast<std::int16_t*>(tile), stored, [&](std::span<const std::int16_t> numbers) {
    facts.statistics.add_row(numbers, [](std::int16_t number) { return number == kMissingInt16; });
  });
}

}  // namespace isotherm
