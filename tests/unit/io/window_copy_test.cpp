// Windows of rasters copied as they are, over a source that counts what is read of it.
#include "isotherm/io/window_copy.h"

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/byte_source.h"

namespace isotherm {
namespace {

constexpr int kSide = 1500;

/// A file read in pieces; counts bytes and requests.
class CountedFile : public ByteSource {
 public:
  explicit CountedFile(const std::string& path) : file_(path, std::ios::binary) {
    file_.seekg(0, std::ios::end);
    size_ = static_cast<std::uint64_t>(file_.tellg());
  }
  std::string read(std::uint64_t first, std::uint64_t count) override {
    if (broken) throw Error(ErrorKind::network, "the line is down");
    std::string bytes(std::min(count, size_ - std::min(first, size_)), '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(first));
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    received += bytes.size();
    ++requests;
    if (requests == broken_after) broken = true;
    return bytes;
  }
  std::uint64_t size() override { return size_; }

  std::uint64_t received = 0, requests = 0, broken_after = 0;
  bool broken = false;

 private:
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

class WindowCopyTest : public testing::Test {
 protected:
  std::string folder =
      testing::TempDir() + "window_copy_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string source = folder + "/source.tif", copy = folder + "/copy.part";

  void SetUp() override {
    GDALAllRegister();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  static std::uint16_t pixel(int column, int row) {
    const unsigned mixed = (static_cast<unsigned>(column) * 7919U) ^ (static_cast<unsigned>(row) * 104729U);
    return static_cast<std::uint16_t>((mixed * 2654435761U >> 16) % 60000U + 1U);
  }

  /// A cloud-optimised file of pixels that hardly compress, with overviews.
  void make_source(int block) const {
    GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
    std::unique_ptr<GDALDataset> dataset(memory->Create("", kSide, kSide, 1, GDT_UInt16, nullptr));
    double numbers[] = {300000, 30, 0, 5000000, 0, -30};
    dataset->SetGeoTransform(numbers);
    OGRSpatialReference reference;
    reference.importFromEPSG(32632);
    dataset->SetSpatialRef(&reference);
    GDALRasterBand& band = *dataset->GetRasterBand(1);
    band.SetNoDataValue(0);
    band.SetDescription("red");
    band.SetScale(2.75e-5);
    band.SetOffset(-0.2);
    std::vector<std::uint16_t> line(kSide);
    for (int row = 0; row < kSide; ++row) {
      for (int column = 0; column < kSide; ++column)
        line[static_cast<std::size_t>(column)] = pixel(column, row);
      ASSERT_EQ(band.RasterIO(GF_Write, 0, row, kSide, 1, line.data(), kSide, 1, GDT_UInt16, 0, 0, nullptr),
                CE_None);
    }
    const std::string size = "BLOCKSIZE=" + std::to_string(block);
    const char* const options[] = {"COMPRESS=DEFLATE", size.c_str(), nullptr};
    GDALDriver* cog = GetGDALDriverManager()->GetDriverByName("COG");
    std::unique_ptr<GDALDataset>(
        cog->CreateCopy(source.c_str(), dataset.get(), 0, const_cast<char**>(options), nullptr, nullptr));
  }

  /// Bytes on disk of the blocks that a window touches.
  std::uint64_t covering_bytes(const Window& window, int block) const {
    std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(source.c_str()));
    std::uint64_t bytes = 0;
    for (std::int64_t y = window.row / block; y * block < window.row_end(); ++y) {
      for (std::int64_t x = window.col / block; x * block < window.col_end(); ++x) {
        const std::string key = "BLOCK_SIZE_" + std::to_string(x) + "_" + std::to_string(y);
        bytes += std::stoull(dataset->GetRasterBand(1)->GetMetadataItem(key.c_str(), "TIFF"));
      }
    }
    return bytes;
  }
};

TEST_F(WindowCopyTest, CopiesPixelsLatticeAndTags) {
  make_source(256);
  const Window wanted{333, 777, 101, 55};
  const WindowCopy result = copy_window(
      source, "source", [&](const Frame&) { return wanted; }, copy, std::size_t{1} << 30);
  EXPECT_EQ(result.window, wanted);
  EXPECT_EQ(lattice_offset(result.whole, result.frame), (std::pair<std::int64_t, std::int64_t>(333, 777)));
  EXPECT_EQ(raster_frame(copy), result.frame);
  std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(copy.c_str()));
  GDALRasterBand& band = *dataset->GetRasterBand(1);
  EXPECT_EQ(band.GetRasterDataType(), GDT_UInt16);
  EXPECT_EQ(band.GetNoDataValue(), 0);
  EXPECT_EQ(band.GetScale(), 2.75e-5);
  EXPECT_EQ(band.GetOffset(), -0.2);
  EXPECT_STREQ(band.GetDescription(), "red");
  EXPECT_STREQ(dataset->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG");
  std::vector<std::uint16_t> pixels(101 * 55);
  ASSERT_EQ(band.RasterIO(GF_Read, 0, 0, 101, 55, pixels.data(), 101, 55, GDT_UInt16, 0, 0, nullptr),
            CE_None);
  for (int row = 0; row < 55; ++row) {
    for (int column = 0; column < 101; ++column) {
      ASSERT_EQ(pixels[static_cast<std::size_t>(row * 101 + column)], pixel(333 + column, 777 + row));
    }
  }
}

TEST_F(WindowCopyTest, OverASourceIsTheSameBytes) {
  make_source(256);
  const auto choose = [](const Frame&) { return Window{100, 200, 300, 400}; };
  copy_window(source, "source", choose, copy, std::size_t{1} << 30);
  CountedFile counted(source);
  const SourceFile file(counted);
  copy_window(file.path(), "source", choose, folder + "/second.part", std::size_t{1} << 30);
  const auto content = [](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(content(copy), content(folder + "/second.part"));
}

// The promise of cutting: hardly more is read than the blocks that cover the window, and the header. The
// header is read in pieces of 16 KiB, and this file's directories need one.
TEST_F(WindowCopyTest, ReadsTheCoveringBlocksAndTheHeader) {
  for (const int block : {128, 256, 512}) {
    make_source(block);
    const Window wanted{500, 600, 260, 190};
    CountedFile counted(source);
    const SourceFile file(counted);
    copy_window(
        file.path(), "source", [&](const Frame&) { return wanted; }, copy, std::size_t{1} << 30);
    const std::uint64_t blocks = covering_bytes(wanted, block);
    EXPECT_LE(counted.received, 1.2 * static_cast<double>(blocks) + 16384) << "blocks of " << block;
    EXPECT_GE(counted.received, blocks);
    EXPECT_LE(counted.requests, 12U) << "rows of blocks are asked for together";
  }
}

// The blocks of a small file begin in the piece that was read for its header.
TEST_F(WindowCopyTest, NoByteIsAskedForTwice) {
  make_source(256);
  copy_window(
      source, "source",
      [](const Frame&) {
        return Window{0, 0, 200, 200};
      },
      copy, std::size_t{1} << 30);
  CountedFile counted(copy);
  ASSERT_GT(counted.size(), 32768U);
  const SourceFile file(counted);
  copy_window(
      file.path(), "copy", [](const Frame& frame) { return frame.window(); }, folder + "/second.part",
      std::size_t{1} << 30);
  EXPECT_LE(counted.received, counted.size());
}

TEST_F(WindowCopyTest, WhatTheSourceThrowsReachesTheCaller) {
  make_source(256);
  for (const std::uint64_t after : {0U, 1U}) {  // before the header, before the blocks
    CountedFile counted(source);
    counted.broken_after = after;
    counted.broken = after == 0;
    const SourceFile file(counted);
    EXPECT_THROW(copy_window(
                     file.path(), "source", [](const Frame& frame) { return frame.window(); }, copy,
                     std::size_t{1} << 30),
                 Error);
    try {
      file.rethrow();
      FAIL() << "nothing was kept";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "the line is down");
    }
  }
}

TEST_F(WindowCopyTest, RefusesWhatIsTooLargeEmptyOrNoTiff) {
  make_source(256);
  const auto all = [](const Frame& frame) { return frame.window(); };
  EXPECT_THROW(copy_window(source, "source", all, copy, 1 << 20), Error);
  EXPECT_THROW(copy_window(
                   source, "source",
                   [](const Frame&) {
                     return Window{-50, 0, 40, 10};
                   },
                   copy, 1 << 30),
               Error);
  // A virtual raster may name files of this machine: a stranger's is not opened.
  const std::string vrt = folder + "/hostile.tif";
  std::ofstream(vrt)
      << "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"><VRTRasterBand dataType=\"Byte\" band=\"1\">"
         "<SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand>"
         "</VRTDataset>";
  EXPECT_THROW(copy_window(vrt, "hostile", all, copy, 1 << 30), Error);
  EXPECT_FALSE(raster_frame(vrt));
}

}  // namespace
}  // namespace isotherm
