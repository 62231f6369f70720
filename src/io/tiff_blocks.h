// Blocks of plain local GeoTIFF files, inflated straight from the file: what most satellite archives ship
// (Deflate, with or without predictor, one band a file or bands apart). GDAL says where a block lies; what it
// would do with the bytes is done here without its layers, about 1.6 times as fast.
//
// Promises the numbers GDAL would give, or none: the file is only read, never mapped, a block must inflate to
// exactly its size with the right checksum (Adler-32, which also tells reversed bits), and everything that is
// not as expected (other compressions, byte orders and interleavings, sparse, torn or absurdly large blocks)
// is left to GDAL, which also finds the words for what is wrong. Sources: TIFF 6.0, Adobe's TIFF Technical
// Notes 1 (predictor 2) and 3 (predictor 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

class GDALDataset;

namespace isotherm {

struct StoredBand;

/// One worker's second handle on a file.
class TiffBlocks {
 public:
  /// Null when the blocks of this file are GDAL's business. `dataset` must live as long.
  static std::unique_ptr<TiffBlocks> open(const std::string& path, GDALDataset& dataset);
  ~TiffBlocks();
  TiffBlocks(const TiffBlocks&) = delete;
  TiffBlocks& operator=(const TiffBlocks&) = delete;

  /// Fills facts.plane_bytes() bytes. False: ask GDAL; what lies in `to` is then undefined.
  bool read(const StoredBand& facts, std::int64_t block_x, std::int64_t block_y, std::byte* to);

 private:
  struct State;
  explicit TiffBlocks(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
