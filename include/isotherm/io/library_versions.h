// The libraries that numbers may depend on, as they are loaded.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace isotherm {

/// (name, version): GDAL, PROJ, GEOS.
std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace isotherm
