// Words told apart, against a map.
#include "isotherm/core/word_codes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace isotherm {
namespace {

TEST(WordCodes, NumbersFollowTheFirstAppearance) {
  WordCodes codes;
  EXPECT_EQ(codes.code("north"), 0u);
  EXPECT_EQ(codes.code(""), 1u);
  EXPECT_EQ(codes.code("nort"), 2u);
  EXPECT_EQ(codes.code("north"), 0u);
  EXPECT_EQ(codes.code(""), 1u);
  EXPECT_EQ(codes.size(), 3u);
  EXPECT_EQ(codes.word(0), "north");
  EXPECT_EQ(codes.word(1), "");
  EXPECT_EQ(codes.word(2), "nort");
}

TEST(WordCodes, AgreesWithAMap) {
  std::mt19937 random(4);
  WordCodes codes;
  std::map<std::string, std::uint32_t> known;
  for (int k = 0; k < 50000; ++k) {
    const std::string word = "c" + std::to_string(random() % 9000);
    const auto expected = known.try_emplace(word, static_cast<std::uint32_t>(known.size())).first->second;
    ASSERT_EQ(codes.code(word), expected);
  }
  ASSERT_EQ(codes.size(), known.size());
  for (const auto& [word, code] : known) EXPECT_EQ(codes.word(code), word);
  EXPECT_LT(codes.bytes(), 9000u * 64);
}

}  // namespace
}  // namespace isotherm
