// Lists, folders of scenes, repetitions; and what Landsat names tell.
#include <gtest/gtest.h>

#include "../../../src/io/scene_layers.h"
#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

void make_product(const TemporaryFolder& folder, const std::string& name) {
  fs::create_directory(folder.file(name));
  write_text(folder.file(name + "/" + name + "_MTL.txt"), "x");
}

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    expand_arguments(arguments);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "accepted";
}

TEST(Arguments, ListsAreRelativeToThemselvesAndMayNameLists) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("sub"));
  write_text(folder.file("list.txt"),
             "# scenes\r\n a.tif \r\n\r\n/absolute/b.tif\nhttps://host/c.tif\n@sub/more.txt\n");
  write_text(folder.file("sub/more.txt"), "d.tif\n");
  EXPECT_EQ(expand_arguments({"@" + folder.file("list.txt"), "e.tif"}),
            (Names{folder.file("a.tif"), "/absolute/b.tif", "https://host/c.tif", folder.file("sub/d.tif"),
                   "e.tif"}));
}

TEST(Arguments, ListsThatCannotEndAreRefused) {
  const TemporaryFolder folder;
  write_text(folder.file("a.txt"), "@b.txt\n");
  write_text(folder.file("b.txt"), "@a.txt\n");
  EXPECT_NE(refusal({"@" + folder.file("a.txt")}).find("names itself"), std::string::npos);
  write_text(folder.file("empty.txt"), "\n# nothing\n");
  EXPECT_NE(refusal({"@" + folder.file("empty.txt")}).find("names nothing"), std::string::npos);
  EXPECT_NE(refusal({"@" + folder.file("absent.txt")}).find("no such file"), std::string::npos);
  write_text(folder.file("binary.txt"), std::string("a\0b", 3));
  EXPECT_NE(refusal({"@" + folder.file("binary.txt")}).find("no text file"), std::string::npos);
  // The same list twice in a row is no circle.
  write_text(folder.file("one.txt"), "x.tif\n");
  EXPECT_EQ(expand_arguments({"@" + folder.file("one.txt"), "@" + folder.file("one.txt")}).size(), 1u);
}

TEST(Arguments, AFolderOfScenesBecomesItsScenesSorted) {
  const TemporaryFolder folder;
  make_product(folder, "p2");
  make_product(folder, "p1");
  fs::create_directory(folder.file("notes"));
  write_text(folder.file("z.tar"), "");
  write_text(folder.file("item.json"), R"({"type": "Feature", "assets": {}})");
  write_text(folder.file("other.json"), R"({"a": 1})");
  write_text(folder.file("readme.txt"), "");
  EXPECT_EQ(expand_arguments({folder.path()}),
            (Names{folder.file("item.json"), folder.file("p1"), folder.file("p2"), folder.file("z.tar")}));
  EXPECT_EQ(expand_arguments({folder.file("p1")}), (Names{folder.file("p1")}));
}

TEST(Arguments, AFolderWithMetadataOfManyProductsBecomesTheirMetadata) {
  const TemporaryFolder folder;
  for (const char* name : {"b_MTL.txt", "a_MTL.txt", "a_MTL.json", "a_MTL.xml"})
    write_text(folder.file(name), "x");
  EXPECT_EQ(expand_arguments({folder.path()}), (Names{folder.file("a_MTL.txt"), folder.file("b_MTL.txt")}));
}

TEST(Arguments, AFolderOfSingleLayersOfManyDatesBecomesItsFiles) {
  const TemporaryFolder folder;
  const std::string first = "LC08_L2SP_196024_20220418_20220427_02_T1_ST_B10.TIF";
  const std::string second = "LC09_L2SP_196024_20220309_20230425_02_T1_ST_B10.TIF";
  for (const std::string& name : {first, second, std::string("spring_mean_ST_B10.tif")}) {
    write_text(folder.file(name), "");
  }
  EXPECT_EQ(expand_arguments({folder.path()}), (Names{folder.file(first), folder.file(second)}));
  write_text(folder.file("LC09_L2SP_196024_20220309_20230425_02_T1_SR_B4.TIF"), "");
  EXPECT_NE(refusal({folder.path()}).find("folder of its own"), std::string::npos);
}

TEST(Arguments, AFolderWithoutScenesIsRefused) {
  const TemporaryFolder folder;
  write_text(folder.file("a.tif"), "");
  EXPECT_NE(refusal({folder.path()}).find("no scene in this folder"), std::string::npos);
}

TEST(Arguments, OneSceneGivenInSeveralWaysIsUsedOnce) {
  const TemporaryFolder folder;
  make_product(folder, "p");
  write_text(folder.file("p/p_MTL.json"), "x");
  KeptLog log;
  EXPECT_EQ(expand_arguments({folder.file("p"), folder.file("p/p_MTL.txt"), folder.file("p/p_MTL.json"),
                              folder.file("./p/"), folder.path()},
                             &log),
            (Names{folder.file("p")}));
  EXPECT_EQ(log.notes.size(), 4u);
}

TEST(ProductNames, AreReadInAllCollections) {
  const auto product = parse_product_name("/data/LC08_L2SP_196024_20220418_20220427_02_T1_ST_B10.TIF");
  ASSERT_TRUE(product);
  EXPECT_EQ(product->id, "LC08_L2SP_196024_20220418_20220427_02_T1");
  EXPECT_EQ(product->spacecraft, "LANDSAT_8");
  EXPECT_EQ(product->level, Level::level2);
  EXPECT_EQ(product->collection, 2);
  EXPECT_EQ(product->tier, "T1");
  EXPECT_EQ(product->date, (Date{2022, 4, 18}));
  EXPECT_EQ(product->path, 196);
  EXPECT_EQ(product->row, 24);

  const auto early = parse_product_name("LC80200392015216LGN00_B4.TIF");
  ASSERT_TRUE(early);
  EXPECT_EQ(early->spacecraft, "LANDSAT_8");
  EXPECT_EQ(early->level, Level::level1);
  EXPECT_EQ(early->collection, 0);
  EXPECT_EQ(early->date, (Date{2015, 8, 4}));  // day 216 of 2015

  const auto leap = parse_product_name("LE70210302016366EDC00");
  ASSERT_TRUE(leap);
  EXPECT_EQ(leap->spacecraft, "LANDSAT_7");
  EXPECT_EQ(leap->date, (Date{2016, 12, 31}));

  for (const char* name :
       {"", "LC08", "LC08_L2SP_196024_20221318_20220427_02_T1", "LC08_L9SP_196024_20220418_20220427_02_T1",
        "LC08_L1TP_013032_20180131_B10.TIF", "LC80200392015367LGN00",
        "XC08_L2SP_196024_20220418_20220427_02_T1", "LC08_L2SP_196024_20220418_20220427_02_T1X"}) {
    EXPECT_FALSE(parse_product_name(name)) << name;
  }
}

TEST(ProductNames, LayersAreTheLongestEndingThatIsOne) {
  EXPECT_EQ(layer_suffix("LC08_x_SR_B4.TIF"), "SR_B4");
  EXPECT_EQ(layer_suffix("x_b10.tif"), "B10");
  EXPECT_EQ(layer_suffix("LE07_x_B6_VCID_2.TIF"), "B6_VCID_2");
  EXPECT_EQ(layer_suffix("x_ST_QA.TIF"), "ST_QA");
  EXPECT_EQ(layer_suffix("x_QA_PIXEL.TIF"), "QA_PIXEL");
  EXPECT_EQ(layer_suffix("B4.tif"), "B4");
  for (const char* name : {"x_B12.TIF", "x_B04.TIF", "x_SR_QA_AEROSOL.TIF", "XB4.TIF", "x_VAA.TIF", ""}) {
    EXPECT_FALSE(layer_suffix(name)) << name;
  }
}

// Values of EARTH_SUN_DISTANCE in Landsat metadata.
TEST(EarthSunDistance, AgreesWithMetadata) {
  EXPECT_NEAR(earth_sun_distance({2015, 8, 4}), 1.0145544, 3e-4);
  EXPECT_NEAR(earth_sun_distance({2020, 12, 4}), 0.9854607, 3e-4);
  EXPECT_NEAR(earth_sun_distance({2020, 9, 27}), 1.0021760, 3e-4);
  EXPECT_NEAR(earth_sun_distance({2015, 1, 18}), 0.9838797, 3e-4);
}

}  // namespace
}  // namespace isotherm
