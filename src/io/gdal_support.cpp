#include "gdal_support.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal_priv.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <mutex>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

void set_default(const char* key, const char* value) {
  if (CPLGetConfigOption(key, nullptr) == nullptr) CPLSetConfigOption(key, value);
}

GdalDataset open_dataset(const std::string& address, unsigned kind, const char* what) {
  init_gdal();
  clear_gdal_error();
  const std::string path = gdal_path(address);
  // Side files (.tfw, .aux.xml, .ovr) are looked for on disk, but not over a network: each costs a request.
  const char* const no_siblings[] = {nullptr};
  const char* const* siblings = is_remote(path) ? no_siblings : nullptr;
  GDALDataset* dataset = GDALDataset::Open(path.c_str(), kind | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                                           nullptr, nullptr, siblings);
  if (dataset == nullptr) {
    std::string reason = last_gdal_error();
    VSIStatBufL status;
    if (VSIStatL(path.c_str(), &status) == 0 && VSI_ISREG(status.st_mode) && status.st_size == 0)
      throw Error(ErrorKind::input, address + ": is empty (no bytes), so it is no " + what);
    if (reason.starts_with(address + ": ")) reason.erase(0, address.size() + 2);
    // GDAL makes a tree of each feature, many times as large as its text, and stops where that gets too
    // large.
    if (reason == "Failed to read GeoJSON data") {
      reason +=
          "; if a feature has more than a million vertices, give OGR_GEOJSON_MAX_OBJ_SIZE=0 in the "
          "environment, or store it in another format, such as a GeoPackage";
    }
    throw Error(ErrorKind::input, address + ": cannot be opened as a " + what + ": " + reason);
  }
  return GdalDataset(dataset);
}

}  // namespace

void init_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);
    set_default("GDAL_HTTP_CONNECTTIMEOUT", "30");
    set_default("GDAL_HTTP_LOW_SPEED_TIME", "60");
    set_default("GDAL_HTTP_LOW_SPEED_LIMIT", "1");
    set_default("GDAL_HTTP_MAX_RETRY", "3");
    // Coordinate operations must not depend on what a network offers at the moment.
    OSRSetPROJEnableNetwork(0);
    GDALAllRegister();
    // Some drivers make the list of their options when it is first asked for, without a lock: two threads
    // that write their first rasters at once would both make it.
    GDALDriverManager& drivers = *GetGDALDriverManager();
    for (int k = 0; k < drivers.GetDriverCount(); ++k)
      drivers.GetDriver(k)->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  });
}

void GdalCloser::operator()(GDALDataset* dataset) const { GDALClose(dataset); }

GdalDataset open_raster(const std::string& path) { return open_dataset(path, GDAL_OF_RASTER, "raster"); }

GdalDataset open_vector(const std::string& path) { return open_dataset(path, GDAL_OF_VECTOR, "vector file"); }

std::string gdal_path(const std::string& address) {
  if (address.starts_with("http://") || address.starts_with("https://")) return "/vsicurl/" + address;
  if (address.starts_with("s3://")) return "/vsis3/" + address.substr(5);
  return address;
}

bool is_remote(const std::string& path) {
  for (const char* prefix : {"http://", "https://", "s3://", "/vsicurl", "/vsis3", "/vsigs", "/vsiaz",
                             "/vsiadls", "/vsioss", "/vsiswift", "/vsiwebhdfs"}) {
    if (path.starts_with(prefix)) return true;
  }
  return false;
}

std::string last_gdal_error() {
  std::string text = CPLGetLastErrorMsg();
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text.empty() ? "no reason given" : text;
}

void clear_gdal_error() { CPLErrorReset(); }

std::string read_text_file(const std::string& address, std::size_t limit) {
  init_gdal();
  clear_gdal_error();
  const std::string path = gdal_path(address);
  VSIStatBufL status;
  if (VSIStatL(path.c_str(), &status) != 0) throw Error(ErrorKind::input, address + ": no such file");
  if (VSI_ISDIR(status.st_mode)) throw Error(ErrorKind::input, address + ": is a folder, not a file");
  const std::unique_ptr<VSILFILE, int (*)(VSILFILE*)> file(VSIFOpenL(path.c_str(), "rb"), VSIFCloseL);
  if (!file) throw Error(ErrorKind::input, address + ": cannot be read: " + last_gdal_error());
  std::string text;
  std::string part(std::min<std::size_t>(limit + 1, 1 << 16), '\0');
  while (const std::size_t got = VSIFReadL(part.data(), 1, part.size(), file.get())) {
    text.append(part, 0, got);
    if (text.size() > limit) {
      throw Error(ErrorKind::input, address + ": longer than " + std::to_string(limit) +
                                        " bytes, which no such file should be");
    }
  }
  return text;
}

}  // namespace isotherm
