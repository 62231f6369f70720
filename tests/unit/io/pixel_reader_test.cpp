#include "isotherm/io/pixel_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kCacheBytes = std::size_t{16} << 20;

MaskChoice no_mask() { return parse_mask("none"); }

void expect_same(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << "pixel " << i << " is " << found[i];
    } else {
      EXPECT_EQ(found[i], expected[i]) << "pixel " << i;
    }
  }
}

/// Values of one band of a scene in a window, the same by way of stored numbers where there are such.
std::vector<float> values(const Scene& scene, const std::string& band, const Window& window,
                          const MaskChoice& mask = no_mask()) {
  BlockCache cache(kCacheBytes);
  SceneReader reader(scene, mask, cache);
  Tile tile;
  const std::vector<std::string> bands{band};
  reader.read(bands, window, tile);
  EXPECT_EQ(tile.window(), window);
  std::vector<float> read(tile.plane(0).begin(), tile.plane(0).end());
  if (reader.has_stored(bands)) {
    StoredTile stored;
    reader.read_stored(bands, window, stored);
    stored.decode_to(tile);
    EXPECT_EQ(tile.window(), window);
    expect_same({tile.plane(0).begin(), tile.plane(0).end()}, read);
  }
  return read;
}

Scene one_band(const std::string& path, int width, int height, const Decoding& decoding = {}, int index = 1) {
  Scene scene;
  scene.id = "scene";
  scene.frame = tiny_frame(width, height);
  scene.bands.push_back(make_band("red", path, index, scene.frame, decoding));
  return scene;
}

TEST(SceneReader, NodataIsTestedBeforeScaleAndOffset) {
  // Source: the reference case "Int16 rows, nodata -999, scale 2, offset -1" of exactextract's suite. The
  // last stored number becomes -999 by scaling and is a value.
  const TemporaryFolder folder;
  const std::string path =
      write_raster(folder.file("a.tif"), {3, 3, GDT_Int16, {{1, 2, 3, -999, -999, -999, 4, 5, -499}}, {}});
  const Scene scene = one_band(path, 3, 3, {.scale = 2, .offset = -1, .nodata = -999});
  expect_same(values(scene, "red", {0, 0, 3, 3}), {1, 3, 5, kNaN, kNaN, kNaN, 7, 9, -999});
}

TEST(SceneReader, OneRuleForAllStoredTypes) {
  // Stored: nodata, below the range, inside (twice), above it.
  const TemporaryFolder folder;
  for (const GDALDataType type : {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_UInt64,
                                  GDT_Int64, GDT_Float32, GDT_Float64}) {
    SCOPED_TRACE(GDALGetDataTypeName(type));
    const std::string path = write_raster(folder.file(std::string(GDALGetDataTypeName(type)) + ".tif"),
                                          {5, 1, type, {{7, 9, 10, 20, 21}}, {}});
    const Scene scene =
        one_band(path, 5, 1, {.scale = 0.5, .offset = 1, .nodata = 7, .valid_min = 10, .valid_max = 20});
    BlockCache cache(kCacheBytes);
    SceneReader reader(scene, no_mask(), cache);
    const std::vector<std::string> bands{"red"};
    Tile tile;
    reader.read(bands, {0, 0, 5, 1}, tile);
    expect_same({tile.plane(0).begin(), tile.plane(0).end()}, {kNaN, kNaN, 6, 11, kNaN});
    EXPECT_EQ(cache.counts().invalid.at(path + ":1"), 2u) << "9 and 21, not the nodata number";
  }
}

TEST(SceneReader, BandsThatDifferOnlyInSignDoNotShareATable) {
  // Once two bands of one type with the same scale shared the table of the first.
  const TemporaryFolder folder;
  const std::string path = write_raster(folder.file("a.tif"), {2, 1, GDT_Int16, {{-1, 5}}, {}});
  Scene scene = one_band(path, 2, 1);
  scene.bands.push_back(make_band("nir08", path, 1, scene.frame, {.wrap_unsigned16 = true}));
  BlockCache cache(kCacheBytes);
  SceneReader reader(scene, no_mask(), cache);
  Tile tile;
  const std::vector<std::string> bands{"red", "nir08"};
  reader.read(bands, {0, 0, 2, 1}, tile);
  expect_same({tile.plane(0).begin(), tile.plane(0).end()}, {-1, 5});
  expect_same({tile.plane(1).begin(), tile.plane(1).end()}, {65535, 5});
}

TEST(SceneReader, SignedBytes) {
  const TemporaryFolder folder;
  const std::string path =
      write_raster(folder.file("a.tif"), {3, 1, GDT_Byte, {{127, 128, 255}}, {"PIXELTYPE=SIGNEDBYTE"}});
  expect_same(values(one_band(path, 3, 1), "red", {0, 0, 3, 1}), {127, -128, -1});
}

TEST(SceneReader, NodataOfFloatFilesIsComparedAsFloat) {
  // 0.1 is no float32, and the lowest float32 is often written with digits that lie outside float32.
  const TemporaryFolder folder;
  const double lowest = std::numeric_limits<float>::lowest();
  const std::string path = write_raster(folder.file("a.tif"), {3, 1, GDT_Float32, {{0.1, lowest, 2}}, {}});
  expect_same(values(one_band(path, 3, 1, {.nodata = 0.1}), "red", {0, 0, 3, 1}),
              {kNaN, std::numeric_limits<float>::lowest(), 2});
  expect_same(values(one_band(path, 3, 1, {.nodata = -3.40282347e+38}), "red", {0, 0, 3, 1}),
              {0.1f, kNaN, 2});
}

TEST(SceneReader, StoredNaNIsMissing) {
  const TemporaryFolder folder;
  const std::string path = write_raster(folder.file("a.tif"), {2, 1, GDT_Float32, {{std::nan(""), 2}}, {}});
  expect_same(values(one_band(path, 2, 1), "red", {0, 0, 2, 1}), {kNaN, 2});
  expect_same(values(one_band(path, 2, 1, {.scale = 3}), "red", {0, 0, 2, 1}), {kNaN, 6});
}

TEST(SceneReader, WindowsMayReachOutsideTheFrame) {
  const TemporaryFolder folder;
  const std::string path = write_raster(folder.file("a.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}});
  const Scene scene = one_band(path, 2, 2);
  expect_same(values(scene, "red", {-1, -1, 4, 4}),
              {kNaN, kNaN, kNaN, kNaN, kNaN, 1, 2, kNaN, kNaN, 3, 4, kNaN, kNaN, kNaN, kNaN, kNaN});
  expect_same(values(scene, "red", {1, 1, 2, 1}), {4, kNaN});
  expect_same(values(scene, "red", {5, 5, 2, 1}), {kNaN, kNaN});
}

Scene with_quality(const TemporaryFolder& folder, QualityCoding coding, const std::vector<double>& quality,
                   const std::vector<double>& saturation = {}) {
  const int width = static_cast<int>(quality.size());
  Scene scene;
  scene.frame = tiny_frame(width, 1);
  std::vector<double> ones(quality.size(), 1), twos(quality.size(), 2);
  const std::string bands = write_raster(folder.file("b.tif"), {width, 1, GDT_UInt16, {ones, twos}, {}});
  scene.bands = {make_band("red", bands, 1, scene.frame), make_band("nir08", bands, 2, scene.frame)};
  scene.bands[0].number = "4";
  scene.bands[1].number = "5";
  scene.coding = coding;
  const std::string path = write_raster(folder.file("q.tif"), {width, 1, GDT_UInt16, {quality}, {}});
  scene.quality = make_band("qa_pixel", path, 1, scene.frame);
  if (!saturation.empty()) {
    const std::string radsat = write_raster(folder.file("s.tif"), {width, 1, GDT_UInt16, {saturation}, {}});
    scene.saturation = make_band("qa_radsat", radsat, 1, scene.frame);
  }
  return scene;
}

TEST(SceneReader, AMaskedPixelIsMissingInEveryBand) {
  // Collection 2: bit 0 fill, bit 3 cloud, bit 7 water; 21824 is clear land.
  const TemporaryFolder folder;
  const Scene scene = with_quality(folder, QualityCoding::collection2, {21824, 1, 8, 128});
  BlockCache cache(kCacheBytes);
  SceneReader reader(scene, parse_mask("fill,cloud"), cache);
  Tile tile;
  const std::vector<std::string> bands{"nir08", "red"};
  reader.read(bands, {0, 0, 4, 1}, tile);
  expect_same({tile.plane(0).begin(), tile.plane(0).end()}, {2, kNaN, kNaN, 2});
  expect_same({tile.plane(1).begin(), tile.plane(1).end()}, {1, kNaN, kNaN, 1});
  expect_same(values(scene, "red", {0, 0, 4, 1}), {1, 1, 1, 1});
  expect_same(values(scene, "red", {-1, 0, 4, 1}, parse_mask("water,fill")), {kNaN, 1, kNaN, 1});
}

TEST(SceneReader, SaturationCountsForTheBandsThatAreRead) {
  // QA_RADSAT bit n - 1 is band n: 8 = band 4 (red), 16 = band 5 (nir08).
  const TemporaryFolder folder;
  const Scene scene = with_quality(folder, QualityCoding::collection2, {21824, 21824, 21824}, {0, 8, 16});
  expect_same(values(scene, "red", {0, 0, 3, 1}, parse_mask("saturated")), {1, kNaN, 1});
  expect_same(values(scene, "nir08", {0, 0, 3, 1}, parse_mask("saturated")), {2, 2, kNaN});
  expect_same(values(scene, "red", {0, 0, 3, 1}, parse_mask("fill")), {1, 1, 1});
}

TEST(SceneReader, CollectionTwoWithoutItsSaturationBandDoesNotReadQaPixelForIt) {
  const TemporaryFolder folder;
  const Scene scene = with_quality(folder, QualityCoding::collection2, {8, 16});
  expect_same(values(scene, "red", {0, 0, 2, 1}, parse_mask("saturated")), {1, 1});
}

TEST(SceneReader, CollectionOneKeepsSaturationInItsQualityBand) {
  // Collection 1 BQA, bits 2-3: number of saturated bands (0 .. 3 classes); 2720 is clear.
  const TemporaryFolder folder;
  const Scene scene = with_quality(folder, QualityCoding::collection1, {2720, 2720 + 4});
  expect_same(values(scene, "red", {0, 0, 2, 1}, parse_mask("saturated")), {1, kNaN});
}

TEST(SceneReader, QualityStoredSignedIsReadByItsBits) {
  // A copy of a 16-bit BQA as Int16: 61440 (confident cloud, pre-collection) is kept as -4096.
  const TemporaryFolder folder;
  Scene scene = with_quality(folder, QualityCoding::precollection, {20480, 61440});
  scene.quality->path = write_raster(folder.file("signed.tif"), {2, 1, GDT_Int16, {{20480, -4096}}, {}});
  expect_same(values(scene, "red", {0, 0, 2, 1}, parse_mask("cloud")), {1, kNaN});
}

// Tiles, windows across them and over the edge, two bands of their own scales, quality and saturation.
TEST(SceneReader, StoredNumbersDecodeToWhatIsReadDecoded) {
  const TemporaryFolder folder;
  std::mt19937 random(5);
  const int width = 70, height = 50;
  const auto numbers = [&] {
    std::vector<double> made(static_cast<std::size_t>(width * height));
    for (double& number : made) number = static_cast<double>(random() & 0xffffu);
    return made;
  };
  const std::vector<std::string> tiled{"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"};
  Scene scene = one_band(write_raster(folder.file("r.tif"), {width, height, GDT_UInt16, {numbers()}, tiled}),
                         width, height, {.scale = 2.75e-5, .offset = -0.2, .nodata = 0, .valid_min = 7000});
  scene.bands.push_back(
      make_band("nir08", write_raster(folder.file("n.tif"), {width, height, GDT_UInt16, {numbers()}, {}}), 1,
                scene.frame, {.scale = 3, .valid_max = 60000}));
  scene.bands[0].number = "4";
  scene.bands[1].number = "5";
  scene.coding = QualityCoding::collection2;
  scene.quality = make_band(
      "qa_pixel", write_raster(folder.file("q.tif"), {width, height, GDT_UInt16, {numbers()}, tiled}), 1,
      scene.frame);
  scene.saturation =
      make_band("qa_radsat", write_raster(folder.file("s.tif"), {width, height, GDT_UInt16, {numbers()}, {}}),
                1, scene.frame);
  const std::vector<std::string> bands{"nir08", "red"};
  for (const char* mask : {"none", "default", "cloud:low,snow,saturated", "cirrus:medium,shadow:low"}) {
    BlockCache cache(kCacheBytes);
    SceneReader reader(scene, parse_mask(mask), cache);
    ASSERT_TRUE(reader.has_stored(bands));
    for (const Window window : {Window{0, 0, 70, 50}, Window{30, 14, 5, 4}, Window{-3, 40, 90, 20}}) {
      Tile read, decoded;
      StoredTile stored;
      reader.read(bands, window, read);
      reader.read_stored(bands, window, stored);
      stored.decode_to(decoded);
      for (std::size_t k = 0; k < 2; ++k) {
        expect_same({decoded.plane(k).begin(), decoded.plane(k).end()},
                    {read.plane(k).begin(), read.plane(k).end()});
      }
    }
  }
}

TEST(SceneReader, OnlyNumbersOfSixteenBitsWithoutSignAreReadStored) {
  const TemporaryFolder folder;
  const std::vector<std::string> bands{"red"};
  for (const GDALDataType type : {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32}) {
    const std::string path = write_raster(folder.file(std::string(GDALGetDataTypeName(type)) + ".tif"),
                                          {2, 1, type, {{1, 2}}, {}});
    for (const bool wraps : {false, true}) {
      BlockCache cache(kCacheBytes);
      SceneReader reader(one_band(path, 2, 1, {.wrap_unsigned16 = wraps}), no_mask(), cache);
      EXPECT_EQ(reader.has_stored(bands), type == GDT_UInt16 || (type == GDT_Int16 && wraps))
          << GDALGetDataTypeName(type);
    }
  }
}

TEST(SceneReader, InvalidPixelsAreCountedOncePerBlock) {
  const TemporaryFolder folder;
  // Two blocks (rows) of four pixels; nodata 0 is not invalid.
  const std::string path = write_raster(
      folder.file("a.tif"), {4, 2, GDT_UInt16, {{0, 5, 10, 99, 99, 99, 10, 0}}, {"BLOCKYSIZE=1"}});
  const Scene scene = one_band(path, 4, 2, {.nodata = 0, .valid_min = 10, .valid_max = 50});
  BlockCache cache(kCacheBytes);
  const std::vector<std::string> bands{"red"};
  Tile tile;
  SceneReader reader(scene, no_mask(), cache);
  reader.read(bands, {2, 0, 1, 1}, tile);  // one valid pixel of the first block
  EXPECT_EQ(cache.counts().invalid, (std::map<std::string, std::uint64_t>{{path + ":1", 2}}));
  reader.read(bands, {0, 0, 4, 2}, tile);
  SceneReader(scene, no_mask(), cache).read(bands, {0, 0, 4, 2}, tile);
  EXPECT_EQ(cache.counts().invalid, (std::map<std::string, std::uint64_t>{{path + ":1", 4}}));
}

TEST(SceneReader, BlockHeightIsThatOfTheHighest) {
  const TemporaryFolder folder;
  const std::vector<double> pixels(100 * 100, 1);
  Scene scene = one_band(
      write_raster(folder.file("s.tif"), {100, 100, GDT_UInt16, {pixels}, {"BLOCKYSIZE=7"}}), 100, 100);
  EXPECT_EQ(block_height(scene), 7);
  const std::vector<std::string> red{"red"}, both{"red", "nir08"};
  EXPECT_EQ(strip_block_bytes(scene, red, 1), 100u * 7 * 2);
  EXPECT_EQ(strip_block_bytes(scene, red, 14), 2 * 100u * 7 * 2) << "strips end where blocks end";
  EXPECT_EQ(strip_block_bytes(scene, red, 16), 4 * 100u * 7 * 2)
      << "rows 48 to 63 lie in blocks 6, 7, 8 and 9";
  EXPECT_EQ(strip_block_bytes(scene, red, 1000), 15 * 100u * 7 * 2) << "that is all of them";
  const std::string tiled = write_raster(
      folder.file("t.tif"), {100, 100, GDT_Byte, {pixels}, {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32"}});
  scene.bands.push_back(make_band("nir08", tiled, 1, scene.frame));
  EXPECT_EQ(block_height(scene), 32);
  EXPECT_EQ(strip_block_bytes(scene, both, 1), 100u * 7 * 2 + 2 * 64 * 32);
  const std::string mixed =
      write_raster(folder.file("m.tif"),
                   {100, 100, GDT_Byte, {pixels, pixels, pixels}, {"INTERLEAVE=PIXEL", "BLOCKYSIZE=10"}});
  scene.bands = {make_band("red", mixed, 1, scene.frame), make_band("nir08", mixed, 3, scene.frame)};
  EXPECT_EQ(strip_block_bytes(scene, both, 20), 2 * 100u * 10 * 3) << "three bands share a block";
}

std::string failure(const Scene& scene) {
  try {
    values(scene, "red", scene.frame.window());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return {};
}

TEST(SceneReader, RefusesWhatItCannotUse) {
  const TemporaryFolder folder;
  const std::string complex = write_raster(folder.file("c.tif"), {2, 2, GDT_CFloat32, {{1, 2, 3, 4}}, {}});
  EXPECT_EQ(failure(one_band(complex, 2, 2)),
            complex + ", band 1: holds CFloat32 numbers; only real numbers can be used");
  const std::string plain = write_raster(folder.file("p.tif"), {2, 2, GDT_Byte, {{1, 2, 3, 4}}, {}});
  EXPECT_EQ(failure(one_band(plain, 2, 2, {}, 3)), plain + ": has no band 3; it has 1");
  EXPECT_EQ(failure(one_band(plain, 3, 2)), plain + ", band 1: is 2 x 2 pixels where the scene has 3 x 2");
  EXPECT_NE(failure(one_band(folder.file("gone.tif"), 2, 2)).find("gone.tif"), std::string::npos);
}

TEST(SceneReader, ATruncatedFileIsNamedWithBandAndBlock) {
  const TemporaryFolder folder;
  std::vector<double> noise(256 * 256);
  std::mt19937 random(7);
  for (double& value : noise) value = random() % 65536;
  const std::string path = write_raster(
      folder.file("t.tif"), {256, 256, GDT_UInt16, {noise}, {"COMPRESS=DEFLATE", "BLOCKYSIZE=64"}});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) * 2 / 3);
  const std::string text = failure(one_band(path, 256, 256));
  EXPECT_TRUE(text.starts_with(path + ", band 1, block (0, 2): cannot be read: ")) << text;
}

TEST(SceneReader, AnAbsurdBlockIsRefusedBeforeMemoryIsTaken) {
  // 40 000 x 40 000 float32 in one strip that the file does not hold: 6 GB from a file of a few hundred
  // bytes.
  const TemporaryFolder folder;
  const std::string path = folder.file("huge.tif");
  GDALAllRegister();
  CPLStringList options;
  options.SetNameValue("SPARSE_OK", "TRUE");
  options.SetNameValue("BLOCKYSIZE", "40000");
  options.SetNameValue("COMPRESS", "DEFLATE");
  GDALDataset* dataset = GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      path.c_str(), 40000, 40000, 1, GDT_Float32, options.List());
  ASSERT_NE(dataset, nullptr);
  GDALClose(dataset);
  const Scene scene = one_band(path, 40000, 40000);
  BlockCache cache(kCacheBytes);
  SceneReader reader(scene, no_mask(), cache);
  Tile tile;
  const std::vector<std::string> bands{"red"};
  try {
    reader.read(bands, {0, 0, 1, 1}, tile);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("one block needs 6103 MiB; the limit is 2048 MiB"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace isotherm
