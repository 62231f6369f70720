// A fit of `isotherm regress` applied to a table of cells: other cells, other periods, or the same with
// changed drivers.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/weights.h"

namespace isotherm {

struct PredictJob {
  std::string fit;  ///< result document of regress
  CellTable cells;
  std::string model;                  ///< name of a model; empty: the only one
  std::string period;                 ///< take the fit to this period for every row; empty: each row's own
  WeightsInputs weights;              ///< empty: as the fit says
  std::string predictor = "reduced";  ///< predictors()
  bool mean_effects = false;          ///< for groups the fit did not meet
  std::vector<std::string> changes;   ///< rules, in their order
  std::string output;                 ///< table
};

/// Writes the table of predictions. Throws Error.
void run(const PredictJob& job, const RunContext& context);

}  // namespace isotherm
