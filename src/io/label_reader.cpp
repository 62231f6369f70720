#include "isotherm/io/label_reader.h"

#include <gdal_alg.h>
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <map>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"
#include "label_lines.h"
#include "ogr_support.h"

namespace isotherm {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": " + why);
}

/// Outlines may take so many times the memory budget, and what one of them takes besides its vertices.
constexpr std::size_t kMostBudgets = 4, kPieceBytes = 160;

void check_band(GDALDataset& dataset, const std::string& path) {
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
}

Frame frame_of(const std::string& path, const std::string& crs, Log& log) {
  SceneOptions options;
  options.crs = crs;
  Frame frame = open_bands({"label=" + path}, options, log).frame;
  if (frame.crs.empty()) refuse(path, "has no CRS; give one with --zones-crs");
  return frame;
}

/// Takes the pieces GDAL traces, and keeps them as outlines of their zones.
class PieceLayer : public OGRLayer {
 public:
  PieceLayer(const GeoTransform& transform, std::size_t most_bytes)
      : transform_(transform), most_bytes_(most_bytes), definition_(new OGRFeatureDefn("labels")) {
    definition_->Reference();
    definition_->SetGeomType(wkbPolygon);
    OGRFieldDefn field("label", OFTInteger64);
    definition_->AddFieldDefn(&field);
  }
  ~PieceLayer() override { definition_->Release(); }

  void ResetReading() override {}
  OGRFeature* GetNextFeature() override { return nullptr; }
  OGRFeatureDefn* GetLayerDefn() override { return definition_; }
  int TestCapability(const char* what) override { return EQUAL(what, OLCSequentialWrite) ? 1 : 0; }

  std::map<std::int64_t, MultiPolygon> zones;
  bool too_many = false;

 protected:
  OGRErr ICreateFeature(OGRFeature* feature) override {
    Strangers ignored_parts, ignored;
    MultiPolygon piece = read_outline(feature->GetGeometryRef(), false, ignored_parts, ignored);
    for (Polygon& polygon : piece) {
      bytes_ += kPieceBytes;
      for (Ring& ring : polygon.rings) {
        for (Point& p : ring) p = transform_.to_map(p);
        ring.shrink_to_fit();
        bytes_ += ring.size() * sizeof(Point);
      }
    }
    MultiPolygon& zone = zones[feature->GetFieldAsInteger64(0)];
    zone.insert(zone.end(), std::make_move_iterator(piece.begin()), std::make_move_iterator(piece.end()));
    too_many = bytes_ > most_bytes_;
    return too_many ? OGRERR_NOT_ENOUGH_MEMORY : OGRERR_NONE;
  }

 private:
  GeoTransform transform_;
  std::size_t most_bytes_, bytes_ = 0;
  OGRFeatureDefn* definition_;
};

}  // namespace

bool is_label_raster(const std::string& path) {
  init_gdal();
  const std::string name = gdal_path(path);
  const auto opens = [&](unsigned kind) {
    return GdalDataset(GDALDataset::Open(name.c_str(), kind | GDAL_OF_READONLY)) != nullptr;
  };
  return opens(GDAL_OF_RASTER) && !opens(GDAL_OF_VECTOR);
}

PolygonLayer read_labels(const std::string& path, const std::string& crs, const RunContext& context) {
  const GdalDataset dataset = open_raster(path);
  check_band(*dataset, path);
  const Frame frame = frame_of(path, crs, context.log);
  LabelLines lines(*dataset, path, context);
  LabelDataset source(lines);
  PieceLayer pieces(frame.transform, kMostBudgets * context.memory);
  lines.refuse_more_than(kMostBudgets * context.memory / kPieceBytes);
  clear_gdal_error();
  const CPLErr result =
      GDALPolygonize(GDALRasterBand::ToHandle(&source.labels()), GDALRasterBand::ToHandle(&source.mask()),
                     OGRLayer::ToHandle(&pieces), 0, nullptr, nullptr, nullptr);
  if (source.trouble) std::rethrow_exception(source.trouble);
  if (pieces.too_many) lines.refuse_pieces();
  if (result != CE_None) refuse(path, "its labels cannot be traced: " + last_gdal_error());
  if (pieces.zones.empty()) refuse(path, "holds no zone: no pixel has a label other than 0 and nodata");
  PolygonLayer layer;
  layer.crs = frame.crs;
  layer.attributes.crs = layer.crs;
  for (auto& [label, outline] : pieces.zones) {
    normalise(outline);
    layer.ids.push_back(label);
    layer.id_texts.push_back(std::to_string(label));
    layer.outlines.push_back(std::move(outline));
  }
  return layer;
}

}  // namespace isotherm
