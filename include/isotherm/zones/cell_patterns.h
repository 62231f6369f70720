// Coverage of whole cells of a lattice, most of it without walking outlines: where a whole number of cells
// spans a whole number of pixels, cells that far apart cover their pixels alike, and the spans of one serve
// all of them. Hexagons 100 m apart on pixels of 30 m repeat every third cell of a line (10 pixels).
//
// Promises: what is added for a cell depends on the cell, the lattice and the frame alone, never on the cells
// before it, so that any cutting into batches gives the same numbers. The cell that stands for the others is
// the one nearest the origin of the CRS; its weights are those the outline of any of them would give, up to
// the rounding of its coordinates (below 1e-9 of a pixel). Cells that leave the frame, very large ones,
// lattices without a period and the centre rule, whose ties would feel that rounding, are walked one by one.
// Mathematics: docs/methods/coverage.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/zones/coverage.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// After how many cells along an axis the pixels repeat, and by how many pixels; 0 cells: they do not.
struct CellPeriod {
  std::int32_t cells = 0;
  std::int32_t cols = 0;
  std::int32_t rows = 0;
};

/// Of cells `step` map units apart (an exact multiple of which must be a whole number of pixels).
CellPeriod period_along(double step, double pixel, bool is_column);

/// One per worker.
class CellPatterns {
 public:
  /// `pixels` maps the pixel numbers of the builder's frame to the CRS of the grid.
  CellPatterns(const Grid& grid, const GeoTransform& pixels, CoverageRule rule);
  /// Adds the cells with these ids (Grid::id) one after the other.
  void add(std::span<const std::int64_t> ids, CoverageBuilder& builder);

 private:
  struct Pattern {
    std::vector<Span> spans;  ///< of the cell that stands for the others; `weights` from 0
    std::vector<float> weights;
    double total = 0;
    Window window;
    std::uint64_t held_in = 0;       ///< number of the batch whose coverage holds the weights
    std::uint32_t first_weight = 0;  ///< in it
  };
  using Line = std::vector<std::unique_ptr<Pattern>>;  ///< by place in the period

  Pattern& pattern(Cell first, std::size_t place, std::int64_t line_key);
  void make(Cell cell, Pattern& pattern);
  std::span<const Point> ring_of(Cell cell);

  Grid grid_;
  GeoTransform pixels_;
  CoverageBuilder alone_;  ///< makes patterns, on a frame without end
  CellPeriod east_, north_;
  bool repeats_ = false;
  std::uint64_t batch_ = 0;
  std::unordered_map<std::int64_t, Line> lines_;
  std::size_t bytes_ = 0;  ///< of all patterns
  std::int64_t last_key_ = 0;
  Line* last_ = nullptr;
  Ring ring_;
};

}  // namespace isotherm
