// Functions of one column, by name.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/model/model_formula.h"

namespace isotherm {

/// In place. `rows` are named (from 1) when a value lies outside the domain.
void apply_function(const std::string& function, const std::string& column, std::span<const std::size_t> rows,
                    std::vector<double>& values);

}  // namespace isotherm
