#include "scene_files.h"

#include <cpl_conv.h>
#include <gdal_priv.h>

#include <array>
#include <cmath>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

BandFacts facts_of(GDALRasterBand& band) {
  BandFacts facts;
  const GDALDataType type = band.GetRasterDataType();
  facts.integer = GDALDataTypeIsInteger(type) != 0;
  facts.signed16 = type == GDT_Int16;
  facts.type = GDALGetDataTypeName(type);
  int given = 0;
  double value = band.GetNoDataValue(&given);
  if (given != 0) facts.nodata = value;
  value = band.GetScale(&given);
  if (given != 0) facts.scale = value;
  value = band.GetOffset(&given);
  if (given != 0) facts.offset = value;
  facts.unit = band.GetUnitType();
  facts.description = band.GetDescription();
  return facts;
}

std::string wkt_of(const OGRSpatialReference& reference) {
  const char* const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", nullptr};
  char* text = nullptr;
  std::string wkt;
  if (reference.exportToWkt(&text, options) == OGRERR_NONE && text != nullptr) wkt = text;
  CPLFree(text);
  return wkt;
}

}  // namespace

FileFacts FactsReader::read(const std::string& path) {
  const GdalDataset dataset = open_raster(path);
  FileFacts facts;
  facts.path = gdal_path(path);
  facts.frame.width = dataset->GetRasterXSize();
  facts.frame.height = dataset->GetRasterYSize();
  if (dataset->GetRasterCount() == 0) {
    throw Error(ErrorKind::input, path +
                                      ": holds no raster bands of its own (a container of several rasters? "
                                      "then name one of them)");
  }
  for (int k = 1; k <= dataset->GetRasterCount(); ++k) {
    GDALRasterBand& band = *dataset->GetRasterBand(k);
    if (GDALDataTypeIsComplex(band.GetRasterDataType()) != 0) {
      throw Error(ErrorKind::input, path + ": band " + std::to_string(k) + " holds complex numbers");
    }
    facts.bands.push_back(facts_of(band));
  }
  std::array<double, 6> numbers{};
  // Some drivers answer with the identity where a file says nothing.
  constexpr std::array<double, 6> kIdentity{0, 1, 0, 0, 0, 1};
  if (dataset->GetGeoTransform(numbers.data()) == CE_None && numbers != kIdentity) {
    try {
      facts.frame.transform = GeoTransform(numbers);
    } catch (const Error& error) {
      throw Error(ErrorKind::input, path + ": its georeferencing cannot be used: " + error.what());
    }
    facts.placed = true;
  }
  if (const OGRSpatialReference* reference = dataset->GetSpatialRef(); reference != nullptr) {
    const std::string wkt = wkt_of(*reference);
    if (!wkt.empty()) {
      auto [where, added] = canonical_.try_emplace(wkt);
      if (added) where->second = canonical_crs(wkt);
      facts.frame.crs = where->second;
    }
  }
  return facts;
}

}  // namespace isotherm
