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

/// Effects that were taken out, as tests of what is left need to know them.
struct TakenEffects {
  std::vector<std::int64_t> groups;  ///< per row: its cell, area or period, from 0
  std::size_t count = 0;             ///< of groups
  /// The groups are cells, whose number grows with the rows: tests then count the n - count observations of
  /// orthogonal deviations. Otherwise groups are few and count as columns, as dummies would.
  bool cells = false;
  /// A second set (periods) as orthonormal columns, less the means of the first; empty without one.
  std::vector<std::vector<double>> further;
};
/// `second` may be empty; one of more than 60 groups is Error(input).
TakenEffects taken_effects(std::span<const std::int64_t> first, std::span<const std::int64_t> second,
                           bool cells, int threads);
inline constexpr std::size_t kMostFurtherEffects = 60;

/// Each value of a group but its last, less the mean of the m after it, times sqrt(m / (m + 1)): independent
/// with equal variances where the values are, whatever the group's mean (Arellano and Bover 1995, J.
/// Econometrics 68). In row order; `rows` says where each stands.
struct OrthogonalDeviations {
  std::vector<std::size_t> rows;
  std::vector<double> values;
};
OrthogonalDeviations orthogonal_deviations(std::span<const std::int64_t> groups,
                                           std::span<const double> values);

}  // namespace isotherm
