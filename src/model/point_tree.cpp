#include "point_tree.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace isotherm {

namespace {

constexpr std::int32_t kLeaf = 12;

}  // namespace

std::vector<Place3> places_of(std::span<const Point> points, bool degrees) {
  std::vector<Place3> places;
  places.reserve(points.size());
  for (const Point& p : points) {
    if (!degrees) {
      places.push_back({p.x, p.y, 0});
      continue;
    }
    const double longitude = p.x * std::numbers::pi / 180, latitude = p.y * std::numbers::pi / 180;
    places.push_back({std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude),
                      std::sin(latitude)});
  }
  return places;
}

PointTree::PointTree(std::vector<Place3> places) : places_(std::move(places)), order_(places_.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  nodes_.reserve(places_.size() / 3 + 4);
  build(0, static_cast<std::int32_t>(order_.size()));
  ordered_.reserve(order_.size());
  for (std::int32_t row : order_) ordered_.push_back(places_[static_cast<std::size_t>(row)]);
}

void PointTree::build(std::int32_t first, std::int32_t end) {
  const std::size_t node = nodes_.size();
  nodes_.push_back({first, end});
  if (end - first <= kLeaf) return;
  Place3 low{}, high{};
  low.fill(std::numeric_limits<double>::infinity());
  high.fill(-std::numeric_limits<double>::infinity());
  for (std::int32_t k = first; k < end; ++k) {
    const Place3& p = places_[static_cast<std::size_t>(order_[static_cast<std::size_t>(k)])];
    for (std::size_t a = 0; a < 3; ++a) {
      low[a] = std::min(low[a], p[a]);
      high[a] = std::max(high[a], p[a]);
    }
  }
  std::size_t axis = 0;
  for (std::size_t a = 1; a < 3; ++a) {
    if (high[a] - low[a] > high[axis] - low[axis]) axis = a;
  }
  if (high[axis] == low[axis]) return;  // all at one place
  const std::int32_t middle = first + (end - first) / 2;
  const auto value = [&](std::int32_t row) { return places_[static_cast<std::size_t>(row)][axis]; };
  std::nth_element(
      order_.begin() + first, order_.begin() + middle, order_.begin() + end,
      [&](std::int32_t a, std::int32_t b) { return value(a) < value(b) || (value(a) == value(b) && a < b); });
  nodes_[node].axis = static_cast<std::int32_t>(axis);
  nodes_[node].split = value(order_[static_cast<std::size_t>(middle)]);
  build(first, middle);
  nodes_[node].right = static_cast<std::int32_t>(nodes_.size());
  build(middle, end);
}

double PointTree::square_distance(const Place3& a, std::int32_t position) const {
  const Place3& b = ordered_[static_cast<std::size_t>(position)];
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return x * x + y * y + z * z;
}

namespace {

constexpr std::size_t kSorted =
    64;  // found in order up to here, as a heap beyond: order would take k^2 moves

const PointTree::Found& farthest(const std::vector<PointTree::Found>& found, std::size_t k) {
  return k > kSorted ? found.front() : found.back();
}

void keep_nearest(const PointTree::Found& candidate, std::size_t k, std::vector<PointTree::Found>& found) {
  const bool full = found.size() == k;
  if (full && !(candidate < farthest(found, k))) return;
  if (k > kSorted) {
    if (full) {
      std::pop_heap(found.begin(), found.end());
      found.pop_back();
    }
    found.push_back(candidate);
    std::push_heap(found.begin(), found.end());
  } else {
    if (full) found.pop_back();
    found.insert(std::upper_bound(found.begin(), found.end(), candidate), candidate);
  }
}

}  // namespace

void PointTree::search_nearest(std::size_t node, const Place3& at, std::size_t row, std::size_t k,
                               std::vector<Found>& found) const {
  const Node& here = nodes_[node];
  if (here.right == 0) {
    for (std::int32_t position = here.first; position < here.end; ++position) {
      const std::int32_t other = order_[static_cast<std::size_t>(position)];
      if (static_cast<std::size_t>(other) == row) continue;
      const Found candidate{square_distance(at, position), other};
      keep_nearest(candidate, k, found);
    }
    return;
  }
  const double offset = at[static_cast<std::size_t>(here.axis)] - here.split;
  const std::size_t left = node + 1, right = static_cast<std::size_t>(here.right);
  search_nearest(offset < 0 ? left : right, at, row, k, found);
  // An equal distance can still win by its smaller row.
  if (found.size() < k || offset * offset <= farthest(found, k).square)
    search_nearest(offset < 0 ? right : left, at, row, k, found);
}

void PointTree::search_within(std::size_t node, const Place3& at, std::size_t row, double square,
                              std::vector<Found>& found) const {
  const Node& here = nodes_[node];
  if (here.right == 0) {
    for (std::int32_t position = here.first; position < here.end; ++position) {
      const std::int32_t other = order_[static_cast<std::size_t>(position)];
      const double distance = square_distance(at, position);
      if (static_cast<std::size_t>(other) != row && distance <= square) found.push_back({distance, other});
    }
    return;
  }
  const double offset = at[static_cast<std::size_t>(here.axis)] - here.split;
  if (offset <= 0 || offset * offset <= square) search_within(node + 1, at, row, square, found);
  if (offset >= 0 || offset * offset <= square)
    search_within(static_cast<std::size_t>(here.right), at, row, square, found);
}

void PointTree::nearest(std::size_t row, std::size_t k, std::vector<Found>& found) const {
  found.clear();
  if (k == 0) return;
  search_nearest(0, places_[row], row, k, found);
  if (k > kSorted) std::sort_heap(found.begin(), found.end());
}

void PointTree::within(std::size_t row, double square, std::vector<Found>& found) const {
  found.clear();
  search_within(0, places_[row], row, square, found);
}

}  // namespace isotherm
