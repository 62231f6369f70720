// Index rasters: the map verb.
#pragma once

#include <string>

#include "isotherm/backend/backend.h"
#include "isotherm/core/run_context.h"
#include "isotherm/io/raster_writer.h"
#include "isotherm/job/inputs.h"
#include "isotherm/job/provenance.h"

namespace isotherm {

struct IndexJob {
  SceneInputs input;
  FormulaInputs formulas;  ///< none given: every band of the input, decoded and masked
  std::string output;      ///< may hold {scene}, {date}, {index}
  RasterOptions raster;
  BackendChoice backend;
  ProvenanceInputs provenance;
  Invocation invocation;  ///< as given, for records; may be empty
};

/// Writes one raster per scene with a band per index, or one per scene and index when the name holds {index}.
/// Several scenes need {scene} or {date} in the name. Everything that can be refused is refused before the
/// first pixel is read: unknown names, bands a scene lacks, two outputs of one name, outputs that exist.
/// Throws Error.
void run(const IndexJob& job, const RunContext& context);

/// The catalogue (built-in and, when given, a file's) as text or JSON on standard output.
void list_indices(const FormulaInputs& formulas, bool json);

}  // namespace isotherm
