#include "isotherm/io/window_copy.h"

#include <cpl_string.h>
#include <gdal_priv.h>
#include <ogr_spatialref.h>

#include <array>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

GDALDriver& driver(const char* name) {
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(name);
  if (found == nullptr) throw Error(ErrorKind::output, std::string("this GDAL has no ") + name + " driver");
  return *found;
}

GdalDataset open_source(const std::string& path, const std::string& shown_as) {
  init_gdal();
  clear_gdal_error();
  const char* const drivers[] = {"GTiff", "JP2OpenJPEG", nullptr};
  const char* const no_siblings[] = {nullptr};
  GDALDataset* dataset = GDALDataset::Open(
      path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, drivers, nullptr, no_siblings);
  if (dataset == nullptr) {
    throw Error(ErrorKind::input, shown_as +
                                      ": cannot be cut, it is no GeoTIFF or JPEG 2000 that can be opened (" +
                                      last_gdal_error() + ")");
  }
  return GdalDataset(dataset);
}

Frame frame_of(GDALDataset& dataset, const std::string& shown_as) {
  Frame frame;
  frame.width = dataset.GetRasterXSize();
  frame.height = dataset.GetRasterYSize();
  std::array<double, 6> numbers{};
  if (dataset.GetGeoTransform(numbers.data()) != CE_None || dataset.GetSpatialRef() == nullptr) {
    throw Error(ErrorKind::input,
                shown_as + ": cannot be cut, it does not say where it lies; fetch it whole, without --clip");
  }
  frame.transform = GeoTransform(numbers);
  const char* const options[] = {"FORMAT=WKT2_2019", "MULTILINE=NO", nullptr};
  char* text = nullptr;
  dataset.GetSpatialRef()->exportToWkt(&text, options);
  const std::string wkt = text != nullptr ? text : "";
  CPLFree(text);
  frame.crs = canonical_crs(wkt);
  return frame;
}

/// Everything but the pixels.
void copy_tags(GDALRasterBand& from, GDALRasterBand& to) {
  int given = 0;
  const double nodata = from.GetNoDataValue(&given);
  if (given != 0) to.SetNoDataValue(nodata);
  const double scale = from.GetScale(&given);
  if (given != 0) to.SetScale(scale);
  const double offset = from.GetOffset(&given);
  if (given != 0) to.SetOffset(offset);
  to.SetUnitType(from.GetUnitType());
  to.SetDescription(from.GetDescription());
  to.SetColorInterpretation(from.GetColorInterpretation());
  if (GDALColorTable* colours = from.GetColorTable()) to.SetColorTable(colours);
}

GdalDataset read_window(GDALDataset& source, const WindowCopy& copy, const std::string& shown_as) {
  const int width = static_cast<int>(copy.window.width), height = static_cast<int>(copy.window.height);
  const int bands = source.GetRasterCount();
  const GDALDataType type = source.GetRasterBand(1)->GetRasterDataType();
  GdalDataset memory(driver("MEM").Create("", width, height, bands, type, nullptr));
  if (!memory) throw Error(ErrorKind::output, shown_as + ": " + last_gdal_error());
  std::array<double, 6> numbers = copy.frame.transform.numbers();
  memory->SetGeoTransform(numbers.data());
  memory->SetSpatialRef(source.GetSpatialRef());
  if (const char* meaning = source.GetMetadataItem(GDALMD_AREA_OR_POINT)) {
    memory->SetMetadataItem(GDALMD_AREA_OR_POINT, meaning);
  }
  for (int k = 1; k <= bands; ++k) copy_tags(*source.GetRasterBand(k), *memory->GetRasterBand(k));
  const GSpacing pixel = GDALGetDataTypeSizeBytes(type);
  for (int k = 1; k <= bands; ++k) {
    std::vector<unsigned char> pixels(static_cast<std::size_t>(pixel * width) *
                                      static_cast<std::size_t>(height));
    const auto column = static_cast<int>(copy.window.col), row = static_cast<int>(copy.window.row);
    if (source.GetRasterBand(k)->RasterIO(GF_Read, column, row, width, height, pixels.data(), width, height,
                                          type, 0, 0, nullptr) != CE_None ||
        memory->GetRasterBand(k)->RasterIO(GF_Write, 0, 0, width, height, pixels.data(), width, height, type,
                                           0, 0, nullptr) != CE_None) {
      throw Error(ErrorKind::input, shown_as + ": the window cannot be read (" + last_gdal_error() + ")");
    }
  }
  return memory;
}

}  // namespace

std::optional<Frame> raster_frame(const std::string& path) {
  try {
    return frame_of(*open_source(path, path), path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

WindowCopy copy_window(const std::string& path, const std::string& shown_as,
                       const std::function<Window(const Frame&)>& choose, const std::string& output,
                       std::size_t memory) {
  const GdalDataset source = open_source(path, shown_as);
  if (source->GetRasterCount() == 0) throw Error(ErrorKind::input, shown_as + ": holds no raster bands");
  WindowCopy copy;
  copy.whole = frame_of(*source, shown_as);
  copy.window = intersect(choose(copy.whole), copy.whole.window());
  if (copy.window.empty()) {
    throw Error(ErrorKind::no_data, shown_as + ": the area lies outside this file");
  }
  copy.frame = copy.whole;
  copy.frame.width = copy.window.width;
  copy.frame.height = copy.window.height;
  copy.frame.transform = copy.whole.transform.shifted(static_cast<double>(copy.window.col),
                                                      static_cast<double>(copy.window.row));
  const auto bytes = static_cast<double>(copy.window.pixels()) * source->GetRasterCount() *
                     GDALGetDataTypeSizeBytes(source->GetRasterBand(1)->GetRasterDataType());
  if (2 * bytes > static_cast<double>(memory)) {
    throw Error(ErrorKind::usage,
                shown_as + ": the window over the area has " + std::to_string(copy.window.width) + " x " +
                    std::to_string(copy.window.height) +
                    " pixels, more than --memory allows; fetch whole files, without --clip");
  }
  clear_gdal_error();
  const GdalDataset window = read_window(*source, copy, shown_as);
  const char* const options[] = {"COMPRESS=DEFLATE", "PREDICTOR=YES",    "BLOCKSIZE=256",
                                 "OVERVIEWS=NONE",   "BIGTIFF=IF_SAFER", nullptr};
  const GdalDataset written(driver("COG").CreateCopy(output.c_str(), window.get(), 0,
                                                     const_cast<char**>(options), nullptr, nullptr));
  if (!written) throw Error(ErrorKind::output, output + ": cannot be written (" + last_gdal_error() + ")");
  return copy;
}

}  // namespace isotherm
