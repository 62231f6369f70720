// Columns of coordinates, known by their names.
#pragma once

#include <ogrsf_frmts.h>

#include <string>

namespace isotherm {

/// Two fields by their places, and the CRS that their names tell; -1 where there are none.
struct Coordinates {
  int x = -1, y = -1;
  std::string crs;
};

Coordinates find_coordinates(const OGRFeatureDefn& definition);

}  // namespace isotherm
