// The version of the library, as a release tells it.
#pragma once

#include <string_view>

namespace isotherm {

/// "0.1.0"
std::string_view version();

}  // namespace isotherm
