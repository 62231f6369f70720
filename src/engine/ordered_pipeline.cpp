#include "isotherm/engine/ordered_pipeline.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

namespace isotherm::detail {

namespace {

struct Piece {
  std::shared_ptr<void> result;
  std::exception_ptr error;
};

/// Numbers are taken in ascending order, so when a piece is waited for, all before it are done or under way.
/// Whoever finishes the piece that is next in line consumes it and those ready behind it; there is no thread
/// for that alone. TBB gives the threads; everything they share passes through one lock, held only to pass
/// numbers and pieces on, so that a thread checker sees all of it.
class Pipeline {
 public:
  Pipeline(std::uint64_t count, std::size_t tokens, const StopToken& stop,
           const std::function<std::shared_ptr<void>()>& make_worker,
           const std::function<std::shared_ptr<void>(void*, std::uint64_t)>& produce,
           const std::function<void(void*)>& consume)
      : stop_(stop),
        make_worker_(make_worker),
        produce_(produce),
        consume_(consume),
        end_(count),
        line_(static_cast<std::size_t>(std::min<std::uint64_t>(std::max<std::size_t>(tokens, 1), count))) {
    const std::lock_guard made(mutex_);  // what is written so far is seen by every thread that takes the lock
  }

  /// What each thread does until there is nothing left to take.
  void work() {
    std::shared_ptr<void> worker;
    while (const std::optional<std::uint64_t> n = take()) pass_on(*n, make(worker, *n));
    worker.reset();
    const std::lock_guard done(mutex_);
  }

  void rethrow() {
    const std::lock_guard all_done(mutex_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::optional<std::uint64_t> take() {
    std::unique_lock lock(mutex_);
    const auto is_over = [&] { return taken_ >= end_ || stop_.requested(); };
    changed_.wait(lock, [&] { return is_over() || taken_ - consumed_ < line_.size(); });
    if (is_over()) return std::nullopt;
    return taken_++;
  }

  Piece make(std::shared_ptr<void>& worker, std::uint64_t n) {
    Piece piece;
    try {
      stop_.check();
      if (!worker) worker = make_worker_();
      piece.result = produce_(worker.get(), n);
    } catch (...) {
      piece.error = std::current_exception();
    }
    return piece;
  }

  void pass_on(std::uint64_t n, Piece&& made) {
    std::unique_lock lock(mutex_);
    // Pieces behind a failed one are not worth beginning; it is itself thrown when its turn comes.
    if (made.error) end_ = std::min(end_, n + 1);
    line_[n % line_.size()] = std::move(made);
    if (consuming_) return;
    consuming_ = true;
    while (consumed_ < end_ && !error_) {
      std::optional<Piece>& next = line_[consumed_ % line_.size()];
      if (!next) break;
      const Piece piece = std::move(*next);
      next.reset();
      lock.unlock();
      std::exception_ptr error = consume(piece);
      lock.lock();
      if (error) {
        error_ = error;
        end_ = 0;
      }
      ++consumed_;
      changed_.notify_all();
    }
    consuming_ = false;
    changed_.notify_all();
  }

  std::exception_ptr consume(const Piece& piece) {
    if (piece.error) return piece.error;
    try {
      consume_(piece.result.get());
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  const StopToken& stop_;
  const std::function<std::shared_ptr<void>()>& make_worker_;
  const std::function<std::shared_ptr<void>(void*, std::uint64_t)>& produce_;
  const std::function<void(void*)>& consume_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t end_;                       ///< numbers from here on are not taken
  std::uint64_t taken_ = 0, consumed_ = 0;  ///< taken_ - consumed_ pieces exist
  std::vector<std::optional<Piece>> line_;  ///< piece n waits at n modulo the number of tokens
  bool consuming_ = false;
  std::exception_ptr error_;
};

}  // namespace

void run_ordered_untyped(std::uint64_t count, const PipelineLimits& limits, const StopToken& stop,
                         const std::function<std::shared_ptr<void>()>& make_worker,
                         const std::function<std::shared_ptr<void>(void* worker, std::uint64_t n)>& produce,
                         const std::function<void(void* piece)>& consume) {
  if (count == 0) return;
  Pipeline pipeline(count, limits.tokens, stop, make_worker, produce, consume);
  const auto workers = static_cast<int>(std::min<std::uint64_t>(std::max(1, limits.workers), count));
  // As many threads as were asked for, also when the machine has fewer cores.
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(workers));
  tbb::task_arena arena(workers);
  arena.execute([&] {
    tbb::task_group group;
    for (int k = 1; k < workers; ++k) group.run([&] { pipeline.work(); });
    pipeline.work();
    group.wait();
  });
  pipeline.rethrow();
  stop.check();
}

}  // namespace isotherm::detail
