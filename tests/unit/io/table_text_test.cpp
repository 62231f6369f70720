// Numbers as text against the standard library's conversions, which are exact but slower.
#include "../../../src/io/table_text.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <random>
#include <string>

namespace isotherm {
namespace {

std::string real(double value, int digits) {
  std::array<char, kLongestNumber> text;
  return {text.data(), write_real(text.data(), value, digits)};
}

std::string integer(std::int64_t value) {
  std::array<char, kLongestNumber> text;
  return {text.data(), write_integer(text.data(), value)};
}

std::string coordinate(double value, int decimals) {
  std::string text;
  CoordinateText(decimals).append(text, value);
  return text;
}

template <class... Format>
std::string exact(Format... value) {
  std::array<char, 400> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value...).ptr};
}

TEST(NumberText, WholeNumbersOfEveryLength) {
  std::int64_t value = 1;
  for (int digits = 1; digits < 19; ++digits, value *= 10) {
    for (const std::int64_t near : {value - 1, value, value + 1}) {
      EXPECT_EQ(integer(near), std::to_string(near));
      EXPECT_EQ(integer(-near), std::to_string(-near));
    }
  }
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(real(-0.0, 10), "0");
}

TEST(NumberText, SinglePrecisionNumbersAreTheirShortestText) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<float> kelvin(150, 373), index(-1, 1);
  const auto check = [](float value) {
    if (value == std::trunc(value)) return;  // written as a whole number
    ASSERT_EQ(real(static_cast<double>(value), 10), exact(value)) << std::bit_cast<std::uint32_t>(value);
  };
  for (int times = 0; times < 200000; ++times) {
    check(kelvin(random));
    check(index(random));
    const auto any = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(any)) check(any);
  }
  for (float value = 0x1p-12f; value < 1e8f; value *= 2) {  // where floats change their distance
    check(value);
    check(std::nextafter(value, 0.0f));
    check(std::nextafter(value, 1e9f));
  }
}

TEST(NumberText, DoublesHaveTheDigitsAskedFor) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> logarithm(-9, 20);
  for (int times = 0; times < 200000; ++times) {
    const double value = (random() % 2 == 0 ? 1 : -1) * std::exp(logarithm(random));
    if (std::abs(value) < 1e-4 || std::abs(value) >= 1e9) continue;  // beyond, the two choose other notations
    const std::string text = real(value, 10);
    if (text == exact(value, std::chars_format::general, 10)) continue;
    // All but halfway between two texts, either will do: the last digit is promised to a millionth of it.
    const double digit = std::pow(10, std::floor(std::log10(std::abs(value))) - 9);
    ASSERT_LE(std::abs(std::stod(text) - value), 0.500001 * digit) << text;
  }
  EXPECT_EQ(real(0.1 + 0.2, 10), "0.3");
  EXPECT_EQ(real(9.99999999999, 10), "10") << "rounding may give one digit more";
  EXPECT_EQ(real(1.00000000051e-5, 10), "0.00001000000001") << "rounded up";
  EXPECT_EQ(real(123456789012345.678, 10), "123456789000000");
}

TEST(NumberText, CoordinatesHaveAtMostTheirDecimals) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> degrees(-180, 180), tiny(-2e-7, 2e-7);
  for (int times = 0; times < 100000; ++times) {
    for (const double value : {degrees(random), tiny(random)}) {
      std::string text = exact(value, std::chars_format::fixed, 7);
      while (text.back() == '0') text.pop_back();
      if (text.back() == '.') text.pop_back();
      ASSERT_EQ(coordinate(value, 7), text == "-0" ? "0" : text);
    }
  }
  EXPECT_EQ(coordinate(1e15, 7), "1000000000000000");
  EXPECT_EQ(coordinate(-0.5, 0), "-1");
  EXPECT_EQ(coordinate(0.4, 0), "0");
}

TEST(TextGather, LosesNothingWhateverTheLengths) {
  std::mt19937_64 random(6);
  std::string expected, out;
  {
    TextGather gather(out);
    for (int times = 0; times < 20000; ++times) {
      const std::string piece(random() % (times % 50 == 0 ? 30000 : 90),
                              static_cast<char>('a' + random() % 26));
      expected += piece;
      gather.put(piece);
      gather.put(',');
      expected += ',';
      gather.end_at(write_integer(gather.room(), times));
      expected += std::to_string(times);
      ASSERT_EQ(gather.size(), expected.size());
    }
  }
  EXPECT_TRUE(out == expected);
}

}  // namespace
}  // namespace isotherm
