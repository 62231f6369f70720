#include "isotherm/io/library_memory.h"

#include <cpl_conv.h>
#include <gdal.h>

#include <algorithm>

namespace isotherm {

void bound_library_memory(std::size_t bytes) {
  // Rows of small blocks must fit, or each would be decoded for every line.
  constexpr std::size_t kLeast = std::size_t{8} << 20;
  if (CPLGetConfigOption("GDAL_CACHEMAX", nullptr) != nullptr) return;
  GDALSetCacheMax64(static_cast<GIntBig>(std::max(bytes, kLeast)));
}

}  // namespace isotherm
