// The files a run reads pixels from.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/engine/observation.h"

namespace isotherm {

/// Paths of bands and quality layers as GDAL opens them, each once, in order of name.
std::vector<std::string> input_files(std::span<const Scene> scenes);
std::vector<std::string> input_files(std::span<const Observation> observations);

}  // namespace isotherm
