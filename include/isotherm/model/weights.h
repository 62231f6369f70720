// Spatial weights: who is a neighbour of whom, and how much. Rows are numbered as the table's.
//
// A row holds its neighbours in ascending order, itself never. Made binary (every weight 1, or 1/distance
// where asked); `standardise` makes rows add to 1. A row without neighbours is an island: its lag is 0, and
// it is counted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

struct Weights {
  std::vector<std::int64_t> starts{0};  ///< rows() + 1 positions
  std::vector<std::int32_t> columns;
  std::vector<double> values;

  std::size_t rows() const { return starts.size() - 1; }
  std::size_t links() const { return columns.size(); }
  std::span<const std::int32_t> neighbours(std::size_t row) const {
    return std::span(columns).subspan(static_cast<std::size_t>(starts[row]), degree(row));
  }
  std::span<const double> weights(std::size_t row) const {
    return std::span(values).subspan(static_cast<std::size_t>(starts[row]), degree(row));
  }
  std::size_t degree(std::size_t row) const {
    return static_cast<std::size_t>(starts[row + 1] - starts[row]);
  }
  bool operator==(const Weights&) const = default;
};

/// Lists of neighbours (any order, no repetition, not the row itself) with weight 1.
Weights binary_weights(const std::vector<std::vector<std::int32_t>>& neighbours);

/// The k nearest others of every point. `degrees`: points are longitude and latitude, distances run along
/// great circles. Ties: the smaller distance first, then the smaller row. Throws Error(input) for k at least
/// the number of points or a place that is not finite.
Weights nearest_neighbours(std::span<const Point> points, int k, bool degrees, int threads);
/// All others within `distance` (map units; metres on a sphere of 6371008.8 m with `degrees`), edge included.
Weights neighbours_within(std::span<const Point> points, double distance, bool degrees, int threads);
/// The same with a value that falls with distance d, d / bandwidth = t <= 1: triangular 1 - t, epanechnikov
/// 3/4 (1 - t^2), gaussian exp(-t^2 / 2).
enum class KernelShape { triangular, epanechnikov, gaussian };
struct KernelShapeRow {
  KernelShape shape;
  std::string_view name;
};
std::span<const KernelShapeRow> kernel_shapes();
Weights kernel_weights(std::span<const Point> points, double bandwidth, KernelShape shape, bool degrees,
                       int threads);
/// Polygons that share a vertex (queen) or an edge (rook): vertices are the same when their coordinates are
/// equal after rounding to 1e-8 of the extent of all.
enum class Contiguity { queen, rook };
Weights contiguous(std::span<const MultiPolygon> outlines, Contiguity kind);

/// Every row divided by its sum; islands stay empty.
void standardise(Weights& weights);
/// A link wherever there is one in either direction, with the larger of the two weights.
Weights symmetrised(const Weights& weights);
Weights transposed(const Weights& weights);

std::size_t islands(const Weights& weights);
/// Links without a mirror image.
std::size_t one_way_links(const Weights& weights);
/// Weights of groups of rows that have no links with each other, one group after the other.
Weights joined(std::span<const Weights> parts);
/// W x.
std::vector<double> lag(const Weights& weights, std::span<const double> values);

}  // namespace isotherm
