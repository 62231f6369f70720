// The files a run reads pixels and features from.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/engine/observation.h"
#include "isotherm/job/zonal.h"

namespace isotherm {

/// Paths of bands and quality layers as GDAL opens them, each once, in order of name.
std::vector<std::string> input_files(std::span<const Scene> scenes);
std::vector<std::string> input_files(std::span<const Observation> observations);
/// These, the raster of --weight (null: none) and the files of --features.
std::vector<std::string> input_files(const ZonalJob& job, std::span<const Observation> observations,
                                     const Scene* weight);

}  // namespace isotherm
