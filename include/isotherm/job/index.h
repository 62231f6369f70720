// Index rasters: the map verb.
#pragma once

#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/raster_writer.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

struct IndexJob {
  SceneInputs input;
  FormulaInputs formulas;
  std::string output;         ///< may hold {scene}, {date}, {index}
  RasterOptions raster;
};

void run(const IndexJob& job, const RunContext& context);

/// The catalogue (built-in and, when given, a file's) as text or JSON on standard output.
void list_indices(const FormulaInputs& formulas, bool json);

}  // namespace isotherm
