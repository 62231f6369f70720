// Values read again and again must give what values kept in memory give, to the last bit.
#include "isotherm/stats/sample_passes.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

namespace isotherm {
namespace {

std::vector<Statistic> all_sample_statistics() {
  std::vector<Statistic> statistics;
  for (const char* name :
       {"median", "p0", "p1", "p10", "p33.3", "p90", "p99.9", "p100", "mode", "minority", "variety"}) {
    statistics.push_back(parse_statistic(name));
  }
  for (const double category : {-2.0, 0.0, 1.0, 7.0, 1e9}) statistics.push_back(fraction_of(category));
  return statistics;
}

std::vector<double> kept(const std::vector<Sample>& samples, std::span<const Statistic> statistics) {
  Collector collector(true);
  for (const Sample& sample : samples) collector.add(sample.value, sample.weight);
  std::vector<double> values(statistics.size());
  collector.read(statistics, 1, values);
  return values;
}

struct InPasses {
  std::vector<double> values;
  int passes = 0;
};

/// `piece` samples are handed over at a time.
InPasses passed(const std::vector<Sample>& samples, std::size_t most, std::size_t piece,
                std::span<const Statistic> statistics) {
  InPasses result{std::vector<double>(statistics.size(), -1), 0};
  const SamplePass pass = [&](const SampleVisitor& visit) {
    ++result.passes;
    for (std::size_t k = 0; k < samples.size(); k += piece) {
      visit(std::span(samples).subspan(k, std::min(piece, samples.size() - k)));
    }
  };
  read_in_passes(pass, most, statistics, result.values);
  return result;
}

void expect_same_bits(const std::vector<double>& a, const std::vector<double>& b,
                      std::span<const Statistic> statistics, const std::string& where) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(a[k]), std::bit_cast<std::uint64_t>(b[k]))
        << statistics[k].name << " " << where << ": " << a[k] << " and " << b[k];
  }
}

TEST(SamplePasses, SameBitsAsKeptSamples) {
  const std::vector<Statistic> statistics = all_sample_statistics();
  std::mt19937 random(20);
  std::uniform_real_distribution<float> share(0.001f, 1.0f);
  for (int round = 0; round < 60; ++round) {
    const std::size_t count = 1 + random() % 3000;
    std::vector<Sample> samples;
    for (std::size_t k = 0; k < count; ++k) {
      float value = 0;
      switch (round % 4) {
        case 0:  // temperatures in steps of a 16-bit product
          value = static_cast<float>(30000 + random() % 400) * 0.00341802f + 149.0f;
          break;
        case 1:  // classes, negative ones and both zeros among them
          value = static_cast<float>(static_cast<int>(random() % 12)) - 3.0f;
          break;
        case 2:  // any size and sign
          value = std::ldexp(share(random) - 0.5f, static_cast<int>(random() % 200) - 100);
          break;
        default:  // nearly all the same
          value = random() % 50 == 0 ? 2.5f : 7.0f;
      }
      // Most pixels of a large zone are covered whole.
      samples.push_back({value, random() % 3 == 0 ? share(random) : 1.0f});
    }
    const std::vector<double> expected = kept(samples, statistics);
    for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{100}, std::size_t{100000}}) {
      expect_same_bits(expected, passed(samples, most, 13, statistics).values, statistics,
                       "round " + std::to_string(round) + ", " + std::to_string(most) + " at a time");
    }
  }
}

TEST(SamplePasses, WorkedExampleOfTheHandbook) {
  // docs/methods/statistics.md: pixels 1 to 9, weights 1/4 1/2 1/4, 1/2 1 1/2, 1/4 1/2 1/4.
  std::vector<Sample> samples;
  const float weights[9] = {0.25f, 0.5f, 0.25f, 0.5f, 1, 0.5f, 0.25f, 0.5f, 0.25f};
  for (int k = 0; k < 9; ++k) samples.push_back({static_cast<float>(k + 1), weights[k]});
  const std::vector<Statistic> statistics{parse_statistic("p25"), parse_statistic("median"),
                                          parse_statistic("p75"), fraction_of(5)};
  const InPasses result = passed(samples, 2, 4, statistics);
  EXPECT_DOUBLE_EQ(result.values[0], 3.75);
  EXPECT_DOUBLE_EQ(result.values[1], 5);
  EXPECT_DOUBLE_EQ(result.values[2], 6.25);
  EXPECT_DOUBLE_EQ(result.values[3], 0.25);
}

TEST(SamplePasses, PassesAreAsManyAsRanges) {
  std::vector<Sample> samples;
  for (int k = 0; k < 1000; ++k) samples.push_back({static_cast<float>(k), 1});
  const std::vector<Statistic> median{parse_statistic("median")};
  // All fit: one pass counts, one keeps; the median finds them still kept.
  EXPECT_EQ(passed(samples, 1000, 1000, median).passes, 2);
  // One value a million times is a range that needs no pass.
  const std::vector<Sample> same(1000000, Sample{3, 1});
  EXPECT_EQ(passed(same, 10, 1000, median).values[0], 3);
  EXPECT_EQ(passed(same, 10, 1000, median).passes, 4);  // four digits of 16 bits
}

TEST(SamplePasses, NoSamples) {
  const std::vector<Statistic> statistics = all_sample_statistics();
  expect_same_bits(kept({}, statistics), passed({}, 10, 10, statistics).values, statistics, "empty");
}

TEST(SamplePasses, StatisticsOfSumsAreLeftAlone) {
  const std::vector<Statistic> statistics{parse_statistic("mean"), parse_statistic("median")};
  EXPECT_EQ(passed({{1, 1}}, 10, 10, statistics).values, (std::vector<double>{-1, 1}));
}

}  // namespace
}  // namespace isotherm
