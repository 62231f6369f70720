// Zones of a batch in the memory of a card, for one date after the other: spans, weights and sums stay there;
// stored numbers come in, sums and statistics go out. Only .cu files include this.
#pragma once

#include <atomic>
#include <numeric>

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

/// What the zones of a batch need on a card, as arrays of the host.
struct ZoneArrays {
  /// One thread sorts the values of a zone: beyond this it would hold up all others.
  static constexpr std::uint64_t kMostValues = 4096;

  ZoneArrays(const Coverage& coverage, std::size_t quantities, std::span<const ValueStatistic> wanted)
      : collectors(coverage.zones() * quantities), statistics(wanted.begin(), wanted.end()) {
    for (const ValueStatistic& statistic : wanted) {
      if (std::find(valued.begin(), valued.end(), statistic.quantity) == valued.end())
        valued.push_back(statistic.quantity);
    }
    for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
      const auto spans = coverage.spans(zone);
      first.push_back(first.back() + static_cast<std::uint32_t>(spans.size()));
      if (valued.empty()) continue;
      const std::uint64_t pixels = std::accumulate(
          spans.begin(), spans.end(), std::uint64_t{0},
          [](std::uint64_t sum, const Span& span) { return sum + static_cast<std::uint64_t>(span.count); });
      first_value.push_back(first_value.back() + pixels);
      most_values = std::max(most_values, pixels);
    }
    bytes = coverage.all_spans().size() * sizeof(Span) + coverage.weights().size() * sizeof(float) +
            first.size() * sizeof(std::uint32_t) + collectors * sizeof(Moments) +
            first_value.size() * sizeof(std::uint64_t) + samples() * sizeof(Sample) +
            coverage.zones() * (valued.size() * sizeof(std::uint32_t) + statistics.size() * sizeof(double)) +
            valued.size() * sizeof(std::uint32_t) + statistics.size() * sizeof(ValueStatistic);
  }
  std::uint64_t samples() const { return first_value.back() * valued.size(); }

  std::size_t collectors;
  std::vector<ValueStatistic> statistics;
  std::vector<std::uint32_t> valued;  ///< quantities whose values are wanted
  std::vector<std::uint32_t> first{0};
  std::vector<std::uint64_t> first_value{0};  ///< places of the zones' values
  std::uint64_t most_values = 0;              ///< of a zone
  std::size_t bytes = 0;
};

class ZonesOnCard : public KeptZones {
 public:
  /// Gives arrays.bytes back to the budget in the end; the caller has taken them. A lane does with slices of
  /// at most `share` bytes.
  ZonesOnCard(const Coverage& coverage, ZoneArrays arrays, std::size_t quantities, int card, Lanes& lanes,
              Budget& budget, std::size_t share)
      : held_(budget, arrays.bytes),
        coverage_(coverage),
        arrays_(std::move(arrays)),
        quantities_(quantities),
        card_(card),
        lanes_(lanes),
        share_(share) {
    const Lanes::Taken lane(lanes, card);
    view_.spans = lane->upload(spans_, coverage.all_spans(), "zones");
    view_.weights = lane->upload(weights_, coverage.weights(), "zones");
    view_.first = lane->upload(first_, arrays_.first, "zones");
    view_.zones = static_cast<std::uint32_t>(coverage.zones());
    view_.quantities = static_cast<std::uint32_t>(quantities);
    moments_.room(std::max<std::size_t>(arrays_.collectors, 1));
    if (!arrays_.valued.empty()) {
      values_.samples = samples_.room(std::max<std::size_t>(arrays_.samples(), 1));
      values_.first = lane->upload(first_value_, arrays_.first_value, "zones");
      values_.counts = counts_.room(std::max<std::size_t>(value_runs(), 1));
      values_.quantities = lane->upload(valued_, arrays_.valued, "statistics");
      values_.statistics = lane->upload(statistics_, arrays_.statistics, "statistics");
      values_.results = results_.room(std::max<std::size_t>(coverage.zones() * arrays_.statistics.size(), 1));
      values_.quantity_count = static_cast<std::uint32_t>(arrays_.valued.size());
      values_.statistic_count = static_cast<std::uint32_t>(arrays_.statistics.size());
    }
    lane->stream.wait("copying zones to the card");
  }

  void start() override {
    const Lanes::Taken lane(lanes_, card_);
    launch(clear_moments, arrays_.collectors, lane->stream, "zones", moments_.data(), arrays_.collectors);
    launch(clear_counts, value_runs(), lane->stream, "zones", values_.counts, value_runs());
    lane->stream.wait("clearing sums");
  }

  void add(const Program& program, const StoredTile& inputs) override {
    const ProgramArrays formula(program);
    const Window& window = inputs.window();
    Tile results;
    if (!formula.fits) CpuBackend().evaluate_stored(program, inputs, results);
    const Lanes::Taken lane(lanes_, card_);
    const std::size_t row_bytes = static_cast<std::size_t>(window.width) *
                                  (inputs.planes() * sizeof(std::uint16_t) + quantities_ * sizeof(float));
    in_slices(*lane, window.height, static_cast<std::int64_t>(share_ / std::max<std::size_t>(row_bytes, 1)),
              [&](std::int64_t row, std::int64_t rows) {
                const float* const planes =
                    formula.fits ? evaluate_rows(*lane, lane->upload(formula), inputs, row, rows)
                                 : upload_rows(*lane, results, row, rows);
                gather(*lane, planes, {window.col, window.row + row, window.width, rows});
              });
  }

  void finish(Gathering& gathering, std::span<double> values) override {
    const Lanes::Taken lane(lanes_, card_);
    std::vector<Moments> moments(arrays_.collectors);
    launch(read_zones, value_runs(), lane->stream, "statistics", values_, view_.zones);
    lane->copy_out(values.data(), values_.results, values.size(), "statistics");
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

  std::size_t value_runs() const { return coverage_.zones() * arrays_.valued.size(); }

  static float* upload_rows(Lane& lane, const Tile& values, std::int64_t row, std::int64_t rows) {
    const auto pixels = static_cast<std::size_t>(rows * values.window().width);
    float* const planes = lane.out.room(values.planes() * pixels);
    for (std::size_t k = 0; k < values.planes(); ++k)
      lane.copy_in(planes + k * pixels, values.view(k).row(row), pixels, "pixels");
    return planes;
  }

  void gather(Lane& lane, const float* planes, const Window& window) {
    kernels::GatherView view = view_;
    view.values = planes;
    view.window = window;
    launch(gather_zones, arrays_.collectors, lane.stream, "zones", view, moments_.data());
    launch(keep_zones, value_runs(), lane.stream, "zones", view, values_);
    lane.stream.wait("gathering zones");
  }

  Held held_;
  const Coverage& coverage_;
  ZoneArrays arrays_;
  std::size_t quantities_;
  int card_;
  Lanes& lanes_;
  std::size_t share_;
  kernels::GatherView view_;
  kernels::ValuesView values_;
  CardMemory<Span> spans_;
  CardMemory<float> weights_;
  CardMemory<std::uint32_t> first_, counts_, valued_;
  CardMemory<std::uint64_t> first_value_;
  CardMemory<Moments> moments_;
  CardMemory<Sample> samples_;
  CardMemory<ValueStatistic> statistics_;
  CardMemory<double> results_;
};

}  // namespace isotherm::gpu
