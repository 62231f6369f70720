#include "lattice.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "blocks.h"

namespace isotherm {

namespace {

constexpr double kOnLattice = 1e-5;     // of a step: how far a point may lie from its position
constexpr std::int64_t kSparsest = 16;  // positions per point
constexpr double kMostUneven = 1000;  // step over the other step: a disc then holds few lines of many places

/// The smallest step between points that follow each other; 0 when there is none.
double step_of(std::span<const Point> points, double Point::*axis, double low, double high) {
  const double noise = 1e-7 * (high - low);
  double step = std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k < points.size(); ++k) {
    const double gap = std::abs(points[k].*axis - points[k - 1].*axis);
    if (gap > noise && gap < step) step = gap;
  }
  return std::isfinite(step) ? step : 0;
}

/// The step that divides the extent into whole parts: rounding of single points is no part of it.
double exact_step(double extent, double step) { return extent / std::round(extent / step); }

/// The points on a lattice of these steps; nothing where they do not lie on it.
std::optional<Lattice> placed(std::span<const Point> points, const Extent& extent, double dx, double dy) {
  const double width = extent.width() / dx + 1, height = extent.height() / dy + 1;
  if (!(width * height <= static_cast<double>(kSparsest) * static_cast<double>(points.size()))) return {};
  Lattice lattice;
  lattice.dx = dx;
  lattice.dy = dy;
  lattice.width = std::llround(width);
  lattice.height = std::llround(height);
  lattice.row_at.assign(static_cast<std::size_t>(lattice.width * lattice.height), -1);
  lattice.column.resize(points.size());
  lattice.line.resize(points.size());
  const double per_x = 1 / dx, per_y = 1 / dy;
  for (std::size_t row = 0; row < points.size(); ++row) {
    const double i = (points[row].x - extent.xmin) * per_x, j = (points[row].y - extent.ymin) * per_y;
    const auto column = static_cast<std::int32_t>(i + 0.5), line = static_cast<std::int32_t>(j + 0.5);
    if (!(std::abs(i - column) <= kOnLattice) || !(std::abs(j - line) <= kOnLattice)) return {};
    lattice.column[row] = column;
    lattice.line[row] = line;
    std::int32_t& there =
        lattice.row_at[static_cast<std::size_t>(line) * static_cast<std::size_t>(lattice.width) +
                       static_cast<std::size_t>(column)];
    if (there >= 0) return {};
    there = static_cast<std::int32_t>(row);
  }
  return lattice;
}

struct Offset {
  std::int32_t di, dj;
  double square;
};

/// Positions around one, nearest first, those of one distance (a shell) together; `shells` are their ends.
struct Shells {
  std::vector<Offset> offsets;
  std::vector<std::size_t> ends;
};

Shells shells_within(const Lattice& lattice, double radius) {
  Shells shells;
  const auto reach = [&](double step) { return static_cast<std::int32_t>(std::floor(radius / step)); };
  for (std::int32_t dj = -reach(lattice.dy); dj <= reach(lattice.dy); ++dj) {
    for (std::int32_t di = -reach(lattice.dx); di <= reach(lattice.dx); ++di) {
      const double x = di * lattice.dx, y = dj * lattice.dy, square = x * x + y * y;
      if ((di != 0 || dj != 0) && square <= radius * radius) shells.offsets.push_back({di, dj, square});
    }
  }
  std::sort(shells.offsets.begin(), shells.offsets.end(), [](const Offset& a, const Offset& b) {
    return a.square != b.square ? a.square < b.square : (a.dj != b.dj ? a.dj < b.dj : a.di < b.di);
  });
  for (std::size_t k = 1; k <= shells.offsets.size(); ++k) {
    // Steps are rounded numbers: squares that differ in the last digits are one distance.
    if (k == shells.offsets.size() || shells.offsets[k].square > shells.offsets[k - 1].square * (1 + 1e-9))
      shells.ends.push_back(k);
  }
  return shells;
}

/// Neighbours of one row; false when the shells end before there are k.
bool neighbours_in(const Lattice& lattice, const Shells& shells, std::size_t row, std::size_t k,
                   std::int32_t* out, std::vector<std::int32_t>& shell) {
  const std::int64_t i = lattice.column[row], j = lattice.line[row];
  std::size_t found = 0, at = 0;
  for (const std::size_t end : shells.ends) {
    shell.clear();
    for (; at < end; ++at) {
      const std::int64_t x = i + shells.offsets[at].di, y = j + shells.offsets[at].dj;
      if (x < 0 || y < 0 || x >= lattice.width || y >= lattice.height) continue;
      const std::int32_t other = lattice.row_at[static_cast<std::size_t>(y * lattice.width + x)];
      if (other >= 0) shell.push_back(other);
    }
    if (found + shell.size() > k) {
      std::nth_element(shell.begin(), shell.begin() + static_cast<std::ptrdiff_t>(k - found), shell.end());
      shell.resize(k - found);
    }
    std::copy(shell.begin(), shell.end(), out + found);
    found += shell.size();
    if (found == k) {
      std::sort(out, out + k);
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Lattice> lattice_of(std::span<const Point> points) {
  if (points.size() < 4) return {};
  Extent extent;
  for (const Point& p : points) extent.add(p);
  const double dx = step_of(points, &Point::x, extent.xmin, extent.xmax);
  const double dy = step_of(points, &Point::y, extent.ymin, extent.ymax);
  if (!(dx > 0) || !(dy > 0) || dx > kMostUneven * dy || dy > kMostUneven * dx) return {};
  // Lines of hexagons are shifted by half a step, which points that follow each other need not show.
  for (const double across : {1.0, 2.0}) {
    for (const double down : {1.0, 2.0}) {
      if (auto lattice = placed(points, extent, exact_step(extent.width(), dx / across),
                                exact_step(extent.height(), dy / down)))
        return lattice;
    }
  }
  return {};
}

void lattice_neighbours(const Lattice& lattice, std::size_t k, int threads,
                        std::vector<std::int32_t>& columns) {
  const double whole = std::hypot(lattice.dx * static_cast<double>(lattice.width),
                                  lattice.dy * static_cast<double>(lattice.height));
  // A disc that holds k positions of a lattice half taken, and a good part more.
  const double usual = std::sqrt(static_cast<double>(4 * k + 20) * lattice.dx * lattice.dy);
  std::vector<Shells> wider{shells_within(lattice, std::min(usual, whole))};
  std::vector<std::int32_t> left;  // rows at holes and borders that need a wider look
  std::vector<char> short_of(lattice.column.size(), 0);
  for_blocks(lattice.column.size(), threads, [&](std::size_t, std::size_t first, std::size_t end) {
    std::vector<std::int32_t> shell;
    for (std::size_t row = first; row < end; ++row)
      short_of[row] = neighbours_in(lattice, wider[0], row, k, columns.data() + row * k, shell) ? 0 : 1;
  });
  for (std::size_t row = 0; row < short_of.size(); ++row) {
    if (short_of[row] != 0) left.push_back(static_cast<std::int32_t>(row));
  }
  std::vector<std::int32_t> shell;
  for (std::int32_t row : left) {
    for (std::size_t level = 0;; ++level) {
      if (level == wider.size())
        wider.push_back(
            shells_within(lattice, std::min(usual * std::exp2(static_cast<double>(level)), whole)));
      const auto at = static_cast<std::size_t>(row);
      if (neighbours_in(lattice, wider[level], at, k, columns.data() + at * k, shell)) break;
    }
  }
}

}  // namespace isotherm
