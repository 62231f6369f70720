// The processor backend: one worker's share of the work on one core. Holds no state, so one object serves all
// workers.
#pragma once

#include "isotherm/backend/backend.h"

namespace isotherm {

class CpuBackend : public Backend {
 public:
  void evaluate(const Program& program, const Tile& inputs, Tile& outputs) override;
  void gather(const Coverage& coverage, const Tile& values, Gathering& gathering) override;
};

}  // namespace isotherm
