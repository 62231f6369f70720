#include "cell_size.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "cell_places.h"
#include "isotherm/io/crs.h"
#include "isotherm/model/weights.h"

namespace isotherm {

namespace {

constexpr double kMetresPerDegree = 6371008.8 * std::numbers::pi / 180;

double cosine_of(double latitude) {
  return std::cos(std::clamp(latitude, -90.0, 90.0) * std::numbers::pi / 180);
}

/// Side of a square of the mean area; of degrees at the latitude of each outline.
double side_of_outlines(const ReadTable& cells) {
  const Table& table = cells.table;
  const bool degrees = is_geographic(table.crs);
  double sum = 0;
  for (std::size_t row = 0; row < table.geometry.size(); ++row)
    sum += area(table.geometry[row]) * (degrees ? cosine_of(cells.anchors[row].y) : 1);
  return std::sqrt(sum / static_cast<double>(table.geometry.size())) *
         (degrees ? kMetresPerDegree : metres_per_unit(table.crs));
}

double ground_distance(Point a, Point b, bool degrees, double unit) {
  if (!degrees) return std::hypot(a.x - b.x, a.y - b.y) * unit;
  return kMetresPerDegree * std::hypot((a.x - b.x) * cosine_of((a.y + b.y) / 2), a.y - b.y);
}

std::optional<double> spacing(const ReadTable& cells, std::span<const std::size_t> rows, int threads) {
  std::vector<Point> places;
  for (const std::size_t row : rows) {
    const Point place = cells.anchors[row];
    if (std::isfinite(place.x) && std::isfinite(place.y)) places.push_back(place);
  }
  if (places.size() < 2) return {};
  const std::string& crs = cells.table.crs;
  const bool degrees = !crs.empty() && is_geographic(crs);
  const double unit = crs.empty() || degrees ? 1 : metres_per_unit(crs);
  const Weights nearest = nearest_neighbours(places, 1, degrees, threads);
  std::vector<double> distances;
  for (std::size_t row = 0; row < places.size(); ++row)
    distances.push_back(
        ground_distance(places[row], places[static_cast<std::size_t>(nearest.columns[row])], degrees, unit));
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

}  // namespace

std::optional<double> cell_side_m(const ReadTable& cells, const std::string& id,
                                  std::span<const std::size_t> rows, int threads) {
  if (!cells.table.geometry.empty() && !cells.table.crs.empty()) {
    const double side = side_of_outlines(cells);
    if (side > 0) return side;
  }
  if (const auto side = side_by_name(cells, id)) return side;
  if (cells.anchors.empty()) return {};
  return spacing(cells, rows, threads);
}

}  // namespace isotherm
