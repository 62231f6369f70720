#include "packed_boxes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace isotherm {

namespace {

constexpr float kEndless = std::numeric_limits<float>::infinity();

float no_more_than(double value) {
  const auto near = static_cast<float>(value);
  return static_cast<double>(near) > value ? std::nextafter(near, -kEndless) : near;
}

float no_less_than(double value) {
  const auto near = static_cast<float>(value);
  return static_cast<double>(near) < value ? std::nextafter(near, kEndless) : near;
}

/// Most significant byte first.
template <class Number>
char* write_big_endian(char* to, Number value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8)
    *to++ = static_cast<char>(value >> shift);
  return to;
}

SingleBox around(std::span<const PackedBox> boxes) {
  SingleBox all = boxes.front().box;
  for (const PackedBox& one : boxes) {
    all.xmin = std::min(all.xmin, one.box.xmin);
    all.xmax = std::max(all.xmax, one.box.xmax);
    all.ymin = std::min(all.ymin, one.box.ymin);
    all.ymax = std::max(all.ymax, one.box.ymax);
  }
  return all;
}

/// Ordered by twice their middle, then by number, so that the order is one and the same everywhere.
void sort_by_x(std::span<PackedBox> boxes) {
  std::ranges::sort(boxes, {}, [](const PackedBox& b) { return std::tuple(b.box.xmin + b.box.xmax, b.id); });
}
void sort_by_y(std::span<PackedBox> boxes) {
  std::ranges::sort(boxes, {}, [](const PackedBox& b) { return std::tuple(b.box.ymin + b.box.ymax, b.id); });
}

}  // namespace

SingleBox single_box(const Extent& box) {
  return {no_more_than(box.xmin), no_less_than(box.xmax), no_more_than(box.ymin), no_less_than(box.ymax)};
}

BoxPacker::BoxPacker(std::function<void(const Node&)> give, std::size_t boxes_in_run)
    : give_(std::move(give)), boxes_in_run_(boxes_in_run), waiting_(1), bytes_(kBytesInNode) {}

void BoxPacker::add(std::size_t level, const PackedBox& box) {
  waiting_[level].push_back(box);
  if (waiting_[level].size() >= boxes_in_run_) pack(level);
}

/// Gives all boxes that wait on a level as nodes, which then wait on the one above.
void BoxPacker::pack(std::size_t level) {
  if (waiting_.size() == level + 1) waiting_.emplace_back();
  std::vector<PackedBox> run = std::exchange(waiting_[level], {});
  const std::size_t nodes = (run.size() + kBoxesInNode - 1) / kBoxesInNode;
  const auto slices = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(nodes))));
  const std::size_t in_slice = kBoxesInNode * ((nodes + slices - 1) / slices);
  sort_by_x(run);
  for (std::size_t begin = 0; begin < run.size(); begin += in_slice) {
    const auto slice = std::span(run).subspan(begin, std::min(in_slice, run.size() - begin));
    sort_by_y(slice);
    for (std::size_t k = 0; k < slice.size(); k += kBoxesInNode) {
      const auto boxes = slice.subspan(k, std::min(kBoxesInNode, slice.size() - k));
      give(level, ++last_number_, boxes);
      add(level + 1, {last_number_, around(boxes)});
    }
  }
}

void BoxPacker::finish() {
  for (std::size_t level = 0;; ++level) {
    const bool is_top = level + 1 == waiting_.size() && waiting_[level].size() <= kBoxesInNode;
    if (is_top) return give(level, kRoot, waiting_[level]);
    if (!waiting_[level].empty()) pack(level);
  }
}

/// A node: the depth below the root (read of the root alone), how many boxes, and these.
void BoxPacker::give(std::size_t level, std::int64_t number, std::span<const PackedBox> boxes) {
  std::ranges::fill(bytes_, '\0');
  char* to = write_big_endian(bytes_.data(), static_cast<std::uint16_t>(number == kRoot ? level : 0));
  to = write_big_endian(to, static_cast<std::uint16_t>(boxes.size()));
  for (const PackedBox& one : boxes) {
    to = write_big_endian(to, static_cast<std::uint64_t>(one.id));
    for (const float bound : {one.box.xmin, one.box.xmax, one.box.ymin, one.box.ymax})
      to = write_big_endian(to, std::bit_cast<std::uint32_t>(bound));
  }
  give_({number, {bytes_.data(), bytes_.size()}, boxes, level == 0});
}

}  // namespace isotherm
