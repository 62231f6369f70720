// What a search's options say, read and checked.
#pragma once

#include <string>
#include <vector>

#include "isotherm/fetch/item_query.h"
#include "isotherm/fetch/needed_assets.h"
#include "isotherm/fetch/services.h"
#include "isotherm/io/http.h"
#include "isotherm/job/formulas.h"
#include "isotherm/job/search.h"

namespace isotherm {

/// Where items come from.
struct SearchPlace {
  std::vector<std::string> places;       ///< URLs, paths or "-"
  std::vector<std::string> collections;  ///< the service's own, for a user who names none
  std::vector<HttpHeader> headers;       ///< the service's own
};
/// Throws Error(usage) for a service that does not exist, or when there is no or more than one kind of
/// source.
SearchPlace place_of(const SearchInputs& inputs);

/// All but the area.
ItemQuery query_of(const SearchInputs& inputs);

/// Formulas live as long as what needs them.
struct SearchNeeds {
  explicit SearchNeeds(const SearchInputs& inputs);
  CompiledFormulas formulas;
  NeededAssets assets;
};

}  // namespace isotherm
