#include "isotherm/core/frame.h"

#include "isotherm/core/error.h"

namespace isotherm {

Extent Frame::extent() const {
  Extent extent;
  const double w = static_cast<double>(width), h = static_cast<double>(height);
  for (Point corner : {Point{0, 0}, Point{w, 0}, Point{0, h}, Point{w, h}})
    extent.add(transform.to_map(corner));
  return extent;
}

std::optional<std::pair<std::int64_t, std::int64_t>> lattice_offset(const Frame& a, const Frame& b) {
  if (a.crs != b.crs) return std::nullopt;
  const auto& na = a.transform.numbers();
  const auto& nb = b.transform.numbers();
  // A step that differs by less than a millionth of a pixel over the whole raster is the same step.
  const double reach =
      1e-6 / static_cast<double>(std::max({a.width, a.height, b.width, b.height, std::int64_t{1}}));
  const double step = std::sqrt(a.transform.pixel_area());
  for (int k : {1, 2, 4, 5}) {
    if (std::abs(na[k] - nb[k]) > reach * step) return std::nullopt;
  }
  const Point origin = a.transform.to_pixel({nb[0], nb[3]});
  const double col = std::round(origin.x), row = std::round(origin.y);
  if (std::abs(origin.x - col) > 1e-6 || std::abs(origin.y - row) > 1e-6) return std::nullopt;
  if (std::abs(col) > 1e15 || std::abs(row) > 1e15) return std::nullopt;
  return std::pair{static_cast<std::int64_t>(col), static_cast<std::int64_t>(row)};
}

bool same_lattice(const Frame& a, const Frame& b) { return lattice_offset(a, b).has_value(); }

Frame unite(const Frame& a, const Frame& b) {
  const auto offset = lattice_offset(a, b);
  if (!offset) throw Error(ErrorKind::internal, "frames of different lattices cannot be united");
  const Window all = unite(a.window(), Window{offset->first, offset->second, b.width, b.height});
  Frame frame = a;
  frame.width = all.width;
  frame.height = all.height;
  frame.transform = a.transform.shifted(static_cast<double>(all.col), static_cast<double>(all.row));
  return frame;
}

}  // namespace isotherm
