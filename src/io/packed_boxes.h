// Boxes packed into an R-tree as SQLite's rtree module stores it in its tables: nodes of up to 51 boxes, all
// leaves equally deep, the root is node 1. Made from boxes that come one by one, in the order of the file,
// it costs a sort of each run of them, where handing them to the module one by one costs a walk down the
// tree, a hundred times as much.
//
// A run is held, sorted into tiles (slices by x, within them by y) and given away; of boxes given away only
// one per node is kept. Runs of rows that lie near each other, as those of cells and districts do, make as
// good a tree as a sort of all.
//
// Sources: S. Leutenegger, M. Lopez, J. Edgington, "STR: a simple and efficient algorithm for R-tree packing"
// (ICDE 1997); the layout of nodes: SQLite, ext/rtree/rtree.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Bounds in single precision that hold those of double precision.
struct SingleBox {
  float xmin, xmax, ymin, ymax;
};
SingleBox single_box(const Extent& box);

/// A box of a row or, above the leaves, of a node.
struct PackedBox {
  std::int64_t id;
  SingleBox box;
};

class BoxPacker {
 public:
  /// Boxes of a node; what a page of 4096 bytes is divided into.
  static constexpr std::size_t kBoxesInNode = 51;
  static constexpr std::size_t kBytesInNode = 4 + 24 * kBoxesInNode;
  static constexpr std::int64_t kRoot = 1;
  static constexpr std::size_t kBoxesInRun = 1 << 18;

  struct Node {
    std::int64_t number;
    std::string_view bytes;            ///< kBytesInNode of them
    std::span<const PackedBox> holds;  ///< rows where it is a leaf, else nodes
    bool leaf;
  };
  /// Nodes are given as they are made, the root at the end; nodes below before those above.
  explicit BoxPacker(std::function<void(const Node&)> give, std::size_t boxes_in_run = kBoxesInRun);
  void add(const PackedBox& box) { add(0, box); }
  void finish();

 private:
  void add(std::size_t level, const PackedBox& box);
  void pack(std::size_t level);
  void give(std::size_t level, std::int64_t number, std::span<const PackedBox> boxes);

  std::function<void(const Node&)> give_;
  std::size_t boxes_in_run_;
  std::vector<std::vector<PackedBox>> waiting_;  ///< by level, leaves first
  std::int64_t last_number_ = kRoot;
  std::vector<char> bytes_;
};

}  // namespace isotherm
