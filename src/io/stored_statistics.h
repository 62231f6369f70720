// Count, mean, variance and range of the numbers of a band as its rows are written.
#pragma once

#include <algorithm>
#include <array>
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
  /// One row by itself.
  struct Row {
    std::int64_t pixels = 0, count = 0;
    double mean = 0, squares = 0;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();
  };
  /// Numbers for which missing(number) is true do not count. Every kLanes-th number is summed by itself, so
  /// that sums need not wait for each other.
  template <class T, class Missing>
  static Row measure(std::span<const T> numbers, Missing missing) {
    std::array<std::int64_t, kLanes> counts{};
    std::array<double, kLanes> sums{}, squares{}, lows, highs;
    lows.fill(std::numeric_limits<double>::infinity());
    highs.fill(-std::numeric_limits<double>::infinity());
    each_lane(numbers, [&](std::size_t lane, T number) {
      const bool there = !missing(number);
      const auto value = static_cast<double>(number);
      counts[lane] += there ? 1 : 0;
      sums[lane] += there ? value : 0;
      lows[lane] = value < lows[lane] && there ? value : lows[lane];
      highs[lane] = value > highs[lane] && there ? value : highs[lane];
    });
    Row row;
    row.pixels = static_cast<std::int64_t>(numbers.size());
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      row.count += counts[lane];
      row.mean += sums[lane];
      row.minimum = std::min(row.minimum, lows[lane]);
      row.maximum = std::max(row.maximum, highs[lane]);
    }
    if (row.count == 0) return row;
    row.mean /= static_cast<double>(row.count);
    each_lane(numbers, [&](std::size_t lane, T number) {
      const double distance = static_cast<double>(number) - row.mean;
      squares[lane] += missing(number) ? 0 : distance * distance;
    });
    for (const double part : squares) row.squares += part;
    return row;
  }
  void add(const Row& row) {
    pixels_ += row.pixels;
    if (row.count == 0) return;
    minimum_ = std::min(minimum_, row.minimum);
    maximum_ = std::max(maximum_, row.maximum);
    merge(row.count, row.mean, row.squares);
  }

  std::int64_t count() const { return count_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  double mean() const { return mean_; }
  double standard_deviation() const { return std::sqrt(squares_ / static_cast<double>(count_)); }
  double valid_percent() const { return 100.0 * static_cast<double>(count_) / static_cast<double>(pixels_); }

 private:
  static constexpr std::size_t kLanes = 8;

  template <class T, class Visit>
  static void each_lane(std::span<const T> numbers, Visit visit) {
    std::size_t k = 0;
    for (; k + kLanes <= numbers.size(); k += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) visit(lane, numbers[k + lane]);
    }
    for (; k < numbers.size(); ++k) visit(k % kLanes, numbers[k]);
  }

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
