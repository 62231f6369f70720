// Weights as the two text formats of the field.
//
// The compact binary form (.isow) holds the same in little-endian numbers: docs/formats.md.
//
// GAL: a line "0 n layer id" (or "n"), then per row "name degree" and a line of neighbours' names: links
// only. GWT: a line "0 n layer id", then "name name value" per link. Names hold no white space.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isotherm/model/weights.h"

namespace isotherm {

struct NamedWeights {
  std::vector<std::string> names;  ///< of rows, each once
  Weights weights;
};

/// Weights are from 0 to this, so that sums over the links of a row mean something and stay finite.
constexpr double kLargestWeight = 1e100;

/// `source` stands in errors, with the line. Throws Error(input) for unknown or repeated names and links,
/// counts that do not hold, weights that are none, a row that is its own neighbour.
NamedWeights parse_gal(std::string_view text, const std::string& source);
/// Rows stand in the order in which their names appear; a name never met, an island, has no row.
NamedWeights parse_gwt(std::string_view text, const std::string& source);
/// Throws Error(input) for anything but what weights_binary() writes: cut short, longer, links out of range
/// or order.
NamedWeights parse_weights_binary(std::string_view bytes, const std::string& source);
std::string weights_binary(const NamedWeights& weights);
std::string gal_text(const NamedWeights& weights);
std::string gwt_text(const NamedWeights& weights);

}  // namespace isotherm
