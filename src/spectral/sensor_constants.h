// Numbers that formulas of the catalogue use by name: physical constants, defaults, and coefficients that
// differ from sensor to sensor. A scene's own constants and --set win over them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "isotherm/spectral/scene.h"

namespace isotherm {

struct SensorConstant {
  std::string_view name;
  double value;
  SensorFamily family = SensorFamily::unknown;  ///< unknown: any
  Level level = Level::unknown;                 ///< unknown: any
  std::string_view spacecraft = {};             ///< empty: any
};

/// The value for this scene; nothing when the sensor has none.
std::optional<double> sensor_constant(std::string_view name, const Scene& scene);

/// A constant that formulas may name, with what it is; it need not have a value for every scene.
struct ConstantName {
  std::string_view name;
  std::string_view help;
};
std::span<const ConstantName> constant_names();
/// Null when `name` is no known constant. Coefficient families are named by their beginning ("tcb_").
const ConstantName* find_constant_name(std::string_view name);

}  // namespace isotherm
