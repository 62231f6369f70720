// Tables through GDAL's vector drivers: one transaction, one layer, a spatial index where the format has one.
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "gdal_support.h"
#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/io/output_file.h"
#include "new_vector_file.h"
#include "table_sinks.h"

namespace isotherm {

namespace {

/// What a Shapefile is made of beside its .shp is refused at once where it is there.
void check_side_files(const std::string& path, const RunContext& context) {
  for (const char* extension : {".shx", ".dbf", ".prj", ".cpg", ".qix"})
    OutputFile(std::filesystem::path(path).replace_extension(extension).string(), context.overwrite);
}

class GdalSink : public RowSink {
 public:
  GdalSink(const std::string& path, const TableSchema& schema, const TableOptions& options,
           const std::string& driver, const RunContext& context)
      : file_(path, context.overwrite),
        log_(context.log),
        needs_outline_(driver == "FlatGeobuf" && schema.has_geometry) {
    if (driver == "ESRI Shapefile" && !schema.has_geometry) {
      throw Error(ErrorKind::usage,
                  path + ": a Shapefile holds outlines, and this table has none; give a .csv or .gpkg name");
    }
    if (driver == "ESRI Shapefile") check_side_files(path, context);
    made_.emplace(file_, schema, options, driver, log_);
    const WriteOptions while_open;
    GDALDataset& dataset = made_->dataset();
    in_transaction_ = dataset.TestCapability(ODsCTransactions) && dataset.StartTransaction() == OGRERR_NONE;
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    prepared.table = std::move(batch);
    return prepared;
  }

  void write(Prepared&& batch) override {
    const WriteOptions while_writing;
    clear_gdal_error();
    OGRLayer& layer = made_->layer();
    for (std::size_t row = 0; row < batch.rows; ++row) {
      OGRFeature feature(layer.GetLayerDefn());
      for (std::size_t k = 0; k < batch.table.columns.size(); ++k) {
        set_field(feature, static_cast<int>(k), batch.table.columns[k], row);
      }
      if (row < batch.table.geometry.size() && !batch.table.geometry[row].empty()) {
        feature.SetGeometryDirectly(geometry_of(batch.table.geometry[row]));
      } else if (needs_outline_) {
        ++left_out_;
        continue;
      }
      if (layer.CreateFeature(&feature) != OGRERR_NONE) made_->fail("a row cannot be written");
    }
  }

  void finish() override {
    const WriteOptions while_closing;
    clear_gdal_error();
    if (in_transaction_ && made_->dataset().CommitTransaction() != OGRERR_NONE)
      made_->fail("cannot be completed");
    made_->close();
    file_.commit();
    if (left_out_ > 0) {
      log_.warning(
          file_.final_path() + ": " + std::to_string(left_out_) +
          " rows without an outline are not in it, since a FlatGeobuf with a spatial index cannot hold such; "
          "GeoPackage and GeoJSON can");
    }
  }

 private:
  static void set_field(OGRFeature& feature, int field, const Column& column, std::size_t row) {
    switch (column.info.type) {
      case ColumnType::integer:
        if (const std::int64_t value = column.integers()[row]; value != kMissingInteger) {
          feature.SetField(field, static_cast<GIntBig>(value));
        }
        break;
      case ColumnType::real:
        if (const double value = column.reals()[row]; std::isfinite(value)) feature.SetField(field, value);
        break;
      case ColumnType::text:
        if (const auto& value = column.texts()[row]) feature.SetField(field, value->c_str());
        break;
      case ColumnType::date:
        if (const auto& value = column.texts()[row]) {
          if (const auto date = parse_date(*value))
            feature.SetField(field, date->year, date->month, date->day);
        }
        break;
    }
    if (!feature.IsFieldSet(field)) feature.SetFieldNull(field);
  }

  OGRGeometry* geometry_of(const MultiPolygon& outline) const {
    auto all = std::make_unique<OGRMultiPolygon>();
    for (const Polygon& part : outline) {
      auto polygon = std::make_unique<OGRPolygon>();
      for (const Ring& ring : part.rings) {
        auto line = std::make_unique<OGRLinearRing>();
        line->setNumPoints(static_cast<int>(ring.size() + 1), FALSE);
        for (std::size_t k = 0; k <= ring.size(); ++k) {
          const Point p = ring[k % ring.size()];
          line->setPoint(static_cast<int>(k), p.x, p.y);
        }
        polygon->addRingDirectly(line.release());
      }
      if (!made_->multi() && outline.size() == 1) return polygon.release();
      all->addGeometryDirectly(polygon.release());
    }
    return all.release();
  }

  OutputFile file_;
  std::optional<NewVectorFile> made_;  ///< closes before file_ goes
  Log& log_;
  bool needs_outline_;
  std::int64_t left_out_ = 0;
  bool in_transaction_ = false;
};

}  // namespace

std::unique_ptr<RowSink> open_gdal_table(const std::string& path, const TableSchema& schema,
                                         const TableOptions& options, const std::string& driver,
                                         const RunContext& context) {
  return std::make_unique<GdalSink>(path, schema, options, driver, context);
}

}  // namespace isotherm
