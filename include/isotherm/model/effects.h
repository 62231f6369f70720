// Fixed effects taken out of columns: what is left after each group's mean, or after two sets of group means
// at once.
//
// One set: deviations from group means. Two sets: exact for balanced and unbalanced panels in one pass
// (Wansbeek and Kapteyn 1989, J. Econometrics 41): means of the first set, then a small system in the groups
// of the second, which should be the one with fewer groups (periods).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isotherm {

class Effects {
 public:
  explicit Effects(std::span<const std::int64_t> groups);
  /// At most 4000 groups in `second`: Error(input) above.
  Effects(std::span<const std::int64_t> first, std::span<const std::int64_t> second);
  Effects(Effects&&) noexcept;
  ~Effects();

  /// In place. What the effects explain wholly becomes exactly 0 (below 1e-12 of what it was).
  void take_out(std::vector<double>& values) const;
  /// The effects themselves, per set a value for each group in order of appearance: what take_out() takes
  /// from `values`, of two sets as parts that add up.
  std::vector<std::vector<double>> estimates(std::span<const double> values) const;
  /// Degrees of freedom: groups of one set; of two sets their sum less the number of connected parts.
  double degrees() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 0, 1, 2 ... for the different values in order of appearance.
std::vector<std::int64_t> codes_of(std::span<const std::int64_t> values);

}  // namespace isotherm
