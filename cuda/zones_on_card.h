// Zones of a batch in the memory of a card, for one date after the other: spans, weights and sums stay there;
// stored numbers come in, sums go out. Only .cu files include this.
#pragma once

#include <atomic>

#include "isotherm/backend/cpu.h"
#include "pixels.h"

namespace isotherm::gpu {

/// Bytes of card memory that kept zones may take, shared by all workers.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}
  bool take(std::size_t bytes) {
    if (left_.fetch_sub(static_cast<std::int64_t>(bytes)) >= static_cast<std::int64_t>(bytes)) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { left_ += static_cast<std::int64_t>(bytes); }

 private:
  std::atomic<std::int64_t> left_;
};

class ZonesOnCard : public KeptZones {
 public:
  /// Bytes that these zones take.
  static std::size_t bytes(const Coverage& coverage, std::size_t quantities) {
    return coverage.all_spans().size() * sizeof(Span) + coverage.weights().size() * sizeof(float) +
           (coverage.zones() + 1) * sizeof(std::uint32_t) + coverage.zones() * quantities * sizeof(Moments);
  }

  /// Takes bytes() of the budget, which the caller has taken already, and gives them back in the end. A lane
  /// does with slices of at most `share` bytes.
  ZonesOnCard(const Coverage& coverage, std::size_t quantities, int card, Lanes& lanes, Budget& budget,
              std::size_t share)
      : coverage_(coverage),
        quantities_(quantities),
        card_(card),
        lanes_(lanes),
        share_(share),
        held_(budget, bytes(coverage, quantities)) {
    std::vector<std::uint32_t> first{0};
    for (std::size_t zone = 0; zone < coverage.zones(); ++zone)
      first.push_back(first.back() + static_cast<std::uint32_t>(coverage.spans(zone).size()));
    const Lanes::Taken lane(lanes, card);
    view_.spans = lane->upload(spans_, coverage.all_spans(), "zones");
    view_.weights = lane->upload(weights_, coverage.weights(), "zones");
    view_.first = lane->upload(first_, first, "zones");
    view_.zones = static_cast<std::uint32_t>(coverage.zones());
    view_.quantities = static_cast<std::uint32_t>(quantities);
    moments_.room(std::max<std::size_t>(collectors(), 1));
    lane->stream.wait("copying zones to the card");
  }

  void start(bool values) override {
    values_ = values;
    const Lanes::Taken lane(lanes_, card_);
    launch(clear_moments, collectors(), lane->stream, "zones", moments_.data(), collectors());
    lane->stream.wait("clearing sums");
  }

  void add(const Program& program, const StoredTile& inputs, Gathering& gathering) override {
    if (inputs.plane_size() == 0) return;
    const ProgramArrays arrays(program);
    const Window& window = inputs.window();
    Tile results;
    if (values_ || !arrays.fits) results.reset(window, quantities_);
    if (!arrays.fits) CpuBackend().evaluate_stored(program, inputs, results);
    const Lanes::Taken lane(lanes_, card_);
    const auto row_bytes =
        static_cast<std::int64_t>(static_cast<std::size_t>(window.width) *
                                  (inputs.planes() * sizeof(std::uint16_t) + quantities_ * sizeof(float)));
    in_slices(*lane, window.height, static_cast<std::int64_t>(share_) / row_bytes,
              [&](std::int64_t row, std::int64_t rows) {
                const float* const planes =
                    arrays.fits ? evaluate_rows(*lane, lane->upload(arrays), inputs, row, rows)
                                : upload_rows(*lane, results, row, rows);
                if (values_ && arrays.fits) read_rows(*lane, planes, results, row, rows);
                gather(*lane, planes, {window.col, window.row + row, window.width, rows});
              });
    for (std::size_t zone = 0; values_ && zone < coverage_.zones(); ++zone)
      keep_values(coverage_, zone, results, gathering);
  }

  void finish(Gathering& gathering) override {
    const Lanes::Taken lane(lanes_, card_);
    std::vector<Moments> moments(collectors());
    lane->copy_out(moments.data(), moments_.data(), moments.size(), "sums");
    for (std::size_t zone = 0; zone < coverage_.zones(); ++zone) {
      for (std::size_t q = 0; q < quantities_; ++q)
        gathering.collector(zone, q).set_moments(moments[zone * quantities_ + q]);
      gathering.next_span(zone) = static_cast<std::uint32_t>(coverage_.spans(zone).size());
    }
  }

 private:
  /// Budget until the end, also when the card refuses the memory.
  struct Held {
    Held(Budget& owner, std::size_t count) : budget(owner), bytes(count) {}
    ~Held() { budget.give_back(bytes); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Budget& budget;
    std::size_t bytes;
  };

  std::size_t collectors() const { return coverage_.zones() * quantities_; }

  static float* upload_rows(Lane& lane, const Tile& values, std::int64_t row, std::int64_t rows) {
    const Window& window = values.window();
    const auto pixels = static_cast<std::size_t>(rows * window.width);
    float* const planes = lane.out.room(values.planes() * pixels);
    for (std::size_t k = 0; k < values.planes(); ++k)
      lane.copy_in(planes + k * pixels, values.view(k).row(row), pixels, "pixels");
    return planes;
  }

  void gather(Lane& lane, const float* planes, const Window& window) {
    kernels::GatherView view = view_;
    view.values = planes;
    view.window = window;
    launch(gather_zones, collectors(), lane.stream, "zones", view, moments_.data());
    lane.stream.wait("gathering zones");
  }

  const Coverage& coverage_;
  std::size_t quantities_;
  int card_;
  Lanes& lanes_;
  std::size_t share_;
  Held held_;
  bool values_ = false;
  kernels::GatherView view_;
  CardMemory<Span> spans_;
  CardMemory<float> weights_;
  CardMemory<std::uint32_t> first_;
  CardMemory<Moments> moments_;
};

}  // namespace isotherm::gpu
