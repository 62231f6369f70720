#include "isotherm/job/index.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;
using Names = std::vector<std::string>;

std::vector<float> pixels(const std::string& path, int band) {
  GDALDataset* file = GDALDataset::Open(path.c_str());
  if (file == nullptr) return {};
  const int width = file->GetRasterXSize(), height = file->GetRasterYSize();
  std::vector<float> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  EXPECT_EQ(file->GetRasterBand(band)->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height,
                                                GDT_Float32, 0, 0, nullptr),
            CE_None);
  GDALClose(file);
  return values;
}

/// Files r.tif and n.tif of four pixels: the second pixel of red is nodata.
IndexJob tiny_job(const TemporaryFolder& folder) {
  write_raster(folder.file("r.tif"), {2, 2, GDT_UInt16, {{100, 0, 300, 200}}, {}});
  write_raster(folder.file("n.tif"), {2, 2, GDT_UInt16, {{300, 400, 100, 200}}, {}});
  IndexJob job;
  job.input.bands = {"red=" + folder.file("r.tif") + ",nodata=0", "nir08=" + folder.file("n.tif")};
  job.formulas.index = {"ndvi"};
  job.output = folder.file("out.tif");
  return job;
}

/// The error of a job; an empty text when it runs.
std::string refusal(const IndexJob& job, ErrorKind kind, bool overwrite = false) {
  TestRun test;
  test.context.overwrite = overwrite;
  try {
    run(job, test.context);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return {};
}

TEST(IndexJob, ValuesByHand) {
  const TemporaryFolder folder;
  IndexJob job = tiny_job(folder);
  job.formulas.expr = {"twice = 2 * ndvi"};
  TestRun test;
  run(job, test.context);
  // (nir - red) / (nir + red): 200/400, missing, -200/400, 0/400.
  const std::vector<float> ndvi = pixels(job.output, 1), twice = pixels(job.output, 2);
  ASSERT_EQ(ndvi.size(), 4u);
  EXPECT_EQ(ndvi[0], 0.5f);
  EXPECT_TRUE(std::isnan(ndvi[1]));
  EXPECT_EQ(ndvi[2], -0.5f);
  EXPECT_EQ(ndvi[3], 0.0f);
  EXPECT_EQ(twice[0], 1.0f);
  EXPECT_TRUE(std::isnan(twice[1]));
}

TEST(IndexJob, WithoutFormulasTheBandsThemselvesAreWritten) {
  const TemporaryFolder folder;
  IndexJob job = tiny_job(folder);
  job.formulas.index.clear();
  TestRun test;
  run(job, test.context);
  EXPECT_EQ(pixels(job.output, 1)[2], 300.0f);
  EXPECT_EQ(pixels(job.output, 2), (std::vector<float>{300, 400, 100, 200}));
}

TEST(IndexJob, OneFilePerIndexAndScene) {
  const TemporaryFolder folder;
  IndexJob job = tiny_job(folder);
  job.formulas.expr = {"twice = 2 * ndvi"};
  std::filesystem::create_directory(folder.file("out"));
  job.output = folder.file("out/{index}.tif");
  TestRun test;
  run(job, test.context);
  EXPECT_EQ(pixels(folder.file("out/ndvi.tif"), 1)[0], 0.5f);
  EXPECT_EQ(pixels(folder.file("out/twice.tif"), 1)[0], 1.0f);
}

TEST(IndexJob, ScaledIntegers) {
  const TemporaryFolder folder;
  IndexJob job = tiny_job(folder);
  job.raster.encoding = RasterEncoding::int16;
  TestRun test;
  run(job, test.context);
  EXPECT_EQ(pixels(job.output, 1), (std::vector<float>{5000, -32768, -5000, 0}));
}

TEST(IndexJob, SameBytesForAnyThreadsAndMemory) {
  const TemporaryFolder folder;
  std::mt19937 random(23);
  std::vector<std::vector<double>> bands(2, std::vector<double>(500 * 1100));
  for (auto& band : bands) {
    for (double& value : band) value = random() % 5000;
  }
  const std::string path = write_raster(
      folder.file("two.tif"),
      {500, 1100, GDT_UInt16, bands, {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE"}});
  IndexJob job;
  job.input.bands = {"red=" + path + ":1,nodata=0", "nir08=" + path + ":2,nodata=0"};
  job.formulas.index = {"ndvi", "savi"};
  job.output = folder.file("out.tif");
  std::string first;
  for (const auto& [threads, memory] : {std::pair{1, 64}, {2, 64}, {7, 64}, {3, 1}}) {
    TestRun test;
    test.context.threads = threads;
    test.context.memory = static_cast<std::size_t>(memory) << 20;
    test.context.overwrite = true;
    run(job, test.context);
    const std::string bytes = read_file(job.output);
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first) << threads << " threads, " << memory << " MiB";
  }
  const std::vector<float> ndvi = pixels(job.output, 1);
  for (std::size_t i = 0; i < ndvi.size(); i += 101) {
    const auto red = static_cast<float>(bands[0][i]), nir = static_cast<float>(bands[1][i]);
    if (red == 0 || nir == 0) {
      EXPECT_TRUE(std::isnan(ndvi[i]));
    } else {
      EXPECT_EQ(ndvi[i], (nir - red) / (nir + red));
    }
  }
}

TEST(IndexJob, RefusesBeforeAnyPixelIsReadAndLeavesNothing) {
  const TemporaryFolder folder;
  const IndexJob good = tiny_job(folder);
  const Names before = folder.names();
  IndexJob job = good;
  job.formulas.index = {"ndwii"};
  EXPECT_NE(refusal(job, ErrorKind::usage).find("ndwi"), std::string::npos);
  job.formulas.index = {"ndbi"};
  EXPECT_NE(refusal(job, ErrorKind::usage).find("swir16"), std::string::npos)
      << "a band it needs is not there";
  job = good;
  job.output = folder.file("{year}.tif");
  EXPECT_NE(refusal(job, ErrorKind::usage).find("unknown part {year}"), std::string::npos);
  job.output = folder.file("{date}.tif");
  EXPECT_NE(refusal(job, ErrorKind::usage).find("has no date"), std::string::npos);
  job.output = folder.file("none/out.tif");
  EXPECT_NE(refusal(job, ErrorKind::output).find("does not exist; create it"), std::string::npos);
  job.output = folder.file("r.tif");
  EXPECT_NE(refusal(job, ErrorKind::output).find("--overwrite"), std::string::npos);
  job.output.clear();
  EXPECT_NE(refusal(job, ErrorKind::usage).find("no output"), std::string::npos);
  job = good;
  job.input.bands.clear();
  EXPECT_NE(refusal(job, ErrorKind::usage).find("no input"), std::string::npos);
  EXPECT_EQ(folder.names(), before);
}

TEST(IndexJob, OutputsOfOneNameAreRefused) {
  const TemporaryFolder folder;
  write_raster(folder.file("a_20210614.tif"), {2, 2, GDT_UInt16, {{1, 2, 3, 4}}, {}});
  write_raster(folder.file("b_20210614.tif"), {2, 2, GDT_UInt16, {{5, 6, 7, 8}}, {}});
  IndexJob job;
  job.input.scenes = {folder.file("a_20210614.tif"), folder.file("b_20210614.tif")};
  job.output = folder.file("out.tif");
  EXPECT_NE(refusal(job, ErrorKind::usage).find("2 scenes cannot share one file"), std::string::npos);
  job.output = folder.file("out_{scene}.tif");
  EXPECT_EQ(refusal(job, ErrorKind::usage), "");
  EXPECT_EQ(pixels(folder.file("out_b_20210614.tif"), 1)[0], 5.0f);
  std::filesystem::create_directory(folder.file("other"));
  std::filesystem::copy_file(job.input.scenes[1], folder.file("other/a_20210614.tif"));
  job.input.scenes[1] = folder.file("other/a_20210614.tif");
  EXPECT_NE(refusal(job, ErrorKind::usage, true).find("would be written for a_20210614 and for a_20210614"),
            std::string::npos);
}

TEST(IndexJob, AFailureInTheMiddleLeavesTheOldFile) {
  const TemporaryFolder folder;
  std::mt19937 random(29);
  std::vector<double> noise(300 * 900);
  for (double& value : noise) value = 1 + random() % 60000;
  const std::string path = write_raster(
      folder.file("t.tif"), {300, 900, GDT_UInt16, {noise}, {"COMPRESS=DEFLATE", "BLOCKYSIZE=64"}});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) * 9 / 10);
  IndexJob job;
  job.input.bands = {"red=" + path};
  job.output = folder.file("out.tif");
  std::ofstream(job.output) << "old";
  EXPECT_TRUE(refusal(job, ErrorKind::input, true).starts_with(path + ", band 1, block (0, "));
  EXPECT_EQ(folder.names(), (Names{"out.tif", "t.tif"}));
  EXPECT_EQ(read_file(job.output), "old");
}

TEST(IndexJob, StopsWhenAskedAndLeavesNothing) {
  const TemporaryFolder folder;
  const IndexJob job = tiny_job(folder);
  TestRun test;
  test.stop.request();
  try {
    run(job, test.context);
    FAIL() << "ran to its end";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
  EXPECT_EQ(folder.names(), (Names{"n.tif", "r.tif"}));
}

TEST(ListIndices, AsTextAndJson) {
  testing::internal::CaptureStdout();
  list_indices({}, false);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_NE(("\n" + text).find("\nndvi "), std::string::npos);
  testing::internal::CaptureStdout();
  list_indices({}, true);
  const std::string json = testing::internal::GetCapturedStdout();
  EXPECT_NE(json.find("\"name\": \"ndvi\""), std::string::npos);
  // A row of text and an object of JSON for each.
  const auto count = [](const std::string& where, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = where.find(what); at != std::string::npos; at = where.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count(text, "\n"), count(json, "\"name\": "));
}

}  // namespace
}  // namespace isotherm
