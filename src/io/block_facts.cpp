#include "isotherm/io/block_facts.h"

#include <gdal_priv.h>

#include <algorithm>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/file_record.h"

namespace isotherm {

BlockFacts block_facts(const Band& band) {
  init_gdal();
  const GdalDataset dataset = open_raster(band.path);
  GDALRasterBand* const source = dataset->GetRasterBand(band.index);
  if (source == nullptr)
    throw Error(ErrorKind::input, band.path + ": has no band " + std::to_string(band.index));
  int width = 0, height = 0;
  source->GetBlockSize(&width, &height);
  BlockFacts facts;
  facts.width = width;
  facts.height = height;
  facts.stored_bytes =
      static_cast<double>(file_record(band.path, false).bytes) / std::max(1, dataset->GetRasterCount());
  facts.pixel_bytes = GDALGetDataTypeSizeBytes(source->GetRasterDataType());
  return facts;
}

std::int64_t blocks_under(const BlockFacts& facts, const Window& window) {
  if (window.empty() || facts.width <= 0 || facts.height <= 0) return 0;
  const std::int64_t across = (window.col_end() - 1) / facts.width - window.col / facts.width + 1;
  const std::int64_t down = (window.row_end() - 1) / facts.height - window.row / facts.height + 1;
  return across * down;
}

}  // namespace isotherm
