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

/// Calls work(k) for every k below `count`, each once, in any order. The first exception is passed on.
template <class Work>
void for_tasks(std::size_t count, int threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&] {
    for (std::size_t k = next++; k < count; k = next++) {
      try {
        work(k);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  const std::size_t helpers = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> pool;
  for (std::size_t k = 1; k < helpers; ++k) pool.emplace_back(run);
  run();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

/// Calls work(block, first row, end row) for every block, each once, in any order.
template <class Work>
void for_blocks(std::size_t rows, int threads, const Work& work) {
  for_tasks(block_count(rows), threads, [&](std::size_t block) {
    work(block, block * kRowBlock, std::min(rows, (block + 1) * kRowBlock));
  });
}

}  // namespace isotherm
