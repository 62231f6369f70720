// Pixels out of files: blocks decoded once, numbers made physical, quality applied. After this point missing
// is NaN and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/view.h"
#include "isotherm/spectral/scene.h"
#include "isotherm/spectral/stored_tile.h"

namespace isotherm {

/// Decoded blocks shared by all workers: a block of a file that two batches need is decoded once. Bounded by
/// bytes, least recently used out first (one block larger than that is held alone, until the next one); a
/// block being decoded by one worker is waited for by the others, not decoded again.
class BlockCache {
 public:
  explicit BlockCache(std::size_t bytes);
  ~BlockCache();

  struct Counts {
    std::uint64_t decoded = 0;                     ///< blocks decoded
    std::uint64_t repeated = 0;                    ///< of these, blocks that had been decoded before
    std::map<std::string, std::uint64_t> invalid;  ///< by "file:band": stored numbers outside the valid
                                                   ///< range, in the blocks that were touched
  };
  Counts counts() const;

 private:
  friend class SceneReader;
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads windows of one scene for one worker. Owns its file handles (a dataset is never shared between
/// threads).
class SceneReader {
 public:
  SceneReader(const Scene& scene, const MaskChoice& mask, BlockCache& cache);
  SceneReader(SceneReader&&) noexcept;
  ~SceneReader();

  /// planes[k] (of out) = band bands[k] in `window` of scene.frame, decoded, pixels dropped by the mask as
  /// NaN in every plane. The window may reach outside the frame: NaN there. `out` is reset to the window.
  /// Throws Error(input) naming file, band and block when decoding fails.
  void read(std::span<const std::string> bands, const Window& window, Tile& out);

  /// Whether read_stored() can: all these bands, and the quality bands that the mask asks, are of 16 bits
  /// without sign.
  bool has_stored(std::span<const std::string> bands);
  /// The same pixels as stored numbers: out.decode_to() gives what read() gives, bit for bit.
  void read_stored(std::span<const std::string> bands, const Window& window, StoredTile& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Height in pixels of the blocks of the scene's files (largest of all bands), so that strips can follow
/// them.
std::int64_t block_height(const Scene& scene);

/// Bytes of stored numbers in the blocks, across the whole frame, that a strip of so many rows (one of those
/// that cut the frame from its top) can touch, of the named bands and the quality bands together. A cache
/// smaller than this decodes blocks again when the strip is read piece by piece.
std::size_t strip_block_bytes(const Scene& scene, std::span<const std::string> bands, std::int64_t rows);

}  // namespace isotherm
