// What GDAL says of a raster file before any pixel is read: size, place, and per band its type and tags.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isotherm/core/frame.h"

namespace isotherm {

struct BandFacts {
  bool integer = false;
  bool signed16 = false;  ///< Int16, as some copies of unsigned Landsat products are kept
  std::string type;       ///< "UInt16"
  std::optional<double> nodata, scale, offset;
  std::string unit;
  std::string description;
};

struct FileFacts {
  std::string path;
  Frame frame;  ///< its CRS is canonical, or empty; its transform is the default one when `placed` is false
  bool placed = false;
  std::vector<BandFacts> bands;
};

/// Reads facts of the files of one scene. Files of one scene share their CRS, and finding the canonical text
/// of one is slow, so each distinct text is looked up once.
class FactsReader {
 public:
  /// Throws Error(input) when the file cannot be opened, has no bands, or has a size beyond 2^31 - 1.
  FileFacts read(const std::string& path);

 private:
  std::map<std::string, std::string> canonical_;
};

}  // namespace isotherm
