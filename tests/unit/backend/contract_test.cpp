// What every backend must pass: the same suite for each row of the list, and for the kernels of a GPU with
// the host in the place of the card.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "../../../src/backend/device_batch.h"
#include "isotherm/backend/backend.h"
#include "isotherm/backend/cpu.h"
#include "isotherm/core/rows.h"

namespace isotherm {
namespace {

/// What a GPU backend does around its kernels, with a loop where the card has threads.
class KernelsOnTheHost : public Backend {
 public:
  void evaluate(const Program& program, const Tile& inputs, Tile& outputs) override {
    const ProgramArrays arrays(program);
    ASSERT_TRUE(arrays.fits);
    outputs.reset(inputs.window(), program.outputs().size());
    for (std::size_t pixel = inputs.plane_size(); pixel-- > 0;)  // in no order that matters
      kernels::evaluate_pixel(arrays.view(), inputs.plane(0).data(), outputs.plane(0).data(),
                              inputs.plane_size(), pixel);
  }
  void evaluate_stored(const Program& program, const StoredTile& inputs, Tile& outputs) override {
    const ProgramArrays arrays(program);
    ASSERT_TRUE(arrays.fits);
    outputs.reset(inputs.window(), program.outputs().size());
    for (std::size_t pixel = inputs.plane_size(); pixel-- > 0;)
      kernels::evaluate_stored_pixel(arrays.view(), inputs.view(), outputs.plane(0).data(), pixel);
  }
  void gather(const Coverage& coverage, const Tile& values, Gathering& gathering) override {
    for (std::size_t zone = 0; zone < coverage.zones();) {
      GatherArrays arrays(coverage, values, gathering, zone, 10'000);
      zone = arrays.end_zone;
      const kernels::GatherView view = arrays.view(values);
      for (std::size_t thread = arrays.moments.size(); thread-- > 0;)
        kernels::gather_zone(view, static_cast<std::uint32_t>(thread / view.quantities),
                             static_cast<std::uint32_t>(thread % view.quantities), arrays.moments[thread]);
      arrays.finish(coverage, values, gathering);
    }
  }
};

constexpr std::string_view kKernels = "kernels_on_the_host";

class BackendContract : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    if (GetParam() == kKernels) {
      backend_ = std::make_unique<KernelsOnTheHost>();
      return;
    }
    const BackendRow& row = row_named(backends(), GetParam(), "backend");
    if (const std::string trouble = row.trouble(); !trouble.empty()) GTEST_SKIP() << trouble;
    backend_ = row.make({});
  }
  /// The same bits as the processor's; `ours` stays for further looks.
  void expect_processors_gathering(const Coverage& coverage, const Tile& tile, bool values, Gathering& ours);

  std::unique_ptr<Backend> backend_;
};

std::vector<std::string> backend_names() {
  std::vector<std::string> names{std::string(kKernels)};
  for (const BackendRow& row : backends()) names.emplace_back(row.name);
  return names;
}

/// Random triangles and squares over a raster, some outside it.
Coverage random_zones(std::mt19937& random, Window raster, int count) {
  std::uniform_real_distribution<double> x(-5, static_cast<double>(raster.width) + 5);
  std::uniform_real_distribution<double> y(-5, static_cast<double>(raster.height) + 5);
  CoverageBuilder builder(raster, CoverageRule::exact);
  for (int k = 0; k < count; ++k) {
    const Ring ring{{x(random), y(random)}, {x(random), y(random)}, {x(random), y(random)}};
    builder.add(std::span<const Point>(ring));
  }
  return builder.finish();
}

Tile random_tile(std::mt19937& random, Window window, std::size_t planes) {
  Tile tile(window, planes);
  std::normal_distribution<float> value(300, 10);
  for (std::size_t k = 0; k < planes; ++k) {
    for (float& v : tile.plane(k)) v = random() % 7 == 0 ? std::nanf("") : value(random);
  }
  return tile;
}

Tile rows_of(const Tile& tile, std::int64_t first, std::int64_t rows) {
  const Window& all = tile.window();
  Tile part({all.col, all.row + first, all.width, rows}, tile.planes());
  for (std::size_t k = 0; k < tile.planes(); ++k) {
    std::copy_n(tile.plane(k).data() + first * all.width, rows * all.width, part.plane(k).data());
  }
  return part;
}

TEST_P(BackendContract, GatherAgreesWithALongDoubleSum) {
  std::mt19937 random(11);
  const Window raster{0, 0, 83, 61};
  const Coverage coverage = random_zones(random, raster, 60);
  const Tile tile = random_tile(random, raster, 2);
  Gathering gathering;
  gathering.reset(coverage, 2, true);
  backend_->gather(coverage, tile, gathering);
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    for (std::size_t q = 0; q < 2; ++q) {
      long double weight = 0, sum = 0, squares = 0;
      std::uint64_t pixels = 0;
      for (const Span& span : coverage.spans(zone)) {
        for (std::int32_t k = 0; k < span.count; ++k) {
          const float value = tile.view(q).at(span.col + k, span.row);
          if (std::isnan(value)) continue;
          const float w = span.weights == Span::kFull
                              ? 1.0f
                              : coverage.weights()[span.weights + static_cast<std::uint32_t>(k)];
          weight += static_cast<long double>(w);
          sum += static_cast<long double>(w) * static_cast<long double>(value);
          squares +=
              static_cast<long double>(w) * static_cast<long double>(value) * static_cast<long double>(value);
          ++pixels;
        }
      }
      Collector& collector = gathering.collector(zone, q);
      const Moments& moments = collector.moments();
      EXPECT_EQ(moments.pixels, pixels);
      EXPECT_EQ(collector.samples().size(), pixels);
      // Doubles over a few thousand additions of one sign lose about 1e-13 relative.
      EXPECT_NEAR(moments.weight, static_cast<double>(weight), 1e-12 * (1 + static_cast<double>(weight)));
      if (pixels == 0) continue;
      const long double mean = sum / weight;
      EXPECT_NEAR(moments.mean(), static_cast<double>(mean), 1e-10);
      EXPECT_NEAR(moments.variance(), static_cast<double>(squares / weight - mean * mean), 1e-8);
    }
  }
}

TEST_P(BackendContract, StripsOfAnyHeightGiveTheSameBits) {
  std::mt19937 random(12);
  const Window raster{0, 0, 57, 49};
  const Coverage coverage = random_zones(random, raster, 80);
  const Tile tile = random_tile(random, raster, 3);
  Gathering whole;
  whole.reset(coverage, 3, false);
  backend_->gather(coverage, tile, whole);
  for (std::int64_t height : {1, 7, 48}) {
    Gathering strips;
    strips.reset(coverage, 3, false);
    for (std::int64_t row = 0; row < raster.height; row += height) {
      backend_->gather(coverage, rows_of(tile, row, std::min(height, raster.height - row)), strips);
    }
    for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
      for (std::size_t q = 0; q < 3; ++q) {
        const Moments& a = whole.collector(zone, q).moments();
        const Moments& b = strips.collector(zone, q).moments();
        EXPECT_EQ(a.weight, b.weight);
        EXPECT_EQ(a.mean(), b.mean());
        EXPECT_EQ(a.squares, b.squares);
        EXPECT_EQ(a.sum(), b.sum());
        EXPECT_EQ(a.min, b.min);
        EXPECT_EQ(a.max, b.max);
      }
    }
  }
}

TEST_P(BackendContract, AGatheringStartsAfreshAfterReset) {
  std::mt19937 random(13);
  const Window raster{0, 0, 20, 20};
  const Coverage many = random_zones(random, raster, 30), few = random_zones(random, raster, 5);
  const Tile tile = random_tile(random, raster, 1);
  Gathering used, fresh;
  used.reset(many, 1, true);
  backend_->gather(many, tile, used);
  used.reset(few, 1, true);
  backend_->gather(few, tile, used);
  fresh.reset(few, 1, true);
  backend_->gather(few, tile, fresh);
  for (std::size_t zone = 0; zone < few.zones(); ++zone) {
    EXPECT_EQ(used.collector(zone, 0).moments().sum(), fresh.collector(zone, 0).moments().sum());
    EXPECT_EQ(used.collector(zone, 0).samples().size(), fresh.collector(zone, 0).samples().size());
  }
  used.reset(few, 1, false);
  backend_->gather(few, tile, used);
  EXPECT_TRUE(used.collector(0, 0).samples().empty()) << "samples were not asked for this time";
}

TEST_P(BackendContract, EvaluatesEveryOutputOverTheWindow) {
  Scene scene;
  scene.id = "made";
  for (const char* name : {"red", "nir08"}) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  const std::vector<std::string> wanted{"ndvi", "red"};
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  const Program program = compile(wanted, scope, scene);
  ASSERT_EQ(program.inputs().size(), 2u);
  Tile inputs({5, 6, 3, 1}, 2), outputs;
  const std::size_t red = program.inputs()[0] == "red" ? 0 : 1;
  const float reds[] = {0.1f, 0.2f, std::nanf("")}, nirs[] = {0.3f, 0.2f, 0.5f};
  std::copy_n(reds, 3, inputs.plane(red).data());
  std::copy_n(nirs, 3, inputs.plane(1 - red).data());
  backend_->evaluate(program, inputs, outputs);
  ASSERT_EQ(outputs.planes(), 2u);
  EXPECT_EQ(outputs.window(), inputs.window());
  EXPECT_FLOAT_EQ(outputs.plane(0)[0], 0.5f);
  EXPECT_EQ(outputs.plane(0)[1], 0.0f);
  EXPECT_TRUE(std::isnan(outputs.plane(0)[2]));
  EXPECT_EQ(outputs.plane(1)[0], 0.1f);
  EXPECT_TRUE(std::isnan(outputs.plane(1)[2]));
}

/// Bits of the moments of two gatherings.
void expect_same_sums(Gathering& a, Gathering& b) {
  ASSERT_EQ(a.zones(), b.zones());
  for (std::size_t zone = 0; zone < a.zones(); ++zone) {
    EXPECT_EQ(a.next_span(zone), b.next_span(zone));
    for (std::size_t q = 0; q < a.quantities(); ++q) {
      const Moments &x = a.collector(zone, q).moments(), &y = b.collector(zone, q).moments();
      ASSERT_EQ(x.pixels, y.pixels) << "zone " << zone << ", quantity " << q;
      EXPECT_EQ(x.weight, y.weight);
      EXPECT_EQ(x.shift, y.shift);
      EXPECT_EQ(x.offsets, y.offsets);
      EXPECT_EQ(x.squares, y.squares);
      EXPECT_EQ(x.min, y.min);
      EXPECT_EQ(x.max, y.max);
    }
  }
}

/// Bits of the moments and values of two gatherings.
void expect_same(Gathering& a, Gathering& b) {
  expect_same_sums(a, b);
  for (std::size_t zone = 0; zone < a.zones(); ++zone) {
    for (std::size_t q = 0; q < a.quantities(); ++q) {
      const auto s = a.collector(zone, q).samples(), t = b.collector(zone, q).samples();
      ASSERT_EQ(s.size(), t.size());
      for (std::size_t k = 0; k < s.size(); ++k) {
        EXPECT_EQ(s[k].value, t[k].value);
        EXPECT_EQ(s[k].weight, t[k].weight);
      }
    }
  }
}

void BackendContract::expect_processors_gathering(const Coverage& coverage, const Tile& tile, bool values,
                                                  Gathering& ours) {
  CpuBackend processor;
  Gathering theirs;
  ours.reset(coverage, tile.planes(), values);
  theirs.reset(coverage, tile.planes(), values);
  backend_->gather(coverage, tile, ours);
  processor.gather(coverage, tile, theirs);
  expect_same(ours, theirs);
}

/// A raster, how many zones lie over it, and how many quantities there are.
struct Shape {
  Window raster;
  int zones;
  std::size_t quantities;
};

// One-pixel rasters, nothing a multiple of anything, one zone over all, nothing but missing pixels: the bits
// are the processor's.
TEST_P(BackendContract, GathersTheProcessorsBits) {
  std::mt19937 random(14);
  for (const Shape& shape : {Shape{{0, 0, 1, 1}, 3, 1}, Shape{{0, 0, 31, 1}, 9, 2},
                             Shape{{0, 0, 1, 67}, 9, 3}, Shape{{0, 0, 129, 97}, 700, 5}}) {
    Coverage coverage = random_zones(random, shape.raster, shape.zones);
    for (const bool missing : {false, true}) {
      Tile tile = random_tile(random, shape.raster, shape.quantities);
      if (missing) std::fill(tile.plane(0).begin(), tile.plane(0).end(), std::nanf(""));
      Gathering ours;
      expect_processors_gathering(coverage, tile, true, ours);
    }
  }
}

TEST_P(BackendContract, OneZoneOverEverything) {
  std::mt19937 random(15);
  const Window raster{0, 0, 301, 211};
  CoverageBuilder builder(raster, CoverageRule::exact);
  const Ring ring{{-3, -3}, {310.5, -3}, {310.5, 210.5}, {-3, 210.5}};
  builder.add(std::span<const Point>(ring));
  const Coverage coverage = builder.finish();
  Gathering ours;
  expect_processors_gathering(coverage, random_tile(random, raster, 2), false, ours);
}

// A million cells a little larger than a pixel, on a raster that is no multiple of anything.
TEST_P(BackendContract, AMillionZones) {
  std::mt19937 random(19);
  const Window raster{0, 0, 1101, 1103};
  CoverageBuilder builder(raster, CoverageRule::exact);
  constexpr double kSide = 1.1;
  for (int row = 0; row < 1000; ++row) {
    for (int col = 0; col < 1000; ++col) {
      const double x = 0.3 + kSide * col, y = 0.7 + kSide * row;
      const Ring cell{{x, y}, {x + kSide, y}, {x + kSide, y + kSide}, {x, y + kSide}};
      builder.add(std::span<const Point>(cell));
    }
  }
  const Coverage coverage = builder.finish();
  ASSERT_EQ(coverage.zones(), 1'000'000u);
  const Tile tile = random_tile(random, raster, 2);
  Gathering ours;
  expect_processors_gathering(coverage, tile, false, ours);
  double weight = 0;
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone)
    weight += ours.collector(zone, 0).moments().weight;
  const auto valid = std::ranges::count_if(tile.plane(0), [](float v) { return !std::isnan(v); });
  EXPECT_LT(weight, static_cast<double>(valid));
  EXPECT_GT(weight, 0.99 * static_cast<double>(valid)) << "all but a rim of the raster lies in a cell";
}

// Every catalogue index that a Level-2 scene allows, over random pixels with gaps. Functions such as log may
// differ by the units in the last place that the device's library states: 4 of float32, which the next steps
// of a formula may widen to 1e-5 relative.
TEST_P(BackendContract, EvaluatesTheCatalogueAsTheProcessorDoes) {
  Scene scene;
  scene.id = "made";
  for (const char* name : {"coastal", "blue", "green", "red", "nir08", "swir16", "swir22"}) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  const float widest = GetParam() == "cuda" ? 1e-5f : 0.0f;
  const std::vector<std::string> wanted = possible_indices(Catalogue::builtin(), scene);
  ASSERT_GT(wanted.size(), 20u);
  std::mt19937 random(16);
  std::uniform_real_distribution<float> reflectance(-0.1f, 1.2f);
  for (const std::string& name : wanted) {
    const Program program = compile(std::vector<std::string>{name}, scope, scene);
    Tile inputs({0, 0, 37, 23}, program.inputs().size()), ours, theirs;
    for (std::size_t k = 0; k < inputs.planes(); ++k)
      for (float& v : inputs.plane(k)) v = random() % 9 == 0 ? std::nanf("") : reflectance(random);
    CpuBackend processor;
    backend_->evaluate(program, inputs, ours);
    processor.evaluate(program, inputs, theirs);
    for (std::size_t pixel = 0; pixel < inputs.plane_size(); ++pixel) {
      const float a = ours.plane(0)[pixel], b = theirs.plane(0)[pixel];
      ASSERT_EQ(std::isnan(a), std::isnan(b)) << name;
      if (std::isnan(a)) continue;
      ASSERT_NEAR(a, b, widest * std::abs(b)) << name;
    }
  }
}

/// A Level-2 scene of two bands and a program over it.
Program program_of(const std::vector<std::string>& wanted) {
  Scene scene;
  scene.id = "made";
  for (const char* name : {"red", "nir08"}) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  return compile(wanted, scope, scene);
}

/// Random numbers of two bands under two quality planes; the scene ends inside the window.
StoredTile random_stored(std::mt19937& random, Window window) {
  const Window inside = intersect(window, {window.col + 2, window.row + 1, window.width, window.height - 2});
  StoredQuality cloud, saturated;
  cloud.test.any = 1u << 3;
  cloud.test.fields = 1;
  cloud.test.field[0] = {8, 3};
  saturated.any = 1u << 4;
  StoredTile stored;
  stored.reset(window, inside, {{2.75e-5, -0.2, 0, 1, 65455}, {2.75e-5, -0.2, 0, 7273, 43636}},
               {cloud, saturated});
  for (std::size_t k = 0; k < stored.planes(); ++k) {
    for (std::uint16_t& number : stored.plane(k)) number = static_cast<std::uint16_t>(random());
  }
  return stored;
}

// By hand: 7273 decodes to 7273 x 2.75e-5 - 0.2 = 7.5e-6, 20000 to 0.35, 40000 to 0.9; 0 is no data, 65500
// outside the valid range, and bit 3 drops a pixel.
TEST_P(BackendContract, StoredNumbersAreMadePhysicalAndMasked) {
  const Program program = program_of({"red", "nir08"});
  StoredQuality quality;
  quality.any = 8;
  const Decoding rule{2.75e-5, -0.2, 0, 1, 65455};
  StoredTile stored;
  stored.reset({10, 20, 6, 1}, {10, 20, 5, 1}, {rule, rule}, {quality});
  const std::uint16_t red[] = {7273, 20000, 0, 65500, 20000, 20000},
                      nir[] = {40000, 40000, 40000, 40000, 40000, 1};
  const std::uint16_t bits[] = {0, 7, 0, 0, 8, 0};
  const std::size_t red_plane = program.inputs()[0] == "red" ? 0 : 1;
  std::copy_n(red, 6, stored.plane(red_plane).data());
  std::copy_n(nir, 6, stored.plane(1 - red_plane).data());
  std::copy_n(bits, 6, stored.plane(2).data());
  Tile out;
  backend_->evaluate_stored(program, stored, out);
  ASSERT_EQ(out.window(), stored.window());
  EXPECT_FLOAT_EQ(out.plane(0)[0], 7.5e-6f);
  EXPECT_FLOAT_EQ(out.plane(0)[1], 0.35f);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_FLOAT_EQ(out.plane(1)[k], 0.9f) << k;
  for (const std::size_t k : {2, 3, 4, 5}) EXPECT_TRUE(std::isnan(out.plane(0)[k])) << k;
  for (const std::size_t k : {4, 5}) EXPECT_TRUE(std::isnan(out.plane(1)[k])) << k;
}

TEST_P(BackendContract, EvaluatesStoredNumbersAsDecodedOnes) {
  std::mt19937 random(17);
  const Program program = program_of({"ndvi", "savi"});
  for (const Window window : {Window{0, 0, 3, 3}, Window{-4, 9, 61, 43}}) {
    const StoredTile stored = random_stored(random, window);
    CpuBackend processor;
    Tile decoded, ours, theirs;
    stored.decode_to(decoded);
    processor.evaluate(program, decoded, theirs);
    backend_->evaluate_stored(program, stored, ours);
    ASSERT_EQ(ours.window(), theirs.window());
    std::size_t numbers = 0;
    for (std::size_t k = 0; k < 2; ++k) {
      for (std::size_t pixel = 0; pixel < ours.plane_size(); ++pixel) {
        const float a = ours.plane(k)[pixel], b = theirs.plane(k)[pixel];
        ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << "pixel " << pixel;
        numbers += std::isnan(a) ? 0 : 1;
      }
    }
    EXPECT_LT(numbers, 2 * ours.plane_size());
    if (window.width > 3) {
      EXPECT_GT(numbers, 0u);
    }
  }
}

/// Statistics of values, of two of three quantities.
std::vector<Statistic> value_statistics() {
  std::vector<Statistic> statistics;
  for (const char* name : {"median", "p10", "p90", "mode", "minority", "variety", "p0", "p100"})
    statistics.push_back(parse_statistic(name));
  statistics.push_back(fraction_of(0.25));
  return statistics;
}

// Zones that a backend keeps, over several dates, each in strips: the bits of evaluating and gathering, and
// the statistics that collectors read. Rounded results make ties and classes.
TEST_P(BackendContract, KeptZonesGiveTheProcessorsBits) {
  std::mt19937 random(18);
  const Window raster{0, 0, 113, 90};
  const std::vector<Statistic> statistics = value_statistics();
  const Program program = program_of({"ndvi", "red", "nir08"});
  for (const bool values : {true, false}) {
    std::vector<ValueStatistic> wanted;
    for (const std::uint32_t quantity : {2u, 0u}) {
      for (const Statistic& statistic : statistics)
        if (values) wanted.push_back({quantity, statistic.kind, statistic.number()});
    }
    const Coverage coverage = random_zones(random, {0, 0, 40, 90}, 300);
    const std::unique_ptr<KeptZones> zones = backend_->keep(coverage, 3, wanted);
    if (zones == nullptr) GTEST_SKIP() << "this backend keeps none";
    CpuBackend processor;
    for (int date = 0; date < 3; ++date) {
      Gathering ours, theirs;
      ours.reset(coverage, 3, false);
      theirs.reset(coverage, 3, true);
      zones->start();
      for (std::int64_t row = 0; row < raster.height; row += 37) {
        const StoredTile stored =
            random_stored(random, {0, row, raster.width, std::min<std::int64_t>(37, raster.height - row)});
        Tile decoded, results;
        stored.decode_to(decoded);
        processor.evaluate(program, decoded, results);
        processor.gather(coverage, results, theirs);
        zones->add(program, stored);
      }
      std::vector<double> found(coverage.zones() * wanted.size());
      zones->finish(ours, found);
      for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
        for (std::size_t k = 0; k < wanted.size(); ++k) {
          const Statistic& statistic = statistics[k % statistics.size()];
          double expected = 0;
          theirs.collector(zone, wanted[k].quantity).read({&statistic, 1}, 1, {&expected, 1});
          const double value = found[zone * wanted.size() + k];
          ASSERT_TRUE(value == expected || (std::isnan(value) && std::isnan(expected)))
              << "zone " << zone << ", " << statistic.name << ": " << value << " for " << expected;
        }
      }
      expect_same_sums(ours, theirs);
    }
  }
}

TEST(Backends, UnknownAndAbsentOnesAreRefusedByName) {
  BackendChoice choice;
  choice.name = "cudda";
  try {
    make_backend(choice);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("cuda"), std::string::npos);
  }
  for (const BackendRow& row : backends()) {
    const std::string trouble = row.trouble();
    if (trouble.empty()) continue;
    choice.name = row.name;
    try {
      make_backend(choice);
      FAIL() << row.name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find(trouble), std::string::npos);
    }
  }
  choice.name = "auto";
  EXPECT_NE(make_backend(choice), nullptr);
}

INSTANTIATE_TEST_SUITE_P(All, BackendContract, testing::ValuesIn([] {
                           static const std::vector<std::string> names = backend_names();
                           return std::vector<std::string_view>(names.begin(), names.end());
                         }()),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace isotherm
