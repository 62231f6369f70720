// The GPU backend: the kernels of backend/kernels.h, a thread per pixel or per zone and quantity. Calls of
// several workers overlap: each takes a lane (a stream with its memory) and gives it back. A call that does
// not fit a lane's share of card memory is done in slices, which change no bit; one that meets a card without
// memory, in smaller ones. Of the memory it may take, half is for zones that stay on the card, half for
// lanes.
#include "isotherm/backend/cpu.h"
#include "isotherm/backend/cuda.h"
#include "isotherm/core/text.h"
#include "zones_on_card.h"

namespace isotherm {

namespace {

constexpr int kLanesOfACard = 3;  // one copies in, one computes, one copies out
constexpr int kPartsOfALane = 4;  // decoded pixels, stored numbers, results, zones

class CudaBackend : public Backend {
 public:
  CudaBackend(const std::vector<int>& cards, std::size_t memory)
      : cards_(cards), share_(memory / 2 / kLanesOfACard / kPartsOfALane), lanes_(cards, kLanesOfACard) {
    for (std::size_t k = 0; k < cards.size(); ++k) budgets_.emplace_back(memory / 2);
  }

  void evaluate(const Program& program, const Tile& inputs, Tile& outputs) override {
    const ProgramArrays arrays(program);
    if (!arrays.fits || inputs.planes() == 0) return CpuBackend().evaluate(program, inputs, outputs);
    outputs.reset(inputs.window(), program.outputs().size());
    const gpu::Lanes::Taken lane(lanes_);
    const std::size_t planes = inputs.planes() + outputs.planes();
    gpu::in_slices(*lane, inputs.window().pixels(),
                   static_cast<std::int64_t>(share_ / (planes * sizeof(float))),
                   [&](std::int64_t from, std::int64_t pixels) {
                     gpu::evaluate_slice(*lane, lane->upload(arrays), inputs, outputs,
                                         static_cast<std::size_t>(from), static_cast<std::size_t>(pixels));
                   });
  }

  bool prefers_stored() const override { return true; }

  void evaluate_stored(const Program& program, const StoredTile& inputs, Tile& outputs) override {
    const ProgramArrays arrays(program);
    if (!arrays.fits || inputs.planes() == 0) return CpuBackend().evaluate_stored(program, inputs, outputs);
    outputs.reset(inputs.window(), program.outputs().size());
    const gpu::Lanes::Taken lane(lanes_);
    const Window& window = inputs.window();
    const std::size_t row_bytes =
        static_cast<std::size_t>(window.width) *
        (inputs.planes() * sizeof(std::uint16_t) + outputs.planes() * sizeof(float));
    gpu::in_slices(
        *lane, window.height, static_cast<std::int64_t>(share_ / std::max<std::size_t>(row_bytes, 1)),
        [&](std::int64_t row, std::int64_t rows) {
          const float* const results = gpu::evaluate_rows(*lane, lane->upload(arrays), inputs, row, rows);
          gpu::read_rows(*lane, results, outputs, row, rows);
        });
  }

  void gather(const Coverage& coverage, const Tile& values, Gathering& gathering) override {
    const Window& window = values.window();
    const std::size_t row_bytes = static_cast<std::size_t>(window.width) * values.planes() * sizeof(float);
    const gpu::Lanes::Taken lane(lanes_);
    gpu::in_slices(*lane, window.height,
                   static_cast<std::int64_t>(share_ / std::max<std::size_t>(row_bytes, 1)),
                   [&](std::int64_t row, std::int64_t rows) {
                     gather_rows(*lane, coverage, values, gathering, row, rows);
                   });
  }

  std::unique_ptr<KeptZones> keep(const Coverage& coverage, std::size_t quantities,
                                  std::span<const ValueStatistic> statistics) override {
    gpu::ZoneArrays arrays(coverage, quantities, statistics);
    const std::size_t turn = next_card_++ % cards_.size();
    if (arrays.most_values > gpu::ZoneArrays::kMostValues || !budgets_[turn].take(arrays.bytes))
      return nullptr;
    try {
      return std::make_unique<gpu::ZonesOnCard>(coverage, std::move(arrays), quantities, cards_[turn], lanes_,
                                                budgets_[turn], share_);
    } catch (const gpu::NoMemory&) {
      return nullptr;  // others have it; batch by batch it is asked for again
    }
  }

 private:
  /// Rows of decoded pixels added to their zones: the pixels once, the zones in as many goes as their arrays
  /// fit the lane's share.
  void gather_rows(gpu::Lane& lane, const Coverage& coverage, const Tile& values, Gathering& gathering,
                   std::int64_t row, std::int64_t rows) const {
    const Window& all = values.window();
    Tile slice({all.col, all.row + row, all.width, rows}, values.planes());
    for (std::size_t k = 0; k < values.planes(); ++k)
      std::copy_n(values.view(k).row(row), slice.plane_size(), slice.plane(k).data());
    float* const planes = lane.in.room(std::max<std::size_t>(slice.planes() * slice.plane_size(), 1));
    if (slice.planes() > 0)
      lane.copy_in(planes, slice.plane(0).data(), slice.planes() * slice.plane_size(), "pixels");
    for (std::size_t zone = 0; zone < coverage.zones();) {
      GatherArrays arrays(coverage, slice, gathering, zone, share_);
      zone = arrays.end_zone;
      if (arrays.zones.empty()) continue;
      kernels::GatherView view = arrays.view(slice);
      view.values = planes;
      view.spans = lane.upload(lane.spans, arrays.spans, "zones");
      view.first = lane.upload(lane.first, arrays.first, "zones");
      view.weights = lane.upload(lane.weights, arrays.weights, "zones");
      Moments* const moments = lane.upload(lane.moments, arrays.moments, "sums");
      gpu::launch(gpu::gather_zones, arrays.moments.size(), lane.stream, "zones", view, moments);
      lane.copy_out(arrays.moments.data(), moments, arrays.moments.size(), "sums");
      arrays.finish(coverage, slice, gathering);
    }
  }

  std::vector<int> cards_;
  std::size_t share_;  ///< bytes of each part of a lane
  gpu::Lanes lanes_;
  std::deque<gpu::Budget> budgets_;  ///< of each card, for zones that stay
  std::atomic<std::size_t> next_card_{0};
};

}  // namespace

namespace {

/// Throws Error(usage) when the kernels were not compiled for cards as old as that one.
void require_kernels(const GpuCard& card) {
  gpu::choose(card.number);
  cudaFuncAttributes attributes{};
  const cudaError_t found = cudaFuncGetAttributes(&attributes, gpu::gather_zones);
  if (found == cudaSuccess) return;
  cudaGetLastError();
  throw Error(ErrorKind::usage, "--gpu " + std::to_string(card.number) + ": " + card.name +
                                    " (compute capability " + card.capability +
                                    ") cannot run the kernels of this program: " + cudaGetErrorName(found) +
                                    "; ISOTHERM_CUDA_ARCHITECTURES names the cards it is built for");
}

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
    require_kernels(report.cards[static_cast<std::size_t>(*card)]);
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
