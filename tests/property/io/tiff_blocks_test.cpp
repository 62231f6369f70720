// Blocks inflated straight from the file against GDAL's reading of the same blocks, over the layouts GDAL
// writes, and over files with flipped bytes: the direct way gives GDAL's numbers or none.
#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>

#include "../../../src/io/raw_raster.h"
#include "../../../src/io/tiff_blocks.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;

struct Layout {
  GDALDataType type;
  std::vector<std::string> options;
  int bands = 1;
  int width = 70, height = 53;
  bool direct = true;  ///< the direct way must take it
};

/// Numbers near each other, as images have them, with some noise; bytes of every value for the predictors.
std::vector<double> numbers(std::mt19937_64& random, std::size_t count, GDALDataType type) {
  std::vector<double> values;
  double value = 100;
  for (std::size_t k = 0; k < count; ++k) {
    value += static_cast<double>(random() % 41) - 20;
    const bool small = GDALGetDataTypeSizeBytes(type) == 1;
    values.push_back(GDALDataTypeIsFloating(type) ? value * 1.37e-3
                     : small                      ? static_cast<double>(random() % 256)
                                                  : value);
  }
  return values;
}

void write(const std::string& path, const Layout& layout, std::uint64_t seed) {
  GDALAllRegister();
  std::vector<char*> options;
  std::vector<std::string> texts = layout.options;
  for (std::string& text : texts) options.push_back(text.data());
  options.push_back(nullptr);
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  const GDALDatasetUniquePtr file(
      driver->Create(path.c_str(), layout.width, layout.height, layout.bands, layout.type, options.data()));
  ASSERT_TRUE(file);
  std::mt19937_64 random(seed);
  for (int band = 1; band <= layout.bands; ++band) {
    auto values = numbers(random, static_cast<std::size_t>(layout.width * layout.height), layout.type);
    ASSERT_EQ(file->GetRasterBand(band)->RasterIO(GF_Write, 0, 0, layout.width, layout.height, values.data(),
                                                  layout.width, layout.height, GDT_Float64, 0, 0),
              CE_None);
  }
}

/// How many blocks the direct way took; compares the part inside the raster with GDAL's own reading.
int compare(const std::string& path, std::size_t& blocks) {
  const GDALDatasetUniquePtr file(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER));
  blocks = 0;
  if (!file) return 0;
  const std::unique_ptr<TiffBlocks> direct = TiffBlocks::open(path, *file);
  const RawRaster raster(path);
  int taken = 0;
  for (int band = 1; band <= file->GetRasterCount(); ++band) {
    const StoredBand facts = raster.facts(band);
    std::vector<std::byte> ours(facts.plane_bytes()), theirs(facts.plane_bytes());
    const std::int64_t down = (facts.height + facts.block_height - 1) / facts.block_height;
    for (std::int64_t y = 0; y < down; ++y) {
      for (std::int64_t x = 0; x < facts.blocks_across(); ++x) {
        ++blocks;
        if (!direct || !direct->read(facts, x, y, ours.data())) continue;
        ++taken;
        EXPECT_EQ(
            file->GetRasterBand(band)->ReadBlock(static_cast<int>(x), static_cast<int>(y), theirs.data()),
            CE_None);
        const std::size_t size = size_of(facts.type);
        const auto inside =
            static_cast<std::size_t>(std::min(facts.block_width, facts.width - x * facts.block_width));
        const std::int64_t rows = std::min(facts.block_height, facts.height - y * facts.block_height);
        for (std::int64_t row = 0; row < rows; ++row) {
          const std::size_t at = static_cast<std::size_t>(row * facts.block_width) * size;
          EXPECT_EQ(std::memcmp(ours.data() + at, theirs.data() + at, inside * size), 0)
              << path << " band " << band << " block " << x << " " << y << " row " << row;
        }
      }
    }
  }
  return taken;
}

TEST(TiffBlocks, GiveGdalsNumbersForEveryLayout) {
  const TemporaryFolder folder;
  const std::vector<std::string> tiles{"COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"};
  const auto with = [](std::vector<std::string> options, std::initializer_list<const char*> more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
  };
  std::vector<Layout> layouts;
  for (const GDALDataType type :
       {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32, GDT_Float64}) {
    layouts.push_back({type, tiles});
    layouts.push_back({type, with(tiles, {"PREDICTOR=2"})});
    if (GDALDataTypeIsFloating(type)) layouts.push_back({type, with(tiles, {"PREDICTOR=3"})});
  }
  layouts.push_back({GDT_UInt16, with(tiles, {"PREDICTOR=2", "INTERLEAVE=BAND"}), 3});
  layouts.push_back({GDT_UInt16, {"COMPRESS=DEFLATE", "PREDICTOR=2", "BLOCKYSIZE=8"}});  // strips
  layouts.push_back({GDT_UInt16, with(tiles, {"BIGTIFF=YES"})});
  // Not for us.
  layouts.push_back({GDT_UInt16, with(tiles, {"INTERLEAVE=PIXEL"}), 3, 70, 53, false});
  layouts.push_back({GDT_UInt16, {"TILED=YES", "COMPRESS=LZW"}, 1, 70, 53, false});
  layouts.push_back({GDT_UInt16, {}, 1, 70, 53, false});
  layouts.push_back({GDT_UInt16, with(tiles, {"ENDIANNESS=BIG"}), 1, 70, 53, false});
  layouts.push_back({GDT_UInt16, with(tiles, {"NBITS=12"}), 1, 70, 53, false});
  std::uint64_t seed = 1;
  for (const Layout& layout : layouts) {
    const std::string path = folder.file("l" + std::to_string(seed) + ".tif");
    write(path, layout, seed++);
    std::size_t blocks = 0;
    const int taken = compare(path, blocks);
    EXPECT_GT(blocks, 0u);
    if (layout.direct) {
      EXPECT_GT(taken, 0) << path;
    } else {
      EXPECT_EQ(taken, 0) << path;
    }
  }
}

TEST(TiffBlocks, LeaveSparseBlocksToGdal) {
  const TemporaryFolder folder;
  const std::string path = folder.file("sparse.tif");
  GDALAllRegister();
  const char* options[] = {"COMPRESS=DEFLATE", "TILED=YES",      "BLOCKXSIZE=16",
                           "BLOCKYSIZE=16",    "SPARSE_OK=TRUE", nullptr};
  {
    const GDALDatasetUniquePtr file(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path.c_str(), 64, 64, 1, GDT_UInt16, const_cast<char**>(options)));
    std::vector<std::uint16_t> block(256, 7);
    ASSERT_EQ(file->GetRasterBand(1)->WriteBlock(1, 1, block.data()), CE_None);
  }
  std::size_t blocks = 0;
  EXPECT_EQ(compare(path, blocks), 1);
  EXPECT_EQ(blocks, 16u);
}

TEST(TiffBlocks, GiveGdalsNumbersOrNoneWhenBytesAreFlipped) {
  const TemporaryFolder folder;
  const std::string sound = folder.file("sound.tif"), broken = folder.file("broken.tif");
  write(sound,
        {GDT_UInt16, {"COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32"}}, 5);
  std::ifstream in(sound, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::mt19937_64 random(11);
  CPLPushErrorHandler(CPLQuietErrorHandler);
  for (int times = 0; times < 300; ++times) {
    std::string changed = bytes;
    // Half of them in the header and the directory, where the offsets are.
    const std::size_t range = times % 2 == 0 ? std::min<std::size_t>(400, bytes.size()) : bytes.size();
    for (int flips = 0; flips < 3; ++flips) changed[random() % range] = static_cast<char>(random());
    if (times % 10 == 9) changed.resize(random() % bytes.size());
    std::ofstream(broken, std::ios::binary | std::ios::trunc) << changed;
    std::size_t blocks = 0;
    try {
      compare(broken, blocks);
    } catch (const std::exception&) {
      // A file that cannot be opened at all says so elsewhere.
    }
  }
  CPLPopErrorHandler();
}

}  // namespace
}  // namespace isotherm
