#include "isotherm/spectral/quality.h"

#include <gtest/gtest.h>

#include <map>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

QualityTest test_of(std::string_view mask, QualityCoding coding) {
  return compile_mask(parse_mask(mask), coding);
}

// QA_PIXEL values found in real scenes and what USGS says of them (LSDS-1619, table of QA_PIXEL values).
struct QualityCase {
  std::uint32_t value;
  bool fill, dilated, cirrus, cloud, shadow, snow, water;
};
const QualityCase kCollection2[] = {
    {1, true, false, false, false, false, false, false},       // fill
    {21824, false, false, false, false, false, false, false},  // clear, all confidences low
    {21952, false, false, false, false, false, false, true},   // clear water
    {21762, false, true, false, false, false, false, false},   // dilated cloud
    {21826, false, true, false, false, false, false, false},   // dilated cloud over clear land
    {22018, false, true, false, false, false, false, false},   // dilated, medium cloud confidence
    {22080, false, false, false, false, false, false, false},  // clear, medium cloud confidence
    {22280, false, false, false, true, false, false, false},   // cloud
    {23826, false, true, false, false, true, false, false},    // dilated and shadow
    {23888, false, false, false, false, true, false, false},   // shadow
    {30048, false, false, false, false, false, true, false},   // snow
    {54596, false, false, true, false, false, false, false},   // cirrus
    {55052, false, false, true, true, false, false, false},    // cloud and cirrus
    {56598, false, true, true, false, true, false, false},     // dilated, cirrus and shadow
    {24082, false, true, false, false, true, false, false},    // dilated and shadow, medium cloud confidence
    {24144, false, false, false, false, true, false, false},   // shadow, medium cloud confidence
    {56660, false, false, true, false, true, false, false},    // cirrus and shadow
    {56854, false, true, true, false, true, false, false},     // dilated, cirrus and shadow
};

TEST(Collection2, EachWordDropsItsPixels) {
  for (const QualityCase& one : kCollection2) {
    const std::map<std::string_view, bool> expected{
        {"fill", one.fill},     {"dilated", one.dilated}, {"cirrus", one.cirrus}, {"cloud", one.cloud},
        {"shadow", one.shadow}, {"snow", one.snow},       {"water", one.water}};
    for (const auto& [word, drops] : expected) {
      EXPECT_EQ(test_of(word, QualityCoding::collection2).drops(one.value), drops)
          << word << " of " << one.value;
    }
    EXPECT_FALSE(test_of("none", QualityCoding::collection2).drops(one.value));
  }
}

TEST(Collection2, TheDefaultKeepsClearPixels) {
  // The values of a scene over Colombia that is 81 % cloud: three of fifteen remain.
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t value : {1U, 21762U, 21824U, 21952U, 22018U, 22080U, 22280U, 23826U, 23888U,
                                    24082U, 24144U, 55052U, 56598U, 56660U, 56854U}) {
    if (!test_of("default", QualityCoding::collection2).drops(value)) kept.push_back(value);
  }
  EXPECT_EQ(kept, (std::vector<std::uint32_t>{21824, 21952, 22080}));
}

TEST(Collection2, ConfidenceLevels) {
  const QualityTest medium = test_of("cloud:medium", QualityCoding::collection2);
  EXPECT_TRUE(medium.drops(22080));
  EXPECT_TRUE(medium.drops(22280));
  EXPECT_FALSE(medium.drops(21824));
  EXPECT_TRUE(test_of("cloud:low", QualityCoding::collection2).drops(21824))
      << "low is what clear pixels have";
  EXPECT_FALSE(test_of("cloud:low", QualityCoding::collection2).drops(0));
}

TEST(Collection1, ValuesOfLandsat8) {
  // LSDS-1656: 2720 clear, 2724 clear with 1-2 saturated bands, 2752 cloud possible, 2800 cloud, 2976 shadow,
  // 3744 snow, 6816 cirrus, 1 fill.
  const QualityTest usual = test_of("default", QualityCoding::collection1);
  for (const std::uint32_t clear : {2720U, 2724U, 2752U, 3744U}) EXPECT_FALSE(usual.drops(clear)) << clear;
  for (const std::uint32_t bad : {1U, 2800U, 2976U, 6816U}) EXPECT_TRUE(usual.drops(bad)) << bad;
  EXPECT_TRUE(test_of("cloud:medium", QualityCoding::collection1).drops(2752));
  EXPECT_TRUE(test_of("snow", QualityCoding::collection1).drops(3744));
  EXPECT_EQ(2724U & saturation_bit(QualityCoding::collection1, "4"), 4U);
}

TEST(Precollection, ValuesOfLandsat8) {
  // 20480: cloud no, cirrus no; 20512: water maybe; 28672: cirrus; 45056: cloud maybe and cirrus; 61440:
  // both; 53248: cloud.
  const auto drops = [](std::string_view mask, std::uint32_t value) {
    return test_of(mask, QualityCoding::precollection).drops(value);
  };
  EXPECT_FALSE(drops("default", 20480));
  EXPECT_FALSE(drops("default,water", 20512));
  EXPECT_FALSE(drops("cloud", 28672));
  EXPECT_TRUE(drops("cirrus", 28672));
  EXPECT_FALSE(drops("cloud", 45056));
  EXPECT_TRUE(drops("cloud:medium", 45056));
  EXPECT_TRUE(drops("cloud", 61440));
  EXPECT_TRUE(drops("cloud", 53248));
  EXPECT_FALSE(drops("cirrus", 53248));
  EXPECT_TRUE(drops("fill", 1));
  EXPECT_TRUE(drops("fill", 2)) << "dropped frame";
  EXPECT_TRUE(drops("water", 20528)) << "bits 4-5 are 11";
  EXPECT_TRUE(drops("snow", 23552)) << "bits 10-11 are 11";
}

TEST(Mask, SaysWhatACodingCannotTell) {
  const auto unknown = [](std::string_view mask, QualityCoding coding) {
    std::vector<std::string> words;
    compile_mask(parse_mask(mask), coding, &words);
    return words;
  };
  EXPECT_TRUE(unknown("default,snow,water,saturated", QualityCoding::collection2).empty());
  EXPECT_EQ(unknown("default,water", QualityCoding::collection1),
            (std::vector<std::string>{"dilated", "water"}));
  EXPECT_EQ(unknown("default,saturated", QualityCoding::precollection),
            (std::vector<std::string>{"dilated", "shadow", "saturated"}));
  EXPECT_EQ(unknown("cloud", QualityCoding::none), std::vector<std::string>{"cloud"});
}

TEST(Mask, SaturationByBand) {
  const auto bit = [](std::string_view number) { return saturation_bit(QualityCoding::collection2, number); };
  EXPECT_EQ(bit("1"), 1U);
  EXPECT_EQ(bit("7"), 64U);
  EXPECT_EQ(bit("9"), 256U);
  EXPECT_EQ(bit("6_VCID_1"), 32U);
  EXPECT_EQ(bit("6_VCID_2"), 256U);
  for (const char* none : {"", "0", "8", "10", "11", "x"}) EXPECT_EQ(bit(none), 0U) << none;
  EXPECT_EQ(saturation_bit(QualityCoding::precollection, "4"), 0U);
}

TEST(Mask, ReadsAndWritesLists) {
  EXPECT_EQ(to_string(parse_mask("default")), "fill,cloud,dilated,shadow,cirrus");
  EXPECT_EQ(to_string(MaskChoice{}), to_string(parse_mask("default")));
  EXPECT_EQ(to_string(parse_mask("none")), "none");
  EXPECT_EQ(to_string(parse_mask(" Cloud : Medium , fill ")), "fill,cloud:medium");
  EXPECT_EQ(to_string(parse_mask("default,water")), "fill,cloud,dilated,shadow,cirrus,water");
  for (const MaskWord& word : mask_words()) {
    EXPECT_EQ(to_string(parse_mask(word.name)), word.name);
    EXPECT_FALSE(word.help.empty());
  }
}

TEST(Mask, RefusesWhatItDoesNotKnow) {
  const auto error = [](std::string_view text) -> std::string {
    try {
      parse_mask(text);
    } catch (const Error& failure) {
      EXPECT_EQ(failure.kind(), ErrorKind::usage);
      return failure.what();
    }
    return "nothing was refused";
  };
  EXPECT_NE(error("clouds").find("did you mean 'cloud'?"), std::string::npos);
  EXPECT_NE(error("none,cloud").find("stands alone"), std::string::npos);
  EXPECT_NE(error("cloud:sure").find("low, medium or high"), std::string::npos);
  EXPECT_NE(error("water:high").find("no confidence"), std::string::npos);
  EXPECT_NE(error("").find("empty"), std::string::npos);
  EXPECT_NE(error("cloud,,fill").find("unknown word ''"), std::string::npos);
}

TEST(Quality, FieldsOfACodingDoNotOverlap) {
  std::map<QualityCoding, std::uint32_t> used;
  for (const QualityField& field : quality_fields()) {
    const std::uint32_t bits = ((1U << field.bits) - 1) << field.first_bit;
    EXPECT_EQ(used[field.coding] & bits, 0U) << field.name;
    used[field.coding] |= bits;
    EXPECT_LE(field.first_bit + field.bits, 16);
  }
}

}  // namespace
}  // namespace isotherm
