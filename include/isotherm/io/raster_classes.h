// Which classes a raster of classes says it has.
#pragma once

#include <vector>

#include "isotherm/spectral/scene.h"

namespace isotherm {

/// Values of the classes of a band, ascending: of its raster attribute table (a column of single values, or
/// of ranges of whole numbers), else the numbers of its category names. Empty when it declares none. The
/// band's nodata is no class. Throws Error(input) when the file cannot be opened.
std::vector<double> declared_classes(const Band& band);

}  // namespace isotherm
