// The errors of a linear form as columns: one per state and regressor, and the series' own, each passed
// through the same recursion, and their triangle (modified Gram and Schmidt).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "isotherm/model/ets_linear.h"

namespace isotherm::ets_detail {

class EtsColumns {
 public:
  EtsColumns(const EtsForm& form, const RegressedSeries& series, int period);

  /// States (seasons but one) and regressors.
  std::size_t size() const { return size_; }
  std::size_t states() const { return states_; }
  int observed() const { return observed_; }

  /// Passes everything through the recursion and solves.
  void solve(const EtsWeights& weights);

  // of the last solve
  double squares() const { return squares_; }  ///< left of the series
  int rank() const { return rank_; }
  bool dropped(std::size_t column) const { return triangle_[column * (size_ + 1) + column] == 0; }
  double log_determinant() const;  ///< of X'X over the columns kept
  /// The factors of the columns in the best fit of the centred series.
  std::vector<double> factors() const;
  /// States at the end of a column's pass: level, trend, ring.
  std::span<const double> end_states(std::size_t column) const;
  std::size_t states_per_column() const { return 2 + ring_; }
  const std::vector<double>& triangle() const { return triangle_; }

  double centre() const { return centre_; }  ///< mean of the series, taken off it
  const std::vector<double>& centres() const { return centres_; }
  const std::vector<double>& values() const { return values_; }  ///< missing where a regressor is
  /// Sum of squares that is nothing but rounding.
  double rounding() const { return rounding_; }

 private:
  void pass(const EtsWeights& weights, std::size_t column);

  EtsForm form_;
  int period_;
  std::size_t length_, ring_, states_, size_;
  int observed_ = 0, rank_ = 0;
  double centre_ = 0, rounding_ = 0, squares_ = 0;
  std::vector<double> values_, centres_;
  std::vector<double> inputs_;    ///< per regressor less its centre, sign changed; then the centred series
  std::vector<double> errors_;    ///< column by column, observed_ long
  std::vector<double> ends_;      ///< column by column
  std::vector<double> triangle_;  ///< (size_ + 1) squared, row by row; the series is the last column
};

/// Least value of `cost` over the region of a form's weights.
struct WeightSearch {
  std::size_t finalists = 3;
  int most_evaluations = 400;  ///< each
};
EtsWeights least_over_weights(const EtsForm& form, int period, const WeightSearch& search,
                              const std::function<double(const EtsWeights&)>& cost);

}  // namespace isotherm::ets_detail
