// What every backend must pass: the same suite for each row of the list.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "isotherm/backend/backend.h"

namespace isotherm {
namespace {

class BackendContract : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override {
    for (const BackendRow& row : backends()) {
      if (row.name != GetParam()) continue;
      if (!row.available()) GTEST_SKIP() << "backend " << row.name << " is not available on this machine";
      backend_ = row.make();
    }
    ASSERT_NE(backend_, nullptr);
  }
  std::unique_ptr<Backend> backend_;
};

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
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

INSTANTIATE_TEST_SUITE_P(All, BackendContract, testing::ValuesIn([] {
                           static const std::vector<std::string> names = backend_names();
                           return std::vector<std::string_view>(names.begin(), names.end());
                         }()),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace isotherm
