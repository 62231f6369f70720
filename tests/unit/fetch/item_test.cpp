#include "isotherm/fetch/item.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/fetch/item_facts.h"

namespace isotherm {
namespace {

const std::filesystem::path kRecorded = ISOTHERM_SOURCE_DIR "/../shared/data/stac";

Json read_file(const std::filesystem::path& path) {
  std::ifstream input(path);
  std::stringstream text;
  text << input.rdbuf();
  return read_json(text.str(), path.string());
}

TEST(StacItems, KeepWhatTheyDoNotKnow) {
  const std::string text =
      R"({"type":"Feature","stac_version":"1.0.0","id":"a","geometry":null,"bbox":[1,2,3,4],"properties":{"x:y":[1]},)"
      R"("links":[{"rel":"self","href":"https://h/a","x":1}],"assets":{"red":{"href":"https://h/r.tif","x:z":{"q":1}}},)"
      R"("x:foreign":{"k":"v"}})";
  EXPECT_EQ(write_json(item_json(read_item(read_json(text, "t"), ""))), text);
}

TEST(StacItems, SixNumbersOfABoxAreFourAndStay) {
  const StacItem item = read_item(read_json(R"({"type":"Feature","id":"a","bbox":[1,2,3,4,5,6]})", "t"), "");
  ASSERT_TRUE(item.bbox);
  EXPECT_EQ((*item.bbox)[2], 4);
  EXPECT_NE(write_json(item_json(item)).find("[1,2,3,4,5,6]"), std::string::npos);
}

TEST(StacItems, RelativeAddressesBecomeAbsolute) {
  const StacItem item = read_item(
      read_json(
          R"({"type":"Feature","id":"a","assets":{"b":{"href":"./b.tif"},"c":{"href":"s3://x/c.tif"}}})",
          "t"),
      "https://h/cat/a.json");
  EXPECT_EQ(item.asset("b")->href, "https://h/cat/b.tif");
  EXPECT_EQ(item.asset("c")->href, "s3://x/c.tif");
}

TEST(StacItems, RefuseWhatIsNone) {
  std::string many = R"({"type":"Feature","id":"a","assets":{)";
  for (int n = 0; n < 1001; ++n) many += (n > 0 ? ",\"" : "\"") + std::to_string(n) + R"(":{"href":"x"})";
  for (const std::string& wrong : {std::string("[]"), std::string("{}"), std::string(R"({"type":"Feature"})"),
                                   std::string(R"({"type":"Feature","id":""})"),
                                   std::string(R"({"type":"Feature","id":"a","assets":[]})"),
                                   std::string(R"({"type":"Feature","id":"a","links":{}})"),
                                   std::string(R"({"type":"Feature","id":"a","properties":[]})"),
                                   std::string(R"({"type":"Feature","id":5})"), many + "}}"}) {
    EXPECT_THROW(read_item(read_json(wrong, "t"), ""), Error) << wrong.substr(0, 80);
  }
}

TEST(StacItems, RecordedOnesSurviveReadingAndWriting) {
  if (!std::filesystem::exists(kRecorded)) GTEST_SKIP() << "there are no recorded items beside the checkout";
  int items = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRecorded)) {
    if (entry.path().extension() != ".json" || entry.path().string().find("invalid") != std::string::npos)
      continue;
    const Json document = read_file(entry.path());
    Json::Array features;
    if (document.text("type") == "Feature") features.push_back(document);
    if (const Json* list = document.find("features")) features = list->items();
    for (const Json& feature : features) {
      const Json once = item_json(read_item(feature, ""));
      for (const auto& [key, value] : feature.members()) {
        const Json* kept = once.find(key);
        if (key == "assets" || key == "links" || value.is_null()) continue;
        ASSERT_NE(kept, nullptr) << entry.path() << " " << key;
        if (key == "bbox") continue;
        EXPECT_EQ(*kept, value) << entry.path() << " " << key;
      }
      EXPECT_EQ(item_json(read_item(once, "")), once) << entry.path();
      ++items;
    }
  }
  EXPECT_GT(items, 50);
}

struct Expected {
  const char* file;
  const char* product;
  const char* scene;
  const char* correction;
};

TEST(ItemFacts, OfRecordedItems) {
  if (!std::filesystem::exists(kRecorded)) GTEST_SKIP() << "there are no recorded items beside the checkout";
  const Expected cases[] = {
      {"items/stactools_LC08_L2SP_047027_20201204_02_T1.json", "LC08_L2SP_047027_20201204_20210313_02_T1",
       "LC08 L2 047027 2020-12-04", "L2SP"},
      {"items/usgs_LC08_L2SP_028030_20200114_SR.json", "LC08_L2SP_028030_20200114_20200824_02_T1",
       "LC08 L2 028030 2020-01-14", "L2SP"},
      {"items/pc_LC08_L2SR_081119_20200101_no_thermal.json", "LC08_L2SR_081119_20200101_20200823_02_T2",
       "LC08 L2 081119 2020-01-01", "L2SR"},
      {"items/stactools_LT05_L2SP_010067_19860424_02_T2.json", "LT05_L2SP_010067_19860424_20200918_02_T2",
       "LT05 L2 010067 1986-04-24", "L2SP"}};
  for (const Expected& wanted : cases) {
    const ItemFacts facts = facts_of(read_item(read_file(kRecorded / wanted.file), ""));
    EXPECT_EQ(facts.product.substr(0, 25), std::string(wanted.product).substr(0, 25)) << wanted.file;
    EXPECT_EQ(facts.scene, wanted.scene);
    EXPECT_EQ(facts.correction, wanted.correction);
    EXPECT_EQ(facts.level, Level::level2);
    EXPECT_TRUE(facts.time_ms);
    EXPECT_TRUE(facts.cloud_cover);
  }
}

TEST(ItemFacts, OfAnIdAlone) {
  const ItemFacts facts = facts_of(read_item(
      read_json(R"({"type":"Feature","id":"LE07_L1TP_196024_20010614_02_RT","properties":{"datetime":null}})",
                "t"),
      ""));
  EXPECT_EQ(facts.spacecraft, "LANDSAT_7");
  EXPECT_EQ(facts.family, SensorFamily::etm);
  EXPECT_EQ(facts.level, Level::level1);
  EXPECT_EQ(facts.tier, "RT");
  EXPECT_EQ(facts.path, 196);
  EXPECT_EQ(facts.row, 24);
  EXPECT_EQ(facts.day, "2001-06-14");
}

TEST(ItemFacts, OfAnItemOfAnotherKind) {
  const ItemFacts facts = facts_of(read_item(
      read_json(
          R"({"type":"Feature","id":"S2A_1","collection":"s2","properties":{"platform":"sentinel-2a"}})",
          "t"),
      ""));
  EXPECT_EQ(facts.family, SensorFamily::unknown);
  EXPECT_EQ(facts.spacecraft, "sentinel-2a");
  EXPECT_EQ(facts.scene, "s2 S2A_1");
}

}  // namespace
}  // namespace isotherm
