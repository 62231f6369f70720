#include "isotherm/fetch/local_catalogue.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "isotherm/io/text_file.h"

namespace isotherm {
namespace {

Frame cut() { return {20, 10, GeoTransform({500000, 30, 0, 5300000, 0, -30}), "EPSG:32632"}; }

StacItem remote() {
  const Json document = read_json(R"({
    "type": "Feature", "stac_version": "1.0.0", "id": "scene", "collection": "landsat-c2-l2",
    "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
    "bbox": [0, 0, 20, 20], "geometry": null,
    "properties": {"datetime": "2020-06-01T10:00:00Z", "proj:epsg": 32632, "proj:shape": [7000, 7000],
                   "proj:transform": [30, 0, 400000, 0, -30, 5500000], "proj:bbox": [1, 2, 3, 4]},
    "links": [{"rel": "self", "href": "https://host/item?sig=hush"}, {"rel": "next", "href": "https://host/2"}],
    "assets": {
      "red": {"href": "https://host/B4.TIF?sig=hush", "type": "image/jp2", "roles": ["data"], "file:size": 9,
              "alternate": {"s3": {"href": "s3://bucket/B4.TIF"}}, "raster:bands": [{"scale": 2.75e-05}]},
      "thumbnail": {"href": "https://host/x.png"}}})",
                                  "test");
  return read_item(document, "");
}

TEST(LocalItem, SaysWhatIsOnDisk) {
  const std::vector<LocalAsset> assets{{"red", "B4.TIF", 1234, std::string(64, 'a'), cut()}};
  const StacItem item = local_item(remote(), assets);
  ASSERT_EQ(item.assets.size(), 1U) << "what was not fetched is not there";
  const StacAsset& red = item.assets.front();
  EXPECT_EQ(red.href, "./B4.TIF");
  EXPECT_EQ(red.size(), 1234);
  EXPECT_EQ(red.checksum(), "1220" + std::string(64, 'a'));
  EXPECT_EQ(red.alternate("s3"), "");
  EXPECT_EQ(write_json(*red.other.find("raster:bands")), R"([{"scale":2.75e-05}])");
  EXPECT_EQ(write_json(*red.other.find("proj:shape")), "[10,20]");
  EXPECT_EQ(write_json(*item.properties.find("proj:shape")), "[10,20]");
  EXPECT_EQ(item.properties.find("proj:transform")->items()[2].number(), 500000);
  EXPECT_EQ(item.properties.find("proj:transform")->items()[4].number(), -30);
  EXPECT_EQ(item.properties.find("proj:bbox"), nullptr) << "it spoke of the whole scene";
  EXPECT_EQ(write_json(item_json(item)).find("hush"), std::string::npos);
  ASSERT_EQ(item.links.size(), 1U);
  EXPECT_EQ(item.links.front().rel, "derived_from");
}

TEST(LocalItem, FootprintIsThatOfTheCut) {
  const std::vector<LocalAsset> assets{{"red", "B4.TIF", 1, "", cut()}};
  const StacItem item = local_item(remote(), assets);
  // On the central meridian of zone 32, 600 m east and 300 m south of (9 E, 47.85 N).
  ASSERT_TRUE(item.bbox);
  EXPECT_NEAR((*item.bbox)[0], 9, 1e-6);
  EXPECT_NEAR((*item.bbox)[2], 9 + 600 / 74800.0, 1e-4);
  EXPECT_NEAR((*item.bbox)[3] - (*item.bbox)[1], 300 / 111180.0, 1e-5);
  EXPECT_EQ(item.geometry.text("type"), "Polygon");
}

TEST(Footprint, NothingWithoutAPlaceOrAcrossTheAntimeridian) {
  Frame frame = cut();
  frame.crs.clear();
  EXPECT_FALSE(footprint(frame));
  // Zone 60 ends at 180 degrees, 222 km east of its middle at 48 degrees north.
  const Frame across{4000, 10, GeoTransform({680000, 30, 0, 5300000, 0, -30}), "EPSG:32660"};
  EXPECT_FALSE(footprint(across));
}

TEST(WriteItem, BelongsToTheCollectionOfItsFolder) {
  const std::string folder = testing::TempDir() + "isotherm_local_catalogue";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/scene");
  write_item(folder, "scene/scene.json", local_item(remote(), {}));
  write_collection(folder, {"scene/scene.json"}, "of a test");
  const Json item = read_json(read_text(folder + "/scene/scene.json"), "item");
  const Json collection = read_json(read_text(folder + "/collection.json"), "collection");
  EXPECT_EQ(item.text("collection"), "isotherm_local_catalogue");
  EXPECT_EQ(collection.text("id"), "isotherm_local_catalogue");
  EXPECT_EQ(
      write_json(*collection.find("extent")),
      R"({"spatial":{"bbox":[[0,0,20,20]]},"temporal":{"interval":[["2020-06-01T10:00:00Z","2020-06-01T10:00:00Z"]]}})");
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    found += entry.path().extension() == ".part";
  }
  EXPECT_EQ(found, 0U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace isotherm
