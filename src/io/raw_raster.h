// A raster file seen as blocks of stored numbers: what the file is made of, and one worker's handle on it.
//
// A block is read whole, in the type it is stored in. The bands of a pixel-interleaved file lie in the same
// bytes, so there one block holds them all; otherwise a block holds one band.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "gdal_support.h"
#include "tiff_blocks.h"

namespace isotherm {

enum class StoredType { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };
/// Calls use(T{}) with the type the numbers have.
template <class Use>
auto with_type(StoredType type, Use use) {
  switch (type) {
    case StoredType::uint8:
      return use(std::uint8_t{});
    case StoredType::int8:
      return use(std::int8_t{});
    case StoredType::uint16:
      return use(std::uint16_t{});
    case StoredType::int16:
      return use(std::int16_t{});
    case StoredType::uint32:
      return use(std::uint32_t{});
    case StoredType::int32:
      return use(std::int32_t{});
    case StoredType::uint64:
      return use(std::uint64_t{});
    case StoredType::int64:
      return use(std::int64_t{});
    case StoredType::float32:
      return use(float{});
    case StoredType::float64:
      break;
  }
  return use(double{});
}

inline std::size_t size_of(StoredType type) {
  return with_type(type, [](auto kind) { return sizeof kind; });
}

/// Facts about one band of a file, the same for every handle.
struct StoredBand {
  std::string path;
  int band = 1;
  int bands = 1;  ///< of the file
  std::int64_t width = 0, height = 0;
  std::int64_t block_width = 0, block_height = 0;
  StoredType type = StoredType::uint8;
  bool interleaved = false;  ///< blocks hold all bands of the file

  std::int64_t blocks_across() const { return (width + block_width - 1) / block_width; }
  int planes() const { return interleaved ? bands : 1; }
  std::size_t plane_bytes() const {
    return static_cast<std::size_t>(block_width) * static_cast<std::size_t>(block_height) * size_of(type);
  }
  /// "B5.tif, band 1"
  std::string name() const { return path + ", band " + std::to_string(band); }
};

/// Stored numbers of one block, plane after plane, rows `block_width` apart (blocks at the right and lower
/// edge are padded).
struct RawBlock {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
  const std::byte* plane(const StoredBand& facts) const {
    return bytes.get() +
           (facts.interleaved ? facts.plane_bytes() * static_cast<std::size_t>(facts.band - 1) : 0);
  }
};

/// One worker's open file.
class RawRaster {
 public:
  explicit RawRaster(const std::string& path);

  /// Throws Error(input) when the file has no such band, or one of a type that is not a plain number.
  StoredBand facts(int band) const;
  /// Throws Error(input) that names file, band and block with GDAL's reason, also when the block is so large
  /// that a sound file could not hold it.
  RawBlock read(const StoredBand& facts, std::int64_t block_x, std::int64_t block_y) const;

 private:
  std::string path_;
  GdalDataset dataset_;
  std::unique_ptr<TiffBlocks> direct_;  ///< null where GDAL reads every block
};

}  // namespace isotherm
