// The GPU backend at the ends of a card: little memory, none, calls that fail, several cards, several
// workers. What it answers otherwise is in the contract suite, which this program runs as well.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>

#include "isotherm/backend/cpu.h"
#include "isotherm/backend/cuda.h"
#include "isotherm/core/error.h"
#include "simulated_card.h"

namespace isotherm {
namespace {

constexpr std::size_t kMegabyte = 1'000'000;

/// A scene of two stored bands and quality over a window, small triangles over it, and a formula.
class CudaBackendOnACard : public testing::Test {
 protected:
  void SetUp() override {
    simulated_card::set_up(2, 64 * kMegabyte);
    for (const char* name : {"red", "nir08"}) {
      Band band;
      band.name = name;
      scene_.bands.push_back(band);
    }
    FormulaScope scope;
    scope.catalogue = &Catalogue::builtin();
    program_ = compile(std::vector<std::string>{"ndvi", "red"}, scope, scene_);
    const Window window{3, 5, 211, 167};
    const Decoding reflectance{2.75e-5, -0.2, 0, 1, 65455, false};
    StoredQuality quality;
    quality.any = 1u << 3;
    stored_.reset(window, window, {reflectance, reflectance}, {quality});
    for (std::size_t k = 0; k < stored_.planes(); ++k) {
      for (std::uint16_t& number : stored_.plane(k)) number = static_cast<std::uint16_t>(random_());
    }
    stored_.decode_to(decoded_);
    CoverageBuilder builder({0, 0, 300, 300}, CoverageRule::exact);
    std::uniform_real_distribution<double> x(4, 183), y(6, 141), side(0, 30);
    for (int k = 0; k < 300; ++k) {
      const Point corner{x(random_), y(random_)};
      const Ring ring{corner, {corner.x + side(random_), corner.y}, {corner.x, corner.y + side(random_)}};
      builder.add(std::span<const Point>(ring));
    }
    coverage_ = builder.finish();
  }

  std::unique_ptr<Backend> backend(std::size_t memory, std::vector<std::string> gpus = {"0"}) {
    return make_cuda_backend({"cuda", std::move(gpus), memory});
  }

  /// All the ways through a backend, beside the processor's answers.
  void expect_right(Backend& backend) {
    CpuBackend processor;
    Tile ours, theirs;
    processor.evaluate(program_, decoded_, theirs);
    backend.evaluate(program_, decoded_, ours);
    expect_equal(ours, theirs);
    backend.evaluate_stored(program_, stored_, ours);
    expect_equal(ours, theirs);
    Gathering expected = gathering(), plain = gathering(), kept = gathering();
    processor.gather(coverage_, theirs, expected);
    backend.gather(coverage_, theirs, plain);
    expect_equal(plain, expected);
    const std::unique_ptr<KeptZones> zones = backend.keep(coverage_, 2, median_);
    if (zones == nullptr) return;
    std::vector<double> medians(coverage_.zones());
    zones->start();
    zones->add(program_, stored_);
    zones->finish(kept, medians);
    const Statistic median = parse_statistic("median");
    for (std::size_t zone = 0; zone < coverage_.zones(); ++zone) {
      double value = 0;
      expected.collector(zone, 1).read({&median, 1}, 1, {&value, 1});
      ASSERT_TRUE(medians[zone] == value || (std::isnan(medians[zone]) && std::isnan(value)));
    }
    expect_equal(kept, expected, false);
  }

  Gathering gathering() const {
    Gathering fresh;
    fresh.reset(coverage_, 2, true);
    return fresh;
  }

  static void expect_equal(const Tile& a, const Tile& b) {
    ASSERT_EQ(a.planes(), b.planes());
    for (std::size_t k = 0; k < a.planes(); ++k) {
      for (std::size_t pixel = 0; pixel < a.plane_size(); ++pixel) {
        const float x = a.plane(k)[pixel], y = b.plane(k)[pixel];
        ASSERT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << "plane " << k << ", pixel " << pixel;
      }
    }
  }

  static void expect_equal(Gathering& a, Gathering& b, bool values = true) {
    for (std::size_t zone = 0; zone < a.zones(); ++zone) {
      for (std::size_t q = 0; q < a.quantities(); ++q) {
        Collector &x = a.collector(zone, q), &y = b.collector(zone, q);
        ASSERT_EQ(x.moments().pixels, y.moments().pixels) << "zone " << zone;
        ASSERT_EQ(x.moments().offsets, y.moments().offsets);
        ASSERT_EQ(x.moments().squares, y.moments().squares);
        ASSERT_EQ(x.moments().weight, y.moments().weight);
        if (values) {
          ASSERT_EQ(x.samples().size(), y.samples().size());
        }
      }
    }
  }

  std::mt19937 random_{20};
  Scene scene_;
  Program program_;
  StoredTile stored_;
  Tile decoded_;
  Coverage coverage_;
  const std::vector<ValueStatistic> median_{{1, StatisticKind::quantile, 0.5}};
};

TEST_F(CudaBackendOnACard, SlicesOfAnySizeChangeNoBit) {
  for (const std::size_t memory : {std::size_t{1}, std::size_t{20'000}, std::size_t{300'000}, 40 * kMegabyte})
    expect_right(*backend(memory));
}

TEST_F(CudaBackendOnACard, TakesNoMoreThanItMay) {
  for (const std::size_t memory : {std::size_t{200'000}, kMegabyte, 8 * kMegabyte}) {
    simulated_card::set_up(1, 64 * kMegabyte);
    {
      const auto ours = backend(memory);
      for (int call = 0; call < 3; ++call) expect_right(*ours);  // each lane has done everything
    }
    EXPECT_LE(simulated_card::most_taken(), memory);
    EXPECT_EQ(simulated_card::taken(), 0u);
  }
}

TEST_F(CudaBackendOnACard, ACardWithoutRoomIsGivenSmallerSlices) {
  simulated_card::set_up(1, 250'000);  // less than what it was told it may take
  expect_right(*backend(64 * kMegabyte));
}

TEST_F(CudaBackendOnACard, ACardWithoutAnyRoomIsAClearError) {
  simulated_card::set_up(1, 100);
  const auto ours = backend(kMegabyte);
  Tile results;
  try {
    ours->evaluate_stored(program_, stored_, results);
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("--gpu-memory"), std::string::npos) << text;
    EXPECT_NE(text.find("cudaErrorMemoryAllocation"), std::string::npos) << text;
    EXPECT_NE(text.find("--backend cpu"), std::string::npos) << text;
  }
  EXPECT_EQ(ours->keep(coverage_, 2, {}), nullptr) << "no room is no error: the zones come with each call";
}

// Each call of the runtime fails once; the error names it, nothing leaks, and the backend goes on afterwards.
TEST_F(CudaBackendOnACard, AFailureNamesWhatWasBeingDoneAndLeavesNothingBehind) {
  for (const std::string call : {"kernel", "cudaMemcpyAsync", "cudaStreamSynchronize"}) {
    const auto ours = backend(8 * kMegabyte);
    for (int after : {0, 1, 2, 3}) {
      bool failed = false;
      simulated_card::fail(call, after, cudaErrorLaunchFailure);
      try {
        expect_right(*ours);
      } catch (const Error& error) {
        failed = true;
        EXPECT_EQ(error.kind(), ErrorKind::internal);
        EXPECT_NE(std::string(error.what()).find("cudaErrorLaunchFailure"), std::string::npos);
      }
      EXPECT_TRUE(failed) << call << " " << after;
      expect_right(*ours);
    }
  }
  EXPECT_EQ(simulated_card::taken(), 0u);
}

TEST_F(CudaBackendOnACard, WorkersAndCardsShareTheCallsOfOneRun) {
  const auto ours = backend(4 * kMegabyte, {"1", "0"});
  std::vector<std::thread> workers;
  for (int k = 0; k < 7; ++k) {
    workers.emplace_back([&] { expect_right(*ours); });
  }
  for (std::thread& worker : workers) worker.join();
}

// Once the zones are on the card, a date costs its stored numbers, and what comes back are sums.
TEST_F(CudaBackendOnACard, KeptZonesAreCopiedOnce) {
  const auto ours = backend(32 * kMegabyte);
  const auto zones = ours->keep(coverage_, 2, median_);
  ASSERT_NE(zones, nullptr);
  Gathering gathered = gathering();
  std::vector<double> medians(coverage_.zones());
  const std::size_t in = simulated_card::copied_in(), out = simulated_card::copied_out();
  for (int date = 0; date < 3; ++date) {
    zones->start();
    zones->add(program_, stored_);
    zones->finish(gathered, medians);
  }
  const std::size_t numbers = 3 * stored_.planes() * stored_.plane_size() * sizeof(std::uint16_t);
  EXPECT_GE(simulated_card::copied_in() - in, numbers);
  EXPECT_LT(simulated_card::copied_in() - in, numbers + 3 * 2000) << "and the program";
  EXPECT_EQ(simulated_card::copied_out() - out,
            3 * coverage_.zones() * (2 * sizeof(Moments) + sizeof(double)));
}

// One thread sorts the values of a zone; those of large zones are the processor's to sort.
TEST_F(CudaBackendOnACard, ZonesOfManyValuesAreNotKeptForTheirMedians) {
  CoverageBuilder builder({0, 0, 300, 300}, CoverageRule::exact);
  const Ring square{{10, 10}, {80, 10}, {80, 80}, {10, 80}};
  builder.add(std::span<const Point>(square));
  const Coverage coverage = builder.finish();
  const auto ours = backend(32 * kMegabyte);
  EXPECT_EQ(ours->keep(coverage, 2, median_), nullptr) << "4900 pixels";
  EXPECT_NE(ours->keep(coverage, 2, {}), nullptr);
}

TEST_F(CudaBackendOnACard, CardsThatAreNotThereAreRefused) {
  const auto refusal = [&](std::vector<std::string> gpus) -> std::string {
    try {
      backend(kMegabyte, std::move(gpus));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal({"2"}), "--gpu 2: not the number of a card; there are 2, counted from 0");
  EXPECT_EQ(refusal({"one"}), "--gpu one: not the number of a card; there are 2, counted from 0");
  EXPECT_EQ(refusal({"1", "1"}), "--gpu 1: this card is named twice");
  simulated_card::fail("cudaFuncGetAttributes", 1, cudaErrorNoKernelImageForDevice);
  EXPECT_EQ(refusal({"0", "1"}),
            "--gpu 1: simulated card (compute capability 9.0) cannot run the kernels of this program: "
            "cudaErrorNoKernelImageForDevice; ISOTHERM_CUDA_ARCHITECTURES names the cards it is built for");
  simulated_card::set_up(0, kMegabyte);
  EXPECT_NE(refusal({"0"}).find("cudaErrorNoDevice"), std::string::npos);
  EXPECT_FALSE(gpu_report().trouble.empty());
}

TEST_F(CudaBackendOnACard, ReportAndBandwidth) {
  const GpuReport report = gpu_report();
  EXPECT_EQ(report.trouble, "");
  ASSERT_EQ(report.cards.size(), 2u);
  EXPECT_EQ(report.cards[1].number, 1);
  EXPECT_EQ(report.cards[1].capability, "9.0");
  EXPECT_EQ(report.cards[1].memory, 64 * kMegabyte);
  // A byte is read and written in the millisecond that lies between two records.
  EXPECT_DOUBLE_EQ(gpu_copy_bandwidth(0, kMegabyte), 2e9);
  EXPECT_EQ(simulated_card::taken(), 0u);
}

}  // namespace
}  // namespace isotherm
