// The catalogue of indices for people and for programs.
#pragma once

#include <string>

#include "isotherm/spectral/catalogue.h"

namespace isotherm {

/// One line an index: name, unit, title and formula, in aligned columns.
std::string catalogue_text(const Catalogue& catalogue);
/// {"indices": [{"name", "title", "group", "formula", "formula_level1", "why_not", "unit", "valid_min",
/// "valid_max", "source"}, ...]}: texts that are empty and limits that are infinite are null.
std::string catalogue_json(const Catalogue& catalogue);

}  // namespace isotherm
