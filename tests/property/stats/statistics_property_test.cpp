// Laws of the statistics on random and hostile data, against two-pass and brute-force oracles in long double.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "isotherm/stats/statistics.h"

namespace isotherm {
namespace {

using Random = std::mt19937_64;

float uniform(Random& random, float low, float high) {
  return std::uniform_real_distribution<float>(low, high)(random);
}

std::vector<Sample> random_samples(Random& random, std::size_t count, float base, float spread) {
  std::vector<Sample> samples(count);
  for (Sample& s : samples) {
    s.value = base + uniform(random, -spread, spread);
    s.weight = random() % 3 == 0 ? 1.0f : uniform(random, 1e-3f, 1.0f);
    if (random() % 4 == 0) s.value = samples.front().value;  // ties
  }
  return samples;
}

Moments moments_of(std::span<const Sample> samples) {
  Moments moments;
  for (const Sample& s : samples) moments.add(s.value, s.weight);
  return moments;
}

struct Oracle {
  long double weight = 0, sum = 0, mean = 0, variance = 0;
};

Oracle two_pass(std::span<const Sample> samples) {
  Oracle oracle;
  for (const Sample& s : samples) {
    oracle.weight += static_cast<long double>(s.weight);
    oracle.sum += static_cast<long double>(s.weight) * static_cast<long double>(s.value);
  }
  oracle.mean = oracle.sum / oracle.weight;
  for (const Sample& s : samples) {
    const long double off = static_cast<long double>(s.value) - oracle.mean;
    oracle.variance += static_cast<long double>(s.weight) * off * off / oracle.weight;
  }
  return oracle;
}

void expect_near(double value, long double truth, long double scale, double tolerance) {
  EXPECT_NEAR(static_cast<double>((static_cast<long double>(value) - truth) / scale), 0, tolerance);
}

TEST(MomentsProperty, AgreesWithTwoPassesOnHostileData) {
  Random random(1);
  // A large offset beside a small spread: a sum of squares would lose every digit of the variance (1e16
  // against 1e2).
  const std::pair<float, float> data[] = {{0, 1},        {300, 5},         {1e8f, 40},
                                          {-1e8f, 1000}, {1e-20f, 1e-21f}, {0, 1e15f}};
  for (const auto& [base, spread] : data) {
    for (const std::size_t count : {1u, 2u, 20u, 1000u, 100000u}) {
      const std::vector<Sample> samples = random_samples(random, count, base, spread);
      const Moments moments = moments_of(samples);
      const Oracle oracle = two_pass(samples);
      const long double size = std::abs(static_cast<long double>(base)) + static_cast<long double>(spread);
      expect_near(moments.weight, oracle.weight, oracle.weight, 1e-12);
      expect_near(moments.sum(), oracle.sum, oracle.weight * size, 1e-12);
      expect_near(moments.mean(), oracle.mean, size, 1e-13);
      // The running mean is off by eps x size, which the variance feels against its own root.
      const long double spread_squared =
          oracle.variance + static_cast<long double>(spread) * static_cast<long double>(spread);
      expect_near(moments.variance(), oracle.variance, spread_squared, 1e-7);
      EXPECT_EQ(moments.pixels, count);
    }
  }
}

TEST(MomentsProperty, MergeOfPartsIsTheWhole) {
  Random random(2);
  for (int round = 0; round < 500; ++round) {
    const std::vector<Sample> samples = random_samples(random, 1 + random() % 300, 280, 30);
    const Moments whole = moments_of(samples);
    Moments merged;
    for (std::size_t from = 0; from < samples.size();) {
      const std::size_t to = std::min(samples.size(), from + random() % 40);  // empty parts among them
      merged.merge(moments_of(std::span(samples).subspan(from, to - from)));
      from = to;
    }
    EXPECT_NEAR(merged.weight, whole.weight, 1e-12 * whole.weight);
    EXPECT_NEAR(merged.mean(), whole.mean(), 1e-11);
    EXPECT_NEAR(merged.variance(), whole.variance(), 1e-10 * (1 + whole.variance()));
    EXPECT_NEAR(merged.sum(), whole.sum(), 1e-12 * std::abs(whole.sum()));
    EXPECT_EQ(merged.min, whole.min);
    EXPECT_EQ(merged.max, whole.max);
    EXPECT_EQ(merged.pixels, whole.pixels);
  }
}

TEST(MomentsProperty, EmptyIsNeutralAndOrderHardlyMatters) {
  Random random(3);
  for (int round = 0; round < 500; ++round) {
    const Moments a = moments_of(random_samples(random, 1 + random() % 50, 1e8f, 100));
    const Moments b = moments_of(random_samples(random, 1 + random() % 50, 1e8f, 100));
    Moments with_empty = a, from_empty, ab = a, ba = b;
    with_empty.merge(Moments());
    from_empty.merge(a);
    for (const Moments& same : {with_empty, from_empty}) {
      EXPECT_EQ(same.weight, a.weight);
      EXPECT_EQ(same.mean(), a.mean());
      EXPECT_EQ(same.variance(), a.variance());
      EXPECT_EQ(same.min, a.min);
      EXPECT_EQ(same.pixels, a.pixels);
    }
    ab.merge(b);
    ba.merge(a);
    EXPECT_EQ(ab.weight, ba.weight);
    EXPECT_NEAR(ab.sum(), ba.sum(), 1e-14 * std::abs(ab.sum()));
    EXPECT_NEAR(ab.mean(), ba.mean(), 1e-7);  // a unit in the last place at 1e8 is 1.5e-8
    EXPECT_NEAR(ab.variance(), ba.variance(), 1e-9 * ab.variance());
  }
}

/// The definition taken literally: the mean of the staircase, its steps cut to the window one by one.
long double quantile_oracle(std::vector<Sample> samples, long double p) {
  std::stable_sort(samples.begin(), samples.end(),
                   [](const Sample& a, const Sample& b) { return a.value < b.value; });
  long double total = 0, squares = 0;
  for (const Sample& s : samples) {
    const long double w = static_cast<long double>(s.weight);
    total += w;
    squares += w * w;
  }
  const long double effective = total * total / squares;  // Kish's sample size
  const long double from = p * (effective - 1) / effective, to = from + 1 / effective;
  long double integral = 0, reached = 0;
  for (const Sample& s : samples) {
    const long double next = reached + static_cast<long double>(s.weight) / total;
    integral +=
        static_cast<long double>(s.value) * std::max(0.0L, std::min(next, to) - std::max(reached, from));
    reached = next;
  }
  return integral * effective;
}

TEST(QuantileProperty, IsTheMeanOfTheStaircaseOverItsWindow) {
  Random random(4);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Sample> samples = random_samples(random, 1 + random() % 60, 300, 20);
    const std::vector<double> probabilities{
        0, 0.001, 0.1, 0.25, 0.5, static_cast<double>(uniform(random, 0, 1)), 0.9, 1};
    const std::vector<Sample> kept = samples;
    const std::vector<double> quantiles = weighted_quantiles(samples, probabilities);
    for (std::size_t k = 0; k < quantiles.size(); ++k) {
      ASSERT_NEAR(quantiles[k],
                  static_cast<double>(quantile_oracle(kept, static_cast<long double>(probabilities[k]))),
                  1e-10);
    }
  }
}

TEST(QuantileProperty, EqualWeightsGiveTypeSeven) {
  Random random(5);
  for (int round = 0; round < 1000; ++round) {
    std::vector<Sample> samples = random_samples(random, 1 + random() % 60, 0, 10);
    const float weight = uniform(random, 0.01f, 1.0f);
    std::vector<double> values;
    for (Sample& s : samples) {
      s.weight = weight;
      values.push_back(static_cast<double>(s.value));
    }
    std::sort(values.begin(), values.end());
    for (const double p : {0.0, 0.05, 0.25, 0.5, 0.777, 0.9, 1.0}) {
      const double h = p * static_cast<double>(values.size() - 1);
      const auto low = static_cast<std::size_t>(h);
      const double high = values[std::min(low + 1, values.size() - 1)];
      const double expected = values[low] + (h - std::floor(h)) * (high - values[low]);
      ASSERT_NEAR(weighted_quantiles(samples, std::array{p})[0], expected, 1e-11);
    }
  }
}

TEST(QuantileProperty, OrderOfArrivalDoesNotMatterToTheBit) {
  Random random(6);
  const std::vector<double> probabilities{0.1, 0.5, 0.9};
  for (int round = 0; round < 500; ++round) {
    std::vector<Sample> samples = random_samples(random, 40, 10, 1);
    std::vector<Sample> shuffled = samples;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_EQ(weighted_quantiles(samples, probabilities), weighted_quantiles(shuffled, probabilities));
  }
}

TEST(QuantileProperty, RisesWithTheProbabilityAndStaysWithinTheValues) {
  Random random(7);
  std::vector<double> probabilities;
  for (int k = 0; k <= 100; ++k) probabilities.push_back(k / 100.0);
  for (int round = 0; round < 500; ++round) {
    std::vector<Sample> samples = random_samples(random, 1 + random() % 30, 0, 1);
    const Moments moments = moments_of(samples);
    const std::vector<double> quantiles = weighted_quantiles(samples, probabilities);
    for (std::size_t k = 1; k < quantiles.size(); ++k) ASSERT_GE(quantiles[k], quantiles[k - 1] - 1e-14);
    ASSERT_GE(quantiles.front(), static_cast<double>(moments.min) - 1e-14);
    ASSERT_LE(quantiles.back(), static_cast<double>(moments.max) + 1e-14);
  }
}

TEST(QuantileProperty, ScalingAllWeightsChangesNothing) {
  Random random(8);
  const std::vector<double> probabilities{0, 0.1, 0.5, 0.9, 1};
  for (int round = 0; round < 300; ++round) {
    std::vector<Sample> samples = random_samples(random, 30, 10, 5), scaled = samples;
    for (Sample& s : scaled) s.weight *= 0.125f;  // a power of two, exact
    ASSERT_EQ(weighted_quantiles(samples, probabilities), weighted_quantiles(scaled, probabilities));
  }
}

TEST(QuantileProperty, IsContinuousInTheWeights) {
  Random random(9);
  const std::vector<double> probabilities{0.1, 0.5, 0.9};
  for (int round = 0; round < 300; ++round) {
    std::vector<Sample> samples = random_samples(random, 20, 0, 10);
    std::vector<Sample> more = samples;
    more.push_back({uniform(random, -10, 10), 1e-6f});
    const auto before = weighted_quantiles(samples, probabilities),
               after = weighted_quantiles(more, probabilities);
    for (std::size_t k = 0; k < before.size(); ++k) ASSERT_NEAR(before[k], after[k], 1e-3);
  }
}

}  // namespace
}  // namespace isotherm
