// Count, mean, variance and range of the numbers of a band as its rows are written.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace isotherm {

/// Rows are added in order and each is summed on its own, then merged (Chan, Golub and LeVeque 1979,
/// "Updating formulae and a pairwise algorithm for computing sample variances"), so the result depends on the
/// pixels alone.
class StoredStatistics {
 public:
  /// Numbers for which missing(number) is true do not count.
  template <class T, class Missing>
  void add_row(std::span<const T> row, Missing missing) {
    std::int64_t count = 0;
    double sum = 0;
    for (const T number : row) {
      if (missing(number)) continue;
      const auto value = static_cast<double>(number);
      ++count;
      sum += value;
      minimum_ = std::min(minimum_, value);
      maximum_ = std::max(maximum_, value);
    }
    pixels_ += static_cast<std::int64_t>(row.size());
    if (count == 0) return;
    const double mean = sum / static_cast<double>(count);
    double squares = 0;
    for (const T number : row) {
      if (missing(number)) continue;
      const double distance = static_cast<double>(number) - mean;
      squares += distance * distance;
    }
    merge(count, mean, squares);
  }

  std::int64_t count() const { return count_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  double mean() const { return mean_; }
  double standard_deviation() const { return std::sqrt(squares_ / static_cast<double>(count_)); }
  double valid_percent() const { return 100.0 * static_cast<double>(count_) / static_cast<double>(pixels_); }

 private:
  void merge(std::int64_t count, double mean, double squares) {
    const auto mine = static_cast<double>(count_), theirs = static_cast<double>(count);
    const double distance = mean - mean_;
    mean_ += distance * theirs / (mine + theirs);
    squares_ += squares + distance * distance * mine * theirs / (mine + theirs);
    count_ += count;
  }

  std::int64_t pixels_ = 0, count_ = 0;
  double mean_ = 0, squares_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

}  // namespace isotherm
