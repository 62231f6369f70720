// Index formulas: parsed, compiled over four bands, evaluated on values good and bad.
#include <array>
#include <cmath>
#include <limits>

#include "isotherm/spectral/program.h"
#include "target.h"

namespace {

using namespace isotherm;

Scene four_bands() {
  Scene scene;
  scene.id = "FUZZ";
  for (const char* name : {"red", "nir08", "swir16", "lwir11"}) {
    scene.bands.emplace_back();
    scene.bands.back().name = name;
  }
  return scene;
}

void evaluate(const Program& program) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::array<float, 8> values{0, 1, -1, 0.25F, 300, 1e30F, -1e-30F, kNan};
  const std::vector<const float*> inputs(program.inputs().size(), values.data());
  std::vector<std::array<float, 8>> results(program.outputs().size());
  std::vector<float*> outputs;
  for (auto& row : results) outputs.push_back(row.data());
  program.evaluate(inputs, outputs, values.size());
  for (const auto& row : results) {
    for (const float value : row) fuzz::require(!std::isinf(value), "a result that is not finite");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene = four_bands();
  fuzz::value_or_error([&] {
    FormulaScope scope;
    scope.catalogue = &Catalogue::builtin();
    scope.user.push_back(parse_definition("x = " + fuzz::text_of(data, size), "--expr"));
    const std::vector<std::string> names{"x"};
    evaluate(compile(names, scope, scene));
  });
  return 0;
}
