#include "isotherm/core/version.h"

namespace isotherm {

std::string_view version() { return ISOTHERM_VERSION; }

}  // namespace isotherm
