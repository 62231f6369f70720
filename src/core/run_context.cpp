#include "isotherm/core/run_context.h"

#include "isotherm/core/error.h"

namespace isotherm {

void StopToken::check() const {
  if (requested()) throw Error(ErrorKind::interrupted, "interrupted; no output was left behind");
}

}  // namespace isotherm
