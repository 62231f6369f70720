// Refuses what was asked for.
#pragma once

#include <string>

#include "isotherm/core/error.h"

namespace isotherm {

/// Throws a usage error that says `why`.
[[noreturn]] inline void refuse(const std::string& why) { throw Error(ErrorKind::usage, why); }

}  // namespace isotherm
