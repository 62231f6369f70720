#include "isotherm/io/table_writer.h"

#include <gdal_priv.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/output_file.h"
#include "table_sinks.h"

namespace isotherm {

namespace {

constexpr std::array<TableFormat, 9> kFormats{{
    {".geojson", "GeoJSON", "RFC 7946 feature collection in WGS 84", true, true},
    {".json", "GeoJSON", "the same", true, true},
    {".geojsonl", "GeoJSONSeq", "one GeoJSON feature a line, in WGS 84", true, true},
    {".geojsons", "GeoJSONSeq", "the same", true, true},
    {".csv", "CSV", "comma-separated text, with --wkt also the outlines", false, true},
    {".xlsx", "XLSX", "Excel workbook, a sheet per year and a dictionary of the columns", false, false},
    {".gpkg", "GPKG", "GeoPackage, in the CRS of the zones", true, false},
    {".fgb", "FlatGeobuf", "FlatGeobuf with a spatial index, in the CRS of the zones", true, false},
    {".shp", "ESRI Shapefile", "Shapefile, names cut to 10 characters", true, false},
}};

std::string with_dot(const std::string& word) { return word.starts_with('.') ? word : "." + word; }

/// How the names of the files end that a driver of GDAL writes: ".shp".
std::vector<std::string> extensions_of(GDALDriver& driver) {
  const char* listed = driver.GetMetadataItem(GDAL_DMD_EXTENSIONS);
  std::vector<std::string> extensions;
  for (const std::string& word : split(listed == nullptr ? "" : listed, ' ')) {
    if (!word.empty()) extensions.push_back(with_dot(lower(word)));
  }
  return extensions;
}

/// A vector driver of the GDAL at hand that can write files, by its name or an extension; empty when there is
/// none.
std::string writable_driver(const std::string& word) {
  init_gdal();
  GDALDriverManager& drivers = *GetGDALDriverManager();
  for (int k = 0; k < drivers.GetDriverCount(); ++k) {
    GDALDriver& driver = *drivers.GetDriver(k);
    const auto item = [&](const char* key) {
      const char* value = driver.GetMetadataItem(key);
      return std::string(value == nullptr ? "" : value);
    };
    if (item(GDAL_DCAP_VECTOR) != "YES" || item(GDAL_DCAP_CREATE) != "YES") continue;
    const std::vector<std::string> extensions = extensions_of(driver);
    if (extensions.empty()) continue;
    if (lower(driver.GetDescription()) == lower(word)) return driver.GetDescription();
    if (std::ranges::find(extensions, with_dot(lower(word))) != extensions.end())
      return driver.GetDescription();
  }
  return "";
}

/// The driver a user means by --format, or by the extension of the path.
std::string choose_driver(const std::string& path, const std::string& format) {
  std::string word = lower(trim(format));
  if (word.empty() && path == "-") word = "geojsonseq";
  if (word.empty()) word = lower(std::filesystem::path(path).extension().string());
  std::vector<std::string> names;
  for (const TableFormat& row : kFormats) {
    if (!word.empty() && (with_dot(word) == row.extension || word == lower(row.driver)))
      return std::string(row.driver);
    names.emplace_back(format.empty() ? row.extension : row.extension.substr(1));
  }
  const std::string driver = word.empty() ? "" : writable_driver(word);
  if (!driver.empty()) return driver;
  throw Error(ErrorKind::usage, (word.empty()     ? path + ": has no extension that tells the format"
                                 : format.empty() ? path + ": unknown format '" + word + "'"
                                                  : "unknown format '" + format + "'") +
                                    "; there are " + join(names, ", ") + " and what else GDAL writes" +
                                    suggestion(word, names));
}

/// Under another extension drivers of GDAL make a folder, a file of another name, or nothing.
void require_extension(const std::string& path, const std::string& driver) {
  init_gdal();
  GDALDriver* found = GetGDALDriverManager()->GetDriverByName(driver.c_str());
  if (found == nullptr) return;  // told when it is opened
  const std::vector<std::string> extensions = extensions_of(*found);
  const std::string here = lower(std::filesystem::path(path).extension().string());
  if (std::ranges::find(extensions, here) != extensions.end()) return;
  throw Error(ErrorKind::usage,
              path + ": the name of a file of " + driver + " ends in " + join(extensions, " or "));
}

/// The driver, where path and options go with it.
std::string sound_driver(const std::string& path, const TableOptions& options) {
  std::string driver = choose_driver(path, options.format);
  if (options.wkt && driver != "CSV") {
    throw Error(ErrorKind::usage,
                path + ": --wkt adds outlines to CSV; " + driver + " has a geometry of its own");
  }
  const auto row =
      std::ranges::find_if(kFormats, [&](const TableFormat& format) { return format.driver == driver; });
  if (path == "-" && (row == kFormats.end() || !row->to_stdout)) {
    throw Error(ErrorKind::usage,
                driver + " cannot be written to standard output; GeoJSON, GeoJSONSeq and CSV can");
  }
  const bool own = driver == "GeoJSON" || driver == "GeoJSONSeq" || driver == "CSV" || driver == "XLSX";
  if (!own) require_extension(path, driver);
  return driver;
}

}  // namespace

std::span<const TableFormat> table_formats() { return kFormats; }

std::unique_ptr<RowSink> open_table(const std::string& path, const TableSchema& schema,
                                    const TableOptions& options, const RunContext& context) {
  const std::string driver = sound_driver(path, options);
  if (driver == "GeoJSON") return open_geojson(path, schema, options, false, context);
  if (driver == "GeoJSONSeq") return open_geojson(path, schema, options, true, context);
  if (driver == "CSV") return open_csv(path, schema, options, context);
  if (driver == "XLSX") return open_xlsx(path, schema, options, context);
  if (driver == "GPKG") return open_geopackage(path, schema, options, context);
  return open_gdal_table(path, schema, options, driver, context);
}

void check_table(const std::string& path, const TableOptions& options, const RunContext& context) {
  sound_driver(path, options);
  OutputFile(path, context.overwrite);
}

}  // namespace isotherm
