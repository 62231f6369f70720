// Options of commands that take a table of cells.
#pragma once

#include "cli/options/options.h"
#include "isotherm/job/weights.h"

namespace isotherm::cli {

/// The table itself; `table` receives the argument and must outlive parsing.
void add_cell_options(Options& options, CellTable& cells, std::vector<std::string>& table);
void add_weights_options(Options& options, WeightsInputs& weights,
                         const std::vector<std::string>& named_by = {"weights"});
/// The one table given: Error(usage) for none or several.
std::string one_table(const std::vector<std::string>& tables);

}  // namespace isotherm::cli
