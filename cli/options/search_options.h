// The options that say which scenes are wanted: the same for `search` and `fetch`.
#pragma once

#include "cli/options/options.h"
#include "isotherm/job/search.h"

namespace isotherm::cli {

/// Groups Source, Scenes wanted, Assets and Network.
void add_search_options(Options& options, SearchInputs& inputs);

}  // namespace isotherm::cli
