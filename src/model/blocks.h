// Work on rows in blocks of fixed size, so that results do not depend on how many threads share it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace isotherm {

inline constexpr std::size_t kRowBlock = 16384;

inline std::size_t block_count(std::size_t rows) { return (rows + kRowBlock - 1) / kRowBlock; }

/// Calls work(block, first row, end row) for every block, each once, in any order. The first exception is
/// passed on.
template <class Work>
void for_blocks(std::size_t rows, int threads, const Work& work) {
  const std::size_t blocks = block_count(rows);
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&] {
    for (std::size_t block = next++; block < blocks; block = next++) {
      try {
        work(block, block * kRowBlock, std::min(rows, (block + 1) * kRowBlock));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = blocks;
      }
    }
  };
  const std::size_t helpers = std::min(blocks, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> pool;
  for (std::size_t k = 1; k < helpers; ++k) pool.emplace_back(run);
  run();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace isotherm
