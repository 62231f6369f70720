// From the steps that edges make along rows to the cover of pixels: sinks for the edge walk, and the running
// sums. An output has begin_row(row), add(col, count, cover) in ascending order of columns, and end_row();
// for small windows add_row(steps, width) in place of add.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isotherm/zones/coverage.h"

namespace isotherm {

/// Differences are summed in place: for small windows. Two columns more than the window has pixels per row,
/// since an edge on its right border acts on the two behind it.
class DenseCover {
 public:
  /// `cells` holds only zeros and is left so.
  DenseCover(std::vector<double>& cells, std::int32_t width, std::int32_t height)
      : width_(width), height_(height), stride_(width + 2) {
    const std::size_t size = static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height);
    if (cells.size() < size) cells.resize(size, 0.0);
    cells_ = cells.data();
  }
  void add(std::int32_t row, std::int32_t col, double difference) {
    cells_[row * stride_ + col] += difference;
  }

  template <class Output>
  void sweep(Output& output) {
    for (std::int32_t row = 0; row < height_; ++row) {
      output.begin_row(row);
      output.add_row(cells_ + row * stride_, width_);
      output.end_row();
    }
    std::fill_n(cells_, stride_ * height_, 0.0);
  }

 private:
  double* cells_;
  std::int32_t width_, height_, stride_;
};

/// Differences are listed where edges pass, and sorted: for large windows. The sums come out the same to the
/// last bit, since steps on one pixel keep their order.
class SparseCover {
 public:
  SparseCover(std::vector<CoverStep>& steps, std::int32_t width) : steps_(steps), width_(width) {
    steps_.clear();
  }
  void add(std::int32_t row, std::int32_t col, double difference) {
    steps_.push_back({row, col, difference});
  }

  template <class Output>
  void sweep(Output& output) {
    std::stable_sort(steps_.begin(), steps_.end(), [](const CoverStep& a, const CoverStep& b) {
      return a.row < b.row || (a.row == b.row && a.col < b.col);
    });
    for (std::size_t k = 0; k < steps_.size();) {
      const std::int32_t row = steps_[k].row;
      double cover = 0;
      output.begin_row(row);
      while (k < steps_.size() && steps_[k].row == row) {
        const std::int32_t col = steps_[k].col;
        for (; k < steps_.size() && steps_[k].row == row && steps_[k].col == col; ++k)
          cover += steps_[k].difference;
        const bool last = k == steps_.size() || steps_[k].row != row;
        const std::int32_t end = std::min(width_, last ? width_ : steps_[k].col);
        if (col < end) output.add(col, end - col, cover);
      }
      output.end_row();
    }
  }

 private:
  std::vector<CoverStep>& steps_;
  std::int32_t width_;
};

}  // namespace isotherm
