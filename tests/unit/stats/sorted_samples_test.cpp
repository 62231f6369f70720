#include "isotherm/stats/sorted_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace isotherm {
namespace {

// A device's thread sorts as the host does: the order has no ties but of equal samples, so both leave the
// same bits. Sizes around the change from insertion to a heap, few different values and many.
TEST(SortAlone, LeavesWhatTheHostsSortLeaves) {
  std::mt19937 random(7);
  for (const std::size_t count : {0, 1, 2, 3, 23, 24, 25, 26, 100, 999, 4096}) {
    for (const unsigned kinds : {1u, 5u, 1'000'000u}) {
      std::vector<Sample> ours(count);
      for (Sample& sample : ours) {
        sample = {static_cast<float>(random() % kinds) - 2.5f, static_cast<float>(random() % 3 + 1) / 4};
      }
      std::vector<Sample> theirs = ours;
      sort_alone(ours.data(), count);
      sort_samples(theirs);
      for (std::size_t k = 0; k < count; ++k) {
        ASSERT_EQ(ours[k].value, theirs[k].value) << count << " samples, place " << k;
        ASSERT_EQ(ours[k].weight, theirs[k].weight);
      }
    }
  }
}

// 1 twice (weight 1.5 in all), 2 (weight 0.5), 4 (weight 2): total 4, s = (1 + 0.25 + 0.25 + 4) / 4 = 1.375.
// The median is the mean of the staircase over [1.3125, 2.6875]: 0.1875 of 1, 0.5 of 2 and 0.6875 of 4.
TEST(SortedSamples, StatisticsWorkedByHand) {
  std::vector<Sample> samples{{4, 2}, {1, 1}, {2, 0.5f}, {1, 0.5f}};
  sort_samples(samples);
  const SortedSamples sorted(samples.data(), samples.size());
  EXPECT_DOUBLE_EQ(sorted.read(StatisticKind::quantile, 0.5), (0.1875 * 1 + 0.5 * 2 + 0.6875 * 4) / 1.375);
  EXPECT_EQ(sorted.read(StatisticKind::mode, 0), 4);
  EXPECT_EQ(sorted.read(StatisticKind::minority, 0), 2);
  EXPECT_EQ(sorted.read(StatisticKind::variety, 0), 3);
  EXPECT_EQ(sorted.read(StatisticKind::fraction, 1), 1.5 / 4);
  EXPECT_EQ(sorted.read(StatisticKind::fraction, 3), 0);
}

TEST(SortedSamples, OfNothingAreMissing) {
  const SortedSamples none(nullptr, 0);
  for (const StatisticKind kind :
       {StatisticKind::quantile, StatisticKind::mode, StatisticKind::minority, StatisticKind::fraction}) {
    EXPECT_TRUE(std::isnan(none.read(kind, 0.5)));
  }
  EXPECT_EQ(none.read(StatisticKind::variety, 0), 0);
}

}  // namespace
}  // namespace isotherm
