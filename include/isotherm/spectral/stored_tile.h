// Pixels of one window as files store them: 16-bit numbers without sign (Landsat's bands and quality bands),
// and what makes them physical. Half the bytes of decoded pixels: what crosses to a card in their place.
//
// A pixel's value in a band is decode() of its number; it is missing in every band where one of the quality
// planes drops it, and outside the part of the window that has numbers at all.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "isotherm/core/hd.h"
#include "isotherm/core/view.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// What a quality plane speaks against.
struct StoredQuality {
  QualityTest test;
  std::uint32_t any = 0;  ///< bits that drop a pixel, beside the test

  ISO_HD bool drops(std::uint32_t number) const { return (number & any) != 0 || test.drops(number); }
};

/// The numbers as plain arrays, so that they cross to a device.
struct StoredView {
  const std::uint16_t* numbers = nullptr;  ///< plane after plane, row by row: the bands, then quality
  const Decoding* rules = nullptr;         ///< of each band
  const StoredQuality* qualities = nullptr;
  std::uint32_t bands = 0, quality_planes = 0;
  std::size_t plane = 0;   ///< pixels of a plane
  std::int64_t width = 0;  ///< columns
  Window inside;           ///< the part that has numbers, counted from the window's corner

  /// Does the pixel have values?
  ISO_HD bool has(std::size_t pixel) const {
    const auto row = static_cast<std::int64_t>(pixel) / width, col = static_cast<std::int64_t>(pixel) % width;
    if (row < inside.row || row >= inside.row + inside.height) return false;
    if (col < inside.col || col >= inside.col + inside.width) return false;
    for (std::uint32_t k = 0; k < quality_planes; ++k) {
      if (qualities[k].drops(numbers[(bands + k) * plane + pixel])) return false;
    }
    return true;
  }
  /// Value of a pixel, if it has values.
  ISO_HD float value(std::uint32_t band, std::size_t pixel) const {
    return decode(static_cast<double>(numbers[band * plane + pixel]), rules[band]);
  }
};

class StoredTile {
 public:
  /// Takes another shape; numbers are undefined afterwards, apart from 0 outside `inside`. Keeps its memory
  /// where it can. `inside` is in the coordinates of `window` and lies in it.
  void reset(Window window, Window inside, std::vector<Decoding> bands, std::vector<StoredQuality> qualities);
  /// The same pixels under other coordinates; the window must have the same width and height.
  void relabel(Window window);
  const Window& window() const { return window_; }
  const Window& inside() const { return inside_; }
  std::size_t plane_size() const { return static_cast<std::size_t>(window_.pixels()); }
  std::size_t planes() const { return rules_.size() + qualities_.size(); }
  std::span<const Decoding> rules() const { return rules_; }
  std::span<const StoredQuality> qualities() const { return qualities_; }
  /// Bands first, then quality.
  std::span<std::uint16_t> plane(std::size_t k) {
    return std::span(numbers_).subspan(k * plane_size(), plane_size());
  }
  std::span<const std::uint16_t> plane(std::size_t k) const {
    return std::span(numbers_).subspan(k * plane_size(), plane_size());
  }
  StoredView view() const;
  /// The pixels made physical; `out` takes the window and a plane per band.
  void decode_to(Tile& out) const;

 private:
  Window window_, inside_;
  std::vector<Decoding> rules_;
  std::vector<StoredQuality> qualities_;
  std::vector<std::uint16_t> numbers_;
};

}  // namespace isotherm
