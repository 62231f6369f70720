// Small scenes and one-pixel evaluation for tests of formulas.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/spectral/program.h"

namespace isotherm::test {

inline Scene make_scene(Level level, const std::vector<std::string>& bands,
                        SensorFamily family = SensorFamily::oli) {
  Scene scene;
  scene.id = "TEST";
  scene.level = level;
  scene.family = family;
  if (family == SensorFamily::oli) scene.spacecraft = "LANDSAT_8";
  if (family == SensorFamily::etm) scene.spacecraft = "LANDSAT_7";
  for (const std::string& name : bands) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  if (const Spacecraft* craft = find_spacecraft(scene.spacecraft)) {
    scene.constants = {{"k1", craft->k1}, {"k2", craft->k2}, {"thermal_um", craft->thermal_um}};
  }
  return scene;
}

/// The first output at one pixel; bands by name.
inline float evaluate_one(const Program& program, const std::map<std::string, float>& pixel) {
  std::vector<const float*> inputs;
  for (const std::string& name : program.inputs()) inputs.push_back(&pixel.at(name));
  std::vector<float> values(program.outputs().size());
  std::vector<float*> outputs;
  for (float& value : values) outputs.push_back(&value);
  program.evaluate(inputs, outputs, 1);
  return values.at(0);
}

/// Compiles one expression over the bands a, b, c and what `scope` has.
inline Program compile_expression(const std::string& text, FormulaScope scope = {}) {
  scope.user.push_back({"result", text, "--expr"});
  const std::vector<std::string> outputs{"result"};
  return compile(outputs, scope, make_scene(Level::unknown, {"a", "b", "c"}, SensorFamily::unknown));
}

inline float value_of(const std::string& text, float a = 0, float b = 0, float c = 0) {
  return evaluate_one(compile_expression(text), {{"a", a}, {"b", b}, {"c", c}});
}

/// The text of the Error that `action` throws; fails the test when it throws none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

}  // namespace isotherm::test
