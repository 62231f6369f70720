// Turns the cover of a zone's pixels, told row by row from left to right, into spans.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/zones/coverage.h"

namespace isotherm {

/// Shares of a pixel below this are rounding residue; so is what is missing to 1.
inline constexpr double kResidue = 1e-9;

/// The weight of a pixel covered so far: 0, or in [1e-9, 1].
inline double weight_of(double cover, bool touch) {
  if (cover < kResidue) return 0;
  return touch || cover > 1 - kResidue ? 1 : cover;
}

class SpanWriter {
 public:
  /// Rows and columns told are relative to the first pixel of `window`.
  SpanWriter(std::vector<Span>& spans, std::vector<float>& weights, const Window& window, bool touch)
      : spans_(spans),
        weights_(weights),
        first_row_(static_cast<std::int32_t>(window.row)),
        first_col_(static_cast<std::int32_t>(window.col)),
        touch_(touch ? 1 : 0) {}

  void begin_row(std::int32_t row) { row_ = first_row_ + row; }
  void add(std::int32_t col, std::int32_t count, double cover) {
    const double weight = weight_of(cover, touch_ != 0);
    if (weight == 0) return;
    col += first_col_;
    if (weight == 1) {
      add_full(col, count);
      return;
    }
    settle(full_col_ + full_ == col);
    add_weights(col, count, static_cast<float>(weight));
  }
  /// All pixels of a row at once, by the steps of cover from one to the next; the same spans as from `add`.
  /// Zones of a few pixels are most of the work there is, and nearly all their rows are one run: no branch
  /// depends on a weight.
  void add_row(const double* steps, std::int32_t width) {
    double cover = 0;
    if (width <= kLongRun) {
      std::array<float, kLongRun> weights;
      std::uint32_t some = 0, full = 0;  // a bit per column
      for (std::int32_t col = 0; col < width; ++col) {
        cover += steps[col];
        const std::uint32_t is_some = cover >= kResidue,
                            is_full = (cover > 1 - kResidue) | (is_some & touch_);
        some |= is_some << col;
        full |= is_full << col;
        weights[static_cast<std::size_t>(col)] =
            static_cast<float>(cover) * static_cast<float>(is_some & ~is_full) + static_cast<float>(is_full);
      }
      if (some == 0) return;
      const int first = std::countr_zero(some), count = std::popcount(some);
      if (full != some && (some >> first) + 1 == std::uint32_t{1} << count) {
        open_span(first_col_ + first);
        spans_.back().count = count;
        weights_.insert(weights_.end(), weights.begin() + first, weights.begin() + first + count);
        return;
      }
      cover = 0;
    }
    for (std::int32_t col = 0; col < width; ++col) {
      cover += steps[col];
      add(col, 1, cover);
    }
  }
  void end_row() {
    settle(false);
    open_ = false;
  }

 private:
  /// Runs of full pixels at least this long get a span without weights; shorter ones beside partly covered
  /// pixels are cheaper to read as weights.
  static constexpr std::int32_t kLongRun = 16;

  void add_full(std::int32_t col, std::int32_t count) {
    if (full_ > 0 && full_col_ + full_ == col) {
      full_ += count;
      return;
    }
    settle(false);
    full_col_ = col;
    full_ = count;
  }
  /// Writes the full pixels held back; `joined` tells whether a partly covered pixel follows them at once.
  void settle(bool joined) {
    if (full_ == 0) return;
    if (full_ < kLongRun && (joined || continues(full_col_))) {
      add_weights(full_col_, full_, 1.0f);
    } else {
      spans_.push_back({row_, full_col_, full_, Span::kFull});
      open_ = false;
    }
    full_ = 0;
  }
  bool continues(std::int32_t col) const { return open_ && spans_.back().col + spans_.back().count == col; }
  void open_span(std::int32_t col) {
    if (weights_.size() >= Span::kFull) {
      throw Error(ErrorKind::internal,
                  "coverage of one batch holds more than 2^32 weights; take fewer zones at once");
    }
    spans_.push_back({row_, col, 0, static_cast<std::uint32_t>(weights_.size())});
    open_ = true;
  }
  void add_weights(std::int32_t col, std::int32_t count, float weight) {
    if (!continues(col)) open_span(col);
    if (count == 1) {
      weights_.push_back(weight);
    } else {
      weights_.insert(weights_.end(), static_cast<std::size_t>(count), weight);
    }
    spans_.back().count += count;
  }

  std::vector<Span>& spans_;
  std::vector<float>& weights_;
  std::int32_t first_row_, first_col_;
  std::uint32_t touch_;  ///< 1: any area counts as the whole pixel
  std::int32_t row_ = 0;
  std::int32_t full_col_ = 0, full_ = 0;  ///< full pixels held back
  bool open_ = false;                     ///< the last span is of this row and has weights
};

}  // namespace isotherm
