// Eigen counts in int, the standard library in size_t.
#pragma once

#include <cstddef>

namespace isotherm {

constexpr std::size_t at(int k) { return static_cast<std::size_t>(k); }

}  // namespace isotherm
