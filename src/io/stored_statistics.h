// Count, mean, variance and range of the numbers of a band as its tiles are written.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

namespace isotherm {

/// Tiles are added in order and each is summed on its own, then merged (Chan, Golub and LeVeque 1979,
/// "Updating formulae and a pairwise algorithm for computing sample variances"), so the result depends on the
/// pixels alone.
class StoredStatistics {
 public:
  /// The numbers of one tile by themselves, summed in one pass about the first of them. That one lies within
  /// sqrt(count) standard deviations of the mean, as any member does, so that at most log10(count) of the
  /// sixteen digits of a double are lost: five for a tile of 256 x 256.
  class Tile {
   public:
    /// Numbers for which missing(number) is true do not count.
    template <class T, class Missing>
    void add_row(std::span<const T> numbers, Missing missing) {
      begin(numbers, missing);
      add_one_by_one(numbers, missing);
    }
    /// The same for floats, of which NaN is missing; all lanes at once where the processor can.
    void add_floats(std::span<const float> numbers) {
      const auto missing = [](float number) { return number != number; };
      begin(numbers, missing);
#ifdef __x86_64__
      const std::size_t whole = numbers.size() / kLanes * kLanes;
      add_lanes(numbers.first(whole));
      numbers = numbers.subspan(whole);
#endif
      add_one_by_one(numbers, missing);
    }
    double count() const { return std::accumulate(counts_.begin(), counts_.end(), 0.0); }

   private:
    friend class StoredStatistics;
    /// Every kLanes-th number is summed by itself, so that sums need not wait for each other.
    static constexpr std::size_t kLanes = 4;
    using Lanes = std::array<double, kLanes>;
    static constexpr Lanes all(double value) {
      Lanes lanes{};
      lanes.fill(value);
      return lanes;
    }
    template <class T, class Missing>
    void begin(std::span<const T> numbers, Missing missing) {
      pixels_ += static_cast<std::int64_t>(numbers.size());
      if (count() != 0) return;
      const auto first = std::ranges::find_if_not(numbers, missing);
      if (first != numbers.end()) shift_ = static_cast<double>(*first);
    }

    template <class T, class Missing>
    void add_one_by_one(std::span<const T> numbers, Missing missing) {
      // Copies, which no number that is read can be: the compiler then keeps them in registers.
      auto counts = counts_, sums = sums_, squares = squares_, lows = lows_, highs = highs_;
      const auto add = [&](std::size_t lane, T number) {
        const bool there = !missing(number);
        const auto value = static_cast<double>(number);
        const double off = there ? value - shift_ : 0;
        counts[lane] += there ? 1 : 0;
        sums[lane] += off;
        squares[lane] += off * off;
        lows[lane] = there && value < lows[lane] ? value : lows[lane];
        highs[lane] = there && value > highs[lane] ? value : highs[lane];
      };
      std::size_t k = 0;
      for (; k + kLanes <= numbers.size(); k += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, numbers[k + lane]);
      }
      for (const T number : numbers.subspan(k)) add(0, number);
      counts_ = counts, sums_ = sums, squares_ = squares, lows_ = lows, highs_ = highs;
    }

#ifdef __x86_64__
    /// Of two lanes.
    struct Pair {
      __m128d sums, squares;
      void add(__m128d value, __m128d shift) {
        const __m128d off = _mm_and_pd(_mm_sub_pd(value, shift), _mm_cmpord_pd(value, value));
        sums = _mm_add_pd(sums, off);
        squares = _mm_add_pd(squares, _mm_mul_pd(off, off));
      }
    };

    /// The operations of add_one_by_one in its order, so the same bits. Floats are compared as floats;
    /// against NaN the instructions give their second operand.
    void add_lanes(std::span<const float> numbers) {
      const auto floats = [](const Lanes& lanes) {
        return _mm_movelh_ps(_mm_cvtpd_ps(_mm_loadu_pd(lanes.data())), _mm_cvtpd_ps(_mm_loadu_pd(&lanes[2])));
      };
      const auto low_half = [](__m128 lanes) { return _mm_cvtps_pd(lanes); };
      const auto high_half = [](__m128 lanes) { return _mm_cvtps_pd(_mm_movehl_ps(lanes, lanes)); };
      const __m128d shift = _mm_set1_pd(shift_);
      Pair left{_mm_loadu_pd(sums_.data()), _mm_loadu_pd(squares_.data())};
      Pair right{_mm_loadu_pd(&sums_[2]), _mm_loadu_pd(&squares_[2])};
      __m128 lows = floats(lows_), highs = floats(highs_);
      __m128i missing = _mm_setzero_si128();
      for (std::size_t k = 0; k < numbers.size(); k += kLanes) {
        const __m128 values = _mm_loadu_ps(&numbers[k]);
        missing = _mm_sub_epi32(missing, _mm_castps_si128(_mm_cmpunord_ps(values, values)));
        lows = _mm_min_ps(values, lows);
        highs = _mm_max_ps(values, highs);
        left.add(low_half(values), shift);
        right.add(high_half(values), shift);
      }
      const auto keep = [](__m128d first, __m128d last, Lanes& lanes) {
        _mm_storeu_pd(lanes.data(), first);
        _mm_storeu_pd(&lanes[2], last);
      };
      keep(left.sums, right.sums, sums_);
      keep(left.squares, right.squares, squares_);
      keep(low_half(lows), high_half(lows), lows_);
      keep(low_half(highs), high_half(highs), highs_);
      alignas(16) std::array<std::int32_t, kLanes> gone;
      _mm_store_si128(reinterpret_cast<__m128i*>(gone.data()), missing);
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        counts_[lane] += static_cast<double>(numbers.size() / kLanes) - gone[lane];
    }
#endif

    std::int64_t pixels_ = 0;
    double shift_ = 0;
    Lanes counts_{}, sums_{}, squares_{};
    Lanes lows_ = all(std::numeric_limits<double>::infinity());
    Lanes highs_ = all(-std::numeric_limits<double>::infinity());
  };

  void add(const Tile& tile) {
    pixels_ += tile.pixels_;
    const double count = tile.count();
    if (count == 0) return;
    minimum_ = std::min(minimum_, *std::ranges::min_element(tile.lows_));
    maximum_ = std::max(maximum_, *std::ranges::max_element(tile.highs_));
    const double sum = std::accumulate(tile.sums_.begin(), tile.sums_.end(), 0.0);
    const double squares = std::accumulate(tile.squares_.begin(), tile.squares_.end(), 0.0);
    merge(count, tile.shift_ + sum / count, std::max(0.0, squares - sum * sum / count));
  }

  std::int64_t count() const { return count_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  double mean() const { return mean_; }
  double standard_deviation() const { return std::sqrt(squares_ / static_cast<double>(count_)); }
  double valid_percent() const { return 100.0 * static_cast<double>(count_) / static_cast<double>(pixels_); }

 private:
  void merge(double theirs, double mean, double squares) {
    const auto mine = static_cast<double>(count_);
    const double distance = mean - mean_;
    mean_ += distance * theirs / (mine + theirs);
    squares_ += squares + distance * distance * mine * theirs / (mine + theirs);
    count_ += static_cast<std::int64_t>(theirs);
  }

  std::int64_t pixels_ = 0, count_ = 0;
  double mean_ = 0, squares_ = 0;
  double minimum_ = std::numeric_limits<double>::infinity();
  double maximum_ = -std::numeric_limits<double>::infinity();
};

}  // namespace isotherm
