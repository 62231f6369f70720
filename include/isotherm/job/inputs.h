// Groups of options that several jobs share, as the user typed them (cheap, unchecked); jobs compile them.
#pragma once

#include <string>
#include <vector>

#include "isotherm/engine/zone_source.h"  // ZoneInputs

namespace isotherm {

struct SceneInputs {
  std::vector<std::string> scenes;  ///< folders, MTL files, tars, STAC items, rasters, @lists
  std::vector<std::string> bands;   ///< named bands: "nir=B5.tif:1,scale=..", together one scene
  std::string mask = "default";
  bool keep_invalid = false;
  std::string raster_crs;  ///< CRS for rasters that have none
};

struct FormulaInputs {
  std::vector<std::string> index;  ///< catalogue names (comma lists already split)
  std::vector<std::string> expr;   ///< "name = expression"
  std::vector<std::string> set;    ///< "t0=21"
  std::string catalog;             ///< a JSON file in the layout of "awesome spectral indices"
  bool compat_273 = false;
};

struct TableOutput {
  std::string path;
  std::string format;
  bool wkt = false;
};

}  // namespace isotherm
