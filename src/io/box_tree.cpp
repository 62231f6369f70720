#include "isotherm/io/box_tree.h"

#include <algorithm>

#include "geos_support.h"
#include "isotherm/core/error.h"

namespace isotherm {

namespace {

constexpr std::size_t kNodeCapacity = 10;

bool has_points(const Extent& box) { return box.xmin <= box.xmax && box.ymin <= box.ymax; }

}  // namespace

struct BoxTree::State {
  Geos geos;
  std::vector<std::size_t> positions;  ///< what the tree's items point at
  GEOSSTRtree* tree;

  State() : tree(GEOSSTRtree_create_r(geos.handle(), kNodeCapacity)) {
    if (tree == nullptr) throw Error(ErrorKind::internal, "no tree of rectangles: " + geos.reason());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { GEOSSTRtree_destroy_r(geos.handle(), tree); }

  Geos::Geometry rectangle(const Extent& box) const {
    return geos.own(GEOSGeom_createRectangle_r(geos.handle(), box.xmin, box.ymin, box.xmax, box.ymax));
  }
};

BoxTree::BoxTree(std::span<const Extent> boxes) : state_(std::make_unique<State>()) {
  state_->positions.resize(boxes.size());
  for (std::size_t k = 0; k < boxes.size(); ++k) {
    state_->positions[k] = k;
    if (!has_points(boxes[k])) continue;
    const Geos::Geometry rectangle = state_->rectangle(boxes[k]);
    GEOSSTRtree_insert_r(state_->geos.handle(), state_->tree, rectangle.get(), &state_->positions[k]);
  }
}

BoxTree::BoxTree(BoxTree&&) noexcept = default;
BoxTree::~BoxTree() = default;

std::vector<std::size_t> BoxTree::meeting(const Extent& box) const {
  std::vector<std::size_t> found;
  if (!has_points(box)) return found;
  const Geos::Geometry rectangle = state_->rectangle(box);
  GEOSSTRtree_query_r(
      state_->geos.handle(), state_->tree, rectangle.get(),
      [](void* item, void* list) {
        static_cast<std::vector<std::size_t>*>(list)->push_back(*static_cast<std::size_t*>(item));
      },
      &found);
  std::ranges::sort(found);
  return found;
}

}  // namespace isotherm
