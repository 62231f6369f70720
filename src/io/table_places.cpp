#include "table_places.h"

#include <array>
#include <vector>

#include "isotherm/core/text.h"
#include "isotherm/io/table_reader.h"

namespace isotherm {

namespace {

struct CoordinateNames {
  const char* x;
  const char* y;
  const char* crs;
};
constexpr std::array<CoordinateNames, 4> kCoordinates{{{"x", "y", ""},
                                                       {"lon", "lat", "EPSG:4326"},
                                                       {"longitude", "latitude", "EPSG:4326"},
                                                       {"easting", "northing", ""}}};

}  // namespace

Coordinates find_coordinates(const OGRFeatureDefn& definition) {
  for (const CoordinateNames& names : kCoordinates) {
    Coordinates found{-1, -1, names.crs};
    for (int k = 0; k < definition.GetFieldCount(); ++k) {
      const std::string name = lower(definition.GetFieldDefn(k)->GetNameRef());
      if (name == names.x) found.x = k;
      if (name == names.y) found.y = k;
    }
    if (found.x >= 0 && found.y >= 0) return found;
  }
  return {};
}

std::vector<std::string> coordinate_columns(const Table& table) {
  for (const CoordinateNames& names : kCoordinates) {
    std::string x, y;
    for (const Column& column : table.columns) {
      const std::string name = lower(column.info.name);
      if (name == names.x) x = column.info.name;
      if (name == names.y) y = column.info.name;
    }
    if (!x.empty() && !y.empty()) return {x, y};
  }
  return {};
}

}  // namespace isotherm
