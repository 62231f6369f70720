// Tables through GDAL's vector drivers: one transaction, one layer, a spatial index where the format has one.
#include <cpl_conv.h>
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <cmath>
#include <filesystem>

#include "gdal_support.h"
#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/output_file.h"
#include "table_sinks.h"

namespace isotherm {

namespace {

/// GDAL options of this thread while it writes: no time of day in the file, so that equal tables give equal
/// bytes, and no waiting for the disk, since the whole file is synced before it gets its name.
class WriteOptions {
 public:
  WriteOptions() {
    for (const auto& [key, value] : kOptions) CPLSetThreadLocalConfigOption(key, value);
  }
  WriteOptions(const WriteOptions&) = delete;
  WriteOptions& operator=(const WriteOptions&) = delete;
  ~WriteOptions() {
    for (const auto& [key, value] : kOptions) CPLSetThreadLocalConfigOption(key, nullptr);
  }

 private:
  static constexpr std::pair<const char*, const char*> kOptions[] = {
      {"OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z"}, {"OGR_SQLITE_SYNCHRONOUS", "OFF"}};
};

OGRFieldType field_type(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return OFTInteger64;
    case ColumnType::real:
      return OFTReal;
    case ColumnType::date:
      return OFTDate;
    case ColumnType::text:
      break;
  }
  return OFTString;
}

/// A name that no column has (names of tables do not tell cases apart).
std::string free_name(std::string name, const TableSchema& schema) {
  const auto taken = [&](const ColumnInfo& info) { return lower(info.name) == lower(name); };
  while (std::any_of(schema.columns.begin(), schema.columns.end(), taken)) name += '_';
  return name;
}

CPLStringList layer_options(const std::string& driver, const TableSchema& schema) {
  CPLStringList options;
  if (driver == "GPKG") {
    options.SetNameValue("FID", free_name("fid", schema).c_str());
    options.SetNameValue("GEOMETRY_NAME", free_name("geom", schema).c_str());
  } else if (driver == "ESRI Shapefile") {
    options.SetNameValue("ENCODING", "UTF-8");
    options.SetNameValue("SPATIAL_INDEX", "YES");
    options.SetNameValue("DBF_DATE_LAST_UPDATE", "2000-01-01");
  }
  return options;
}

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
    init_gdal();
    const WriteOptions while_open;
    clear_gdal_error();
    GDALDriver* found = GetGDALDriverManager()->GetDriverByName(driver.c_str());
    if (found == nullptr) throw Error(ErrorKind::usage, path + ": the GDAL at hand has no driver " + driver);
    dataset_.reset(found->Create(file_.path().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (!dataset_) fail("cannot be written");
    create_layer(path, schema, options, driver);
    add_fields(schema, driver);
    in_transaction_ =
        dataset_->TestCapability(ODsCTransactions) && dataset_->StartTransaction() == OGRERR_NONE;
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
    for (std::size_t row = 0; row < batch.rows; ++row) {
      OGRFeature feature(layer_->GetLayerDefn());
      for (std::size_t k = 0; k < batch.table.columns.size(); ++k) {
        set_field(feature, static_cast<int>(k), batch.table.columns[k], row);
      }
      if (row < batch.table.geometry.size() && !batch.table.geometry[row].empty()) {
        feature.SetGeometryDirectly(geometry_of(batch.table.geometry[row]));
      } else if (needs_outline_) {
        ++left_out_;
        continue;
      }
      if (layer_->CreateFeature(&feature) != OGRERR_NONE) fail("a row cannot be written");
    }
  }

  void finish() override {
    const WriteOptions while_closing;
    clear_gdal_error();
    if (in_transaction_ && dataset_->CommitTransaction() != OGRERR_NONE) fail("cannot be completed");
    dataset_.reset();
    if (CPLGetLastErrorType() == CE_Failure) fail("cannot be completed");
    file_.commit();
    if (left_out_ > 0) {
      log_.warning(
          file_.final_path() + ": " + std::to_string(left_out_) +
          " rows without an outline are not in it, since a FlatGeobuf with a spatial index cannot hold such; "
          "GeoPackage and GeoJSON can");
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::output, file_.final_path() + ": " + what + ": " + last_gdal_error());
  }

  void create_layer(const std::string& path, const TableSchema& schema, const TableOptions& options,
                    const std::string& driver) {
    OGRSpatialReference crs;
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const bool placed = schema.has_geometry && crs.SetFromUserInput(schema.crs.c_str()) == OGRERR_NONE;
    // Cells are single polygons but cut ones and districts may have parts: one type for all keeps readers
    // happy.
    multi_ = driver != "ESRI Shapefile";
    const OGRwkbGeometryType type = !schema.has_geometry ? wkbNone : multi_ ? wkbMultiPolygon : wkbPolygon;
    std::string name = options.layer.empty() ? std::filesystem::path(path).stem().string() : options.layer;
    if (driver == "ESRI Shapefile") name = std::filesystem::path(file_.path()).stem().string();
    layer_ = dataset_->CreateLayer(name.c_str(), placed ? &crs : nullptr, type,
                                   layer_options(driver, schema).List());
    if (layer_ == nullptr) fail("layer " + name + " cannot be made");
  }

  void add_fields(const TableSchema& schema, const std::string& driver) {
    std::vector<std::string> shortened;
    for (const ColumnInfo& info : schema.columns) {
      OGRFieldDefn field(info.name.c_str(), field_type(info.type));
      if (layer_->CreateField(&field) != OGRERR_NONE) fail("column " + info.name + " cannot be made");
      const OGRFeatureDefn& made = *layer_->GetLayerDefn();
      const std::string name = made.GetFieldDefn(made.GetFieldCount() - 1)->GetNameRef();
      if (name != info.name) shortened.push_back(info.name + " -> " + name);
    }
    if (!shortened.empty()) {
      log_.warning(file_.final_path() + ": " + driver +
                   " shortens names of columns: " + join(shortened, ", "));
    }
  }

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
      if (!multi_ && outline.size() == 1) return polygon.release();
      all->addGeometryDirectly(polygon.release());
    }
    return all.release();
  }

  OutputFile file_;
  GdalDataset dataset_;  ///< closes before file_ goes
  OGRLayer* layer_ = nullptr;
  Log& log_;
  bool needs_outline_;
  std::int64_t left_out_ = 0;
  bool multi_ = true;
  bool in_transaction_ = false;
};

}  // namespace

std::unique_ptr<RowSink> open_gdal_table(const std::string& path, const TableSchema& schema,
                                         const TableOptions& options, const std::string& driver,
                                         const RunContext& context) {
  return std::make_unique<GdalSink>(path, schema, options, driver, context);
}

}  // namespace isotherm
