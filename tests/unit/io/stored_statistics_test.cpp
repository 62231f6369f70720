#include "../../../src/io/stored_statistics.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace isotherm {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

StoredStatistics of_floats(const std::vector<std::vector<float>>& rows) {
  StoredStatistics::Tile tile;
  for (const std::vector<float>& row : rows) tile.add_floats(row);
  StoredStatistics all;
  all.add(tile);
  return all;
}

TEST(StoredStatistics, OfAFewFloatsByHand) {
  // 1, 2, 4, 5 and a missing one, in rows whose lengths are no multiple of four.
  const StoredStatistics some = of_floats({{kNan, 1, 2, 4, 5}, {}});
  EXPECT_EQ(some.count(), 4);
  EXPECT_EQ(some.minimum(), 1);
  EXPECT_EQ(some.maximum(), 5);
  EXPECT_DOUBLE_EQ(some.mean(), 3);
  EXPECT_DOUBLE_EQ(some.standard_deviation(), std::sqrt(2.5));  // squares 4 + 1 + 1 + 4 over four
  EXPECT_DOUBLE_EQ(some.valid_percent(), 80);
  EXPECT_EQ(of_floats({{kNan, kNan, kNan, kNan}, {kNan}}).count(), 0);
}

/// All lanes at once is only faster: the sums of number after number are the same bits, wherever pixels are
/// missing and however long the rows are.
TEST(StoredStatistics, FloatsAtOnceAreFloatsOneByOne) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    StoredStatistics::Tile at_once, one_by_one;
    const unsigned missing_of_ten = random() % 11;
    for (int row = 0; row < 5; ++row) {
      std::vector<float> numbers(random() % 23);
      for (float& number : numbers)
        number =
            random() % 10 < missing_of_ten ? kNan : static_cast<float>(random() % 20001) / 10000.0f - 1.0f;
      at_once.add_floats(numbers);
      one_by_one.add_row(std::span<const float>(numbers), [](float number) { return number != number; });
    }
    StoredStatistics fast, plain;
    fast.add(at_once);
    plain.add(one_by_one);
    const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
    ASSERT_EQ(fast.count(), plain.count());
    if (plain.count() == 0) continue;
    EXPECT_EQ(bits(fast.minimum()), bits(plain.minimum()));
    EXPECT_EQ(bits(fast.maximum()), bits(plain.maximum()));
    EXPECT_EQ(bits(fast.mean()), bits(plain.mean()));
    EXPECT_EQ(bits(fast.standard_deviation()), bits(plain.standard_deviation()));
    EXPECT_EQ(fast.valid_percent(), plain.valid_percent());
  }
}

}  // namespace
}  // namespace isotherm
