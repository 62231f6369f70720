// The formulas a user asked for, read once and then compiled against each scene: catalogue (shipped and, when
// given, a file's), own definitions, constants. Nothing here looks at a scene or a pixel.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "isotherm/job/inputs.h"
#include "isotherm/spectral/program.h"

namespace isotherm {

struct CompiledFormulas {
  std::shared_ptr<const Catalogue> catalogue;  ///< `scope` points into it; copies share it
  FormulaScope scope;
  std::vector<std::string> outputs;  ///< indices first, then own definitions; empty: every band of the input
};

/// Throws Error(usage) for a definition or constant that cannot be read or is given twice, or a constant that
/// no formula asked for reads, and Error(input) for a catalogue file. A name asked for twice counts once.
/// Whether a name exists, compile() tells.
CompiledFormulas read_formulas(const FormulaInputs& inputs);

/// The catalogue alone: the shipped rows and those of the file, which win.
Catalogue read_catalogue(const FormulaInputs& inputs);

/// compile() for one scene; without outputs, every band of the scene in its order. The constants of the scene
/// are filled in by compile(), the user's win.
Program compile(const CompiledFormulas& formulas, const Scene& scene);

}  // namespace isotherm
