#include "isotherm/spectral/stored_tile.h"

#include <algorithm>
#include <utility>

namespace isotherm {

void StoredTile::reset(Window window, Window inside, std::vector<Decoding> bands,
                       std::vector<StoredQuality> qualities) {
  window_ = window;
  inside_ = inside;
  rules_ = std::move(bands);
  qualities_ = std::move(qualities);
  numbers_.resize(planes() * plane_size());
  if (inside_ != window_) std::ranges::fill(numbers_, std::uint16_t{0});
}

void StoredTile::relabel(Window window) {
  inside_.col += window.col - window_.col;
  inside_.row += window.row - window_.row;
  window_ = window;
}

StoredView StoredTile::view() const {
  const Window inside{inside_.col - window_.col, inside_.row - window_.row, inside_.width, inside_.height};
  return {numbers_.data(),
          rules_.data(),
          qualities_.data(),
          static_cast<std::uint32_t>(rules_.size()),
          static_cast<std::uint32_t>(qualities_.size()),
          plane_size(),
          window_.width,
          inside};
}

void StoredTile::decode_to(Tile& out) const {
  out.reset(window_, rules_.size());
  const StoredView stored = view();
  for (std::size_t pixel = 0; pixel < plane_size(); ++pixel) {
    const bool there = stored.has(pixel);
    for (std::uint32_t k = 0; k < stored.bands; ++k) {
      out.plane(k)[pixel] = there ? stored.value(k, pixel) : std::numeric_limits<float>::quiet_NaN();
    }
  }
}

}  // namespace isotherm
