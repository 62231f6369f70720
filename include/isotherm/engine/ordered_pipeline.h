// Work in parallel, results in order: pieces 0 .. count-1 are produced by several workers at once and
// consumed one by one, in ascending order.
//
// Promises: each worker has a state of its own (readers, scratch memory), made on its thread when it first
// has work; at most `tokens` pieces exist between the start of their production and the end of their
// consumption, which bounds memory; consume is never called by two threads at a time. When pieces fail, the
// error of the lowest one is thrown, whatever the number of workers, and no later piece is consumed. A stop
// request ends the run with Error(interrupted) after the pieces under way. `produce` must not start parallel
// work of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "isotherm/core/run_context.h"

namespace isotherm {

struct PipelineLimits {
  int workers = 1;
  std::size_t tokens = 2;  ///< at least 1; fewer than workers leaves workers idle
};

namespace detail {
/// The pipeline without types: what run_ordered is made of.
void run_ordered_untyped(std::uint64_t count, const PipelineLimits& limits, const StopToken& stop,
                         const std::function<std::shared_ptr<void>()>& make_worker,
                         const std::function<std::shared_ptr<void>(void* worker, std::uint64_t n)>& produce,
                         const std::function<void(void* piece)>& consume);
}  // namespace detail

/// make_worker() -> Worker; produce(Worker&, n) -> Piece, in parallel; consume(Piece&&), in order.
template <class MakeWorker, class Produce, class Consume>
void run_ordered(std::uint64_t count, const PipelineLimits& limits, const StopToken& stop,
                 MakeWorker&& make_worker, Produce&& produce, Consume&& consume) {
  using Worker = std::invoke_result_t<MakeWorker&>;
  using Piece = std::invoke_result_t<Produce&, Worker&, std::uint64_t>;
  detail::run_ordered_untyped(
      count, limits, stop,
      // new with a call in the braces: a worker need not be movable
      [&]() -> std::shared_ptr<void> { return std::shared_ptr<Worker>(new Worker(make_worker())); },
      [&](void* worker, std::uint64_t n) -> std::shared_ptr<void> {
        return std::make_shared<Piece>(produce(*static_cast<Worker*>(worker), n));
      },
      [&](void* piece) { consume(std::move(*static_cast<Piece*>(piece))); });
}

}  // namespace isotherm
