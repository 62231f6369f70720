#include "cell_area.h"

#include <cmath>

namespace isotherm {

namespace {

constexpr double kWidestBlock = 8000;       // metres
constexpr std::size_t kMostBlocks = 65536;  // kept at a time

/// Weights of a parabola through values at 0, 1/2 and 1.
std::array<double, 3> parabola(double t) { return {(2 * t - 1) * (t - 1), 4 * t * (1 - t), t * (2 * t - 1)}; }

}  // namespace

CellArea::CellArea(const Grid& grid, const std::string& crs) : grid_(grid), ground_(crs), block_(0) {
  const Cell cell = grid.zone_at({0, 0});
  const Point centre = grid.centre(cell);
  for (Point p : grid.outline(cell)) shape_.push_back({p.x - centre.x, p.y - centre.y});
  if (grid.in_degrees()) return;
  const double side = std::sqrt(grid.cell_area()), widest = kWidestBlock / metres_per_unit(crs);
  if (side < widest / 4) block_ = widest;
}

CellArea::Nodes CellArea::measure(std::int64_t column, std::int64_t row) const {
  Nodes nodes;
  for (int k = 0; k < 9; ++k) {
    const double x = (static_cast<double>(column) + 0.5 * (k % 3)) * block_;
    const double y = (static_cast<double>(row) + 0.5 * (k / 3)) * block_;
    Ring ring = shape_;
    for (Point& p : ring) p = {p.x + x, p.y + y};
    nodes[static_cast<std::size_t>(k)] = ground_.square_metres({{{std::move(ring)}}});
  }
  return nodes;
}

double CellArea::measure(Cell cell) const { return ground_.square_metres({{{grid_.outline(cell)}}}); }

double CellArea::square_metres(Cell cell, Point centre) {
  if (block_ == 0) return measure(cell);
  const double x = centre.x / block_, y = centre.y / block_;
  const auto column = static_cast<std::int64_t>(std::floor(x)),
             row = static_cast<std::int64_t>(std::floor(y));
  const std::int64_t key = column * (std::int64_t{1} << 31) + row;
  if (last_ == nullptr || key != last_key_) {
    auto found = blocks_.find(key);
    if (found == blocks_.end()) {
      if (blocks_.size() >= kMostBlocks) blocks_.clear();
      found = blocks_.emplace(key, measure(column, row)).first;
    }
    last_ = &found->second;
    last_key_ = key;
  }
  const auto across = parabola(x - static_cast<double>(column)), up = parabola(y - static_cast<double>(row));
  double sum = 0;
  for (std::size_t k = 0; k < 9; ++k) sum += across[k % 3] * up[k / 3] * (*last_)[k];
  // At the rim of the map a block may reach over it while this cell does not.
  return std::isfinite(sum) ? sum : measure(cell);
}

}  // namespace isotherm
