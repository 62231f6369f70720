// What an index job will do, settled before any pixel is read.
#pragma once

#include <string>
#include <vector>

#include "isotherm/job/index.h"
#include "isotherm/spectral/program.h"

namespace isotherm {

/// One file: consecutive outputs of the scene's program.
struct IndexFile {
  std::string path;
  std::size_t first_output = 0;
  std::vector<RasterBand> bands;
};

struct IndexScene {
  Scene scene;
  Program program;
  std::vector<IndexFile> files;
};

/// Opens scenes, compiles, names the files and tries that each can be made.
std::vector<IndexScene> plan_index(const IndexJob& job, const RunContext& context);

/// How much of one scene, in strips of a row of tiles, is held at once.
struct StripPlan {
  std::size_t tokens = 0;  ///< strips under way
  std::size_t cache = 0;   ///< bytes of decoded blocks
  std::uint64_t strips = 0;
};
StripPlan plan_strips(const IndexScene& scene, const RunContext& context);

}  // namespace isotherm
