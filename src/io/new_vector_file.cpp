#include "new_vector_file.h"

#include <cpl_conv.h>
#include <gdal_priv.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::pair<const char*, const char*> kWriteOptions[] = {
    {"OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z"}, {"OGR_SQLITE_SYNCHRONOUS", "OFF"}};

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

}  // namespace

WriteOptions::WriteOptions() {
  for (const auto& [key, value] : kWriteOptions) CPLSetThreadLocalConfigOption(key, value);
}

WriteOptions::~WriteOptions() {
  for (const auto& [key, value] : kWriteOptions) CPLSetThreadLocalConfigOption(key, nullptr);
}

NewVectorFile::NewVectorFile(const OutputFile& file, const TableSchema& schema, const TableOptions& options,
                             const std::string& driver, Log& log)
    // Cells are single polygons but cut ones and districts may have parts: one type for all keeps readers
    // happy.
    : file_(file), multi_(driver != "ESRI Shapefile") {
  init_gdal();
  const WriteOptions while_open;
  clear_gdal_error();
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(driver.c_str());
  if (found == nullptr)
    throw Error(ErrorKind::usage, file.final_path() + ": the GDAL at hand has no driver " + driver);
  dataset_.reset(found->Create(file.path().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  if (!dataset_) fail("cannot be written");
  create_layer(schema, options, driver);
  add_fields(schema, driver, log);
}

void NewVectorFile::create_layer(const TableSchema& schema, const TableOptions& options,
                                 const std::string& driver) {
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  const bool placed = schema.has_geometry && crs.SetFromUserInput(schema.crs.c_str()) == OGRERR_NONE;
  const OGRwkbGeometryType type = !schema.has_geometry ? wkbNone : multi_ ? wkbMultiPolygon : wkbPolygon;
  std::string name =
      options.layer.empty() ? std::filesystem::path(file_.final_path()).stem().string() : options.layer;
  if (driver == "ESRI Shapefile") name = std::filesystem::path(file_.path()).stem().string();
  layer_ = dataset_->CreateLayer(name.c_str(), placed ? &crs : nullptr, type,
                                 layer_options(driver, schema).List());
  if (layer_ == nullptr) fail("layer " + name + " cannot be made");
}

void NewVectorFile::add_fields(const TableSchema& schema, const std::string& driver, Log& log) {
  std::vector<std::string> shortened;
  for (const ColumnInfo& info : schema.columns) {
    OGRFieldDefn field(info.name.c_str(), field_type(info.type));
    if (layer_->CreateField(&field) != OGRERR_NONE) fail("column " + info.name + " cannot be made");
    const OGRFeatureDefn& made = *layer_->GetLayerDefn();
    const std::string name = made.GetFieldDefn(made.GetFieldCount() - 1)->GetNameRef();
    if (name != info.name) shortened.push_back(info.name + " -> " + name);
  }
  if (!shortened.empty()) {
    log.warning(file_.final_path() + ": " + driver + " shortens names of columns: " + join(shortened, ", "));
  }
}

void NewVectorFile::close() {
  const WriteOptions while_closing;
  clear_gdal_error();
  layer_ = nullptr;
  dataset_.reset();
  if (CPLGetLastErrorType() == CE_Failure) fail("cannot be completed");
}

void NewVectorFile::fail(const std::string& what) const {
  throw Error(ErrorKind::output, file_.final_path() + ": " + what + ": " + last_gdal_error());
}

}  // namespace isotherm
