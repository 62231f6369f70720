// Lanes of a card: a stream and the memory of one call at a time. Calls of several workers overlap, each in a
// lane of its own. Only .cu files include this.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "../src/backend/device_batch.h"
#include "device.h"

namespace isotherm::gpu {

/// The card of this thread's next calls.
inline void choose(int card) { check(cudaSetDevice(card), "choosing card " + std::to_string(card)); }

struct Lane {
  explicit Lane(int number) : card(number) {}
  int card;
  Stream stream;
  PinnedMemory<std::byte> staging;
  CardMemory<float> in, out, weights, constants;
  CardMemory<std::uint16_t> numbers, results;
  CardMemory<Decoding> rules;
  CardMemory<StoredQuality> qualities;
  CardMemory<Step> steps;
  CardMemory<Span> spans;
  CardMemory<std::uint32_t> first;
  CardMemory<Moments> moments;

  /// Pinned memory for so many values, until the next time.
  template <class T>
  T* staging_of(std::size_t count) {
    return reinterpret_cast<T*>(staging.room(std::max<std::size_t>(count, 1) * sizeof(T)));
  }

  template <class T>
  void copy_in(T* to, const T* from, std::size_t count, const std::string& what) {
    check(cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyHostToDevice, stream.get()),
          "copying " + what + " to the card");
  }

  /// Copies from the card and waits.
  template <class T>
  void copy_out(T* to, const T* from, std::size_t count, const std::string& what) {
    check(cudaMemcpyAsync(to, from, count * sizeof(T), cudaMemcpyDeviceToHost, stream.get()),
          "copying " + what + " from the card");
    stream.wait("copying " + what + " from the card");
  }

  /// Values on the card, in memory that is there already or taken now.
  template <class Values, class T>
  T* upload(CardMemory<T>& memory, const Values& values, const std::string& what) {
    T* room = memory.room(std::max<std::size_t>(values.size(), 1));
    copy_in(room, values.data(), values.size(), what);
    return room;
  }

  kernels::ProgramView upload(const ProgramArrays& program) {
    kernels::ProgramView view = program.view();
    view.steps = upload(steps, program.steps, "a program");
    view.constants = upload(constants, program.constants, "a program");
    view.results = upload(results, program.results, "a program");
    return view;
  }

  /// Gives all card memory back.
  void release() {
    in.release();
    out.release();
    weights.release();
    constants.release();
    numbers.release();
    results.release();
    rules.release();
    qualities.release();
    steps.release();
    spans.release();
    first.release();
    moments.release();
  }
};

class Lanes {
 public:
  Lanes(const std::vector<int>& cards, int of_each) {
    for (int round = 0; round < of_each; ++round) {
      for (const int card : cards) {
        choose(card);
        lanes_.emplace_back(card);
        free_.push_back(&lanes_.back());
      }
    }
  }

  /// A lane for the time of a call, of any card or of a certain one; waits for it.
  class Taken {
   public:
    explicit Taken(Lanes& owner, std::optional<int> card = std::nullopt) : owner_(owner) {
      std::unique_lock lock(owner.mutex_);
      owner.returned_.wait(lock, [&] { return (lane_ = owner.take(card)) != nullptr; });
      lock.unlock();
      choose(lane_->card);
    }
    ~Taken() {
      // After a failure there may be copies on their way, in memory that others will use.
      if (std::uncaught_exceptions() > exceptions_ &&
          cudaStreamSynchronize(lane_->stream.get()) != cudaSuccess) {
        cudaGetLastError();
      }
      const std::lock_guard lock(owner_.mutex_);
      owner_.free_.push_back(lane_);
      owner_.returned_.notify_all();
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    Lane& operator*() const { return *lane_; }
    Lane* operator->() const { return lane_; }

   private:
    Lanes& owner_;
    Lane* lane_ = nullptr;
    int exceptions_ = std::uncaught_exceptions();
  };

 private:
  Lane* take(std::optional<int> card) {
    const auto found = std::find_if(free_.begin(), free_.end(),
                                    [&](const Lane* lane) { return !card || lane->card == *card; });
    if (found == free_.end()) return nullptr;
    Lane* const lane = *found;
    free_.erase(found);
    return lane;
  }

  std::deque<Lane> lanes_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::deque<Lane*> free_;
};

/// Does rows or pixels 0 to `all` in slices of at most `most`; where the card has no memory for a slice, in
/// smaller ones. A slice that failed has changed nothing.
template <class Work>
void in_slices(Lane& lane, std::int64_t all, std::int64_t most, Work work) {
  for (std::int64_t from = 0; from < all;) {
    const std::int64_t here = std::min(std::max<std::int64_t>(most, 1), all - from);
    try {
      work(from, here);
      from += here;
    } catch (const NoMemory&) {
      lane.stream.wait("making room");
      lane.release();
      if (here == 1) throw;
      most = here / 2;
    }
  }
}

}  // namespace isotherm::gpu
