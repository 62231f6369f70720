#include "isotherm/io/raster_writer.h"

#include <cpl_string.h>
#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"
#include "isotherm/io/output_file.h"
#include "raster_tiles.h"

namespace isotherm {

namespace {

constexpr double kFewestSteps = 5000;

constexpr std::array<RasterCompression, 5> kCompressions{{
    {"deflate", "DEFLATE", "read by everything; with a predictor for the number type"},
    {"zstd", "ZSTD", "faster to read and write, not read by every program"},
    {"lzw", "LZW", "read by everything, larger"},
    {"lerc", "LERC", "without loss; fast to read"},
    {"none", "NONE", "not compressed"},
}};

const RasterCompression& find_compression(const std::string& name) {
  std::vector<std::string> names;
  for (const RasterCompression& row : kCompressions) {
    if (row.name == name) return row;
    names.emplace_back(row.name);
  }
  throw Error(ErrorKind::usage, "unknown compression '" + name + "'" + suggestion(name, names) +
                                    "; known are " + join(names, ", "));
}

GDALDriver& driver(const char* name) {
  init_gdal();
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(name);
  if (found == nullptr) {
    throw Error(ErrorKind::output,
                std::string("this GDAL has no ") + name + " driver; rasters cannot be written");
  }
  return *found;
}

/// The smallest power of ten with which `span` is at most `steps` steps.
double power_of_ten(double span, double steps) {
  int exponent = static_cast<int>(std::floor(std::log10(span / steps))) - 1;
  while (span > steps * std::pow(10.0, exponent) * (1 + 1e-12)) ++exponent;
  // The number nearest to the decimal one, which 10^-4 by multiplication is not.
  return *parse_number("1e" + std::to_string(exponent));
}

/// Creation options of both drivers, from the options of the user.
CPLStringList compression_options(const RasterOptions& options, const RunContext& context) {
  CPLStringList list;
  list.SetNameValue("COMPRESS", std::string(find_compression(options.compression).gdal).c_str());
  if (options.compression == "lerc") list.SetNameValue("MAX_Z_ERROR", "0");
  if (context.threads > 1) list.SetNameValue("NUM_THREADS", std::to_string(context.threads).c_str());
  list.SetNameValue("BIGTIFF", "IF_SAFER");
  return list;
}

bool has_predictor(const RasterOptions& options) {
  return options.compression == "deflate" || options.compression == "zstd" || options.compression == "lzw";
}

}  // namespace

std::span<const RasterCompression> raster_compressions() { return kCompressions; }

IntegerScale integer_scale(const RasterBand& band) {
  const double low = band.valid_min, high = band.valid_max;
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
    throw Error(ErrorKind::usage, band.name + ": has no valid range to scale into int16; write float32");
  }
  const double plain = power_of_ten(std::max(std::abs(low), std::abs(high)), kLargestInt16);
  if ((high - low) / plain >= kFewestSteps) return {plain, 0};
  // Half a thousand steps are kept free on either side, since the offset is rounded to a thousand.
  const double scale = power_of_ten(high - low, 2 * (kLargestInt16 - 500));
  const double thousand = 1000 * scale;
  return {scale, std::round((low + high) / 2 / thousand) * thousand};
}

void check_raster_options(const std::string& path, std::span<const RasterBand> bands,
                          const RasterOptions& options) {
  const std::string name = lower(path);
  if (path == "-") throw Error(ErrorKind::usage, "a raster cannot go to standard output; give a .tif file");
  if (!name.ends_with(".tif") && !name.ends_with(".tiff")) {
    throw Error(ErrorKind::usage, path + ": rasters are written as GeoTIFF; give a name that ends in .tif");
  }
  const std::string compression(find_compression(options.compression).gdal);
  const char* known = driver(options.cog ? "COG" : "GTiff").GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  if (known == nullptr || std::string(known).find(">" + compression + "<") == std::string::npos) {
    throw Error(ErrorKind::usage,
                "this GDAL cannot write " + options.compression + " compression; use deflate");
  }
  if (options.cog && options.compression == "none") {
    throw Error(ErrorKind::usage,
                "a COG is compressed (GDAL lays an uncompressed one out otherwise); use deflate");
  }
  if (options.cog && options.compression == "lerc" && options.encoding == RasterEncoding::float32 &&
      bands.size() > 1) {
    // GDAL 3.6 writes such files without complaint and then fails to decode tiles that hold NaN.
    throw Error(
        ErrorKind::usage,
        "a COG of several float32 bands cannot be read back when compressed by lerc; use deflate, int16, or "
        "{index} in the name for one file per index");
  }
  for (const RasterBand& band : bands) {
    if (options.encoding == RasterEncoding::int16) integer_scale(band);
  }
}

struct RasterWriter::State {
  State(const std::string& path, const Frame& where, std::vector<RasterBand> described,
        const RasterOptions& wanted, const RunContext& run);

  void create();
  void describe(std::size_t k);
  void flush_tile_row();
  std::shared_ptr<RasterTileRow> tile_row(std::int64_t first_row);
  void fill(RasterTileRow& row, std::int64_t tile, std::span<const View<const float>> from) const;
  void put(RasterTileRow& row);
  std::int64_t tiles_across() const { return (frame.width + kTileSide - 1) / kTileSide; }
  std::size_t tile_bytes() const {
    const std::size_t number =
        options.encoding == RasterEncoding::float32 ? sizeof(float) : sizeof(std::int16_t);
    return static_cast<std::size_t>(kTileSide * kTileSide) * number;
  }
  void add_statistics(std::size_t k);
  void copy_to_cog();
  void close();
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::output, output.final_path() + ": " + what + ": " + last_gdal_error());
  }
  /// The file GDAL streams into: the output itself, or what the COG is then made of.
  const std::string& streamed() const { return scratch ? scratch->path() : output.path(); }
  /// First row of the tile row that the last row written belongs to.
  std::int64_t first_buffered() const { return (next_row - 1) / kTileSide * kTileSide; }

  Frame frame;
  std::vector<RasterBand> bands;
  RasterOptions options;
  const RunContext& context;
  OutputFile output;
  std::optional<OutputFile> scratch;  ///< for a COG, whose order of bytes cannot be streamed
  GdalDataset dataset;
  std::vector<IntegerScale> scales;
  std::vector<StoredStatistics> statistics;
  std::vector<std::uint64_t> saturated;
  std::vector<std::vector<float>>
      buffer;  ///< per band the rows of the tile row under way, from the first write
  std::mutex mutex;
  std::vector<std::unique_ptr<std::byte[]>> spare;  ///< of rows that are written: fresh memory costs more
  std::int64_t next_row = 0;
};

RasterWriter::State::State(const std::string& path, const Frame& where, std::vector<RasterBand> described,
                           const RasterOptions& wanted, const RunContext& run)
    : frame(where),
      bands(std::move(described)),
      options(wanted),
      context(run),
      output((check_raster_options(path, bands, wanted), path), run.overwrite),
      statistics(bands.size()),
      saturated(bands.size(), 0) {
  if (options.cog) scratch.emplace(path + ".strips.tif", true);
  for (const RasterBand& band : bands) {
    scales.push_back(options.encoding == RasterEncoding::int16 ? integer_scale(band) : IntegerScale{});
  }
  create();
}

void RasterWriter::State::create() {
  // A scratch file is read back once: it only has to be small enough for the disk.
  RasterOptions streaming = options;
  if (scratch) streaming.compression = "deflate";
  CPLStringList list = compression_options(streaming, context);
  list.SetNameValue("TILED", "YES");
  list.SetNameValue("BLOCKXSIZE", std::to_string(kTileSide).c_str());
  list.SetNameValue("BLOCKYSIZE", std::to_string(kTileSide).c_str());
  list.SetNameValue("INTERLEAVE", "BAND");
  const bool integers = options.encoding == RasterEncoding::int16;
  if (has_predictor(streaming)) list.SetNameValue("PREDICTOR", integers ? "2" : "3");
  if (scratch) list.SetNameValue("ZLEVEL", "1");
  clear_gdal_error();
  dataset.reset(driver("GTiff").Create(streamed().c_str(), static_cast<int>(frame.width),
                                       static_cast<int>(frame.height), static_cast<int>(bands.size()),
                                       integers ? GDT_Int16 : GDT_Float32, list.List()));
  if (!dataset) fail("cannot be created");
  if (!frame.crs.empty()) {
    OGRSpatialReference crs;
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (crs.SetFromUserInput(frame.crs.c_str()) != OGRERR_NONE || dataset->SetSpatialRef(&crs) != CE_None) {
      fail("its CRS cannot be written");
    }
  }
  if (!frame.crs.empty() || frame.transform != GeoTransform()) {
    std::array<double, 6> numbers = frame.transform.numbers();
    if (dataset->SetGeoTransform(numbers.data()) != CE_None) fail("its transform cannot be written");
  }
  dataset->SetMetadataItem("TIFFTAG_SOFTWARE", ("isotherm " + std::string(version())).c_str());
  for (std::size_t k = 0; k < bands.size(); ++k) describe(k);
}

void RasterWriter::State::describe(std::size_t k) {
  GDALRasterBand& band = *dataset->GetRasterBand(static_cast<int>(k) + 1);
  band.SetDescription(bands[k].name.c_str());
  if (!bands[k].title.empty()) band.SetMetadataItem("title", bands[k].title.c_str());
  if (!bands[k].unit.empty()) band.SetUnitType(bands[k].unit.c_str());
  if (options.encoding == RasterEncoding::int16) {
    band.SetNoDataValue(kMissingInt16);
    band.SetScale(scales[k].scale);
    band.SetOffset(scales[k].offset);
  } else {
    band.SetNoDataValue(std::numeric_limits<double>::quiet_NaN());
  }
}

std::shared_ptr<RasterTileRow> RasterWriter::State::tile_row(std::int64_t first_row) {
  if (first_row % kTileSide != 0 || first_row < 0 || first_row >= frame.height)
    throw Error(ErrorKind::internal, output.final_path() + ": no row of tiles begins there");
  const auto made = std::make_shared<RasterTileRow>();
  made->first_row = first_row;
  made->rows = std::min(kTileSide, frame.height - first_row);
  made->tiles.resize(bands.size() * static_cast<std::size_t>(tiles_across()));
  {
    const std::lock_guard lock(mutex);
    if (!spare.empty()) {
      made->bytes = std::move(spare.back());
      spare.pop_back();
    }
  }
  if (!made->bytes)
    made->bytes = std::make_unique_for_overwrite<std::byte[]>(made->tiles.size() * tile_bytes());
  return made;
}

void RasterWriter::State::fill(RasterTileRow& row, std::int64_t tile,
                               std::span<const View<const float>> from) const {
  const std::int64_t width = std::min(kTileSide, frame.width - tile * kTileSide);
  bool fits = tile == row.filled && from.size() == bands.size();
  for (const View<const float>& pixels : from)
    fits = fits && pixels.width == width && pixels.height == row.rows;
  if (!fits) throw Error(ErrorKind::internal, output.final_path() + ": pixels are not those of a tile");
  for (std::size_t k = 0; k < from.size(); ++k) {
    const std::size_t place = k * static_cast<std::size_t>(tiles_across()) + static_cast<std::size_t>(tile);
    std::byte* const to = row.bytes.get() + place * tile_bytes();
    if (options.encoding == RasterEncoding::float32) {
      lay_floats(from[k], to, row.tiles[place]);
    } else {
      lay_integers(from[k], scales[k], to, row.tiles[place]);
    }
  }
  ++row.filled;
}

/// Tiles go to GDAL directly, not through its block cache, whose order of writing depends on its size.
void RasterWriter::State::put(RasterTileRow& row) {
  std::size_t place = 0;
  for (std::size_t k = 0; k < bands.size(); ++k) {
    GDALRasterBand& to = *dataset->GetRasterBand(static_cast<int>(k) + 1);
    clear_gdal_error();
    for (std::int64_t x = 0; x < tiles_across(); ++x, ++place) {
      statistics[k].add(row.tiles[place].statistics);
      saturated[k] += row.tiles[place].saturated;
      if (to.WriteBlock(static_cast<int>(x), static_cast<int>(row.first_row / kTileSide),
                        row.bytes.get() + place * tile_bytes()) != CE_None) {
        fail("cannot be written");
      }
    }
  }
  const std::lock_guard lock(mutex);
  spare.push_back(std::move(row.bytes));
}

void RasterWriter::State::flush_tile_row() {
  const std::shared_ptr<RasterTileRow> row = tile_row(first_buffered());
  std::vector<View<const float>> parts(bands.size());
  for (std::int64_t tile = 0; tile < tiles_across(); ++tile) {
    const std::int64_t col = tile * kTileSide;
    for (std::size_t k = 0; k < bands.size(); ++k)
      parts[k] = {buffer[k].data() + col, std::min(kTileSide, frame.width - col), row->rows, frame.width};
    fill(*row, tile, parts);
  }
  put(*row);
}

void RasterWriter::State::add_statistics(std::size_t k) {
  const StoredStatistics& numbers = statistics[k];
  if (numbers.count() == 0) {
    context.log.warning(output.final_path() + ": " + bands[k].name + " has no valid pixel");
    return;
  }
  if (saturated[k] > 0) {
    const double reach = kLargestInt16 * scales[k].scale;
    context.log.warning(output.final_path() + ": " + std::to_string(saturated[k]) + " pixels of " +
                        bands[k].name + " lie outside " + number_text(scales[k].offset - reach) + " .. " +
                        number_text(scales[k].offset + reach) +
                        " and were cut to that range; float32 holds them");
  }
  GDALRasterBand& band = *dataset->GetRasterBand(static_cast<int>(k) + 1);
  const auto set = [&](const char* key, double value) {
    band.SetMetadataItem(key, number_text(value).c_str());
  };
  set("STATISTICS_MINIMUM", numbers.minimum());
  set("STATISTICS_MAXIMUM", numbers.maximum());
  set("STATISTICS_MEAN", numbers.mean());
  set("STATISTICS_STDDEV", numbers.standard_deviation());
  set("STATISTICS_VALID_PERCENT", numbers.valid_percent());
}

void RasterWriter::State::copy_to_cog() {
  CPLStringList list = compression_options(options, context);
  if (has_predictor(options)) list.SetNameValue("PREDICTOR", "YES");
  list.SetNameValue("BLOCKSIZE", std::to_string(kTileSide).c_str());
  list.SetNameValue("OVERVIEW_RESAMPLING", "AVERAGE");
  GdalDataset source = open_raster(scratch->path());
  clear_gdal_error();
  dataset.reset(
      driver("COG").CreateCopy(output.path().c_str(), source.get(), FALSE, list.List(), nullptr, nullptr));
  source.reset();
  if (!dataset) fail("cannot be written");
  close();
  scratch.reset();
}

/// Closing writes what is left: its errors are seen only in GDAL's memory of the last one.
void RasterWriter::State::close() {
  clear_gdal_error();
  dataset->FlushCache(true);
  dataset.reset();
  if (CPLGetLastErrorType() == CE_Failure) fail("cannot be written");
}

RasterWriter::RasterWriter(const std::string& path, const Frame& frame, std::vector<RasterBand> bands,
                           const RasterOptions& options, const RunContext& context)
    : state_(std::make_unique<State>(path, frame, std::move(bands), options, context)) {}
RasterWriter::RasterWriter(RasterWriter&&) noexcept = default;
RasterWriter::~RasterWriter() = default;

void RasterWriter::write(std::int64_t first_row, std::int64_t rows, std::span<const float* const> bands) {
  State& state = *state_;
  if (first_row != state.next_row || first_row + rows > state.frame.height ||
      bands.size() != state.bands.size()) {
    throw Error(ErrorKind::internal, state.output.final_path() + ": rows are written out of order");
  }
  const auto width = static_cast<std::size_t>(state.frame.width);
  state.buffer.resize(state.bands.size());
  for (std::vector<float>& band : state.buffer)
    band.resize(width * static_cast<std::size_t>(std::min(kTileSide, state.frame.height)));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto place = static_cast<std::size_t>(state.next_row % kTileSide) * width;
    for (std::size_t k = 0; k < bands.size(); ++k) {
      std::copy_n(bands[k] + static_cast<std::size_t>(row) * width, width, state.buffer[k].data() + place);
    }
    ++state.next_row;
    if (state.next_row % kTileSide == 0 || state.next_row == state.frame.height) state.flush_tile_row();
  }
}

std::shared_ptr<RasterTileRow> RasterWriter::tile_row(std::int64_t first_row) const {
  return state_->tile_row(first_row);
}

void RasterWriter::fill(RasterTileRow& row, std::int64_t tile,
                        std::span<const View<const float>> bands) const {
  state_->fill(row, tile, bands);
}

void RasterWriter::write(RasterTileRow& row) {
  State& state = *state_;
  if (row.first_row != state.next_row || row.filled != state.tiles_across() || !row.bytes) {
    throw Error(ErrorKind::internal, state.output.final_path() + ": rows are written out of order");
  }
  state.put(row);
  state.next_row += row.rows;
}

void RasterWriter::finish() {
  State& state = *state_;
  if (state.next_row != state.frame.height) {
    throw Error(ErrorKind::internal, state.output.final_path() + ": rows are missing");
  }
  for (std::size_t k = 0; k < state.bands.size(); ++k) state.add_statistics(k);
  state.close();
  if (state.scratch) state.copy_to_cog();
  state.output.commit();
}

}  // namespace isotherm
