// How this program uses GDAL: drivers registered once, errors never printed by GDAL itself but carried in our
// own messages, datasets that close themselves. Every file of io that touches GDAL starts with init_gdal().
#pragma once

#include <memory>
#include <string>

class GDALDataset;

namespace isotherm {

/// Registers drivers, silences GDAL's own error output and sets defaults for network access (each only where
/// the user's environment says nothing). Cheap and thread-safe; only the first call does something.
void init_gdal();

struct GdalCloser {
  void operator()(GDALDataset* dataset) const;
};
/// Closes itself. A dataset belongs to one thread at a time.
using GdalDataset = std::unique_ptr<GDALDataset, GdalCloser>;

/// Opens for reading. `path` is a file, a GDAL virtual path, or an http(s):// or s3:// address (see
/// gdal_path). Throws Error(input) that names the path and GDAL's reason.
GdalDataset open_raster(const std::string& path);
GdalDataset open_vector(const std::string& path);

/// http://, https:// as /vsicurl/, s3://bucket/key as /vsis3/bucket/key; anything else as it is.
std::string gdal_path(const std::string& address);
/// True when GDAL fetches this path over a network.
bool is_remote(const std::string& path);

/// What GDAL last complained about in this thread, on one line; "no reason given" when it said nothing.
std::string last_gdal_error();
/// Forgets that; call it before an operation whose failure is to be explained.
void clear_gdal_error();

/// Whole content of a file or GDAL virtual path. Throws Error(input) when it cannot be read or is longer than
/// `limit` bytes.
std::string read_text_file(const std::string& path, std::size_t limit);

}  // namespace isotherm
