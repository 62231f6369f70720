#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <thread>

#include "isotherm/core/error.h"
#include "isotherm/io/pixel_reader.h"
#include "unit/io/tiny_raster.h"

// BlockCache is seen through SceneReader and its own counts.
namespace isotherm {
namespace {

using namespace testing_support;

/// 8 x 8 pixels in rows of one block each (16 bytes), value = position.
Scene eight_blocks(const TemporaryFolder& folder) {
  std::vector<double> pixels(64);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<double>(i);
  Scene scene;
  scene.frame = tiny_frame(8, 8);
  const std::string path = write_raster(folder.file("a.tif"), {8, 8, GDT_UInt16, {pixels}, {"BLOCKYSIZE=1"}});
  scene.bands.push_back(make_band("red", path, 1, scene.frame));
  return scene;
}

void read_row(SceneReader& reader, std::int64_t row) {
  const std::vector<std::string> bands{"red"};
  Tile tile;
  reader.read(bands, {0, row, 8, 1}, tile);
  for (std::size_t col = 0; col < 8; ++col)
    ASSERT_EQ(tile.plane(0)[col], static_cast<float>(row * 8) + static_cast<float>(col));
}

TEST(BlockCache, ReadersShareBlocks) {
  const TemporaryFolder folder;
  const Scene scene = eight_blocks(folder);
  BlockCache cache(1 << 20);
  SceneReader first(scene, parse_mask("none"), cache), second(scene, parse_mask("none"), cache);
  for (const std::int64_t row : {0, 1, 2}) read_row(first, row);
  for (const std::int64_t row : {0, 1, 2, 3}) read_row(second, row);
  EXPECT_EQ(cache.counts().decoded, 4u);
  EXPECT_EQ(cache.counts().repeated, 0u);
}

TEST(BlockCache, WorkersAtOnceDecodeEachBlockOnce) {
  const TemporaryFolder folder;
  std::mt19937 random(3);
  std::vector<double> noise(512 * 512);
  for (double& value : noise) value = random() % 65536;
  Scene scene;
  scene.frame = tiny_frame(512, 512);
  const std::string path =
      write_raster(folder.file("a.tif"),
                   {512,
                    512,
                    GDT_UInt16,
                    {noise, noise},
                    {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE", "INTERLEAVE=PIXEL"}});
  scene.bands = {make_band("red", path, 1, scene.frame), make_band("nir08", path, 2, scene.frame)};
  BlockCache cache(8 << 20);
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      SceneReader reader(scene, parse_mask("none"), cache);
      const std::vector<std::string> bands{"red", "nir08"};
      Tile tile;
      for (std::int64_t row = 0; row < 512; row += 32) reader.read(bands, {0, row, 512, 32}, tile);
    });
  }
  for (std::thread& worker : workers) worker.join();
  // A block of a pixel-interleaved file holds both bands.
  EXPECT_EQ(cache.counts().decoded, 64u);
  EXPECT_EQ(cache.counts().repeated, 0u);
}

TEST(BlockCache, TheLeastRecentlyUsedGoesFirst) {
  const TemporaryFolder folder;
  const Scene scene = eight_blocks(folder);
  BlockCache cache(3 * 16);  // three rows
  SceneReader reader(scene, parse_mask("none"), cache);
  for (const std::int64_t row : {0, 1, 2}) read_row(reader, row);
  read_row(reader, 0);  // now 1 is the oldest
  read_row(reader, 3);  // takes its place
  EXPECT_EQ(cache.counts().decoded, 4u);
  for (const std::int64_t row : {0, 2, 3}) read_row(reader, row);
  EXPECT_EQ(cache.counts().decoded, 4u);
  read_row(reader, 1);
  EXPECT_EQ(cache.counts().decoded, 5u);
  EXPECT_EQ(cache.counts().repeated, 1u);
}

TEST(BlockCache, ABlockLargerThanTheBudgetIsReadAndHeldAlone) {
  const TemporaryFolder folder;
  const Scene scene = eight_blocks(folder);
  BlockCache cache(1);
  SceneReader reader(scene, parse_mask("none"), cache);
  read_row(reader, 0);
  read_row(reader, 0);
  EXPECT_EQ(cache.counts().decoded, 1u);
  read_row(reader, 1);
  read_row(reader, 0);
  EXPECT_EQ(cache.counts().decoded, 3u);
  EXPECT_EQ(cache.counts().repeated, 1u);
}

TEST(BlockCache, AFailedBlockFailsForEveryWorkerAndDoesNotHang) {
  const TemporaryFolder folder;
  std::mt19937 random(5);
  std::vector<double> noise(256 * 256);
  for (double& value : noise) value = random() % 65536;
  Scene scene;
  scene.frame = tiny_frame(256, 256);
  const std::string path = write_raster(
      folder.file("a.tif"), {256, 256, GDT_UInt16, {noise}, {"COMPRESS=DEFLATE", "BLOCKYSIZE=256"}});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  scene.bands.push_back(make_band("red", path, 1, scene.frame));
  BlockCache cache(1 << 20);
  std::atomic<int> failed{0};
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      SceneReader reader(scene, parse_mask("none"), cache);
      const std::vector<std::string> bands{"red"};
      Tile tile;
      try {
        reader.read(bands, {0, 0, 256, 256}, tile);
      } catch (const Error&) {
        ++failed;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(failed, 4);
  EXPECT_EQ(cache.counts().decoded, 0u);
}

/// Reads all bands of a file in windows of an awkward size and compares every pixel with GDALRasterIO.
void compare_with_gdal(const std::string& path) {
  SCOPED_TRACE(path);
  GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY);
  ASSERT_NE(dataset, nullptr);
  const int width = dataset->GetRasterXSize(), height = dataset->GetRasterYSize();
  Scene scene;
  scene.frame = tiny_frame(width, height);
  std::vector<std::string> bands;
  for (int k = 1; k <= dataset->GetRasterCount(); ++k) {
    bands.push_back("b" + std::to_string(k));
    scene.bands.push_back(make_band(bands.back(), path, k, scene.frame));
  }
  BlockCache cache(200000);
  SceneReader reader(scene, parse_mask("none"), cache);
  Tile tile;
  for (int row = 0; row < height; row += 61) {
    for (int col = 0; col < width; col += 97) {
      const Window window{col, row, std::min(97, width - col), std::min(61, height - row)};
      reader.read(bands, window, tile);
      for (int k = 1; k <= dataset->GetRasterCount(); ++k) {
        std::vector<float> expected(tile.plane_size());
        ASSERT_EQ(dataset->GetRasterBand(k)->RasterIO(
                      GF_Read, col, row, static_cast<int>(window.width), static_cast<int>(window.height),
                      expected.data(), static_cast<int>(window.width), static_cast<int>(window.height),
                      GDT_Float32, 0, 0, nullptr),
                  CE_None);
        const auto found = tile.plane(static_cast<std::size_t>(k) - 1);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          if (std::isnan(expected[i]) && std::isnan(found[i])) continue;
          ASSERT_EQ(found[i], expected[i])
              << "band " << k << " window " << col << "," << row << " pixel " << i;
        }
      }
    }
  }
  GDALClose(dataset);
}

TEST(SceneReaderLayouts, AllReadAsGdalReadsThem) {
  const TemporaryFolder folder;
  std::mt19937 random(11);
  std::vector<std::vector<double>> bands(3, std::vector<double>(200 * 150));
  for (auto& band : bands) {
    for (double& value : band) value = random() % 8;
  }
  const std::vector<std::vector<std::string>> layouts{
      {},
      {"BLOCKYSIZE=150"},
      {"BLOCKYSIZE=7", "COMPRESS=LZW"},
      {"INTERLEAVE=BAND", "BLOCKYSIZE=13"},
      {"TILED=YES", "BLOCKXSIZE=48", "BLOCKYSIZE=80", "COMPRESS=DEFLATE", "PREDICTOR=2"},
      {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=BAND"},
      {"BIGTIFF=YES", "COMPRESS=ZSTD"},
      {"ENDIANNESS=BIG"},
      {"COMPRESS=PACKBITS"},
  };
  int number = 0;
  for (const auto& layout : layouts) {
    compare_with_gdal(
        write_raster(folder.file(std::to_string(++number) + ".tif"), {200, 150, GDT_UInt16, bands, layout}));
  }
  for (const char* bits : {"NBITS=1", "NBITS=3"}) {
    compare_with_gdal(
        write_raster(folder.file(std::to_string(++number) + ".tif"), {200, 150, GDT_Byte, bands, {bits}}));
  }
  compare_with_gdal(write_raster(folder.file("half.tif"), {200, 150, GDT_Float32, bands, {"NBITS=16"}}));
  compare_with_gdal(write_raster(folder.file("lerc.tif"), {200, 150, GDT_Float32, bands, {"COMPRESS=LERC"}}));
}

std::string hostile(const std::string& name) {
  return std::string(ISOTHERM_SOURCE_DIR) + "/../shared/data/hostile/tiff/" + name;
}

TEST(SceneReaderLayouts, RareButValidFilesReadAsGdalReadsThem) {
  GDALAllRegister();
  if (!fs::exists(hostile(""))) GTEST_SKIP() << "the folder of unusual TIFFs is not here";
  for (const char* name :
       {"image-tiff/BigTIFF.tif", "image-tiff/BigTIFFMotorola.tif", "image-tiff/gradient-1c-64b-float.tiff",
        "image-tiff/int16_zstd.tif", "image-tiff/logluv-3c-16b.tiff", "image-tiff/minisblack-1c-3b.tiff",
        "image-tiff/no_rows_per_strip.tiff", "image-tiff/predictor-3-gray-f32.tif",
        "image-tiff/random-fp16.tiff", "rasterio/cogeo.tif", "rasterio/rotated.tif", "rasterio/float_nan.tif",
        "rasterio/float_raster_with_nodata.tif", "rasterio/all-nodata.tif", "rasterio/test_esri_wkt.tif",
        "go-image/no_rps.tiff", "libgeotiff_crs/byte.tif"}) {
    compare_with_gdal(hostile(name));
  }
}

TEST(SceneReaderLayouts, CorruptFilesAreErrorsThatNameFileBandAndBlock) {
  if (!fs::exists(hostile(""))) GTEST_SKIP() << "the folder of unusual TIFFs is not here";
  std::vector<std::string> corrupt{hostile("rasterio/corrupt.tif")};
  for (const auto& entry : fs::directory_iterator(hostile("pillow"))) corrupt.push_back(entry.path());
  GDALAllRegister();
  int opened = 0;
  for (const std::string& path : corrupt) {
    SCOPED_TRACE(path);
    GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY);
    if (dataset == nullptr) continue;  // refused when the scene is opened
    ++opened;
    Scene scene;
    scene.frame = tiny_frame(dataset->GetRasterXSize(), dataset->GetRasterYSize());
    GDALClose(dataset);
    scene.bands.push_back(make_band("b1", path, 1, scene.frame));
    BlockCache cache(1 << 20);
    SceneReader reader(scene, parse_mask("none"), cache);
    const std::vector<std::string> bands{"b1"};
    Tile tile;
    try {
      reader.read(bands, scene.frame.window(), tile);
      ADD_FAILURE() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_TRUE(std::string(error.what()).starts_with(path + ", band 1, block (")) << error.what();
      EXPECT_EQ(std::string(error.what()).find("no reason given"), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(opened, 0);
}

}  // namespace
}  // namespace isotherm
