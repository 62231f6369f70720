// FOLDER/fetch.json: what a fetch was asked for, so that it can be continued.
#pragma once

#include <string>
#include <vector>

#include "isotherm/fetch/fetch.h"

namespace isotherm {

inline constexpr const char* kSavedFetchName = "fetch.json";

/// Items with their wanted assets, addresses without signatures, and the area. Written whole or not at all.
void write_saved_fetch(const std::vector<WantedItem>& wanted, const FetchOptions& options);

/// An href as it may be stored: signed queries and user names are cut off; it has to be signed anew to be
/// used.
std::string unsigned_href(const std::string& href);

}  // namespace isotherm
