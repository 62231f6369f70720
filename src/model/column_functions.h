// Functions of one column, by name.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/model_formula.h"

namespace isotherm {

/// Fills centre and scale of a part whose function takes them from the rows; nothing for the others.
void learn_function(RecipePart& part, const std::vector<double>& values);
/// In place. `rows` are named (from 1) when a value lies outside the domain.
void apply_function(const RecipePart& part, std::span<const std::size_t> rows, std::vector<double>& values);

}  // namespace isotherm
