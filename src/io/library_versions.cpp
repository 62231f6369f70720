#include "isotherm/io/library_versions.h"

#include <gdal.h>
#include <geos_c.h>
#include <proj.h>

namespace isotherm {

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"GDAL", GDALVersionInfo("RELEASE_NAME")}, {"PROJ", proj_info().version}, {"GEOS", GEOSversion()}};
}

}  // namespace isotherm
