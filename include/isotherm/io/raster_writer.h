// Rasters out: GeoTIFF or COG, streamed in strips of rows, whole or not at all.
//
// Tiles of 256 x 256, bands one after the other; each band carries its name, title, unit, nodata and
// statistics. The same pixels give the same bytes, for any number of threads and any cutting into strips: no
// dates are written.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/frame.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/view.h"

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
  std::string compression = "deflate";  ///< a name of raster_compressions()
};

struct RasterCompression {
  std::string_view name;  ///< "deflate"
  std::string_view gdal;  ///< what GDAL calls it
  std::string_view help;
};
std::span<const RasterCompression> raster_compressions();

/// How int16 numbers stand for values: value = stored x scale + offset. The scale is the smallest power of
/// ten with which the range fits into +-32767 around an offset of 0; when that leaves fewer than 5000 steps
/// (kelvin), the range is centred by an offset of 1000 whole steps and the scale chosen for that. [-1, 1] has
/// scale 1e-4, 150 .. 373 K has scale 0.01 and offset 260. Throws Error(usage) naming the band when its range
/// is not finite.
struct IntegerScale {
  double scale = 1;
  double offset = 0;
};
IntegerScale integer_scale(const RasterBand& band);

/// Height and width of the tiles of every output; whole rows of tiles are written fastest.
inline constexpr std::int64_t kTileSide = 256;

/// A row of tiles in the type of the file.
struct RasterTileRow;

/// float32: missing is NaN with nodata NaN. int16: nodata -32768, scale and offset as integer_scale() says,
/// written as GDAL scale/offset; values outside saturate and are counted in a warning. Statistics (population
/// standard deviation) are those of the stored numbers, as GDAL's own are.
class RasterWriter {
 public:
  /// Throws Error(usage) for options that do not fit, Error(output) when the file cannot be made.
  RasterWriter(const std::string& path, const Frame& frame, std::vector<RasterBand> bands,
               const RasterOptions& options, const RunContext& context);
  RasterWriter(RasterWriter&&) noexcept;
  ~RasterWriter();
  /// Rows [first_row, first_row + rows) of every band; call in ascending order, each row once.
  void write(std::int64_t first_row, std::int64_t rows, std::span<const float* const> bands);
  /// The same by whole rows of tiles (from a multiple of kTileSide on), where what costs time may run in any
  /// thread at once with others: memory for a row, its tiles from west to east (the pixels of each band that
  /// lie in the tile and the frame), and what remains, called in ascending order. Memory of rows that are
  /// written is used again.
  std::shared_ptr<RasterTileRow> tile_row(std::int64_t first_row) const;
  void fill(RasterTileRow& row, std::int64_t tile, std::span<const View<const float>> bands) const;
  void write(RasterTileRow& row);
  /// Statistics (min, max, mean, stdev, valid percent) into the file, close, rename. Warns of a band without
  /// any valid pixel and of values that did not fit.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Refuses, before anything is opened, options that RasterWriter would refuse.
void check_raster_options(const std::string& path, std::span<const RasterBand> bands,
                          const RasterOptions& options);

}  // namespace isotherm
