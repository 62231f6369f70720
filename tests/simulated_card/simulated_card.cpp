#include "simulated_card.h"

#include <atomic>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

struct SimulatedStream {
  int card = 0;
  std::deque<std::function<void()>> work;
};
struct SimulatedEvent {
  int record = 0;
};

namespace simulated_card {
namespace {

struct Allocation {
  std::size_t bytes = 0;
  int card = 0;  ///< -1: pinned memory of the host
};

struct Failure {
  int calls = 0;
  cudaError_t error = cudaSuccess;
};

struct World {
  std::mutex mutex;
  int cards = 1;
  std::size_t memory = std::size_t{1} << 30;
  std::map<std::uintptr_t, Allocation> allocations;
  std::map<int, std::size_t> taken;
  std::size_t all_taken = 0, most_taken = 0, in = 0, out = 0;
  std::map<std::string, Failure> failures;
};

World& world() {
  static World the_world;
  return the_world;
}

thread_local int current_card = 0;
thread_local cudaError_t last_error = cudaSuccess;

cudaError_t say(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

/// Whether this call is to fail; the mutex is held.
cudaError_t failure(const std::string& call) {
  const auto found = world().failures.find(call);
  if (found == world().failures.end() || found->second.calls-- > 0) return cudaSuccess;
  const cudaError_t error = found->second.error;
  world().failures.erase(found);
  return error;
}

/// The allocation that holds these bytes, or null; the mutex is held.
const Allocation* holder(const void* memory, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  auto found = world().allocations.upper_bound(address);
  if (found == world().allocations.begin()) return nullptr;
  --found;
  return address + bytes <= found->first + found->second.bytes ? &found->second : nullptr;
}

bool on_card(const void* memory, std::size_t bytes, int card) {
  const Allocation* found = holder(memory, bytes);
  return found != nullptr && found->card == card;
}

bool on_host(const void* memory) {
  const Allocation* found = holder(memory, 1);
  return found == nullptr || found->card < 0;
}

cudaError_t take(void** memory, std::size_t bytes, int card) {
  World& w = world();
  void* const made = std::malloc(bytes);
  std::memset(made, 0xA5, bytes);
  w.allocations[reinterpret_cast<std::uintptr_t>(made)] = {bytes, card};
  *memory = made;
  if (card < 0) return cudaSuccess;
  w.taken[card] += bytes;
  w.all_taken += bytes;
  w.most_taken = std::max(w.most_taken, w.all_taken);
  return cudaSuccess;
}

cudaError_t release(void* memory, bool of_card) {
  World& w = world();
  const std::lock_guard lock(w.mutex);
  const auto found = w.allocations.find(reinterpret_cast<std::uintptr_t>(memory));
  if (found == w.allocations.end() || (found->second.card >= 0) != of_card) return say(cudaErrorInvalidValue);
  if (of_card) {
    w.taken[found->second.card] -= found->second.bytes;
    w.all_taken -= found->second.bytes;
  }
  w.allocations.erase(found);
  std::free(memory);
  return cudaSuccess;
}

}  // namespace

void set_up(int cards, std::size_t memory) {
  World& w = world();
  const std::lock_guard lock(w.mutex);
  w.cards = cards;
  w.memory = memory;
  w.most_taken = w.all_taken;
  w.in = w.out = 0;
  w.failures.clear();
}

void fail(const std::string& call, int calls, cudaError_t error) {
  const std::lock_guard lock(world().mutex);
  world().failures[call] = {calls, error};
}

std::size_t taken() {
  const std::lock_guard lock(world().mutex);
  return world().all_taken;
}

std::size_t most_taken() {
  const std::lock_guard lock(world().mutex);
  return world().most_taken;
}

std::size_t copied_in() {
  const std::lock_guard lock(world().mutex);
  return world().in;
}

std::size_t copied_out() {
  const std::lock_guard lock(world().mutex);
  return world().out;
}

bool crosses(cudaStream_t stream, const void* argument, std::size_t bytes) {
  const std::lock_guard lock(world().mutex);
  for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= bytes; at += sizeof(std::uintptr_t)) {
    std::uintptr_t word = 0;
    std::memcpy(&word, static_cast<const std::byte*>(argument) + at, sizeof word);
    // Addresses of programs lie here; counts are smaller, doubles and packed pairs of numbers larger.
    const bool address = word >= std::uintptr_t{1} << 44 && word < std::uintptr_t{1} << 47;
    if (address && !on_card(reinterpret_cast<const void*>(word), 1, stream->card)) return false;
  }
  return true;
}

cudaError_t queue(cudaStream_t stream, bool allowed, std::function<void()> work) {
  const std::lock_guard lock(world().mutex);
  if (const cudaError_t error = failure("kernel"); error != cudaSuccess) return say(error);
  if (!allowed) return say(cudaErrorInvalidValue);
  stream->work.push_back(std::move(work));
  return cudaSuccess;
}

}  // namespace simulated_card

using namespace simulated_card;

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorNoKernelImageForDevice:
      return "cudaErrorNoKernelImageForDevice";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
  }
  return "unknown";
}

const char* cudaGetErrorString(cudaError_t) { return "as the test asked for, or a misuse"; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  const std::lock_guard lock(world().mutex);
  *count = world().cards;
  return world().cards > 0 ? cudaSuccess : say(cudaErrorNoDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int card) {
  const std::lock_guard lock(world().mutex);
  if (card < 0 || card >= world().cards) return say(cudaErrorInvalidDevice);
  std::strcpy(properties->name, "simulated card");
  properties->totalGlobalMem = world().memory;
  properties->major = 9;
  properties->minor = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int card) {
  const std::lock_guard lock(world().mutex);
  if (card < 0 || card >= world().cards) return say(cudaErrorInvalidDevice);
  current_card = card;
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* all) {
  World& w = world();
  const std::lock_guard lock(w.mutex);
  *all = w.memory;
  *free = w.memory - std::min(w.memory, w.taken[current_card]);
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  attributes->maxThreadsPerBlock = 1024;
  const std::lock_guard lock(world().mutex);
  return say(failure("cudaFuncGetAttributes"));
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  World& w = world();
  const std::lock_guard lock(w.mutex);
  if (const cudaError_t error = failure("cudaMalloc"); error != cudaSuccess) return say(error);
  if (w.taken[current_card] + bytes > w.memory) return say(cudaErrorMemoryAllocation);
  return take(memory, bytes, current_card);
}

cudaError_t cudaFree(void* memory) { return release(memory, true); }

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  const std::lock_guard lock(world().mutex);
  if (const cudaError_t error = failure("cudaMallocHost"); error != cudaSuccess) return say(error);
  return take(memory, bytes, -1);
}

cudaError_t cudaFreeHost(void* memory) { return release(memory, false); }

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  World& w = world();
  const std::lock_guard lock(w.mutex);
  if (const cudaError_t error = failure("cudaMemcpyAsync"); error != cudaSuccess) return say(error);
  const bool to_card = kind != cudaMemcpyDeviceToHost, from_card = kind != cudaMemcpyHostToDevice;
  if (bytes == 0) return cudaSuccess;
  if (to_card ? !on_card(to, bytes, stream->card) : !on_host(to)) return say(cudaErrorInvalidValue);
  if (from_card ? !on_card(from, bytes, stream->card) : !on_host(from)) return say(cudaErrorInvalidValue);
  if (!from_card) w.in += bytes;
  if (!to_card) w.out += bytes;
  if (!from_card && holder(from, bytes) == nullptr) {
    // Memory that is not pinned is copied aside before the call returns.
    auto aside = std::make_shared<std::vector<std::byte>>(bytes);
    std::memcpy(aside->data(), from, bytes);
    stream->work.push_back([=] { std::memcpy(to, aside->data(), bytes); });
  } else {
    stream->work.push_back([=] { std::memcpy(to, from, bytes); });
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  SimulatedStream at_once{current_card, {}};
  const cudaError_t error = cudaMemcpyAsync(to, from, bytes, kind, &at_once);
  return error != cudaSuccess ? error : cudaStreamSynchronize(&at_once);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new SimulatedStream{current_card, {}};
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;  // work that nobody waited for is not done
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  cudaError_t error = cudaSuccess;
  {
    const std::lock_guard lock(world().mutex);
    error = failure("cudaStreamSynchronize");
  }
  while (!stream->work.empty()) {
    const std::function<void()> work = std::move(stream->work.front());
    stream->work.pop_front();
    if (error == cudaSuccess) work();
  }
  return say(error);
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new SimulatedEvent;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  static std::atomic<int> records{0};
  event->record = ++records;
  return cudaSuccess;
}

/// A millisecond for each record made between the two.
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  *milliseconds = static_cast<float>(end->record - start->record);
  return cudaSuccess;
}
