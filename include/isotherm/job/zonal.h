// The main job: statistics of indices per cell and date.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

struct ZonalJob {
  SceneInputs input;
  FormulaInputs formulas;  ///< none given: every band of the input
  ZoneInputs zones;
  std::string coverage = "exact";  ///< a name of coverage_rules()
  std::vector<std::string> stats{"mean", "count", "valid"};
  std::string period;                       ///< "" or day | month | season | year
  std::vector<std::string> reduce{"mean"};  ///< with period: mean | median | min | max | count
  std::string layout = "long";              ///< long | wide
  TableOutput output;                       ///< path may hold {date} or {period}
  double min_valid = 0;                     ///< cell-dates with a smaller valid share count as missing
  bool allow_empty = false;                 ///< a result without any value is no error
  std::string timing;                       ///< file for stage times as JSON; empty: none
};

/// Writes the table. Throws Error.
void run(const ZonalJob& job, const RunContext& context);

}  // namespace isotherm
