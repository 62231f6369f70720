#include "block_cache.h"

#include <sys/resource.h>

#include <algorithm>

namespace isotherm {

std::size_t open_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 4096;
  return std::clamp<std::size_t>(limit.rlim_cur / 4, 16, 2048);
}

BlockCache::BlockCache(std::size_t bytes) : state_(std::make_unique<State>(bytes)) {}
BlockCache::~BlockCache() = default;
BlockCache::Counts BlockCache::counts() const { return state_->counts(); }

std::uint32_t BlockCache::State::file(const std::string& path) {
  const std::lock_guard lock(mutex);
  return files.emplace(path, static_cast<std::uint32_t>(files.size())).first->second;
}

std::shared_ptr<const StoredBand> BlockCache::State::facts(const std::string& path, int band,
                                                           const std::function<const RawRaster&()>& open) {
  {
    const std::lock_guard lock(mutex);
    const auto found = known_facts.find({path, band});
    if (found != known_facts.end()) return found->second;
  }
  const auto learnt = std::make_shared<const StoredBand>(open().facts(band));
  const std::lock_guard lock(mutex);
  return known_facts.emplace(std::pair(path, band), learnt).first->second;
}

std::shared_ptr<const RawBlock> BlockCache::State::get(const BlockKey& key, IfLoading otherwise,
                                                       const std::function<RawBlock()>& load) {
  {
    std::unique_lock lock(mutex);
    auto found = entries.find(key);
    while (found != entries.end() && !found->second.block) {
      if (otherwise == IfLoading::give_up) return nullptr;
      loaded.wait(lock);
      found = entries.find(key);
    }
    if (found != entries.end()) {
      recent.splice(recent.begin(), recent, found->second.place);
      return found->second.block;
    }
    entries.emplace(key, Entry{});
  }
  std::shared_ptr<const RawBlock> block;
  try {
    block = std::make_shared<const RawBlock>(load());
  } catch (...) {
    const std::lock_guard lock(mutex);
    entries.erase(key);
    loaded.notify_all();
    throw;
  }
  const std::lock_guard lock(mutex);
  ++totals.decoded;
  if (!decoded.insert(key).second) ++totals.repeated;
  keep(key, block);
  loaded.notify_all();
  return block;
}

/// Makes room and stores the block. One that is larger than the whole budget is held alone, until the next
/// one comes: workers that wait for it, or need it next, must not decode it again. Needs the lock.
void BlockCache::State::keep(const BlockKey& key, const std::shared_ptr<const RawBlock>& block) {
  while (!recent.empty() && held + block->size > budget) {
    const auto oldest = entries.find(recent.back());
    held -= oldest->second.block->size;
    entries.erase(oldest);
    recent.pop_back();
  }
  recent.push_front(key);
  entries[key] = {block, recent.begin()};
  held += block->size;
}

bool BlockCache::State::first_use(const BlockKey& band_block) {
  const std::lock_guard lock(mutex);
  return used.insert(band_block).second;
}

void BlockCache::State::add_invalid(const std::string& name, std::uint64_t pixels) {
  const std::lock_guard lock(mutex);
  totals.invalid[name] += pixels;
}

BlockCache::Counts BlockCache::State::counts() {
  const std::lock_guard lock(mutex);
  return totals;
}

}  // namespace isotherm
