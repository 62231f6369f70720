#include "isotherm/io/label_reader.h"

#include <gdal_alg.h>
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <map>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"
#include "ogr_support.h"

namespace isotherm {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": " + why);
}

GDALRasterBand& label_band(GDALDataset& dataset, const std::string& path) {
  if (dataset.GetRasterCount() != 1) {
    refuse(path, "a raster of zone labels has one band, not " + std::to_string(dataset.GetRasterCount()));
  }
  GDALRasterBand& band = *dataset.GetRasterBand(1);
  if (GDALDataTypeIsInteger(band.GetRasterDataType()) == 0 ||
      GDALDataTypeIsComplex(band.GetRasterDataType()) != 0) {
    refuse(path, std::string("zone labels are whole numbers, and its pixels are ") +
                     GDALGetDataTypeName(band.GetRasterDataType()) +
                     "; turn them into integers (gdal_translate -ot Int32)");
  }
  return band;
}

std::string crs_of(const std::string& path, const std::string& given, Log& log) {
  SceneOptions options;
  options.crs = given;
  const std::string crs = open_bands({"label=" + path}, options, log).frame.crs;
  if (crs.empty()) refuse(path, "has no CRS; give one with --zones-crs");
  return crs;
}

struct LayerOfPieces {
  GdalDataset dataset;
  OGRLayer* layer = nullptr;
};

LayerOfPieces make_layer(const std::string& path) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("Memory");
  LayerOfPieces made;
  if (driver != nullptr) made.dataset.reset(driver->Create("", 0, 0, 0, GDT_Unknown, nullptr));
  if (made.dataset) made.layer = made.dataset->CreateLayer("labels", nullptr, wkbPolygon, nullptr);
  OGRFieldDefn field("label", OFTInteger64);
  if (made.layer == nullptr || made.layer->CreateField(&field) != OGRERR_NONE) {
    refuse(path, "labels cannot be traced: " + last_gdal_error());
  }
  return made;
}

}  // namespace

bool is_label_raster(const std::string& path) {
  init_gdal();
  const std::string name = gdal_path(path);
  const auto opens = [&](unsigned kind) {
    return GdalDataset(GDALDataset::Open(name.c_str(), kind | GDAL_OF_READONLY)) != nullptr;
  };
  return opens(GDAL_OF_RASTER) && !opens(GDAL_OF_VECTOR);
}

PolygonLayer read_labels(const std::string& path, const std::string& crs, Log& log) {
  const GdalDataset dataset = open_raster(path);
  GDALRasterBand& band = label_band(*dataset, path);
  PolygonLayer layer;
  layer.crs = crs_of(path, crs, log);
  layer.attributes.crs = layer.crs;
  const LayerOfPieces pieces = make_layer(path);
  clear_gdal_error();
  if (GDALPolygonize(GDALRasterBand::ToHandle(&band), GDALRasterBand::ToHandle(band.GetMaskBand()),
                     OGRLayer::ToHandle(pieces.layer), 0, nullptr, nullptr, nullptr) != CE_None) {
    refuse(path, "its labels cannot be read: " + last_gdal_error());
  }
  std::map<std::int64_t, MultiPolygon> zones;
  Strangers ignored_parts, ignored;
  pieces.layer->ResetReading();
  while (const OGRFeatureUniquePtr feature{pieces.layer->GetNextFeature()}) {
    const std::int64_t label = feature->GetFieldAsInteger64(0);
    if (label == 0) continue;
    MultiPolygon piece = read_outline(feature->GetGeometryRef(), false, ignored_parts, ignored);
    MultiPolygon& zone = zones[label];
    zone.insert(zone.end(), std::make_move_iterator(piece.begin()), std::make_move_iterator(piece.end()));
  }
  if (zones.empty()) refuse(path, "holds no zone: no pixel has a label other than 0 and nodata");
  for (auto& [label, outline] : zones) {
    normalise(outline);
    layer.ids.push_back(label);
    layer.id_texts.push_back(std::to_string(label));
    layer.outlines.push_back(std::move(outline));
  }
  return layer;
}

}  // namespace isotherm
