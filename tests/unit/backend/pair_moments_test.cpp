#include "../../../src/backend/pair_moments.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>
#include <vector>

namespace isotherm {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// What a run of pixels adds to two collections at once.
void add_run(const std::vector<float>& a, const std::vector<float>& b, const std::vector<float>& weights,
             Moments& into_a, Moments& into_b) {
  const auto count = static_cast<std::int32_t>(a.size());
  find_shift(a.data(), count, into_a);
  find_shift(b.data(), count, into_b);
  PairMoments sums(into_a, into_b);
  for (std::size_t k = 0; k < a.size(); ++k) sums.add(a[k], b[k], weights[k]);
  sums.read(into_a, into_b);
}

void expect_same_bits(const Moments& found, const Moments& expected) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  EXPECT_EQ(found.pixels, expected.pixels);
  EXPECT_EQ(bits(found.weight), bits(expected.weight));
  EXPECT_EQ(bits(found.shift), bits(expected.shift));
  EXPECT_EQ(bits(found.offsets), bits(expected.offsets));
  EXPECT_EQ(bits(found.squares), bits(expected.squares));
  EXPECT_EQ(found.min, expected.min);
  EXPECT_EQ(found.max, expected.max);
}

TEST(PairMoments, ByHand) {
  Moments a, b;
  add_run({kNan, 2, 4}, {1, kInfinity, 3}, {0.5f, 0.5f, 1}, a, b);
  // a: 2 with weight 1/2 and 4 with weight 1, about 2. b: 1 with weight 1/2 and 3 with weight 1, about 1.
  EXPECT_EQ(a.pixels, 2u);
  EXPECT_EQ(a.weight, 1.5);
  EXPECT_EQ(a.shift, 2);
  EXPECT_EQ(a.offsets, 2);
  EXPECT_EQ(a.squares, 4);
  EXPECT_EQ(b.sum(), 3.5);
  EXPECT_EQ(b.min, 1.0f);
  EXPECT_EQ(b.max, 3.0f);
}

/// The same bits as one pixel after the other, whatever is missing in either, in one run or in several.
TEST(PairMoments, TwoAtOnceAreOneByOne) {
  std::mt19937 random(5);
  const auto number = [&](unsigned missing_of_eight) {
    if (random() % 8 < missing_of_eight) return random() % 4 == 0 ? -kInfinity : kNan;
    return 280.0f + static_cast<float>(random() % 4000) / 100.0f;
  };
  for (int round = 0; round < 300; ++round) {
    Moments a, b, expected_a, expected_b;
    const unsigned missing_a = random() % 9, missing_b = random() % 9;
    for (int run = 0; run < 4; ++run) {
      std::vector<float> values_a(random() % 6), values_b(values_a.size()), weights(values_a.size());
      for (std::size_t k = 0; k < weights.size(); ++k) {
        values_a[k] = number(missing_a);
        values_b[k] = number(missing_b);
        weights[k] = static_cast<float>(1 + random() % 100) / 100.0f;
      }
      add_run(values_a, values_b, weights, a, b);
      const auto count = static_cast<std::int32_t>(weights.size());
      expected_a.add_run(values_a.data(), weights.data(), count);
      expected_b.add_run(values_b.data(), weights.data(), count);
    }
    expect_same_bits(a, expected_a);
    expect_same_bits(b, expected_b);
  }
}

}  // namespace
}  // namespace isotherm
