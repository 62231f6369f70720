#include "isotherm/io/raster_writer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <random>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A raster of four pixels: 0.5, missing / -0.25, 1.
const std::vector<float> kFour{0.5f, kNaN, -0.25f, 1.0f};
const RasterBand kNdvi{"ndvi", "vegetation index", "1", -1, 1};

void write_all(RasterWriter& writer, const Frame& frame, const std::vector<const float*>& bands,
               std::int64_t strip_rows) {
  for (std::int64_t row = 0; row < frame.height; row += strip_rows) {
    std::vector<const float*> here;
    for (const float* band : bands) here.push_back(band + row * frame.width);
    writer.write(row, std::min(strip_rows, frame.height - row), here);
  }
  writer.finish();
}

std::string text_of(GDALMajorObject& object, const char* key, const char* domain = nullptr) {
  const char* text = object.GetMetadataItem(key, domain);
  return text == nullptr ? "" : text;
}

TEST(RasterWriter, FloatsComeBackWithNamesUnitsAndPlace) {
  const TemporaryFolder folder;
  TestRun run;
  const Frame frame = tiny_frame(2, 2);
  RasterWriter writer(folder.file("n.tif"), frame, {kNdvi, {"lst", "", "K", 150, 373}}, {}, run.context);
  write_all(writer, frame, {kFour.data(), kFour.data()}, 1);
  EXPECT_EQ(folder.names(), Names{"n.tif"});
  const auto file = GDALDataset::Open(folder.file("n.tif").c_str());
  ASSERT_NE(file, nullptr);
  std::array<double, 6> transform{};
  file->GetGeoTransform(transform.data());
  EXPECT_EQ(transform, frame.transform.numbers());
  EXPECT_STREQ(file->GetSpatialRef()->GetAuthorityCode(nullptr), "32632");
  GDALRasterBand& band = *file->GetRasterBand(1);
  EXPECT_STREQ(band.GetDescription(), "ndvi");
  EXPECT_EQ(text_of(band, "title"), "vegetation index");
  EXPECT_STREQ(band.GetUnitType(), "1");
  EXPECT_STREQ(file->GetRasterBand(2)->GetUnitType(), "K");
  EXPECT_TRUE(std::isnan(band.GetNoDataValue()));
  std::vector<float> values(4);
  ASSERT_EQ(band.RasterIO(GF_Read, 0, 0, 2, 2, values.data(), 2, 2, GDT_Float32, 0, 0, nullptr), CE_None);
  EXPECT_EQ(values[0], 0.5f);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], -0.25f);
  EXPECT_EQ(values[3], 1.0f);
  // By hand: values 0.5, -0.25, 1; mean 1.25 / 3; population variance (0.25 + 0.0625 + 1) / 3 - mean^2.
  EXPECT_EQ(text_of(band, "STATISTICS_MINIMUM"), "-0.25");
  EXPECT_EQ(text_of(band, "STATISTICS_MAXIMUM"), "1");
  EXPECT_NEAR(std::stod(text_of(band, "STATISTICS_MEAN")), 1.25 / 3, 1e-15);
  const double variance = 1.3125 / 3 - (1.25 / 3) * (1.25 / 3);
  EXPECT_NEAR(std::stod(text_of(band, "STATISTICS_STDDEV")), std::sqrt(variance), 1e-15);
  EXPECT_EQ(text_of(band, "STATISTICS_VALID_PERCENT"), "75");
  EXPECT_EQ(text_of(*file, "TIFFTAG_DATETIME"), "");
  GDALClose(file);
}

TEST(RasterWriter, IntegersAreScaledAndStatisticsAreThoseOfStoredNumbers) {
  const TemporaryFolder folder;
  TestRun run;
  const Frame frame = tiny_frame(2, 2);
  const std::vector<float> pixels{0.5f, kNaN, -0.25f, 7.0f};  // 7 does not fit: 3.2767 is the most
  RasterWriter writer(folder.file("n.tif"), frame, {kNdvi}, {.encoding = RasterEncoding::int16}, run.context);
  write_all(writer, frame, {pixels.data()}, 2);
  const auto file = GDALDataset::Open(folder.file("n.tif").c_str());
  ASSERT_NE(file, nullptr);
  GDALRasterBand& band = *file->GetRasterBand(1);
  EXPECT_EQ(band.GetRasterDataType(), GDT_Int16);
  EXPECT_EQ(band.GetScale(), 1e-4);
  EXPECT_EQ(band.GetOffset(), 0);
  EXPECT_EQ(band.GetNoDataValue(), -32768);
  std::vector<std::int16_t> stored(4);
  ASSERT_EQ(band.RasterIO(GF_Read, 0, 0, 2, 2, stored.data(), 2, 2, GDT_Int16, 0, 0, nullptr), CE_None);
  EXPECT_EQ(stored, (std::vector<std::int16_t>{5000, -32768, -2500, 32767}));
  EXPECT_EQ(text_of(band, "STATISTICS_MINIMUM"), "-2500");
  EXPECT_EQ(text_of(band, "STATISTICS_MAXIMUM"), "32767");
  GDALClose(file);
  ASSERT_EQ(run.log.warnings.size(), 1u);
  EXPECT_NE(run.log.warnings[0].find("1 pixels of ndvi lie outside -3.2767 .. 3.2767"), std::string::npos)
      << run.log.warnings[0];
}

TEST(RasterWriter, ScalesByRange) {
  struct Case {
    double low, high, scale, offset;
  };
  for (const Case& c :
       {Case{-1, 1, 1e-4, 0}, Case{0, 1, 1e-4, 0}, Case{150, 373, 0.01, 260}, Case{-100, 100, 0.01, 0},
        Case{0, 20, 0.001, 0}, Case{0, 30000, 1, 0}, Case{0, 100000, 10, 0}, Case{273, 274, 1e-4, 273.5}}) {
    SCOPED_TRACE(std::to_string(c.low) + " .. " + std::to_string(c.high));
    const IntegerScale found = integer_scale({"x", "", "", c.low, c.high});
    EXPECT_EQ(found.scale, c.scale);
    EXPECT_NEAR(found.offset, c.offset, 1e-12 * std::abs(c.offset));
  }
}

TEST(RasterWriter, AnyRangeFitsAfterScaling) {
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> magnitude(-6, 6), unit(-1, 1);
  for (int round = 0; round < 2000; ++round) {
    const double centre = unit(random) * std::pow(10, magnitude(random));
    const double half = std::abs(unit(random)) * std::pow(10, magnitude(random)) + std::abs(centre) * 1e-6;
    const IntegerScale found = integer_scale({"x", "", "", centre - half, centre + half});
    // 1e-3 of a step for the rounding of decimal scales and offsets.
    EXPECT_LE(std::abs((centre - half - found.offset) / found.scale), 32767.001) << centre << " +- " << half;
    EXPECT_LE(std::abs((centre + half - found.offset) / found.scale), 32767.001) << centre << " +- " << half;
    EXPECT_GE(2 * half / found.scale, 5000 - 1e-3) << centre << " +- " << half;
  }
}

TEST(RasterWriter, SameBytesForAnyThreadsAndStrips) {
  const TemporaryFolder folder;
  const Frame frame = tiny_frame(300, 520);
  std::mt19937 random(1);
  std::vector<float> pixels(300 * 520);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = random() % 50 == 0 ? kNaN : static_cast<float>(std::sin(0.001 * static_cast<double>(i)));
  }
  for (const bool cog : {false, true}) {
    for (const RasterCompression& compression : raster_compressions()) {
      if (cog && compression.name == "none") continue;  // refused
      for (const RasterEncoding encoding : {RasterEncoding::float32, RasterEncoding::int16}) {
        SCOPED_TRACE(std::string(compression.name) + (cog ? " COG" : " GTiff"));
        const bool one = cog && compression.name == "lerc" && encoding == RasterEncoding::float32;
        const std::vector<RasterBand> bands(one ? 1 : 2, kNdvi);
        const std::vector<const float*> planes(bands.size(), pixels.data());
        std::string first;
        for (const auto& [threads, rows] : {std::pair{1, 256}, {2, 520}, {7, 33}}) {
          TestRun run;
          run.context.threads = threads;
          run.context.overwrite = true;
          RasterWriter writer(folder.file("n.tif"), frame, bands,
                              {encoding, cog, std::string(compression.name)}, run.context);
          write_all(writer, frame, planes, rows);
          const std::string bytes = read_file(folder.file("n.tif"));
          if (first.empty()) first = bytes;
          EXPECT_TRUE(bytes == first) << threads << " threads, strips of " << rows;
          ASSERT_EQ(folder.names(), Names{"n.tif"});
        }
        const auto file = GDALDataset::Open(folder.file("n.tif").c_str());
        ASSERT_NE(file, nullptr);
        GDALRasterBand& band = *file->GetRasterBand(file->GetRasterCount());
        std::vector<float> values(pixels.size());
        ASSERT_EQ(band.RasterIO(GF_Read, 0, 0, 300, 520, values.data(), 300, 520, GDT_Float32, 0, 0, nullptr),
                  CE_None);
        for (std::size_t i = 0; i < pixels.size(); i += 37) {
          if (encoding == RasterEncoding::float32) {
            ASSERT_TRUE(values[i] == pixels[i] || (std::isnan(values[i]) && std::isnan(pixels[i])));
          } else if (!std::isnan(pixels[i])) {
            ASSERT_NEAR(static_cast<double>(values[i]) * 1e-4, static_cast<double>(pixels[i]),
                        0.5001e-4);  // half a step
          }
        }
        EXPECT_EQ(band.GetOverviewCount(), cog ? 2 : 0);
        EXPECT_EQ(text_of(*file, "LAYOUT", "IMAGE_STRUCTURE"), cog ? "COG" : "");
        EXPECT_NE(text_of(band, "STATISTICS_MEAN"), "");
        EXPECT_STREQ(band.GetDescription(), "ndvi");
        GDALClose(file);
      }
    }
  }
}

TEST(RasterWriter, RowsOfTilesMadeAheadGiveTheBytesOfPlainRows) {
  const TemporaryFolder folder;
  const Frame frame = tiny_frame(700, 600);
  std::mt19937_64 random(21);
  std::vector<float> values(static_cast<std::size_t>(frame.width * frame.height));
  for (float& value : values)
    value = random() % 9 == 0 ? kNaN : std::uniform_real_distribution<float>(-1.2f, 1.2f)(random);
  for (const RasterEncoding encoding : {RasterEncoding::float32, RasterEncoding::int16}) {
    TestRun run;
    RasterWriter plain(folder.file("plain.tif"), frame, {kNdvi}, {.encoding = encoding}, run.context);
    write_all(plain, frame, {values.data()}, 100);
    RasterWriter ahead(folder.file("ahead.tif"), frame, {kNdvi}, {.encoding = encoding}, run.context);
    std::vector<std::shared_ptr<RasterTileRow>> rows;
    for (std::int64_t row = 0; row < frame.height; row += kTileSide) {
      rows.insert(rows.begin(), ahead.tile_row(row));
      for (std::int64_t col = 0; col < frame.width; col += kTileSide) {
        const View<const float> pixels{values.data() + row * frame.width + col,
                                       std::min(kTileSide, frame.width - col),
                                       std::min(kTileSide, frame.height - row), frame.width};
        if (col > 0) {
          EXPECT_THROW(ahead.fill(*rows.front(), 0, {&pixels, 1}), Error) << "it was filled before";
        }
        ahead.fill(*rows.front(), col / kTileSide, {&pixels, 1});
      }
    }
    EXPECT_THROW(ahead.write(*rows.front()), Error)
        << "they were made in any order, and are written in theirs";
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) ahead.write(**row);
    ahead.finish();
    EXPECT_EQ(read_file(folder.file("plain.tif")), read_file(folder.file("ahead.tif")));
    EXPECT_THROW(ahead.tile_row(10), Error);
    for (const char* name : {"plain.tif", "ahead.tif"}) std::filesystem::remove(folder.file(name));
  }
}

TEST(RasterWriter, StatisticsKeepTheirDigitsFarFromZero) {
  // Tiles are summed about their first number; here it is the one furthest from the mean. Oracle: two passes.
  const TemporaryFolder folder;
  const Frame frame = tiny_frame(600, 300);
  std::mt19937_64 random(8);
  std::vector<float> values(600 * 300);
  for (float& value : values)
    value = random() % 11 == 0 ? kNaN : 300 + std::normal_distribution<float>(0, 0.01f)(random);
  values[0] = 300.05f;
  double count = 0, mean = 0, squares = 0;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    mean += static_cast<double>(value);
    ++count;
  }
  mean /= count;
  for (const float value : values) {
    const double off = static_cast<double>(value) - mean;
    squares += std::isnan(value) ? 0 : off * off;
  }
  TestRun run;
  RasterWriter writer(folder.file("n.tif"), frame, {kNdvi}, {}, run.context);
  write_all(writer, frame, {values.data()}, 100);
  const auto file = GDALDataset::Open(folder.file("n.tif").c_str());
  ASSERT_NE(file, nullptr);
  GDALRasterBand& band = *file->GetRasterBand(1);
  // 2^16 numbers may cost five of sixteen digits.
  EXPECT_NEAR(std::stod(text_of(band, "STATISTICS_MEAN")), mean, 1e-11 * mean);
  EXPECT_NEAR(std::stod(text_of(band, "STATISTICS_STDDEV")) / std::sqrt(squares / count), 1, 1e-10);
  EXPECT_NEAR(std::stod(text_of(band, "STATISTICS_VALID_PERCENT")), 100 * count / (600 * 300), 1e-12);
  GDALClose(file);
}

TEST(RasterWriter, ABandWithoutAnyPixelIsWarnedOf) {
  const TemporaryFolder folder;
  TestRun run;
  const Frame frame = tiny_frame(2, 2);
  const std::vector<float> nothing(4, kNaN);
  RasterWriter writer(folder.file("n.tif"), frame, {kNdvi}, {}, run.context);
  write_all(writer, frame, {nothing.data()}, 2);
  EXPECT_EQ(run.log.warnings, Names{folder.file("n.tif") + ": ndvi has no valid pixel"});
}

TEST(RasterWriter, LeavesNothingWhenItIsGivenUp) {
  for (const bool cog : {false, true}) {
    const TemporaryFolder folder;
    TestRun run;
    const Frame frame = tiny_frame(2, 600);
    const std::vector<float> pixels(2 * 600, 1);
    {
      RasterWriter writer(folder.file("n.tif"), frame, {kNdvi}, {.cog = cog}, run.context);
      const std::vector<const float*> bands{pixels.data()};
      writer.write(0, 300, bands);
      EXPECT_THROW(writer.write(301, 1, bands), Error) << "a row was left out";
      EXPECT_THROW(writer.finish(), Error) << "rows are missing";
    }
    EXPECT_EQ(folder.names(), Names{});
  }
}

TEST(RasterWriter, AFullDiskIsAnErrorAndLeavesNothing) {
  // A limit on the size of files stands for the disk.
  const TemporaryFolder folder;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  for (const int threads : {1, 3}) {
    for (const bool cog : {false, true}) {
      TestRun run;
      run.context.threads = threads;
      const Frame frame = tiny_frame(1000, 1000);
      std::mt19937 random(2);
      std::vector<float> pixels(1000 * 1000);
      for (float& value : pixels) value = static_cast<float>(random());
      try {
        RasterWriter writer(folder.file("n.tif"), frame, {kNdvi},
                            {.cog = cog, .compression = cog ? "lzw" : "none"}, run.context);
        write_all(writer, frame, {pixels.data()}, 256);
        ADD_FAILURE() << "was written";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::output);
        EXPECT_TRUE(std::string(error.what()).starts_with(folder.file("n.tif") + ": ")) << error.what();
      }
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(folder.names(), Names{});
}

TEST(RasterWriter, RefusesWhatDoesNotFit) {
  const auto refusal = [](const std::string& path, const RasterBand& band, const RasterOptions& options) {
    try {
      check_raster_options(path, std::span(&band, 1), options);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  const RasterBand unbounded{"stress", "", "", -std::numeric_limits<double>::infinity(), 1};
  EXPECT_EQ(refusal("a.tif", kNdvi, {}), "");
  EXPECT_EQ(refusal("A.TIFF", unbounded, {}), "");
  EXPECT_EQ(refusal("a.tif", unbounded, {.encoding = RasterEncoding::int16}),
            "stress: has no valid range to scale into int16; write float32");
  EXPECT_EQ(refusal("a.tif", kNdvi, {.compression = "zst"}),
            "unknown compression 'zst'; did you mean 'zstd'?; known are deflate, zstd, lzw, lerc, none");
  const std::vector<RasterBand> two(2, kNdvi);
  EXPECT_THROW(check_raster_options("a.tif", two, {.cog = true, .compression = "lerc"}), Error);
  EXPECT_NE(refusal("a.tif", kNdvi, {.cog = true, .compression = "none"}).find("a COG is compressed"),
            std::string::npos);
  EXPECT_NE(refusal("a.png", kNdvi, {}).find("GeoTIFF"), std::string::npos);
  EXPECT_NE(refusal("-", kNdvi, {}).find("standard output"), std::string::npos);
}

TEST(RasterWriter, ARasterWithoutAPlaceStaysWithoutOne) {
  const TemporaryFolder folder;
  TestRun run;
  Frame frame;
  frame.width = frame.height = 2;
  RasterWriter writer(folder.file("n.tif"), frame, {kNdvi}, {}, run.context);
  write_all(writer, frame, {kFour.data()}, 2);
  const auto file = GDALDataset::Open(folder.file("n.tif").c_str());
  std::array<double, 6> transform{};
  EXPECT_EQ(file->GetGeoTransform(transform.data()), CE_Failure);
  EXPECT_EQ(file->GetSpatialRef(), nullptr);
  GDALClose(file);
}

}  // namespace
}  // namespace isotherm
