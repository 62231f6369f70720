#include "isotherm/model/folds.h"

#include <algorithm>
#include <string>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

bool by_x(const Point& a, const Point& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; }
bool by_y(const Point& a, const Point& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; }

/// Places in [first, end) get the folds from `fold` on, in contiguous runs of the reordered list.
void cut(std::vector<Point>& places, std::size_t first, std::size_t end, std::size_t folds,
         std::vector<std::size_t>& ends) {
  if (folds == 1) {
    ends.push_back(end);
    return;
  }
  Extent extent;
  for (std::size_t k = first; k < end; ++k) extent.add(places[k]);
  const std::size_t left = folds / 2;
  const std::size_t middle = first + (end - first) * left / folds;
  const auto at = [&](std::size_t k) { return places.begin() + static_cast<std::ptrdiff_t>(k); };
  std::nth_element(at(first), at(middle), at(end), extent.width() >= extent.height() ? by_x : by_y);
  cut(places, first, middle, left, ends);
  cut(places, middle, end, folds - left, ends);
}

}  // namespace

std::vector<std::size_t> block_folds(std::span<const Point> points, std::size_t folds) {
  std::vector<Point> places(points.begin(), points.end());
  std::sort(places.begin(), places.end(), by_x);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.size() < folds) {
    throw Error(ErrorKind::input, std::to_string(places.size()) + " places are too few for " +
                                      std::to_string(folds) + " blocks of cross-validation");
  }
  std::vector<std::size_t> ends;
  cut(places, 0, places.size(), folds, ends);
  struct Placed {
    Point point;
    std::size_t fold;
  };
  std::vector<Placed> placed;
  placed.reserve(places.size());
  for (std::size_t k = 0, fold = 0; k < places.size(); ++k) {
    if (k == ends[fold]) ++fold;
    placed.push_back({places[k], fold});
  }
  std::sort(placed.begin(), placed.end(),
            [](const Placed& a, const Placed& b) { return by_x(a.point, b.point); });
  std::vector<std::size_t> result;
  result.reserve(points.size());
  for (const Point& point : points) {
    const auto found = std::lower_bound(placed.begin(), placed.end(), point,
                                        [](const Placed& a, const Point& p) { return by_x(a.point, p); });
    result.push_back(found->fold);
  }
  return result;
}

Weights kept_weights(const Weights& weights, std::span<const std::size_t> kept) {
  std::vector<std::int32_t> position(weights.rows(), -1);
  for (std::size_t k = 0; k < kept.size(); ++k) position[kept[k]] = static_cast<std::int32_t>(k);
  Weights result;
  for (std::size_t row : kept) {
    for (std::size_t k = 0; k < weights.degree(row); ++k) {
      const std::int32_t column = position[static_cast<std::size_t>(weights.neighbours(row)[k])];
      if (column < 0) continue;
      result.columns.push_back(column);
      result.values.push_back(weights.weights(row)[k]);
    }
    result.starts.push_back(static_cast<std::int64_t>(result.columns.size()));
  }
  return result;
}

}  // namespace isotherm
