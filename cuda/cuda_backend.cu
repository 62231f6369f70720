// The GPU backend: the kernels of backend/kernels.h, a thread per pixel or per zone and quantity. Calls of
// several workers overlap: each takes a lane (a stream with its memory) and gives it back. A call that does
// not fit a lane's share of card memory is done in slices, which change no bit.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "../src/backend/device_batch.h"
#include "device.h"
#include "isotherm/backend/cpu.h"
#include "isotherm/backend/cuda.h"
#include "isotherm/core/text.h"
#include "launch.h"

namespace isotherm {

namespace {

constexpr int kLanesOfACard = 3;  // one copies in, one computes, one copies out

/// The card of this thread's next calls.
void choose(int card) { gpu::check(cudaSetDevice(card), "choosing card " + std::to_string(card)); }

/// A stream and what a call needs beside it.
struct Lane {
  explicit Lane(int number) : card(number) {}
  int card;
  gpu::Stream stream;
  gpu::PinnedMemory<float> staging;
  gpu::CardMemory<float> in, out, weights, constants;
  gpu::CardMemory<Step> steps;
  gpu::CardMemory<std::uint16_t> results;
  gpu::CardMemory<Span> spans;
  gpu::CardMemory<std::uint32_t> first;
  gpu::CardMemory<Moments> moments;

  template <class T>
  T* upload(gpu::CardMemory<T>& memory, const std::vector<T>& values) {
    T* room = memory.room(std::max<std::size_t>(values.size(), 1));
    gpu::check(
        cudaMemcpyAsync(room, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice, stream.get()),
        "copying to the card");
    return room;
  }
};

class CudaBackend : public Backend {
 public:
  CudaBackend(const std::vector<int>& cards, std::size_t memory) : share_(memory / kLanesOfACard) {
    for (int round = 0; round < kLanesOfACard; ++round) {
      for (const int card : cards) {
        choose(card);
        lanes_.emplace_back(card);
        free_.push_back(&lanes_.back());
      }
    }
  }

  void evaluate(const Program& program, const Tile& inputs, Tile& outputs) override {
    const ProgramArrays arrays(program);
    if (!arrays.fits || inputs.planes() == 0) return CpuBackend().evaluate(program, inputs, outputs);
    outputs.reset(inputs.window(), program.outputs().size());
    const Taken taken(*this);
    choose(taken.lane->card);
    Lane& lane = *taken.lane;
    kernels::ProgramView view = arrays.view();
    view.steps = lane.upload(lane.steps, arrays.steps);
    view.constants = lane.upload(lane.constants, arrays.constants);
    view.results = lane.upload(lane.results, arrays.results);
    const std::size_t plane = inputs.plane_size(), planes = inputs.planes() + outputs.planes();
    const std::size_t most = std::max<std::size_t>(share_ / (planes * sizeof(float)), gpu::kThreads);
    for (std::size_t from = 0; from < plane; from += most) {
      evaluate_slice(lane, view, inputs, outputs, from, std::min(most, plane - from));
    }
  }

  void gather(const Coverage& coverage, const Tile& values, Gathering& gathering) override {
    const Window& window = values.window();
    const std::size_t row_bytes = static_cast<std::size_t>(window.width) * values.planes() * sizeof(float);
    const std::int64_t rows = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(share_ / 2 / std::max<std::size_t>(row_bytes, 1)));
    const Taken taken(*this);
    choose(taken.lane->card);
    for (std::int64_t row = 0; row < window.height; row += rows) {
      gather_rows(*taken.lane, coverage, values, gathering, row, std::min(rows, window.height - row));
    }
  }

 private:
  /// A lane for the time of one call.
  struct Taken {
    explicit Taken(CudaBackend& owner) : backend(owner) {
      std::unique_lock lock(backend.mutex_);
      backend.returned_.wait(lock, [&] { return !backend.free_.empty(); });
      lane = backend.free_.front();
      backend.free_.pop_front();
    }
    ~Taken() {
      const std::lock_guard lock(backend.mutex_);
      backend.free_.push_back(lane);
      backend.returned_.notify_one();
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    CudaBackend& backend;
    Lane* lane = nullptr;
  };

  static void evaluate_slice(Lane& lane, const kernels::ProgramView& view, const Tile& inputs, Tile& outputs,
                             std::size_t from, std::size_t pixels) {
    float *in = lane.in.room(inputs.planes() * pixels), *out = lane.out.room(outputs.planes() * pixels);
    float* staging = lane.staging.room(std::max(inputs.planes(), outputs.planes()) * pixels);
    for (std::size_t k = 0; k < inputs.planes(); ++k) {
      std::copy_n(inputs.plane(k).data() + from, pixels, staging + k * pixels);
    }
    gpu::check(cudaMemcpyAsync(in, staging, inputs.planes() * pixels * sizeof(float), cudaMemcpyHostToDevice,
                               lane.stream.get()),
               "copying bands to the card");
    gpu::evaluate_pixels<<<gpu::blocks_for(pixels), gpu::kThreads, 0, lane.stream.get()>>>(view, in, out,
                                                                                           pixels);
    gpu::check(cudaGetLastError(), "starting the kernel of formulas");
    lane.stream.wait("evaluating formulas");  // the staging memory is used again
    gpu::check(cudaMemcpyAsync(staging, out, outputs.planes() * pixels * sizeof(float),
                               cudaMemcpyDeviceToHost, lane.stream.get()),
               "copying results from the card");
    lane.stream.wait("copying results from the card");
    for (std::size_t k = 0; k < outputs.planes(); ++k) {
      std::copy_n(staging + k * pixels, pixels, outputs.plane(k).data() + from);
    }
  }

  static void gather_rows(Lane& lane, const Coverage& coverage, const Tile& values, Gathering& gathering,
                          std::int64_t row, std::int64_t rows) {
    const Window& all = values.window();
    Tile slice({all.col, all.row + row, all.width, rows}, values.planes());
    for (std::size_t k = 0; k < values.planes(); ++k) {
      std::copy_n(values.view(k).row(row), slice.plane_size(), slice.plane(k).data());
    }
    GatherArrays arrays(coverage, slice, gathering);
    if (arrays.zones.empty()) return;
    kernels::GatherView view = arrays.view(slice);
    float* planes = lane.in.room(slice.planes() * slice.plane_size());
    gpu::check(cudaMemcpyAsync(planes, view.values, slice.planes() * slice.plane_size() * sizeof(float),
                               cudaMemcpyHostToDevice, lane.stream.get()),
               "copying pixels to the card");
    view.values = planes;
    view.spans = lane.upload(lane.spans, arrays.spans);
    view.first = lane.upload(lane.first, arrays.first);
    view.weights = lane.upload(lane.weights, arrays.weights);
    Moments* moments = lane.upload(lane.moments, arrays.moments);
    gpu::gather_zones<<<gpu::blocks_for(arrays.moments.size()), gpu::kThreads, 0, lane.stream.get()>>>(
        view, moments);
    gpu::check(cudaGetLastError(), "starting the kernel of zones");
    gpu::check(cudaMemcpyAsync(arrays.moments.data(), moments, arrays.moments.size() * sizeof(Moments),
                               cudaMemcpyDeviceToHost, lane.stream.get()),
               "copying sums from the card");
    lane.stream.wait("gathering zones");
    arrays.finish(coverage, slice, gathering);
  }

  std::size_t share_;
  std::deque<Lane> lanes_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::deque<Lane*> free_;
};

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(const BackendChoice& choice) {
  const GpuReport report = gpu_report();
  if (!report.trouble.empty()) throw Error(ErrorKind::usage, "--backend cuda: " + report.trouble);
  std::vector<int> cards;
  for (const std::string& text : choice.gpus.empty() ? std::vector<std::string>{"0"} : choice.gpus) {
    const auto card = parse_integer(text);
    if (!card || *card < 0 || *card >= static_cast<long long>(report.cards.size())) {
      throw Error(ErrorKind::usage, "--gpu " + text + ": not the number of a card; there are " +
                                        std::to_string(report.cards.size()) + ", counted from 0");
    }
    if (std::find(cards.begin(), cards.end(), static_cast<int>(*card)) != cards.end())
      throw Error(ErrorKind::usage, "--gpu " + text + ": this card is named twice");
    cards.push_back(static_cast<int>(*card));
  }
  std::size_t memory = choice.gpu_memory;
  if (memory == 0) {
    memory = report.cards[static_cast<std::size_t>(cards.front())].free_memory / 2;
    for (const int card : cards)
      memory = std::min(memory, report.cards[static_cast<std::size_t>(card)].free_memory / 2);
  }
  return std::make_unique<CudaBackend>(cards, memory);
}

}  // namespace isotherm
