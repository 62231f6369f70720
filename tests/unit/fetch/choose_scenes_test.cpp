// Which items are one scene, which of them stay, and which assets are needed: on the made items of
// testdata/stac.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "isotherm/fetch/found_scenes.h"
#include "isotherm/fetch/item_query.h"
#include "isotherm/fetch/needed_assets.h"
#include "isotherm/io/geo_area.h"

namespace isotherm {
namespace {

class Notes : public Log {
 public:
  void write(LogLevel, std::string_view text) override { said += std::string(text) + "\n"; }
  std::string said;
};

std::vector<StacItem> sample(const std::string& name) {
  std::ifstream input(ISOTHERM_SOURCE_DIR "/testdata/stac/" + name + "/items.json");
  std::stringstream text;
  text << input.rdbuf();
  std::vector<StacItem> items;
  const Json document = read_json(text.str(), name);
  for (const Json& feature : document.find("features")->items()) items.push_back(read_item(feature, ""));
  return items;
}

FoundScenes found(const std::vector<StacItem>& items, const Area* area = nullptr) {
  FoundScenes out{std::make_shared<ItemStore>(), {}};
  for (const StacItem& item : items) {
    FoundScene scene;
    scene.facts = facts_of(item);
    scene.places = {out.store->add(item)};
    scene.whole_area = area != nullptr && holds_all(item, *area);
    out.scenes.push_back(std::move(scene));
  }
  return out;
}

std::string ids(const FoundScenes& scenes) {
  std::string out;
  for (const FoundScene& scene : scenes.scenes) out += scene.facts.id + "\n";
  return out;
}

Area city() {
  Notes log;
  return read_geo_area("8.45,51.42,8.5,51.46", "", log);
}

TEST(ChooseScenes, SortedByDateAndTheBestVersionOfEach) {
  const Area area = city();
  FoundScenes scenes = found(sample("current"), &area);
  Notes log;
  choose_scenes(scenes, false, log);
  EXPECT_EQ(ids(scenes),
            "LC08_L2SP_084072_20210601_02_T1\n"
            "LC08_L2SP_196023_20210614_02_T1\n"  // holds the city, as its neighbour does: the first of the
                                                 // pass stays
            "LC08_L2SP_196024_20210630_02_T1\n"
            "LC08_L2SP_196024_20210716_02_T1\n"  // not _RT
            "LC08_L2SP_196024_20220617_02_T1\n"  // of 20220625, not of 20220620
            "LC08_L2SR_196024_20220703_02_T1\n"
            "LC09_L2SP_196024_20220727_02_T1\n"
            "LC08_L2SP_196024_20220820_02_T1\n"
            "LC09_L2SP_196024_20230613_02_T2\n"
            "LC08_L2SP_196024_20230706_02_T1\n"
            "LC08_L2SP_196024_20230807_02_T1\n");
  EXPECT_NE(log.said.find("LC08_L2SP_196024_20210716_02_RT: left out, it is of tier RT"), std::string::npos);
  EXPECT_NE(log.said.find(
                "LC08_L2SP_196024_20220617_20220620_02_T1: left out, LC08_L2SP_196024_20220617_02_T1 is the "
                "same scene processed later"),
            std::string::npos);
  EXPECT_NE(log.said.find("LC08_L2SP_196024_20210614_02_T1: left out, the area lies wholly in"),
            std::string::npos);
}

TEST(ChooseScenes, AVersionWithoutTemperatureDoesNotReplaceOneThatHasIt) {
  std::vector<StacItem> items(2, sample("current").front());
  for (StacItem& item : items) item.assets.clear();
  items[0].id = "LC08_L2SP_196024_20220820_20220828_02_T1";
  items[1].id = "LC08_L2SR_196024_20220820_20230101_02_T1";  // made later, of reflectance alone
  items[1].properties.set("landsat:correction", "L2SR");
  Notes log;
  FoundScenes scenes = found(items);
  choose_scenes(scenes, false, log);
  EXPECT_EQ(ids(scenes), items[0].id + "\n");
  EXPECT_NE(log.said.find("is the same scene with surface temperature"), std::string::npos) << log.said;
}

TEST(ChooseScenes, TheOrderOfItemsDoesNotMatter) {
  const Area area = city();
  std::vector<StacItem> items = sample("current");
  Notes log;
  FoundScenes first = found(items, &area);
  choose_scenes(first, false, log);
  for (int turn = 0; turn < 5; ++turn) {
    std::rotate(items.begin(), items.begin() + 3, items.end());
    std::swap(items[0], items[static_cast<std::size_t>(turn) + 2]);
    FoundScenes other = found(items, &area);
    choose_scenes(other, false, log);
    EXPECT_EQ(ids(other), ids(first));
  }
}

TEST(ChooseScenes, NeighboursStayWhenTheAreaIsInNeitherWhole) {
  Notes log;
  const Area area = read_geo_area("8.4,51.2,8.5,53.5", "", log);
  FoundScenes scenes = found(sample("current"), &area);
  choose_scenes(scenes, false, log);
  EXPECT_NE(ids(scenes).find("196023_20210614"), std::string::npos);
  EXPECT_NE(ids(scenes).find("196024_20210614"), std::string::npos);
}

TEST(ChooseScenes, EveryVersionWhenAsked) {
  const Area area = city();
  FoundScenes scenes = found(sample("current"), &area);
  Notes log;
  choose_scenes(scenes, true, log);
  EXPECT_EQ(scenes.size(), 14u);
}

TEST(ChooseScenes, PartsOfOneSceneAreJoined) {
  FoundScenes scenes = found(sample("usgs"));
  Notes log;
  choose_scenes(scenes, false, log);
  ASSERT_EQ(ids(scenes),
            "LC08_L2SP_196024_20210614_20210622_02_T1\n"
            "LC08_L2SR_196024_20220703_20220711_02_T1_SR\n"
            "LC08_L2SP_196024_20230706_20230714_02_T1\n");
  const StacItem joined = scenes.item(0);
  EXPECT_EQ(joined.id, "LC08_L2SP_196024_20210614_20210622_02_T1");
  EXPECT_NE(joined.asset("red"), nullptr);
  EXPECT_NE(joined.asset("lwir11"), nullptr);
  EXPECT_EQ(std::count_if(joined.assets.begin(), joined.assets.end(),
                          [](const StacAsset& a) { return a.key == "qa_pixel"; }),
            1);
}

TEST(ChooseScenes, TheSameItemOfTwoCollectionsCountsOnce) {
  std::vector<StacItem> items = sample("legacy");
  StacItem again = items.front();
  again.collection = "copy";
  items.push_back(again);
  FoundScenes scenes = found(items);
  Notes log;
  choose_scenes(scenes, false, log);
  EXPECT_EQ(scenes.size(), 2u);
  EXPECT_NE(log.said.find("it is there already"), std::string::npos);
}

std::string needed(const std::vector<std::string>& outputs, const StacItem& item, std::string& why,
                   const std::string& mask = "default", const std::vector<std::string>& keys = {}) {
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  const NeededAssets needs(outputs, scope, parse_mask(mask), keys);
  std::string out;
  for (const std::string& key : needs.choose(item, facts_of(item), why))
    out += (out.empty() ? "" : " ") + key;
  return out;
}

TEST(NeededAssets, OnlyWhatFormulasAndMaskUse) {
  const StacItem item = sample("current").front();
  std::string why;
  EXPECT_EQ(needed({"ndvi"}, item, why), "red nir08 qa_pixel mtl.json");
  EXPECT_EQ(needed({"ndvi", "ndbi", "lst_c"}, item, why), "red nir08 swir16 lwir11 qa_pixel mtl.json");
  EXPECT_EQ(needed({"ndvi"}, item, why, "none"), "red nir08 mtl.json");
  EXPECT_EQ(needed({"ndvi"}, item, why, "default,saturated"), "red nir08 qa_pixel qa_radsat mtl.json");
  EXPECT_EQ(needed({"swir22"}, item, why, "none"), "swir22 mtl.json");
  EXPECT_EQ(why, "");
}

TEST(NeededAssets, UnderWhateverNameTheServiceHasThem) {
  const std::vector<StacItem> items = sample("legacy");
  std::string why;
  EXPECT_EQ(needed({"ndvi", "lst"}, items[0], why), "SR_B4 SR_B5 ST_B10 QA_PIXEL mtl.json");
  EXPECT_EQ(needed({"ndvi", "lst"}, items[1], why), "SR_B4.TIF SR_B5.TIF ST_B10.TIF QA_PIXEL.TIF mtl.json");
  EXPECT_EQ(needed({}, items[1], why, "default", {"nir", "SR_B4", "qa_pixel"}),
            "SR_B4.TIF SR_B5.TIF QA_PIXEL.TIF");
}

TEST(NeededAssets, ASceneWithoutTemperatureIsLeftOutWithTheReason) {
  const std::vector<StacItem> items = sample("current");
  const auto cold =
      std::find_if(items.begin(), items.end(), [](const StacItem& i) { return i.id.find("L2SR") == 5; });
  ASSERT_NE(cold, items.end());
  std::string why;
  EXPECT_EQ(needed({"ndvi"}, *cold, why), "red nir08 qa_pixel mtl.json");
  EXPECT_EQ(why, "");
  EXPECT_EQ(needed({"ndvi", "lst_c"}, *cold, why), "");
  EXPECT_NE(why.find("no surface temperature band"), std::string::npos) << why;
}

TEST(NeededAssets, UnknownNamesAreRefusedBeforeAnythingIsAsked) {
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  try {
    NeededAssets({"ndvvi"}, scope, parse_mask("default"), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("ndvi"), std::string::npos) << error.what();
  }
}

TEST(ItemQueries, AnAreaAcrossTheAntimeridianMeetsWhatLiesThere) {
  Notes log;
  const Area across = read_geo_area("179,-18,-179,-17", "", log);
  ASSERT_EQ(across.outline().size(), 2u);
  for (const StacItem& item : sample("current")) {
    EXPECT_EQ(meets(across, item), item.id.find("084072") != std::string::npos) << item.id;
  }
  StacItem uncut = sample("current").back();
  uncut.geometry = read_json(
      R"({"type":"Polygon","coordinates":[[[178.5,-18.6],[-178.6,-18.6],[-178.6,-16.4],[178.5,-16.4],[178.5,-18.6]]]})",
      "t");
  EXPECT_TRUE(meets(across, uncut)) << "drawn across 180 degrees without a cut";
  EXPECT_FALSE(meets(city(), uncut)) << "and not taken to go round the globe";
  EXPECT_TRUE(holds_all(uncut, across));
}

}  // namespace
}  // namespace isotherm
