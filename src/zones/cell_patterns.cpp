#include "isotherm/zones/cell_patterns.h"

#include <cmath>
#include <type_traits>

#include "lattice.h"

namespace isotherm {

namespace {

/// More cells than that before the pixels repeat are hardly ever seen again within a batch.
constexpr std::int32_t kLongestPeriod = 64;
/// Larger cells cost little per pixel as they are.
constexpr double kLargestCell = 4096;  // pixels
/// Patterns kept at a time.
constexpr std::size_t kMostBytes = std::size_t{8} << 20;
/// Far more pixels than any raster has, and few enough that a column keeps six digits behind the point.
constexpr std::int64_t kFar = std::int64_t{1} << 30;
constexpr Window kEverywhere{-kFar, -kFar, 2 * kFar, 2 * kFar};

/// Map units from a cell to the next along i and j where the lattice is a plain translation that way; 0 where
/// it is not.
struct Steps {
  double i = 0;
  double j = 0;
};

Steps steps_of(const Grid& grid) {
  return std::visit(
      [](const auto& kind) -> Steps {
        using Kind = std::decay_t<decltype(kind)>;
        if constexpr (std::is_same_v<Kind, HexGrid>) {
          const bool pointy = kind.orientation() == HexOrientation::pointy;
          return pointy ? Steps{kind.spacing(), 0} : Steps{0, kind.spacing()};
        } else {
          return {kind.side(), kind.north_is_up() ? kind.side() : -kind.side()};
        }
      },
      grid.kind());
}

/// The place of n in its period, and how many periods it is away from it.
struct Place {
  std::int32_t first;
  std::int32_t periods;
};

Place place_of(std::int32_t n, const CellPeriod& period) {
  if (period.cells == 0) return {n, 0};
  const auto periods = static_cast<std::int32_t>(lattice::floor_divide(n, period.cells));
  return {n - periods * period.cells, periods};
}

}  // namespace

CellPeriod period_along(double step, double pixel, bool is_column) {
  if (step == 0) return {};
  for (std::int32_t cells = 1; cells <= kLongestPeriod; ++cells) {
    const double distance = step * cells, pixels = distance / pixel;
    if (std::fmod(distance, pixel) != 0 || std::abs(pixels) > 1e6) continue;
    const auto whole = static_cast<std::int32_t>(std::lround(pixels));
    return is_column ? CellPeriod{cells, whole, 0} : CellPeriod{cells, 0, whole};
  }
  return {};
}

CellPatterns::CellPatterns(const Grid& grid, const GeoTransform& pixels, CoverageRule rule)
    : grid_(grid), pixels_(pixels), alone_(kEverywhere, rule) {
  // By pixel centres the neighbours of an edge must see it at the very same numbers, or a centre on it would
  // be lost or counted twice.
  if (rule == CoverageRule::centre) return;
  if (!pixels.axis_aligned() || grid.cell_area() / pixels.pixel_area() > kLargestCell) return;
  const Point origin = pixels.to_pixel({0, 0});
  if (!(std::abs(origin.x) < kFar / 2 && std::abs(origin.y) < kFar / 2)) return;
  const Steps steps = steps_of(grid);
  east_ = period_along(steps.i, pixels.numbers()[1], true);
  north_ = period_along(steps.j, pixels.numbers()[5], false);
  repeats_ = east_.cells > 0 || north_.cells > 0;
}

std::span<const Point> CellPatterns::ring_of(Cell cell) {
  ring_ = grid_.outline(cell);
  for (Point& p : ring_) p = pixels_.to_pixel(p);
  return ring_;
}

void CellPatterns::make(Cell cell, Pattern& pattern) {
  alone_.add(ring_of(cell));
  const Coverage coverage = alone_.finish();
  const auto spans = coverage.spans(0);
  pattern.spans.assign(spans.begin(), spans.end());
  pattern.weights.assign(coverage.weights().begin(), coverage.weights().end());
  pattern.total = coverage.total(0);
  pattern.window = coverage.window();
  bytes_ += sizeof(Pattern) + coverage.bytes();
}

CellPatterns::Pattern& CellPatterns::pattern(Cell first, std::size_t place, std::int64_t line_key) {
  if (last_ == nullptr || last_key_ != line_key) {
    if (bytes_ > kMostBytes) {
      lines_.clear();
      bytes_ = 0;
    }
    last_ = &lines_[line_key];
    last_key_ = line_key;
    if (last_->empty()) last_->resize(static_cast<std::size_t>(east_.cells > 0 ? east_.cells : north_.cells));
  }
  std::unique_ptr<Pattern>& found = (*last_)[place];
  if (!found) {
    found = std::make_unique<Pattern>();
    make(first, *found);
  }
  return *found;
}

void CellPatterns::add(std::span<const std::int64_t> ids, CoverageBuilder& builder) {
  ++batch_;
  for (const std::int64_t id : ids) {
    const Cell cell = Grid::cell_of(id);
    if (repeats_) {
      const Place i = place_of(cell.i, east_), j = place_of(cell.j, north_);
      const bool along_i = east_.cells > 0;
      Pattern& known = pattern({i.first, j.first}, static_cast<std::size_t>(along_i ? i.first : j.first),
                               along_i ? j.first : i.first);
      const std::int64_t cols = std::int64_t{i.periods} * east_.cols + std::int64_t{j.periods} * north_.cols;
      const std::int64_t rows = std::int64_t{i.periods} * east_.rows + std::int64_t{j.periods} * north_.rows;
      const Window window{known.window.col + cols, known.window.row + rows, known.window.width,
                          known.window.height};
      if (!window.empty() && intersect(window, builder.frame()) == window) {
        if (known.held_in != batch_) {
          known.first_weight = builder.hold(known.weights);
          known.held_in = batch_;
        }
        builder.add_moved(known.spans, known.first_weight, window, static_cast<std::int32_t>(cols),
                          static_cast<std::int32_t>(rows), known.total);
        continue;
      }
    }
    builder.add(ring_of(cell));
  }
}

}  // namespace isotherm
