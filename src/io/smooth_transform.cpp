#include "smooth_transform.h"

#include <algorithm>
#include <cmath>

namespace isotherm {

namespace {

constexpr double kPatchMetres = 2000;
constexpr std::size_t kMostPatches = 65536;  // kept at a time
/// Where t (t - 1/2) (t - 1), the error of a parabola through 0, 1/2 and 1, is largest.
constexpr double kWorst = 0.21132486540518713;

/// Weights of a parabola through values at 0, 1/2 and 1.
std::array<double, 3> parabola(double t) { return {(2 * t - 1) * (t - 1), 4 * t * (1 - t), t * (2 * t - 1)}; }

Point between(const std::array<Point, 9>& nodes, double x, double y) {
  const auto across = parabola(x), up = parabola(y);
  Point p;
  for (std::size_t row = 0; row < 3; ++row) {
    double lon = 0, lat = 0;
    for (std::size_t col = 0; col < 3; ++col) {
      lon += across[col] * nodes[3 * row + col].x;
      lat += across[col] * nodes[3 * row + col].y;
    }
    p.x += up[row] * lon;
    p.y += up[row] * lat;
  }
  return p;
}

}  // namespace

SmoothTransform::SmoothTransform(const CrsTransform& exact) : exact_(exact) {
  if (!exact_.identity() && !is_geographic(exact_.from()) && is_geographic(exact_.to()))
    side_ = kPatchMetres / metres_per_unit(exact_.from());
}

SmoothTransform::Patch SmoothTransform::measure(std::int64_t column, std::int64_t row) const {
  const auto place = [&](double x, double y) {
    return Point{(static_cast<double>(column) + x) * side_, (static_cast<double>(row) + y) * side_};
  };
  Patch patch;
  for (std::size_t k = 0; k < 9; ++k)
    patch.nodes[k] = place(0.5 * static_cast<double>(k % 3), 0.5 * static_cast<double>(k / 3));
  exact_.apply(patch.nodes);
  double worst = 0;
  for (const double y : {kWorst, 1 - kWorst}) {
    for (const double x : {kWorst, 1 - kWorst}) {
      const Point there = exact_.apply(place(x, y)), near = between(patch.nodes, x, y);
      worst = std::max({worst, std::abs(there.x - near.x), std::abs(there.y - near.y)});
      if (!std::isfinite(there.x + near.x + there.y + near.y)) worst = 360;
    }
  }
  patch.smooth = worst <= kBound;
  return patch;
}

const SmoothTransform::Patch& SmoothTransform::patch_at(std::int64_t column, std::int64_t row) {
  const std::int64_t key = column * (std::int64_t{1} << 31) + row;
  if (last_ == nullptr || key != last_key_) {
    auto found = patches_.find(key);
    if (found == patches_.end()) {
      if (patches_.size() >= kMostPatches) patches_.clear();
      found = patches_.emplace(key, measure(column, row)).first;
    }
    last_ = &found->second;
    last_key_ = key;
  }
  return *last_;
}

void SmoothTransform::apply(std::span<Point> points) {
  if (side_ == 0) {
    exact_.apply(points);
    return;
  }
  constexpr double kFar = 1e9;  // patches; beyond it no map has a place
  for (Point& p : points) {
    const double x = p.x / side_, y = p.y / side_;
    const double column = std::floor(x), row = std::floor(y);
    const bool near = std::abs(column) < kFar && std::abs(row) < kFar;
    const Patch* patch =
        near ? &patch_at(static_cast<std::int64_t>(column), static_cast<std::int64_t>(row)) : nullptr;
    p = near && patch->smooth ? between(patch->nodes, x - column, y - row) : exact_.apply(p);
  }
}

}  // namespace isotherm
