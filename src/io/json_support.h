// JSON read with bounds: every JSON of io (metadata, STAC items, catalogues) comes in through here.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace isotherm {

/// Parses a whole text (a byte order mark is skipped). Throws Error(input) that names `source` and the place,
/// also when it nests deeper than any file we read has reason to.
nlohmann::json parse_json(const std::string& text, const std::string& source);

}  // namespace isotherm
