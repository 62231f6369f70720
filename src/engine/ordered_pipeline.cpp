#include "isotherm/engine/ordered_pipeline.h"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

namespace isotherm::detail {

namespace {
struct Piece {
  std::uint64_t n = 0;
  std::shared_ptr<void> result;
  std::exception_ptr error;
};
}  // namespace

void run_ordered_untyped(std::uint64_t count, const PipelineLimits& limits, const StopToken& stop,
                         const std::function<std::shared_ptr<void>()>& make_worker,
                         const std::function<std::shared_ptr<void>(void* worker, std::uint64_t n)>& produce,
                         const std::function<void(void* piece)>& consume) {
  const int workers = std::max(1, limits.workers);
  std::vector<std::shared_ptr<void>> states(static_cast<std::size_t>(workers));
  std::uint64_t next = 0;
  std::atomic<std::uint64_t> first_failed{count};

  const auto issue = [&](tbb::flow_control& flow) -> std::uint64_t {
    // Pieces are issued in order, so all pieces before the lowest failed one are already under way.
    if (next >= first_failed.load() || stop.requested()) flow.stop();
    return next++;
  };
  const auto make = [&](std::uint64_t n) -> Piece {
    Piece piece{n, nullptr, nullptr};
    try {
      stop.check();
      auto& state = states[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())];
      if (!state) state = make_worker();
      piece.result = produce(state.get(), n);
    } catch (...) {
      piece.error = std::current_exception();
      std::uint64_t lowest = first_failed.load();
      while (n < lowest && !first_failed.compare_exchange_weak(lowest, n)) {
      }
    }
    return piece;
  };
  // Errors travel to the consumer and are thrown there: it sees pieces in order, so the lowest error wins.
  const auto take = [&](const Piece& piece) {
    if (piece.error) std::rethrow_exception(piece.error);
    consume(piece.result.get());
  };

  // The arena keeps other users of TBB out of our worker numbers; the control lets it have more threads than
  // cores.
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(workers));
  tbb::task_arena arena(workers);
  arena.execute([&] {
    tbb::parallel_pipeline(std::max<std::size_t>(1, limits.tokens),
                           tbb::make_filter<void, std::uint64_t>(tbb::filter_mode::serial_in_order, issue) &
                               tbb::make_filter<std::uint64_t, Piece>(tbb::filter_mode::parallel, make) &
                               tbb::make_filter<Piece, void>(tbb::filter_mode::serial_in_order, take));
  });
  if (next < count || stop.requested()) stop.check();
}

}  // namespace isotherm::detail
