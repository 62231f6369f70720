// Real Landsat data, where the folder with it is there: the facts its README states.
#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/io/scene_describe.h"
#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

const std::string kLandsatFolder = std::string(ISOTHERM_SOURCE_DIR) + "/../shared/data/landsat/";

#define NEED(path) \
  if (!fs::exists(path)) GTEST_SKIP() << "no real data at " << (path)

TEST(LandsatData, FullLevel2SceneAsAnOverview) {
  const std::string folder = kLandsatFolder + "l8_c2l2_full_overview_008059_20191201";
  NEED(folder);
  const Scene scene = open_quietly(folder);
  EXPECT_EQ(names_of(scene.bands),
            (Names{"blue", "green", "red", "nir08", "swir16", "swir22", "lwir11", "atran", "cdist", "drad",
                   "emis", "emsd", "st_qa", "trad", "urad"}));
  EXPECT_EQ(scene.frame.crs, "EPSG:32618");
  EXPECT_EQ(scene.frame.width, 512);
  const auto& n = scene.frame.transform.numbers();
  EXPECT_EQ(n[0], 378285);
  EXPECT_EQ(n[3], 275715);
  EXPECT_NEAR(n[1], 444.785, 1e-3);
  EXPECT_NEAR(n[5], -453.574, 1e-3);
  EXPECT_EQ(scene.coding, QualityCoding::collection2);
  EXPECT_TRUE(scene.quality && scene.saturation);
  EXPECT_NEAR(scene.cloud_cover.value_or(0), 81, 1);
  EXPECT_TRUE(has_note(scene, "crop or an overview"));
  for (const std::string form : {"_MTL.json", "_MTL.txt", "_MTL.xml"}) {
    const Scene other = open_quietly(folder + "/LC08_L2SP_008059_20191201_20200825_02_T1" + form);
    EXPECT_EQ(names_of(other.bands), names_of(scene.bands)) << form;
    EXPECT_EQ(other.constants, scene.constants) << form;
    EXPECT_EQ(other.date, scene.date) << form;
  }
  const Scene item = open_quietly(folder + "/LC08_L2SP_008059_20191201_20200825_02_T1_ST_stac.json");
  EXPECT_TRUE(item.find("lwir11") != nullptr && item.find("st_qa") != nullptr);
  EXPECT_EQ(item.frame, scene.frame);
}

TEST(LandsatData, LiverpoolIsPlacedByItsMetadata) {
  NEED(kLandsatFolder + "l8_c2l2_liverpool_20200927");
  const Scene scene = open_quietly(kLandsatFolder + "l8_c2l2_liverpool_20200927");
  EXPECT_EQ(scene.frame, (Frame{433, 267, GeoTransform({487005, 30, 0, 5929995, 0, -30}), "EPSG:32630"}));
  EXPECT_EQ(scene.find("red")->decoding.scale, 2.75e-5);  // not the 2.0000E-05 of the Level-1 group
  const Scene pan = open_quietly(kLandsatFolder + "l8_c2l1_pan_liverpool_20200927");
  EXPECT_EQ(names_of(pan.bands), (Names{"pan"}));
  EXPECT_EQ(pan.frame, (Frame{867, 534, GeoTransform({486997.5, 15, 0, 5930002.5, 0, -15}), "EPSG:32630"}));
}

TEST(LandsatData, AlabamaLevel1BeforeCollections) {
  NEED(kLandsatFolder + "l8_l1_precollection_alabama_20150804");
  const Scene scene = open_quietly(kLandsatFolder + "l8_l1_precollection_alabama_20150804");
  EXPECT_EQ(names_of(scene.bands),
            (Names{"blue", "green", "red", "nir08", "swir16", "swir22", "lwir11", "lwir12"}));
  EXPECT_EQ(scene.id, "LC80200392015216LGN00");
  EXPECT_EQ(scene.coding, QualityCoding::precollection);
  EXPECT_EQ(scene.constants.at("sun_elevation"), 64.74360932);
  EXPECT_EQ(scene.constants.at("k1"), 774.8853);
  EXPECT_EQ(scene.constants.at("k2"), 1321.0789);
  EXPECT_EQ(scene.find("lwir11")->decoding.scale, 3.342e-4);
  EXPECT_EQ(scene.find("lwir11")->decoding.offset, 0.1);
  EXPECT_EQ(scene.frame, (Frame{627, 603, GeoTransform({452475, 30, 0, 3408645, 0, -30}), "EPSG:32616"}));
}

TEST(LandsatData, MarburgIsUnsignedThoughStoredAsInt16) {
  NEED(kLandsatFolder + "l8_l1_c1_marburg_20130707");
  const Scene scene = open_quietly(kLandsatFolder + "l8_l1_c1_marburg_20130707");
  EXPECT_EQ(scene.bands.size(), 10u);
  EXPECT_EQ(names_of(scene.other_bands), (Names{"pan"}));
  for (const Band& band : scene.bands) EXPECT_TRUE(band.decoding.wrap_unsigned16) << band.name;
  EXPECT_EQ(scene.coding, QualityCoding::collection1);
  EXPECT_EQ(scene.frame.crs, "EPSG:32632");
}

TEST(LandsatData, MuensterStackHasADateEachAndItsOwnNumbers) {
  NEED(kLandsatFolder + "l8_c2l2_st_stack_muenster");
  const std::vector<std::string> files = expand_arguments({kLandsatFolder + "l8_c2l2_st_stack_muenster"});
  EXPECT_EQ(files.size(), 12u);
  std::vector<std::string> dates;
  for (const std::string& file : files) {
    const Scene scene = open_quietly(file);
    ASSERT_TRUE(scene.date);
    dates.push_back(to_string(*scene.date));
    EXPECT_EQ(scene.bands.at(0).decoding.scale, 1);
    EXPECT_EQ(scene.bands.at(0).decoding.nodata, -9999);
    EXPECT_EQ(scene.frame, (Frame{610, 530, GeoTransform({396705, 30, 0, 5763315, 0, -30}), "EPSG:32632"}));
  }
  std::sort(dates.begin(), dates.end());
  EXPECT_EQ(dates,
            (Names{"2022-03-08", "2022-03-09", "2022-03-24", "2022-03-25", "2022-04-18", "2023-08-11",
                   "2024-06-25", "2024-06-26", "2025-03-09", "2025-05-11", "2025-05-12", "2025-06-20"}));
}

TEST(LandsatData, NewYorkHasNoMetadataAndAGridADate) {
  NEED(kLandsatFolder + "l8_l1_c1_newyork_2018_overviews");
  const std::vector<std::string> folders =
      expand_arguments({kLandsatFolder + "l8_l1_c1_newyork_2018_overviews"});
  ASSERT_EQ(folders.size(), 8u);
  std::vector<GeoTransform> grids;
  for (const std::string& folder : folders) {
    const Scene scene = open_quietly(folder);
    EXPECT_EQ(scene.bands.size(), 8u);
    EXPECT_EQ(scene.path, 13);
    EXPECT_EQ(scene.row, 32);
    EXPECT_TRUE(has_note(scene, "not corrected for the sun's elevation"));
    grids.push_back(scene.frame.transform);
  }
  EXPECT_FALSE(grids[0] == grids[1]);
}

/// Everything a scene takes from metadata and file names, as one text.
std::string told(const Scene& scene) {
  KeptLog log;
  std::string text =
      scenes_json(std::vector<Scene>{scene}, Catalogue(std::vector<IndexRow>{}), parse_mask("none"));
  const std::size_t source = text.find("\"source\"");
  return text.erase(source, text.find('\n', source) - source);
}

// Metadata samples without rasters: tiny rasters take the places of those they name, then all forms must
// agree.
TEST(LandsatData, EveryMetadataSampleGivesOneSceneInAllItsForms) {
  NEED(kLandsatFolder + "mtl_samples");
  std::map<std::string, std::vector<fs::path>> products;
  for (const auto& entry : fs::recursive_directory_iterator(kLandsatFolder)) {
    const std::string name = entry.path().filename().string();
    if (name.find("_MTL.") == std::string::npos || name.starts_with("l8_")) continue;
    products[entry.path().stem().string()].push_back(entry.path());
  }
  EXPECT_GE(products.size(), 10u);
  for (const auto& [name, forms] : products) {
    const TemporaryFolder folder;
    // Files named in the metadata of any form, 1 x 1 pixel each.
    const std::string text = read_file(forms.front().string());
    for (std::size_t at = text.find(".TIF"); at != std::string::npos; at = text.find(".TIF", at + 1)) {
      const std::size_t start = text.find_last_of("\"> ", at) + 1;
      const std::string file = text.substr(start, at + 4 - start);
      if (!fs::exists(folder.file(file))) {
        write_raster(folder.file(file),
                     {1, 1, file.find("_ST_") == std::string::npos ? GDT_UInt16 : GDT_Int16, {{1}}, {}});
      }
    }
    std::string first;
    for (const fs::path& form : forms) {
      const std::string copy = folder.file(form.filename().string());
      fs::copy_file(form, copy, fs::copy_options::overwrite_existing);
      const Scene scene = open_quietly(copy);
      EXPECT_GE(scene.bands.size(), 6u) << name;
      EXPECT_TRUE(scene.date && scene.path && scene.row && scene.quality) << name;
      EXPECT_EQ(scene.id + "_MTL", name);
      if (first.empty()) first = told(scene);
      EXPECT_EQ(told(scene), first) << form;
    }
  }
}

}  // namespace
}  // namespace isotherm
