// The shared side of pixel reading: blocks of stored numbers, each decoded by one worker and used by all.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "isotherm/io/pixel_reader.h"
#include "raw_raster.h"

namespace isotherm {

struct BlockKey {
  std::uint32_t file = 0;  ///< number of a path, see BlockCache::State::file
  std::int32_t band = 0;   ///< 0: all bands of an interleaved file
  std::int32_t x = 0, y = 0;
  bool operator==(const BlockKey&) const = default;
};

struct BlockKeyHash {
  std::size_t operator()(const BlockKey& key) const {
    std::uint64_t mixed =
        key.file * 0x9E3779B97F4A7C15u ^ static_cast<std::uint32_t>(key.band) * 0xC2B2AE3D27D4EB4Fu;
    mixed ^= (std::uint64_t{static_cast<std::uint32_t>(key.x)} << 32 | static_cast<std::uint32_t>(key.y)) *
             0x165667B19E3779F9u;
    return static_cast<std::size_t>(mixed ^ mixed >> 29);
  }
};

/// What to do while another worker loads a block.
enum class IfLoading { give_up, wait };

/// Files that may be open at once in all readers together; beyond it a reader closes its own after use.
std::size_t open_file_limit();

struct BlockCache::State {
  explicit State(std::size_t bytes) : budget(bytes) {}

  /// The number of a path, and facts of a band of it: opened once by whoever asks first.
  std::uint32_t file(const std::string& path);
  std::shared_ptr<const StoredBand> facts(const std::string& path, int band,
                                          const std::function<const RawRaster&()>& open);

  /// The block; `load` is called when nobody has it. While one worker loads it, the others get null, or wait
  /// where they ask to; when its load throws, one of them tries again and meets the error itself.
  std::shared_ptr<const RawBlock> get(const BlockKey& key, IfLoading otherwise,
                                      const std::function<RawBlock()>& load);

  /// True the first time this is asked for a band's block in the life of the cache.
  bool first_use(const BlockKey& band_block);
  void add_invalid(const std::string& name, std::uint64_t pixels);
  Counts counts();

  std::atomic<std::size_t> open_files{0};

 private:
  struct Entry {
    std::shared_ptr<const RawBlock> block;  ///< null while it is being loaded
    std::list<BlockKey>::iterator place;    ///< in `recent`, once loaded
  };
  void keep(const BlockKey& key, const std::shared_ptr<const RawBlock>& block);

  const std::size_t budget;
  std::mutex mutex;
  std::condition_variable loaded;
  std::size_t held = 0;
  std::unordered_map<BlockKey, Entry, BlockKeyHash> entries;
  std::list<BlockKey> recent;  ///< least recently used last
  std::unordered_set<BlockKey, BlockKeyHash> decoded, used;
  std::map<std::string, std::uint32_t> files;
  std::map<std::pair<std::string, int>, std::shared_ptr<const StoredBand>> known_facts;
  Counts totals;
};

}  // namespace isotherm
