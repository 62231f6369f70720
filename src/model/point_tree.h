// A k-d tree over points in two or three dimensions, with a stated order of ties.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Places as the tree knows them: map coordinates with z = 0, or on the unit sphere, where the straight
/// distance grows with that along great circles.
using Place3 = std::array<double, 3>;
std::vector<Place3> places_of(std::span<const Point> points, bool degrees);

class PointTree {
 public:
  explicit PointTree(std::vector<Place3> places);

  struct Found {
    double square;  ///< squared distance
    std::int32_t row;
    /// Nearer first, then the smaller row.
    bool operator<(const Found& other) const {
      return square < other.square || (square == other.square && row < other.row);
    }
  };
  /// The k nearest rows to a row, itself left out, nearest first.
  void nearest(std::size_t row, std::size_t k, std::vector<Found>& found) const;
  /// All rows within the squared distance, itself left out, unordered.
  void within(std::size_t row, double square, std::vector<Found>& found) const;

 private:
  /// Nodes lie in preorder; a leaf has no split. Children of `node`: node + 1 and `right`.
  struct Node {
    std::int32_t first, end;
    std::int32_t right = 0;  ///< 0: leaf
    std::int32_t axis = 0;
    double split = 0;
  };
  void build(std::int32_t first, std::int32_t end);
  double square_distance(const Place3& a, std::int32_t position) const;
  void search_nearest(std::size_t node, const Place3& at, std::size_t row, std::size_t k,
                      std::vector<Found>& found) const;
  void search_within(std::size_t node, const Place3& at, std::size_t row, double square,
                     std::vector<Found>& found) const;

  std::vector<Place3> places_;       ///< by row
  std::vector<std::int32_t> order_;  ///< rows, leaf by leaf
  std::vector<Place3> ordered_;      ///< places in that order
  std::vector<Node> nodes_;
};

}  // namespace isotherm
