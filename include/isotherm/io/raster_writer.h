// Rasters out: GeoTIFF or COG, streamed in strips of rows, whole or not at all.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/frame.h"
#include "isotherm/core/run_context.h"

namespace isotherm {

enum class RasterEncoding { float32, int16 };

struct RasterBand {
  std::string name;
  std::string title;
  std::string unit;
  double valid_min = 0, valid_max = 0;  ///< range to scale into for int16
};

struct RasterOptions {
  RasterEncoding encoding = RasterEncoding::float32;
  bool cog = false;
  std::string compression = "deflate";  ///< deflate, zstd, lzw, lerc, none
};

/// float32: missing is NaN with nodata NaN. int16: nodata -32768, scale and offset chosen from the band's valid range
/// (powers of ten where they fit) and written as GDAL scale/offset; values outside saturate and are counted.
class RasterWriter {
 public:
  RasterWriter(const std::string& path, const Frame& frame, std::vector<RasterBand> bands, const RasterOptions& options,
               const RunContext& context);
  ~RasterWriter();
  /// Rows [first_row, first_row + rows) of every band; call in ascending order, each row once.
  void write(std::int64_t first_row, std::int64_t rows, std::span<const float* const> bands);
  /// Statistics (min, max, mean, stdev, valid percent) into the file, close, rename.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
