// The options of a zonal run, which planning one shares.
#pragma once

#include "cli/options/options.h"
#include "cli/options/run_options.h"
#include "isotherm/job/zonal.h"

namespace isotherm::cli {

/// Returns the row of --output.
OptionRow& add_zonal_options(Options& options, RunOptions& run, ZonalJob& job);

}  // namespace isotherm::cli
