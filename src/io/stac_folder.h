// Folders with a static STAC catalogue in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isotherm {

/// The items that the collection.json or catalog.json of a folder links to, and those of its children, in its
/// order, as paths; only files below or beside the catalogue by relative links. Nothing when the folder holds
/// no catalogue. Throws Error(input) when it cannot be read, names missing items, or nests deeper than any
/// catalogue has reason to.
std::optional<std::vector<std::string>> catalogue_items(const std::string& folder);

}  // namespace isotherm
