// Moments of two quantities over the same pixels at once: a lane each, no branch on what is missing. The same
// operations in the same order as Moments::add, so the same bits; on other processors it is Moments::add,
// twice. Moments that are empty come with their shift: see find_shift.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isotherm/stats/statistics.h"

#ifdef __x86_64__
#include <emmintrin.h>
#endif

namespace isotherm {

/// Gives empty moments the shift that adding these values to them would: the first number there is. True when
/// they have one.
inline bool find_shift(const float* values, std::int32_t count, Moments& moments) {
  if (moments.pixels > 0) return true;
  const float* const end = values + count;
  const float* const first = std::find_if(values, end, is_number);
  if (first == end) return false;
  moments.shift = static_cast<double>(*first);
  return true;
}

#ifdef __x86_64__

class PairMoments {
 public:
  PairMoments(const Moments& a, const Moments& b)
      : weight_(_mm_set_pd(b.weight, a.weight)),
        shift_(_mm_set_pd(b.shift, a.shift)),
        offsets_(_mm_set_pd(b.offsets, a.offsets)),
        squares_(_mm_set_pd(b.squares, a.squares)),
        min_(_mm_set_pd(static_cast<double>(b.min), static_cast<double>(a.min))),
        max_(_mm_set_pd(static_cast<double>(b.max), static_cast<double>(a.max))),
        pixels_(_mm_set_epi64x(static_cast<std::int64_t>(b.pixels), static_cast<std::int64_t>(a.pixels))) {}

  void add(float a, float b, float w) {
    const __m128d x = _mm_cvtps_pd(_mm_unpacklo_ps(_mm_set_ss(a), _mm_set_ss(b)));
    // Neither NaN nor infinite: at no distance from itself.
    const __m128d distance = _mm_sub_pd(x, x), zero = _mm_setzero_pd();
    const __m128d present = _mm_cmpeq_pd(distance, zero), missing = _mm_cmpneq_pd(distance, zero);
    // A missing pixel adds zeros, which change nothing: no sum is ever -0.
    const __m128d wx = _mm_and_pd(present, _mm_set1_pd(static_cast<double>(w)));
    const __m128d off = _mm_and_pd(present, _mm_sub_pd(x, shift_)), weighted = _mm_mul_pd(wx, off);
    weight_ = _mm_add_pd(weight_, wx);
    offsets_ = _mm_add_pd(offsets_, weighted);
    squares_ = _mm_add_pd(squares_, _mm_mul_pd(weighted, off));
    // NaN where missing; the instructions then give their second operand.
    const __m128d known = _mm_or_pd(x, missing);
    min_ = _mm_min_pd(known, min_);
    max_ = _mm_max_pd(known, max_);
    pixels_ = _mm_sub_epi64(pixels_, _mm_castpd_si128(present));
  }

  void read(Moments& a, Moments& b) const {
    put(weight_, a.weight, b.weight);
    put(shift_, a.shift, b.shift);
    put(offsets_, a.offsets, b.offsets);
    put(squares_, a.squares, b.squares);
    put(min_, a.min, b.min);
    put(max_, a.max, b.max);
    a.pixels = static_cast<std::uint64_t>(_mm_cvtsi128_si64(pixels_));
    b.pixels = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(pixels_, pixels_)));
  }

 private:
  template <class T>
  static void put(__m128d lanes, T& a, T& b) {
    a = static_cast<T>(_mm_cvtsd_f64(lanes));
    b = static_cast<T>(_mm_cvtsd_f64(_mm_unpackhi_pd(lanes, lanes)));
  }

  __m128d weight_, shift_, offsets_, squares_, min_, max_;
  __m128i pixels_;
};

#else

class PairMoments {
 public:
  PairMoments(const Moments& a, const Moments& b) : a_(a), b_(b) {}
  void add(float a, float b, float w) {
    if (is_number(a)) a_.add(a, w);
    if (is_number(b)) b_.add(b, w);
  }
  void read(Moments& a, Moments& b) const {
    a = a_;
    b = b_;
  }

 private:
  Moments a_, b_;
};

#endif

}  // namespace isotherm
