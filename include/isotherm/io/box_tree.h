// Which of many rectangles meet one: a packed tree (GEOS's STR tree; S. T. Leutenegger, M. A. Lopez, J.
// Edgington, STR: A Simple and Efficient Algorithm for R-Tree Packing, 1997).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Not thread-safe.
class BoxTree {
 public:
  /// Rectangles without area count as lines or points; those without any point meet nothing.
  explicit BoxTree(std::span<const Extent> boxes);
  BoxTree(BoxTree&&) noexcept;
  ~BoxTree();
  /// Positions of the rectangles that meet or touch `box`, ascending.
  std::vector<std::size_t> meeting(const Extent& box) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm
