#include "isotherm/zones/coverage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "count_outside.h"
#include "cover_sweep.h"
#include "isotherm/core/error.h"
#include "ring_walk.h"
#include "span_writer.h"

namespace isotherm {

namespace {

constexpr std::array<CoverageRuleRow, 3> kRules{{
    {CoverageRule::exact, "exact", "weight is the share of the pixel's area inside the zone"},
    {CoverageRule::centre, "centre",
     "pixels whose centre is inside; a centre on an edge belongs to one side only"},
    {CoverageRule::touch, "touch", "pixels of which any area is inside"},
}};

/// Windows up to this many pixels are summed in a plain array, which stays in the nearest cache.
constexpr std::int64_t kDensePixels = 4096;
/// The smallest window of pixels that holds the box, cut to the frame.
Window pixels_of(const Extent& box, const Window& frame) {
  const auto index = [](double value, std::int64_t low, std::int64_t high) {
    return static_cast<std::int64_t>(std::clamp(value, static_cast<double>(low), static_cast<double>(high)));
  };
  const std::int64_t col = index(std::floor(box.xmin), frame.col, frame.col_end());
  const std::int64_t row = index(std::floor(box.ymin), frame.row, frame.row_end());
  return {col, row, index(std::ceil(box.xmax), frame.col, frame.col_end()) - col,
          index(std::ceil(box.ymax), frame.row, frame.row_end()) - row};
}

bool holds(const Window& frame, const Extent& box) {
  const auto col = static_cast<double>(frame.col), row = static_cast<double>(frame.row);
  return box.xmin >= col - kResidue && box.ymin >= row - kResidue &&
         box.xmax <= static_cast<double>(frame.col_end()) + kResidue &&
         box.ymax <= static_cast<double>(frame.row_end()) + kResidue;
}

bool is_rectangle(std::span<const Point> r) {
  if (r.size() != 4) return false;
  const bool level_first = r[0].y == r[1].y && r[1].x == r[2].x && r[2].y == r[3].y && r[3].x == r[0].x;
  const bool upright_first = r[0].x == r[1].x && r[1].y == r[2].y && r[2].x == r[3].x && r[3].y == r[0].y;
  return level_first || upright_first;
}

/// Weights of a rectangle are products of a share of the row and a share of the column.
template <class Output>
void write_rectangle(const Extent& box, const Window& window, Output& output) {
  const auto col = static_cast<double>(window.col), row = static_cast<double>(window.row);
  const Extent local{box.xmin - col, box.ymin - row, box.xmax - col, box.ymax - row};
  const auto width = static_cast<std::int32_t>(window.width);
  const auto height = static_cast<std::int32_t>(window.height);
  const auto overlap = [](std::int32_t n, double from, double to) {
    return std::min(n + 1.0, to) - std::max(n + 0.0, from);
  };
  const double first = overlap(0, local.xmin, local.xmax), last = overlap(width - 1, local.xmin, local.xmax);
  for (std::int32_t r = 0; r < height; ++r) {
    const double share = overlap(r, local.ymin, local.ymax);
    output.begin_row(r);
    output.add(0, 1, share * first);
    if (width > 2) output.add(1, width - 2, share);
    if (width > 1) output.add(width - 1, 1, share * last);
    output.end_row();
  }
}

}  // namespace

std::span<const CoverageRuleRow> coverage_rules() { return kRules; }

std::size_t Coverage::bytes() const {
  return first_.capacity() * sizeof(std::size_t) + spans_.capacity() * sizeof(Span) +
         weights_.capacity() * sizeof(float) + totals_.capacity() * sizeof(double);
}

Coverage Coverage::alone(std::size_t zone) const {
  Coverage one;
  for (Span span : spans(zone)) {
    one.window_ = unite(one.window_, {span.col, span.row, span.count, 1});
    if (span.weights != Span::kFull) {
      const auto first = weights_.begin() + span.weights;
      span.weights = static_cast<std::uint32_t>(one.weights_.size());
      one.weights_.insert(one.weights_.end(), first, first + span.count);
    }
    one.spans_.push_back(span);
  }
  one.totals_.push_back(totals_[zone]);
  one.first_.push_back(one.spans_.size());
  return one;
}

CoverageBuilder::CoverageBuilder(Window frame, CoverageRule rule) : frame_(frame), rule_(rule) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 31;
  if (frame.width < 0 || frame.height < 0 || frame.col < -kLargest || frame.row < -kLargest ||
      frame.col_end() >= kLargest || frame.row_end() >= kLargest) {
    throw Error(ErrorKind::input, "a raster of more than 2^31 rows or columns cannot be covered by zones");
  }
}

void CoverageBuilder::add(std::span<const Point> ring) {
  rings_.clear();
  rings_.push_back({ring, 1});
  add_rings();
}

void CoverageBuilder::add(const MultiPolygon& outline) {
  rings_.clear();
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings)
      rings_.push_back({ring, &ring == &polygon.rings.front() ? 1.0 : -1.0});
  }
  add_rings();
}

void CoverageBuilder::add_rings() {
  std::erase_if(rings_, [](const OrientedRing& ring) { return ring.points.size() < 3; });
  const Extent box = orient_rings();
  const bool inside = holds(frame_, box);
  const double outside_total = inside || rings_.empty() ? 0 : total_outside(box);
  const std::size_t first_span = coverage_.spans_.size();
  if (!rings_.empty()) scan(box);
  const double inside_total = measure_spans(first_span);
  coverage_.totals_.push_back(inside ? inside_total : outside_total);
  coverage_.first_.push_back(coverage_.spans_.size());
}

Extent CoverageBuilder::orient_rings() {
  Extent box;
  double finite = 0;
  area_ = 0;
  for (OrientedRing& ring : rings_) {
    double twice = 0;  // area about the first point, so that large coordinates do not cost digits
    const Point origin = ring.points.front();
    for_edges(ring.points, [&](Point a, Point b) {
      twice += (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
      box.add(b);
      finite += b.x * 0 + b.y * 0;
    });
    area_ += ring.sign * std::abs(twice) / 2;
    // With y down, a ring of positive area has its left side running up; shells must run down there.
    if (twice > 0) ring.sign = -ring.sign;
  }
  if (!(finite == 0) || !std::isfinite(area_)) {
    throw Error(
        ErrorKind::input,
        "the outline of a zone has coordinates that are not finite, or absurdly large, on this raster");
  }
  return box;
}

double CoverageBuilder::measure_spans(std::size_t first) {
  const std::vector<Span>& spans = coverage_.spans_;
  if (first == spans.size()) return 0;
  double total = 0;
  std::int32_t west = spans[first].col, east = west;
  for (std::size_t k = first; k < spans.size(); ++k) {
    const Span& span = spans[k];
    west = std::min(west, span.col);
    east = std::max(east, span.col + span.count);
    if (span.weights == Span::kFull) {
      total += span.count;
    } else {
      const float* weights = coverage_.weights_.data() + span.weights;
      for (std::int32_t n = 0; n < span.count; ++n) total += static_cast<double>(weights[n]);
    }
  }
  const std::int32_t top = spans[first].row, bottom = spans.back().row + 1;
  coverage_.window_ = unite(coverage_.window_, {west, top, east - west, bottom - top});
  return total;
}

void CoverageBuilder::scan(const Extent& box) {
  const Window window = pixels_of(box, frame_);
  if (window.empty()) return;
  SpanWriter writer(coverage_.spans_, coverage_.weights_, window, rule_ == CoverageRule::touch);
  if (rule_ != CoverageRule::centre && rings_.size() == 1 && is_rectangle(rings_.front().points)) {
    write_rectangle(box, window, writer);
    return;
  }
  const auto width = static_cast<std::int32_t>(window.width);
  const auto height = static_cast<std::int32_t>(window.height);
  const auto fill = [&](auto cover) {
    if (rule_ == CoverageRule::centre) {
      mark_centres(rings_, window, cover);
    } else {
      walk_rings(rings_, box, window, cover);
    }
    cover.sweep(writer);
  };
  if (window.pixels() <= kDensePixels) {
    fill(DenseCover(dense_, width, height));
  } else {
    fill(SparseCover(steps_, width));
  }
}

double CoverageBuilder::total_outside(const Extent& box) {
  switch (rule_) {
    case CoverageRule::exact:
      return area_;
    case CoverageRule::centre:
      return count_centres(rings_, box);
    case CoverageRule::touch:
      return count_touched(rings_, box, steps_);
  }
  return area_;
}

std::uint32_t CoverageBuilder::hold(std::span<const float> weights) {
  const std::size_t first = coverage_.weights_.size();
  if (first + weights.size() >= Span::kFull) {
    throw Error(ErrorKind::internal,
                "coverage of one batch holds more than 2^32 weights; take fewer zones at once");
  }
  coverage_.weights_.insert(coverage_.weights_.end(), weights.begin(), weights.end());
  return static_cast<std::uint32_t>(first);
}

void CoverageBuilder::add(std::span<const Span> spans, std::span<const float> weights, double total) {
  Window window;
  for (const Span& span : spans) window = unite(window, {span.col, span.row, span.count, 1});
  add_moved(spans, hold(weights), window, 0, 0, total);
}

void CoverageBuilder::add_moved(std::span<const Span> spans, std::uint32_t first_weight, const Window& window,
                                std::int32_t cols, std::int32_t rows, double total) {
  for (const Span& span : spans) {
    const std::uint32_t weights = span.weights == Span::kFull ? Span::kFull : span.weights + first_weight;
    coverage_.spans_.push_back({span.row + rows, span.col + cols, span.count, weights});
  }
  coverage_.window_ = unite(coverage_.window_, window);
  coverage_.totals_.push_back(total);
  coverage_.first_.push_back(coverage_.spans_.size());
}

Coverage CoverageBuilder::finish() { return std::exchange(coverage_, Coverage()); }

}  // namespace isotherm
