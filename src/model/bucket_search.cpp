#include "bucket_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blocks.h"

namespace isotherm {

namespace {

constexpr double kPointsPerBucket = 3;
constexpr std::int32_t kMostCrowded = 64;

struct Buckets {
  double side = 1, x0 = 0, y0 = 0;
  std::int64_t width = 1, height = 1;
  std::vector<std::int32_t> starts;  ///< of every bucket, in `rows`
  std::vector<std::int32_t> rows;    ///< bucket by bucket
  std::vector<Point> places;         ///< in that order

  std::int64_t across(double x) const {
    return std::clamp(static_cast<std::int64_t>((x - x0) / side), std::int64_t{0}, width - 1);
  }
  std::int64_t down(double y) const {
    return std::clamp(static_cast<std::int64_t>((y - y0) / side), std::int64_t{0}, height - 1);
  }
};

/// Counting sort by bucket, rows ascending inside one.
Buckets buckets_of(std::span<const Point> points) {
  Extent extent;
  for (const Point& p : points) extent.add(p);
  Buckets b;
  b.x0 = extent.xmin;
  b.y0 = extent.ymin;
  const auto n = static_cast<double>(points.size());
  const double longer = std::max(extent.width(), extent.height());
  b.side = std::sqrt(extent.width() * extent.height() * kPointsPerBucket / n);
  if (!(b.side > longer / (4 * n)))
    b.side = std::max(longer * kPointsPerBucket / n, std::numeric_limits<double>::min());
  b.width = static_cast<std::int64_t>(extent.width() / b.side) + 1;
  b.height = static_cast<std::int64_t>(extent.height() / b.side) + 1;
  std::vector<std::int32_t> bucket(points.size());
  b.starts.assign(static_cast<std::size_t>(b.width * b.height) + 1, 0);
  for (std::size_t row = 0; row < points.size(); ++row) {
    bucket[row] = static_cast<std::int32_t>(b.down(points[row].y) * b.width + b.across(points[row].x));
    ++b.starts[static_cast<std::size_t>(bucket[row]) + 1];
  }
  for (std::size_t k = 1; k < b.starts.size(); ++k) b.starts[k] += b.starts[k - 1];
  std::vector<std::int32_t> next(b.starts.begin(), b.starts.end() - 1);
  b.rows.resize(points.size());
  b.places.resize(points.size());
  for (std::size_t row = 0; row < points.size(); ++row) {
    const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(bucket[row])]++);
    b.rows[at] = static_cast<std::int32_t>(row);
    b.places[at] = points[row];
  }
  return b;
}

/// The k best so far, nearest first.
class Nearest {
 public:
  explicit Nearest(std::size_t k) : k_(k), squares_(k), rows_(k) {}
  void clear() {
    count_ = 0;
    worst_ = std::numeric_limits<double>::infinity();
  }
  bool full() const { return count_ == k_; }
  double worst() const { return worst_; }
  const std::vector<std::int32_t>& rows() const { return rows_; }

  void offer(double square, std::int32_t row) {
    if (square > worst_ || (full() && square == worst_ && row > rows_[k_ - 1])) return;
    std::size_t at = full() ? k_ - 1 : count_++;
    while (at > 0 && (squares_[at - 1] > square || (squares_[at - 1] == square && rows_[at - 1] > row))) {
      squares_[at] = squares_[at - 1];
      rows_[at] = rows_[at - 1];
      --at;
    }
    squares_[at] = square;
    rows_[at] = row;
    if (full()) worst_ = squares_[k_ - 1];
  }

 private:
  std::size_t k_, count_ = 0;
  double worst_ = 0;
  std::vector<double> squares_;
  std::vector<std::int32_t> rows_;
};

/// All points in buckets [first, last] of a line of buckets, clipped.
void offer_line(const Buckets& b, Point at, std::int32_t self, std::int64_t line, std::int64_t first,
                std::int64_t last, Nearest& nearest) {
  if (line < 0 || line >= b.height) return;
  first = std::max(first, std::int64_t{0});
  last = std::min(last, b.width - 1);
  if (first > last) return;
  const auto begin = static_cast<std::size_t>(b.starts[static_cast<std::size_t>(line * b.width + first)]);
  const auto end = static_cast<std::size_t>(b.starts[static_cast<std::size_t>(line * b.width + last + 1)]);
  for (std::size_t k = begin; k < end; ++k) {
    const double x = b.places[k].x - at.x, y = b.places[k].y - at.y, square = x * x + y * y;
    if (square <= nearest.worst() && b.rows[k] != self) nearest.offer(square, b.rows[k]);
  }
}

void search(const Buckets& b, Point at, std::int32_t self, Nearest& nearest) {
  nearest.clear();
  const std::int64_t i = b.across(at.x), j = b.down(at.y);
  for (std::int64_t line = j - 1; line <= j + 1; ++line) offer_line(b, at, self, line, i - 1, i + 1, nearest);
  for (std::int64_t ring = 1;; ++ring) {
    // How far the buckets looked at reach on every side; beyond the map there is nothing.
    const auto edge = [&](std::int64_t k, double origin) { return origin + static_cast<double>(k) * b.side; };
    const bool all = i - ring <= 0 && j - ring <= 0 && i + ring >= b.width - 1 && j + ring >= b.height - 1;
    double reach = std::numeric_limits<double>::infinity();
    if (i - ring > 0) reach = std::min(reach, at.x - edge(i - ring, b.x0));
    if (j - ring > 0) reach = std::min(reach, at.y - edge(j - ring, b.y0));
    if (i + ring < b.width - 1) reach = std::min(reach, edge(i + ring + 1, b.x0) - at.x);
    if (j + ring < b.height - 1) reach = std::min(reach, edge(j + ring + 1, b.y0) - at.y);
    // A hair less, for the rounding of edges; at an equal distance a smaller row could still lie outside.
    reach -= 1e-9 * b.side;
    if (all || (nearest.full() && reach > 0 && nearest.worst() < reach * reach)) return;
    const std::int64_t next = ring + 1;
    offer_line(b, at, self, j - next, i - next, i + next, nearest);
    offer_line(b, at, self, j + next, i - next, i + next, nearest);
    for (std::int64_t line = j - ring; line <= j + ring; ++line) {
      if (i - next >= 0) offer_line(b, at, self, line, i - next, i - next, nearest);
      if (i + next < b.width) offer_line(b, at, self, line, i + next, i + next, nearest);
    }
  }
}

}  // namespace

bool bucket_neighbours(std::span<const Point> points, std::size_t k, int threads,
                       std::vector<std::int32_t>& columns) {
  if (k > 64) return false;
  const Buckets buckets = buckets_of(points);
  for (std::size_t b = 1; b < buckets.starts.size(); ++b) {
    if (buckets.starts[b] - buckets.starts[b - 1] > kMostCrowded) return false;
  }
  // The other extreme, most buckets empty: a query would walk through rings of nothing.
  std::size_t taken = 0;
  for (std::size_t b = 1; b < buckets.starts.size(); ++b)
    taken += buckets.starts[b] > buckets.starts[b - 1] ? 1 : 0;
  if (taken * 8 < buckets.starts.size() - 1) return false;
  for_blocks(points.size(), threads, [&](std::size_t, std::size_t first, std::size_t end) {
    Nearest nearest(k);
    for (std::size_t at = first; at < end; ++at) {
      const std::int32_t self = buckets.rows[at];
      search(buckets, buckets.places[at], self, nearest);
      std::int32_t* const out = columns.data() + static_cast<std::size_t>(self) * k;
      std::copy(nearest.rows().begin(), nearest.rows().end(), out);
      std::sort(out, out + k);
    }
  });
  return true;
}

}  // namespace isotherm
