#include "isotherm/engine/ordered_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

using namespace std::chrono_literals;

TEST(OrderedPipeline, ConsumesInOrderForAnyNumberOfWorkers) {
  for (const int workers : {1, 2, 7}) {
    std::vector<std::uint64_t> seen;
    const StopToken stop;
    run_ordered(
        200, {workers, 16}, stop, [] { return 0; },
        [](int&, std::uint64_t n) {
          if (n % 7 == 0) std::this_thread::sleep_for(200us);  // early pieces finish late
          return n * n;
        },
        [&](std::uint64_t&& square) { seen.push_back(square); });
    ASSERT_EQ(seen.size(), 200u);
    for (std::uint64_t n = 0; n < seen.size(); ++n) EXPECT_EQ(seen[n], n * n);
  }
}

TEST(OrderedPipeline, NothingToDo) {
  const StopToken stop;
  run_ordered(
      0, {3, 3}, stop, [] { return 0; }, [](int&, std::uint64_t) { return 0; },
      [](int&&) { FAIL() << "consumed a piece that was never made"; });
}

TEST(OrderedPipeline, EachWorkerHasAStateOfItsOwn) {
  std::atomic<int> made{0};
  std::atomic<bool> shared{false};
  struct Worker {
    std::atomic<int> busy{0};
  };
  const StopToken stop;
  run_ordered(
      100, {4, 8}, stop, [&] { return ++made, std::make_unique<Worker>(); },
      [&](std::unique_ptr<Worker>& worker, std::uint64_t) {
        if (worker->busy.fetch_add(1) != 0) shared = true;
        std::this_thread::sleep_for(100us);
        --worker->busy;
        return 0;
      },
      [](int&&) {});
  EXPECT_FALSE(shared);
  EXPECT_GE(made, 1);
  EXPECT_LE(made, 4);
}

TEST(OrderedPipeline, AsManyWorkersAsAskedForRunAtOnce) {
  // Each piece waits until all four have started; with fewer threads it would give up.
  std::atomic<int> started{0};
  std::atomic<bool> gave_up{false};
  const StopToken stop;
  run_ordered(
      4, {4, 4}, stop, [] { return 0; },
      [&](int&, std::uint64_t) {
        ++started;
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (started < 4 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        if (started < 4) gave_up = true;
        return 0;
      },
      [](int&&) {});
  EXPECT_FALSE(gave_up);
}

TEST(OrderedPipeline, TokensBoundThePiecesThatExist) {
  std::atomic<int> alive{0}, most{0};
  const StopToken stop;
  run_ordered(
      100, {4, 3}, stop, [] { return 0; },
      [&](int&, std::uint64_t) {
        const int now = ++alive;
        int before = most;
        while (now > before && !most.compare_exchange_weak(before, now)) {
        }
        return 0;
      },
      [&](int&&) { --alive; });
  EXPECT_LE(most, 3);
  EXPECT_EQ(alive, 0);
}

TEST(OrderedPipeline, TheLowestErrorWins) {
  for (int round = 0; round < 20; ++round) {
    const StopToken stop;
    std::uint64_t consumed = 0;
    try {
      run_ordered(
          100, {4, 16}, stop, [] { return 0; },
          [](int&, std::uint64_t n) -> int {
            if (n == 20) std::this_thread::sleep_for(1ms);  // later failures happen first
            if (n >= 20) throw Error(ErrorKind::input, "piece " + std::to_string(n));
            return 0;
          },
          [&](int&&) { ++consumed; });
      FAIL() << "did not throw";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "piece 20");
      EXPECT_EQ(error.kind(), ErrorKind::input);
    }
    EXPECT_EQ(consumed, 20u);
  }
}

TEST(OrderedPipeline, AnErrorOfTheConsumerOrTheFactoryIsPassedOn) {
  const StopToken stop;
  const auto produce = [](int&, std::uint64_t n) { return n; };
  EXPECT_THROW(run_ordered(
                   10, {2, 4}, stop, [] { return 0; }, produce,
                   [](std::uint64_t&& n) {
                     if (n == 3) throw Error(ErrorKind::output, "disk full");
                   }),
               Error);
  EXPECT_THROW(run_ordered(
                   10, {2, 4}, stop, []() -> int { throw Error(ErrorKind::input, "gone"); }, produce,
                   [](std::uint64_t&&) {}),
               Error);
}

TEST(OrderedPipeline, StopsWhenAsked) {
  StopToken stop;
  std::uint64_t consumed = 0;
  try {
    run_ordered(
        1000000, {2, 4}, stop, [] { return 0; }, [](int&, std::uint64_t n) { return n; },
        [&](std::uint64_t&& n) {
          ++consumed;
          if (n == 10) stop.request();
        });
    FAIL() << "did not stop";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_LT(consumed, 1000u);
}

}  // namespace
}  // namespace isotherm
