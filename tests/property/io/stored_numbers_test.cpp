// The inner loops of pixel reading take whole rows at once; these laws hold them to one pixel at a time.
#include "../../../src/io/stored_numbers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <limits>
#include <random>

namespace isotherm {
namespace {

/// Every number of a type of 8 or 16 bits, in order.
template <class T>
std::vector<std::byte> all_numbers() {
  const int count = 1 << (8 * sizeof(T));
  std::vector<std::byte> stored(static_cast<std::size_t>(count) * sizeof(T));
  for (int k = 0; k < count; ++k) {
    const auto number = static_cast<T>(k);
    std::memcpy(stored.data() + static_cast<std::size_t>(k) * sizeof(T), &number, sizeof(T));
  }
  return stored;
}

template <class T>
void expect_decoded_as_one_by_one(StoredType type, const Decoding& rule) {
  const std::vector<std::byte> stored = all_numbers<T>();
  std::vector<float> found(stored.size() / sizeof(T));
  decode_row(stored.data(), type, rule, found);
  std::uint64_t outside = 0;
  for (std::size_t k = 0; k < found.size(); ++k) {
    T number;
    std::memcpy(&number, stored.data() + k * sizeof(T), sizeof(T));
    bool invalid = false;
    const float expected = decode(static_cast<double>(number), rule, &invalid);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(found[k]), std::bit_cast<std::uint32_t>(expected))
        << "type " << static_cast<int>(type) << ", stored " << +number << ", nodata " << rule.nodata
        << ", valid " << rule.valid_min << " to " << rule.valid_max;
    outside += invalid ? 1 : 0;
  }
  EXPECT_EQ(count_invalid(stored.data(), type, rule, found.size()), outside);
}

TEST(StoredNumbers, RowsAreDecodedAsPixelsAre) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNaN = std::nan("");
  for (const double nodata : {kNaN, 0.0, -9999.0, 65535.0, 17.5, 1e30, -1e300}) {
    for (const auto& [low, high] : {std::pair{-kInfinity, kInfinity},
                                    {7273.0, 43636.0},
                                    {-2000.5, 99.5},
                                    {1e9, 2e9},
                                    {-2e9, -1e9},
                                    {kNaN, 100.0}}) {
      for (const bool wraps : {false, true}) {
        Decoding rule;
        rule.scale = 0.0000275;
        rule.offset = -0.2;
        rule.nodata = nodata;
        rule.valid_min = low;
        rule.valid_max = high;
        rule.wrap_unsigned16 = wraps;
        expect_decoded_as_one_by_one<std::uint8_t>(StoredType::uint8, rule);
        expect_decoded_as_one_by_one<std::int8_t>(StoredType::int8, rule);
        expect_decoded_as_one_by_one<std::uint16_t>(StoredType::uint16, rule);
        expect_decoded_as_one_by_one<std::int16_t>(StoredType::int16, rule);
      }
    }
  }
}

TEST(StoredNumbers, RowsOfQualityAreTestedAsPixelsAre) {
  std::mt19937 random(5);
  const std::vector<std::byte> stored = all_numbers<std::uint16_t>();
  for (int round = 0; round < 40; ++round) {
    QualityTest test;
    test.any = static_cast<std::uint32_t>(random() & random() & 0xffff);
    test.fields = static_cast<std::uint32_t>(random() % 4);
    for (std::uint32_t k = 0; k < test.fields; ++k)
      test.field[k] = {static_cast<std::uint32_t>(random() % 15), static_cast<std::uint32_t>(random() % 4)};
    const std::uint32_t any = round % 2 == 0 ? 0 : 1u << (random() % 16);
    std::vector<std::uint8_t> drop(1 << 16, 0);
    drop[3] = 1;  // spoken against before
    test_row(stored.data(), StoredType::uint16, test, any, drop);
    for (std::uint32_t bits = 0; bits < drop.size(); ++bits) {
      const bool expected = bits == 3 || test.drops(bits) || (bits & any) != 0;
      ASSERT_EQ(drop[bits], expected ? 1 : 0) << "round " << round << ", bits " << bits;
    }
  }
}

}  // namespace
}  // namespace isotherm
