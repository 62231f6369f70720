// Compiled formulas: what the user asked for, turned into one small register program that runs strip by
// strip. Shared parts are evaluated once. Bands and constants it needs are known before any pixel is read.
// The meaning of each step is in step.h.
//
// A name in a formula of the user is looked up among: the user's formulas, the bands of the scene, constants,
// the catalogue. A name in a formula of the catalogue skips the user's formulas, so an --expr called `ndvi`
// replaces the output `ndvi` and what other --expr take from it, and never changes what the catalogue's `lst`
// means. A user's formula may not carry the name of a band or of a constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/spectral/catalogue.h"
#include "isotherm/spectral/formula.h"
#include "isotherm/spectral/scene.h"
#include "isotherm/spectral/step.h"

namespace isotherm {

struct ProgramOutput {
  std::string name;
  std::string title;
  std::string unit;
  double valid_min, valid_max;
  std::uint16_t from;  ///< register
};

class Program {
 public:
  /// Registers 0 .. inputs-1 hold the inputs, the next hold the constants, the rest are work.
  const std::vector<std::string>& inputs() const {
    return inputs_;
  }  ///< names of bands of the scene, in first-use order
  const std::vector<float>& constants() const { return constants_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<ProgramOutput>& outputs() const { return outputs_; }
  std::size_t registers() const { return registers_; }

  /// inputs[k] and outputs[k] point to `count` values; missing is NaN. Output k is NaN where any step on its
  /// way is missing or not finite. Outputs may not overlap inputs. Thread-safe; values do not depend on how
  /// pixels are cut into calls, and are those of `apply` step by step, bit for bit.
  void evaluate(std::span<const float* const> inputs, std::span<float* const> outputs,
                std::size_t count) const;

 private:
  friend class Compiler;
  std::vector<std::string> inputs_;
  std::vector<float> constants_;
  std::vector<Step> steps_;
  std::vector<ProgramOutput> outputs_;
  std::size_t registers_ = 0;
};

/// What formulas are compiled against.
struct FormulaScope {
  const Catalogue* catalogue = nullptr;     ///< names of other indices
  std::vector<Formula> user;                ///< --expr definitions; may use each other and the catalogue
  std::map<std::string, double> constants;  ///< --set; they win over the scene's
  bool compat_273 = false;  ///< kelvin to Celsius by 273 instead of 273.15 (constant `kelvin_offset`)
};

/// Compiles outputs (names of catalogue rows, user formulas or bands) for one scene. Throws Error(usage):
/// unknown name with the nearest suggestion, band the scene lacks, constant not given, wrong level with the
/// reason, cycle, wrong argument count; each with the formula and a caret under the position. Everything is
/// refused here: a program that compiled runs.
Program compile(std::span<const std::string> outputs, const FormulaScope& scope, const Scene& scene);

/// Names of catalogue rows that `compile` would accept for this scene, in catalogue order.
std::vector<std::string> possible_indices(const Catalogue& catalogue, const Scene& scene);

}  // namespace isotherm
