// Columns of a table as the numbers that models work with.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"

namespace isotherm {

/// Throws Error(input) with the nearest name.
const Column& column_named(const Table& table, const std::string& name);
/// The same, and Error(input) for text.
const Column& number_column(const Table& table, const std::string& name);
/// NaN where it is missing.
double number_at(const Column& column, std::size_t row);
std::vector<double> numbers_of(const Column& column, std::span<const std::size_t> rows);

}  // namespace isotherm
