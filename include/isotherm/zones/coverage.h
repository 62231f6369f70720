// How much of each pixel a zone covers, as spans of weights. Depends only on outlines and lattice, so it is
// computed once and used for every band and date.
//
// Method: for every edge, the exact signed area it cuts off in each pixel it crosses is added up along the
// row (the scan conversion of anti-aliased font rasterisers, in double precision). Exact for straight edges,
// any winding, holes and parts; no clipping, no intersection points. Source in docs/methods/coverage.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

enum class CoverageRule {
  exact,   ///< weight = share of the pixel's area inside the zone
  centre,  ///< weight 1 for pixels whose centre is inside; a centre on an edge belongs to one side only
  touch,   ///< weight 1 for pixels of which any area is inside
};

struct CoverageRuleRow {
  CoverageRule rule;
  std::string_view name;
  std::string_view help;
};
std::span<const CoverageRuleRow> coverage_rules();

/// A run of pixels of one row. `weights` is the position of the first weight in Coverage::weights, or kFull
/// when every pixel has weight 1.
struct Span {
  static constexpr std::uint32_t kFull = 0xffffffffu;
  std::int32_t row = 0;
  std::int32_t col = 0;
  std::int32_t count = 0;
  std::uint32_t weights = kFull;
};

/// Spans of a list of zones on one frame. Spans of a zone are sorted by row, then column, and do not overlap.
class Coverage {
 public:
  std::size_t zones() const { return totals_.size(); }
  std::span<const Span> spans(std::size_t zone) const {
    return std::span(spans_).subspan(first_[zone], first_[zone + 1] - first_[zone]);
  }
  /// Spans of all zones, one zone after the other.
  std::span<const Span> all_spans() const { return spans_; }
  /// Of all zones; zones that cover their pixels alike may share theirs.
  std::span<const float> weights() const { return weights_; }
  /// Weight of the zone on an unbounded lattice (its area in pixels for `exact`): the denominator of valid
  /// shares. For a zone wholly inside the frame it is the sum of its weights as they are stored, so that a
  /// zone without a missing pixel has a valid share of 1.
  double total(std::size_t zone) const { return totals_[zone]; }
  /// The coverage of that zone without the others.
  Coverage alone(std::size_t zone) const;
  /// Smallest window of the frame that holds all spans; empty when no zone meets the frame.
  const Window& window() const { return window_; }
  std::size_t bytes() const;

 private:
  friend class CoverageBuilder;
  std::vector<std::size_t> first_{0};
  std::vector<Span> spans_;
  std::vector<float> weights_;
  std::vector<double> totals_;
  Window window_;
};

/// A step along a row: what an outline adds to the cover of all pixels from here to the right.
struct CoverStep {
  std::int32_t row;
  std::int32_t col;
  double difference;
};

/// A ring with the sign that makes shells add and holes take away, whatever their winding.
struct OrientedRing {
  std::span<const Point> points;
  double sign;
};

/// Adds zones one after the other. Outlines are in pixel coordinates of the frame (column, row; y down;
/// winding does not matter, parts of a zone must not overlap each other). Everything outside `frame` (a
/// window such as {0, 0, width, height}) is cut away. Memory grows with the outline and the spans, never with
/// the enclosed area.
///
/// Shares below 1e-9 of a pixel are rounding residue: they give no pixel; those within 1e-9 of 1 are
/// exactly 1. Throws Error(input) when a coordinate is not finite, when the frame passes 2^31, or when a zone
/// that leaves the frame is too large to be counted pixel by pixel for total() (rules centre and touch). A
/// zone that threw was not added.
class CoverageBuilder {
 public:
  CoverageBuilder(Window frame, CoverageRule rule);
  void add(const MultiPolygon& outline);
  /// A single ring: the fast path of lattice cells (axis-aligned rectangles take a separable one).
  void add(std::span<const Point> ring);
  /// A zone whose coverage is known already: its spans in order, inside the frame, their `weights` counted
  /// from the first of these, and its total.
  void add(std::span<const Span> spans, std::span<const float> weights, double total);
  /// Weights that several zones share: kept once, for add_moved. Returns their place.
  std::uint32_t hold(std::span<const float> weights);
  /// A zone that is another one moved by whole pixels: its spans before the move, their `weights` counted
  /// from `first_weight`; `window` is that of the moved spans and lies inside the frame.
  void add_moved(std::span<const Span> spans, std::uint32_t first_weight, const Window& window,
                 std::int32_t cols, std::int32_t rows, double total);
  const Window& frame() const { return frame_; }
  /// What was added so far; the builder starts afresh and keeps its scratch memory.
  Coverage finish();

 private:
  void add_rings();
  /// Sets area_ and the signs of rings; returns their box.
  Extent orient_rings();
  void scan(const Extent& box);
  /// Sum of the weights from this span on, whose window it adds to that of the coverage.
  double measure_spans(std::size_t first);
  double total_outside(const Extent& box);

  Window frame_;
  CoverageRule rule_;
  Coverage coverage_;
  // Scratch, kept from zone to zone.
  std::vector<OrientedRing> rings_;
  std::vector<double> dense_;
  std::vector<CoverStep> steps_;
  double area_ = 0;  ///< of the zone being added
};

}  // namespace isotherm
