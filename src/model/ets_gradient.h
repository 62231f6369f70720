// The least-squares problem behind the likelihood of exponential smoothing: residuals with derivatives.
//
// Parameters in one vector: alpha, the share of beta in its range, the share of gamma in its range, phi,
// level, trend, then the seasons of places 1 .. period - 1 (place 0 follows: seasons add to 0, or to the
// period). The shares make the usual region a box. The objective is ln(sum e^2) + 2 mean ln|f|.
#pragma once

#include <span>
#include <vector>

#include "isotherm/model/ets.h"

namespace isotherm::ets_detail {

inline constexpr int kAlpha = 0, kBetaShare = 1, kGammaShare = 2, kPhi = 3, kLevel = 4, kTrend = 5,
                     kSeasons = 6;

EtsWeights weights_of(const EtsForm& form, std::span<const double> parameters);
std::vector<double> ring_of(const EtsForm& form, std::span<const double> parameters, int period);

/// J'J (square, row by row) and J'r of the residuals r = e G, all divided by G^2; a column per parameter that
/// the form has, see Problem::column.
struct NormalEquations {
  std::vector<double> matrix, right;
  double squares = 0;
};

class Problem {
 public:
  Problem(const EtsForm& form, std::span<const double> values, int period);

  const EtsForm& form() const { return form_; }
  int period() const { return period_; }
  std::span<const double> values() const { return values_; }
  int size() const { return size_; }
  /// Whether the form has this parameter at all.
  bool active(int parameter) const { return column(parameter) >= 0; }
  /// Place of a parameter among those that the form has; -1 for the others.
  int column(int parameter) const { return column_[static_cast<std::size_t>(parameter)]; }
  int columns() const { return columns_; }
  /// Infinite outside of what the form allows (something multiplied not above 0, old errors that do not
  /// fade).
  double objective(std::span<const double> parameters);
  /// Also the normal equations; the parameters must have a finite objective.
  void linearise(std::span<const double> parameters, NormalEquations& out);

 private:
  void begin(std::span<const double> parameters);
  void step(std::span<const double> parameters, double y, int place, NormalEquations& out);

  EtsForm form_;
  std::span<const double> values_;
  int period_;
  int size_;
  int columns_ = 0;
  std::vector<int> column_;
  // A pass with derivatives: states, and what each parameter does to them.
  EtsWeights weights_;
  double level_ = 0, trend_ = 0;
  std::vector<double> ring_, level_by_, trend_by_, ring_by_, base_by_, error_by_, log_by_;
  std::vector<double> error_dot_;
  int observed_ = 0;
};

}  // namespace isotherm::ets_detail
