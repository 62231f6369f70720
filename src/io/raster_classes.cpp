#include "isotherm/io/raster_classes.h"

#include <gdal_priv.h>
#include <gdal_rat.h>

#include <algorithm>
#include <cmath>

#include "gdal_support.h"

namespace isotherm {

namespace {

/// A table may claim any range; a column each is sensible for few.
constexpr double kWidestRange = 65536;

void add_rows(const GDALRasterAttributeTable& table, std::vector<double>& classes) {
  const int value = table.GetColOfUsage(GFU_MinMax);
  const int low = value >= 0 ? value : table.GetColOfUsage(GFU_Min);
  const int high = value >= 0 ? value : table.GetColOfUsage(GFU_Max);
  if (low < 0 || high < 0) return;
  for (int row = 0; row < table.GetRowCount(); ++row) {
    const double first = table.GetValueAsDouble(row, low), last = table.GetValueAsDouble(row, high);
    if (!std::isfinite(first) || !(last - first < kWidestRange)) continue;
    for (double k = first; k <= last; ++k) classes.push_back(k);
  }
}

void add_names(GDALRasterBand& band, std::vector<double>& classes) {
  char** names = band.GetCategoryNames();
  for (int k = 0; names != nullptr && names[k] != nullptr; ++k) {
    if (names[k][0] != '\0') classes.push_back(k);
  }
}

}  // namespace

std::vector<double> declared_classes(const Band& band) {
  const GdalDataset dataset = open_raster(band.path);
  std::vector<double> classes;
  GDALRasterBand* raster = dataset->GetRasterBand(band.index);
  if (raster == nullptr) return classes;
  if (const GDALRasterAttributeTable* table = raster->GetDefaultRAT(); table != nullptr)
    add_rows(*table, classes);
  if (classes.empty()) add_names(*raster, classes);
  std::erase_if(classes, [&](double value) { return value == band.decoding.nodata; });
  for (double& value : classes) value = value * band.decoding.scale + band.decoding.offset;
  std::ranges::sort(classes);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  return classes;
}

}  // namespace isotherm
