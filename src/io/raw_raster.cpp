#include "raw_raster.h"

#include <cpl_vsi.h>
#include <gdal_priv.h>

#include <new>
#include <optional>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

/// No block of a useful raster is larger; a header that asks for more is a mistake or an attack.
constexpr std::size_t kLargestBlock = std::size_t{2} << 30;
/// Blocks up to this size are simply tried. Above it, the file must hold at least one byte for every 5000 of
/// the block: more than Deflate and LZW can shrink anything (about 1000 and 1400 times), and no photograph of
/// the Earth comes near it with the others.
constexpr std::size_t kUnsuspiciousBlock = std::size_t{256} << 20;
constexpr std::size_t kLargestShrinking = 5000;
/// Files with more bands than this are read band by band even when interleaved.
constexpr int kInterleavedBands = 16;

std::optional<StoredType> stored_type(GDALRasterBand& band) {
  switch (band.GetRasterDataType()) {
    case GDT_Byte: {
      // Before GDAL 3.7 a signed byte is a byte with a remark.
      const char* pixel_type = band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE");
      return pixel_type != nullptr && EQUAL(pixel_type, "SIGNEDBYTE") ? StoredType::int8 : StoredType::uint8;
    }
    case GDT_UInt16:
      return StoredType::uint16;
    case GDT_Int16:
      return StoredType::int16;
    case GDT_UInt32:
      return StoredType::uint32;
    case GDT_Int32:
      return StoredType::int32;
    case GDT_UInt64:
      return StoredType::uint64;
    case GDT_Int64:
      return StoredType::int64;
    case GDT_Float32:
      return StoredType::float32;
    case GDT_Float64:
      return StoredType::float64;
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 7, 0)
    case GDT_Int8:
      return StoredType::int8;
#endif
    default:
      return std::nullopt;
  }
}

std::string megabytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

/// Why a block of this size is not even tried; empty when it is.
std::string objection(const std::string& path, std::size_t bytes) {
  if (bytes > kLargestBlock) {
    return "one block needs " + megabytes(bytes) + "; the limit is " + megabytes(kLargestBlock) +
           " (rewrite the file in tiles: gdal_translate -co TILED=YES)";
  }
  VSIStatBufL status;
  if (bytes <= kUnsuspiciousBlock || is_remote(path) || VSIStatL(path.c_str(), &status) != 0) return {};
  const auto held = static_cast<std::size_t>(status.st_size);
  if (bytes / kLargestShrinking <= held) return {};
  return "one block would be " + megabytes(bytes) + ", but the whole file has only " + std::to_string(held) +
         " bytes; it is corrupt";
}

}  // namespace

RawRaster::RawRaster(const std::string& path)
    : path_(path), dataset_(open_raster(path)), direct_(TiffBlocks::open(path, *dataset_)) {}

StoredBand RawRaster::facts(int band) const {
  if (band < 1 || band > dataset_->GetRasterCount()) {
    throw Error(ErrorKind::input, path_ + ": has no band " + std::to_string(band) + "; it has " +
                                      std::to_string(dataset_->GetRasterCount()));
  }
  GDALRasterBand& source = *dataset_->GetRasterBand(band);
  int block_width = 0, block_height = 0;
  source.GetBlockSize(&block_width, &block_height);
  StoredBand facts;
  facts.path = path_;
  facts.band = band;
  facts.bands = dataset_->GetRasterCount();
  facts.width = source.GetXSize();
  facts.height = source.GetYSize();
  facts.block_width = block_width;
  facts.block_height = block_height;
  const std::optional<StoredType> type = stored_type(source);
  if (!type) {
    throw Error(ErrorKind::input, facts.name() + ": holds " +
                                      GDALGetDataTypeName(source.GetRasterDataType()) +
                                      " numbers; only real numbers can be used");
  }
  facts.type = *type;
  const char* interleave = dataset_->GetMetadataItem("INTERLEAVE", "IMAGE_STRUCTURE");
  facts.interleaved = interleave != nullptr && EQUAL(interleave, "PIXEL") && facts.bands > 1 &&
                      facts.bands <= kInterleavedBands;
  for (int other = 1; facts.interleaved && other <= facts.bands; ++other) {
    GDALRasterBand& sibling = *dataset_->GetRasterBand(other);
    int width = 0, height = 0;
    sibling.GetBlockSize(&width, &height);
    facts.interleaved = width == block_width && height == block_height && stored_type(sibling) == type;
  }
  return facts;
}

RawBlock RawRaster::read(const StoredBand& facts, std::int64_t block_x, std::int64_t block_y) const {
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorKind::input, facts.name() + ", block (" + std::to_string(block_x) + ", " +
                                      std::to_string(block_y) + "): cannot be read: " + why);
  };
  const std::size_t plane_bytes = facts.plane_bytes();
  const std::size_t size = plane_bytes * static_cast<std::size_t>(facts.planes());
  if (const std::string why = objection(path_, size); !why.empty()) fail(why);
  RawBlock block;
  block.size = size;
  try {
    block.bytes = std::make_unique_for_overwrite<std::byte[]>(size);
  } catch (const std::bad_alloc&) {
    fail("no memory for " + megabytes(size));
  }
  if (direct_ && direct_->read(facts, block_x, block_y, block.bytes.get())) return block;
  clear_gdal_error();
  for (int plane = 0; plane < facts.planes(); ++plane) {
    const int band = facts.interleaved ? plane + 1 : facts.band;
    std::byte* to = block.bytes.get() + plane_bytes * static_cast<std::size_t>(plane);
    if (dataset_->GetRasterBand(band)->ReadBlock(static_cast<int>(block_x), static_cast<int>(block_y), to) !=
        CE_None) {
      fail(last_gdal_error());
    }
  }
  return block;
}

}  // namespace isotherm
