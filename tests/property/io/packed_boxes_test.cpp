// Trees of boxes packed for SQLite's rtree module: every row stands in one leaf, nodes hold what lies below
// them, leaves are equally deep, and a search finds what a look at every box finds.
#include "../../../src/io/packed_boxes.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace isotherm {
namespace {

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < length; ++k) value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
  return value;
}

float bound(std::string_view bytes, std::size_t at) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(bytes, at, 4)));
}

/// Nodes as their bytes say, by the manual of the format alone: two bytes of depth, two that count, and for
/// each box eight of its number and four of each of its bounds.
class Tree {
 public:
  Tree(const std::vector<Extent>& boxes, std::size_t boxes_in_run) {
    BoxPacker packer(
        [&](const BoxPacker::Node& node) {
          EXPECT_EQ(node.bytes.size(), 1228U);
          EXPECT_TRUE(nodes_.emplace(node.number, std::string(node.bytes)).second) << "a number given twice";
          EXPECT_EQ(big_endian(node.bytes, 2, 2), node.holds.size());
          if (node.leaf) leaves_.insert(node.number);
        },
        boxes_in_run);
    for (std::size_t row = 0; row < boxes.size(); ++row)
      packer.add({static_cast<std::int64_t>(row), single_box(boxes[row])});
    packer.finish();
  }

  struct Entry {
    std::int64_t id;
    SingleBox box;
  };
  std::vector<Entry> entries(std::int64_t node) const {
    const std::string& bytes = nodes_.at(node);
    std::vector<Entry> found;
    for (std::size_t k = 0; k < big_endian(bytes, 2, 2); ++k) {
      const std::size_t at = 4 + 24 * k;
      found.push_back(
          {static_cast<std::int64_t>(big_endian(bytes, at, 8)),
           {bound(bytes, at + 8), bound(bytes, at + 12), bound(bytes, at + 16), bound(bytes, at + 20)}});
    }
    return found;
  }

  std::uint64_t depth() const { return big_endian(nodes_.at(BoxPacker::kRoot), 0, 2); }
  std::size_t nodes() const { return nodes_.size(); }

  /// Rows in the order of the leaves. Each node must lie within what the one above says.
  std::vector<std::int64_t> rows(std::int64_t node, std::uint64_t depth, const SingleBox* around) const {
    EXPECT_EQ(leaves_.contains(node), depth == 0);
    std::vector<std::int64_t> found;
    for (const Entry& entry : entries(node)) {
      if (around) {
        EXPECT_TRUE(entry.box.xmin >= around->xmin && entry.box.xmax <= around->xmax &&
                    entry.box.ymin >= around->ymin && entry.box.ymax <= around->ymax);
      }
      if (depth == 0) {
        found.push_back(entry.id);
      } else {
        const std::vector<std::int64_t> below = rows(entry.id, depth - 1, &entry.box);
        found.insert(found.end(), below.begin(), below.end());
      }
    }
    return found;
  }

  void search(std::int64_t node, std::uint64_t depth, const Extent& window,
              std::set<std::int64_t>& found) const {
    ++visited_;
    for (const Entry& entry : entries(node)) {
      const auto wide = [](float bound) { return static_cast<double>(bound); };
      if (wide(entry.box.xmax) < window.xmin || wide(entry.box.xmin) > window.xmax ||
          wide(entry.box.ymax) < window.ymin || wide(entry.box.ymin) > window.ymax)
        continue;
      if (depth == 0) {
        found.insert(entry.id);
      } else {
        search(entry.id, depth - 1, window, found);
      }
    }
  }
  mutable std::size_t visited_ = 0;

 private:
  std::map<std::int64_t, std::string> nodes_;
  std::set<std::int64_t> leaves_;
};

/// Rows of cells side by side, a little apart from their lattice.
std::vector<Extent> cells(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<Extent> boxes;
  for (std::size_t k = 0; k < count; ++k) {
    const double x = 5e5 + 100 * static_cast<double>(k % 60) + 30 * unit(random);
    const double y = 5e6 + 100 * static_cast<double>(k / 60) + 30 * unit(random);
    boxes.push_back({x, y, x + 100 * unit(random), y + 100 * unit(random)});
  }
  return boxes;
}

TEST(PackedBoxes, EveryRowStandsInOneLeafAndNodesHoldWhatLiesBelow) {
  // About the size of a node, of a node of nodes, of runs that end within the table and with it.
  for (const std::size_t count : {0, 1, 50, 51, 52, 102, 2600, 2601, 2602, 7000}) {
    for (const std::size_t run : {std::size_t{52}, std::size_t{700}, BoxPacker::kBoxesInRun}) {
      const Tree tree(cells(count, count), run);
      std::vector<std::int64_t> rows = tree.rows(BoxPacker::kRoot, tree.depth(), nullptr);
      std::ranges::sort(rows);
      ASSERT_EQ(rows.size(), count) << "runs of " << run;
      for (std::size_t k = 0; k < rows.size(); ++k) ASSERT_EQ(rows[k], static_cast<std::int64_t>(k));
    }
  }
}

TEST(PackedBoxes, AsFewNodesAsThereCanBe) {
  // 51 leaves and a root; one box more needs a leaf more and so two nodes above the leaves and a root.
  EXPECT_EQ(Tree(cells(2601, 1), BoxPacker::kBoxesInRun).nodes(), 52U);
  EXPECT_EQ(Tree(cells(2602, 1), BoxPacker::kBoxesInRun).nodes(), 55U);
}

TEST(PackedBoxes, ASearchFindsWhatALookAtEveryBoxFindsAndVisitsFewNodes) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> x(5e5 - 500, 5e5 + 6500), y(5e6 - 500, 5e6 + 12500), side(0.01, 900);
  const std::vector<Extent> boxes = cells(7000, 3);
  for (const std::size_t run : {std::size_t{1000}, BoxPacker::kBoxesInRun}) {
    const Tree tree(boxes, run);
    std::size_t visits = 0;
    for (int k = 0; k < 200; ++k) {
      const double left = x(random), low = y(random);
      const Extent window{left, low, left + side(random), low + side(random)};
      std::set<std::int64_t> found;
      tree.search(BoxPacker::kRoot, tree.depth(), window, found);
      std::size_t exact = 0;
      for (std::size_t row = 0; row < boxes.size(); ++row) {
        const Extent& b = boxes[row];
        if (b.xmax < window.xmin || b.xmin > window.xmax || b.ymax < window.ymin || b.ymin > window.ymax)
          continue;
        ++exact;
        EXPECT_TRUE(found.contains(static_cast<std::int64_t>(row)));
      }
      // Bounds are rounded outwards, by half a metre at most near 5e6: what is found beside touches nearly.
      EXPECT_LE(found.size(), exact + 6);
      visits += tree.visited_;
      tree.visited_ = 0;
    }
    EXPECT_LT(visits, 200 * tree.nodes() / 4);
  }
}

TEST(PackedBoxes, SinglePrecisionHoldsTheBox) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> number(-1, 1), size(-300, 300);
  for (int k = 0; k < 10000; ++k) {
    const double a = number(random) * std::pow(10, size(random));
    const SingleBox box = single_box({a, -a, a, -a});
    EXPECT_LE(static_cast<double>(box.xmin), a);
    EXPECT_GE(static_cast<double>(box.xmax), a);
    EXPECT_LE(static_cast<double>(box.ymin), -a);
    EXPECT_GE(static_cast<double>(box.ymax), -a);
  }
  // What single precision holds stays as it is.
  const SingleBox exact = single_box({0, -0.5, 1024.25, 3});
  EXPECT_EQ(exact.xmin, 0.0F);
  EXPECT_EQ(exact.ymin, -0.5F);
  EXPECT_EQ(exact.xmax, 1024.25F);
  EXPECT_EQ(exact.ymax, 3.0F);
}

}  // namespace
}  // namespace isotherm
