// What the numbers of a climate file are: their unit, what of them stands for nothing, and how they are
// stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isotherm {

/// "K", "degC" or "degF" of a unit as files write it, in any case; empty of none, nullopt of what is no
/// temperature.
std::optional<std::string> temperature_unit(const std::string& written);

/// Stored numbers as temperatures: scale, offset, then degrees of Fahrenheit by 5/9 alone. Levels of
/// different zero cannot be mixed, but differences, which is what levels are read for, are in K for every
/// unit; so are files that hold changes.
class ClimateNumbers {
 public:
  explicit ClimateNumbers(std::string unit) : unit_(std::move(unit)) {}
  void add_fill(double value) { fills_.push_back(value); }
  void set_scale(double scale) { scale_ = scale; }
  void set_offset(double offset) { offset_ = offset; }
  const std::string& unit() const { return unit_; }
  /// NaN of a fill value, also of one that a float32 file had to round.
  double operator()(double stored) const;

 private:
  std::string unit_;
  std::vector<double> fills_;
  double scale_ = 1, offset_ = 0;
};

}  // namespace isotherm
