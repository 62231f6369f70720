// STAC catalogues of what lies on this machine.
#pragma once

#include <string>

#include "isotherm/core/run_context.h"

namespace isotherm {

struct CatalogJob {
  std::string action;  ///< "index"
  std::string folder;
  std::string raster_crs;  ///< of rasters that do not say theirs
};

/// "index": an item for every Landsat product and every dated raster in the folder and the folders below it,
/// written to FOLDER/items, and FOLDER/collection.json, which the other commands then read in place of the
/// folder. Files that cannot be understood are named in a warning; Error(no_data) when nothing is left,
/// Error(output) when there is a collection already and it may not be replaced.
void run(const CatalogJob& job, const RunContext& context);

/// The date in a file name: 2021-06-14, 2021_06_14 or 20210614, no further digit touching it.
std::string date_in_name(const std::string& name);

}  // namespace isotherm
