// What the parts of a geographically weighted regression hand to each other.
#pragma once

#include <memory>
#include <optional>

#include "isotherm/model/local_fit.h"
#include "point_tree.h"

namespace isotherm {

/// Rows in reach of a place with their weights; the buffers are reused from place to place.
struct LocalRows {
  std::vector<std::int32_t> rows;
  std::vector<double> weights;
  std::vector<PointTree::Found> found;
};

/// Who counts at a place, and how much.
class LocalReach {
 public:
  LocalReach(std::span<const Point> places, const LocalFitChoice& choice);

  std::size_t rows() const { return places_; }
  /// The row itself first, with weight 1. With `held` (a flag per row) only rows that are not held count, the
  /// row itself among them or not.
  void gather(std::size_t row, double bandwidth, LocalRows& out, std::span<const char> held = {}) const;
  /// How many rows gather() looks at, as the mean over places spread over the rows.
  double mean_count(double bandwidth) const;
  /// Distance to the k-th nearest other row, median over places spread over the rows.
  double middle_distance(std::size_t others) const;
  /// No two rows are farther apart.
  double diameter() const { return diameter_; }

 private:
  double distance_of(double square) const;
  double square_of(double distance) const;
  double weight_of(double share) const;
  std::vector<std::size_t> spread_rows() const;

  LocalFitChoice choice_;
  std::size_t places_;
  double diameter_ = 0;
  PointTree tree_;
};

/// R of the weighted rows [x y] of one place, and what follows from it.
class LocalFactor {
 public:
  /// `x`: rows of `columns` values one after the other.
  LocalFactor(std::span<const double> x, std::span<const double> y, std::size_t columns);

  /// Factors the rows; false where they do not tell the columns apart.
  bool factor(const LocalRows& rows);
  /// The first column that the ones before it explain, after factor() said no.
  std::size_t dependent() const { return dependent_; }
  const std::vector<double>& coefficients() const { return coefficients_; }
  /// x (R'R)^-1 x' of a row: its own weight is 1, so this is s(i, i).
  double leverage(std::size_t row);
  /// Sum of s(i, j)^2 over the rows of the factor.
  double squared_row(std::size_t row, const LocalRows& rows);
  /// C C' of `map` b: map R^-1 (sum of w q q') R^-T map', its diagonal.
  void spreads(const LocalRows& rows, const SquareMatrix& map, std::span<double> diagonal);

 private:
  static constexpr std::size_t kChunk = 64;
  void absorb(std::size_t count);
  /// R^-T x.
  void forward(const double* x, double* u) const;
  double& r(std::size_t i, std::size_t j) { return upper_[i * (columns_ + 1) + j]; }
  double r(std::size_t i, std::size_t j) const { return upper_[i * (columns_ + 1) + j]; }

  std::span<const double> x_, y_;
  std::size_t columns_, dependent_ = 0;
  std::vector<double> upper_, chunk_, coefficients_, u_, a_;
};

}  // namespace isotherm
