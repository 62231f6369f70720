// What the GPU backend owns on a card: memory, streams, events; and CUDA's errors as ours. Only .cu files
// include this.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <string>
#include <utility>

#include "isotherm/core/error.h"

namespace isotherm::gpu {

/// A card had no memory left: the same work may pass in smaller pieces.
class NoMemory : public Error {
 public:
  using Error::Error;
};

/// Throws Error(internal) that says what was being done and CUDA's name and text of what went wrong; NoMemory
/// when it was that.
inline void check(cudaError_t result, const std::string& what) {
  if (result == cudaSuccess) return;
  cudaGetLastError();  // forgets it, so that the next call is judged by itself
  const std::string text = "GPU: " + what + " failed: " + cudaGetErrorName(result) + " (" +
                           cudaGetErrorString(result) + "); --backend cpu does the same work without it";
  if (result == cudaErrorMemoryAllocation) throw NoMemory(ErrorKind::internal, text);
  throw Error(ErrorKind::internal, text);
}

class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream"); }
  Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&&) = delete;
  ~Stream() {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
  }
  cudaStream_t get() const { return stream_; }
  void wait(const std::string& what) const { check(cudaStreamSynchronize(stream_), what); }

 private:
  cudaStream_t stream_ = nullptr;
};

class Event {
 public:
  Event() { check(cudaEventCreate(&event_), "making an event"); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Where memory lies: on the card, or on the host where the card can reach it while other work goes on.
enum class Place { card, pinned };

/// Memory that grows when asked for more and is kept for the next time.
template <class T, Place place>
class Memory {
 public:
  Memory() = default;
  Memory(Memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}
  Memory& operator=(Memory&&) = delete;
  ~Memory() { release(); }

  /// At least `count` values; what they held before is lost when it has to grow.
  T* room(std::size_t count) {
    if (count > capacity_) {
      release();
      void* made = nullptr;
      const std::size_t bytes = count * sizeof(T);
      check(place == Place::card ? cudaMalloc(&made, bytes) : cudaMallocHost(&made, bytes),
            "taking " + std::to_string(bytes) + " bytes of " +
                (place == Place::card ? "card memory (less is taken with a smaller --gpu-memory)"
                                      : "pinned memory"));
      data_ = static_cast<T*>(made);
      capacity_ = count;
    }
    return data_;
  }
  T* data() const { return data_; }
  void release() {
    if (data_ == nullptr) return;
    if (place == Place::card)
      cudaFree(data_);
    else
      cudaFreeHost(data_);
    data_ = nullptr;
    capacity_ = 0;
  }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
};

template <class T>
using CardMemory = Memory<T, Place::card>;
template <class T>
using PinnedMemory = Memory<T, Place::pinned>;

}  // namespace isotherm::gpu
