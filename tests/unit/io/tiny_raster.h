// What tests of pixels share: a folder that goes away, a log that can be looked at, rasters of a few pixels.
#pragma once

#include <cpl_string.h>
#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/spectral/scene.h"

namespace isotherm::testing_support {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "isotherm-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  /// Names in the folder, hidden ones too, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path_)) found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  fs::path path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class KeptLog : public Log {
 public:
  void write(LogLevel level, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    (level == LogLevel::warning ? warnings : notes).emplace_back(text);
  }
  std::vector<std::string> warnings, notes;

 private:
  std::mutex mutex_;
};

class NoProgress : public Progress {
 public:
  void start(std::string_view, std::uint64_t) override {}
  void advance(std::uint64_t) override {}
  void finish() override {}
};

/// A context with parts of its own.
struct TestRun {
  KeptLog log;
  NoProgress progress;
  StopToken stop;
  RunContext context{1, std::size_t{64} << 20, false, log, progress, stop};
};

struct TinyRaster {
  int width = 2, height = 2;
  GDALDataType type = GDT_UInt16;
  std::vector<std::vector<double>> bands;  ///< row by row
  std::vector<std::string> options;        ///< of the GTiff driver
};

inline std::string write_raster(const std::string& path, const TinyRaster& raster,
                                const std::string& crs = "EPSG:32632",
                                std::array<double, 6> transform = {500000, 30, 0, 5000000, 0, -30}) {
  GDALAllRegister();
  CPLStringList options;
  for (const std::string& option : raster.options) options.AddString(option.c_str());
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  GDALDataset* dataset = driver->Create(path.c_str(), raster.width, raster.height,
                                        static_cast<int>(raster.bands.size()), raster.type, options.List());
  if (dataset == nullptr) throw std::runtime_error(CPLGetLastErrorMsg());
  dataset->SetGeoTransform(transform.data());
  if (!crs.empty()) {
    OGRSpatialReference reference;
    reference.SetFromUserInput(crs.c_str());
    dataset->SetSpatialRef(&reference);
  }
  for (std::size_t k = 0; k < raster.bands.size(); ++k) {
    std::vector<double> values = raster.bands[k];
    CPLErr result = dataset->GetRasterBand(static_cast<int>(k) + 1)
                        ->RasterIO(GF_Write, 0, 0, raster.width, raster.height, values.data(), raster.width,
                                   raster.height, GDT_Float64, 0, 0, nullptr);
    EXPECT_EQ(result, CE_None);
  }
  GDALClose(dataset);
  return path;
}

inline Frame tiny_frame(std::int64_t width, std::int64_t height) {
  Frame frame;
  frame.width = width;
  frame.height = height;
  frame.transform = GeoTransform({500000, 30, 0, 5000000, 0, -30});
  frame.crs = "EPSG:32632";
  return frame;
}

inline Band make_band(const std::string& name, const std::string& path, int index, const Frame& frame,
                      const Decoding& decoding = {}) {
  Band band;
  band.name = name;
  band.path = path;
  band.index = index;
  band.frame = frame;
  band.decoding = decoding;
  return band;
}

}  // namespace isotherm::testing_support
