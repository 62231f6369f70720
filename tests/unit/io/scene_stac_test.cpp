// STAC items: asset names of all generations, local and remote hrefs, values of the item.
#include <gtest/gtest.h>

#include <cmath>

#include "../../../src/io/gdal_support.h"
#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

std::string item(const std::string& properties, const std::string& assets, const std::string& id = "item") {
  return R"({"type": "Feature", "stac_version": "1.0.0", "id": ")" + id + R"(", "properties": {)" +
         properties + R"(}, "assets": {)" + assets + "}}";
}

const std::string kLandsat =
    R"("datetime": "2022-07-14T10:11:12.5Z", "platform": "landsat-8", "instruments": ["oli", "tirs"],
       "landsat:wrs_path": "196", "landsat:wrs_row": "024", "landsat:collection_number": "02",
       "landsat:collection_category": "T1", "landsat:correction": "L2SP", "eo:cloud_cover": 3.5,
       "view:sun_elevation": 30.0)";

std::string asset(const std::string& key, const std::string& href, const std::string& more = "") {
  return "\"" + key + R"(": {"href": ")" + href + R"(", "type": "image/tiff; application=geotiff")" +
         (more.empty() ? "" : ", " + more) + "}";
}

Scene open_item(const TemporaryFolder& folder, const std::string& text) {
  write_text(folder.file("item.json"), text);
  return open_quietly(folder.file("item.json"));
}

TEST(StacItem, LandsatLevel2) {
  const TemporaryFolder folder;
  for (const char* suffix : {"SR_B4", "ST_B10", "QA_PIXEL", "SR_QA_AEROSOL"}) {
    write_layer(folder, kLevel2Id + "_" + suffix + ".TIF");
  }
  write_layer(folder, kLevel2Id + "_ST_QA.TIF", GDT_Int16);
  const std::string file = "./" + kLevel2Id + "_";
  const Scene scene = open_item(
      folder,
      item(kLandsat,
           asset("red", file + "SR_B4.TIF",
                 R"("eo:bands": [{"name": "OLI_B4", "common_name": "red"}],
                            "raster:bands": [{"nodata": 0, "scale": 2.75e-05, "offset": -0.2}])") +
               "," + asset("lwir11", file + "ST_B10.TIF") + "," + asset("qa", file + "ST_QA.TIF") + "," +
               asset("qa_pixel", file + "QA_PIXEL.TIF", R"("raster:bands": [{"nodata": 1}])") + "," +
               asset("qa_aerosol", file + "SR_QA_AEROSOL.TIF") + "," + asset("blue", file + "SR_B2.TIF") +
               "," + asset("thumbnail", file + "thumb.tif", R"("roles": ["thumbnail"])")));
  EXPECT_EQ(scene.id, "item");
  EXPECT_EQ(scene.spacecraft, "LANDSAT_8");
  EXPECT_EQ(scene.sensor, "OLI_TIRS");
  EXPECT_EQ(scene.level, Level::level2);
  EXPECT_EQ(scene.collection, 2);
  EXPECT_EQ(scene.date, (Date{2022, 7, 14}));
  EXPECT_EQ(scene.path, 196);
  EXPECT_EQ(scene.row, 24);
  EXPECT_EQ(scene.cloud_cover, 3.5);
  EXPECT_EQ(scene.constants.at("sun_elevation"), 30.0);
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "lwir11", "st_qa"}));
  EXPECT_EQ(scene.coding, QualityCoding::collection2);
  // The item says the published values, so the published range stays.
  EXPECT_EQ(scene.find("red")->decoding.valid_min, 7273);
  EXPECT_EQ(scene.find("lwir11")->decoding.scale, 0.00341802);
  EXPECT_TRUE(has_note(scene, "assets that are not there: blue"));
}

TEST(StacItem, AssetsAreKnownByKeyOrCommonNameWhenFilesAreRenamed) {
  struct Row {
    const char *key, *more, *name;
    double scale;
  };
  for (const Row& row : {Row{"SR_B4", "", "red", 2.75e-5}, Row{"SR_B4.TIF", "", "red", 2.75e-5},
                         Row{"red", "", "red", 2.75e-5}, Row{"nir08", "", "nir08", 2.75e-5},
                         Row{"x", R"("eo:bands": [{"common_name": "nir08"}])", "nir08", 2.75e-5},
                         Row{"x", R"("bands": [{"eo:common_name": "nir08"}])", "nir08", 2.75e-5},
                         Row{"ST_B10", "", "lwir11", 0.00341802}, Row{"lwir11", "", "lwir11", 0.00341802},
                         Row{"lwir", "", "lwir11", 0.00341802}, Row{"emis", "", "emis", 1e-4}}) {
    const TemporaryFolder folder;
    write_layer(folder, "f.tif");
    const Scene scene = open_item(folder, item(kLandsat, asset(row.key, "f.tif", row.more)));
    EXPECT_EQ(names_of(scene.bands), (Names{row.name})) << row.key;
    EXPECT_EQ(scene.bands[0].decoding.scale, row.scale) << row.key;
  }
}

TEST(StacItem, ItsScalesWinOverThePublishedOnes) {
  const TemporaryFolder folder;
  write_layer(folder, "f.tif");
  const Scene scene = open_item(
      folder, item(kLandsat, asset("red", "f.tif",
                                   R"("raster:bands": [{"scale": 0.0001, "offset": 0, "nodata": 7}])")));
  const Decoding& red = scene.find("red")->decoding;
  EXPECT_FLOAT_EQ(decode(5000, red), 0.5f);
  EXPECT_TRUE(std::isnan(decode(7, red)));
  EXPECT_TRUE(has_note(scene, "unlike the published"));
}

TEST(StacItem, CopiesBesideTheItemAreUsedInsteadOfRemoteAssets) {
  const TemporaryFolder folder;
  write_layer(folder, kLevel2Id + "_SR_B4.TIF");
  const std::string remote = "https://host.invalid/" + kLevel2Id + "_";
  const Scene scene = open_item(folder, item(kLandsat, asset("red", remote + "SR_B4.TIF?token=1") + "," +
                                                           asset("nir08", remote + "SR_B5.TIF")));
  EXPECT_EQ(names_of(scene.bands), (Names{"red"}));
  EXPECT_EQ(scene.bands[0].path, folder.file(kLevel2Id + "_SR_B4.TIF"));
  EXPECT_TRUE(has_note(scene, "copies of the item's assets"));
  EXPECT_TRUE(has_note(scene, "not there: SR_B5"));
}

TEST(StacItem, OtherSatellitesGivePlainBands) {
  const TemporaryFolder folder;
  write_layer(folder, "B04.tif");
  write_raster(folder.file("two.tif"), {2, 2, GDT_Byte, {{1, 2, 3, 4}, {5, 6, 7, 8}}, {}});
  const Scene scene = open_item(
      folder,
      item(R"("datetime": "2021-06-01T00:00:00Z", "platform": "sentinel-2a")",
           asset("B04", "B04.tif", R"("eo:bands": [{"common_name": "red"}],
                                      "raster:bands": [{"scale": 0.0001, "offset": -0.1, "nodata": 0}])") +
               "," + asset("two", "two.tif", R"("bands": [{"name": "Built up"}, {"name": "trees"}])")));
  EXPECT_EQ(names_of(scene.bands), (Names{"red", "built_up", "trees"}));
  EXPECT_EQ(scene.level, Level::unknown);
  EXPECT_EQ(scene.spacecraft, "sentinel-2a");
  EXPECT_FLOAT_EQ(decode(10000, scene.bands[0].decoding), 0.9f);
  EXPECT_EQ(scene.bands[2].index, 2);
}

TEST(StacItem, ProjPlacesFilesWithoutGeoreferencing) {
  const TemporaryFolder folder;
  write_raster(folder.file("f.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}}, "", {0, 1, 0, 0, 0, 1});
  const std::string proj =
      R"(, "proj:epsg": 32632, "proj:shape": [2, 2], "proj:transform": [30, 0, 500000, 0, -30, 5000000])";
  EXPECT_EQ(open_item(folder, item(kLandsat + proj, asset("red", "f.tif"))).frame, tiny_frame(2, 2));
  EXPECT_EQ(open_item(folder, item(R"("datetime": "2021-06-01")" + proj, asset("red", "f.tif"))).frame,
            tiny_frame(2, 2));
}

TEST(StacItem, IsRefusedInWords) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& text) {
    write_text(folder.file("item.json"), text);
    return refusal_of(folder.file("item.json"));
  };
  EXPECT_NE(refusal("{").find("not valid JSON"), std::string::npos);
  EXPECT_NE(refusal("[1, 2]").find("no STAC item"), std::string::npos);
  EXPECT_NE(refusal(R"({"type": "Feature", "geometry": null})").find("no STAC item"), std::string::npos);
  EXPECT_NE(refusal(R"({"type": "FeatureCollection", "features": []})").find("collection of items"),
            std::string::npos);
  EXPECT_NE(refusal(item(kLandsat, asset("red", "absent.tif"))).find("not there: red"), std::string::npos);
  EXPECT_NE(refusal(item(kLandsat, "")).find("no asset of it is a Landsat layer"), std::string::npos);
  EXPECT_NE(refusal(item(R"("datetime": "yesterday")", asset("red", "absent.tif"))).find("is no date"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"type": "Feature", "properties": 3, "assets": {"a": 4, "b": {"href": 5}}})"),
            "opened");
  EXPECT_NE(refusal(item(R"("datetime": "2021-06-01")",
                         asset("red", "absent.tif",
                               R"("eo:bands": 7, "raster:bands": [7], "proj:shape": ["a", {}])"))),
            "opened");
}

TEST(StacItem, AddressesBecomeVirtualPaths) {
  EXPECT_EQ(gdal_path("https://host/a.tif"), "/vsicurl/https://host/a.tif");
  EXPECT_EQ(gdal_path("s3://bucket/key/a.tif"), "/vsis3/bucket/key/a.tif");
  EXPECT_EQ(gdal_path("/data/a.tif"), "/data/a.tif");
  EXPECT_TRUE(is_remote("/vsicurl/https://host/a.tif"));
  EXPECT_FALSE(is_remote("/vsizip/a.zip/a.tif"));
}

}  // namespace
}  // namespace isotherm
