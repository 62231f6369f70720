// The rows of the catalogue shipped with the program, by group.
#pragma once

#include <vector>

#include "isotherm/spectral/catalogue.h"

namespace isotherm {

/// All groups, in the order of documentation.
std::vector<IndexRow> builtin_rows();

std::vector<IndexRow> vegetation_rows();
std::vector<IndexRow> built_up_rows();
std::vector<IndexRow> water_rows();
std::vector<IndexRow> surface_rows();
std::vector<IndexRow> thermal_rows();

}  // namespace isotherm
