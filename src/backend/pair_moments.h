// Moments of two quantities over the same pixels at once: a lane each, no branch on what is missing. The same
// operations in the same order as Moments::add, so the same bits; without SSE2 it is Moments::add, twice.
#pragma once

#include <limits>

#include "isotherm/stats/statistics.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace isotherm {

#ifdef __SSE2__

class PairMoments {
 public:
  PairMoments(const Moments& a, const Moments& b)
      : weight_(_mm_set_pd(b.weight, a.weight)),
        shift_(_mm_set_pd(b.shift, a.shift)),
        offsets_(_mm_set_pd(b.offsets, a.offsets)),
        squares_(_mm_set_pd(b.squares, a.squares)),
        min_(_mm_set_pd(static_cast<double>(b.min), static_cast<double>(a.min))),
        max_(_mm_set_pd(static_cast<double>(b.max), static_cast<double>(a.max))),
        pixels_(_mm_set_pd(static_cast<double>(b.pixels), static_cast<double>(a.pixels))) {}

  void add(float a, float b, float w) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    const __m128d x = _mm_cvtps_pd(_mm_unpacklo_ps(_mm_set_ss(a), _mm_set_ss(b)));
    const __m128d present =
        _mm_and_pd(_mm_cmple_pd(x, _mm_set1_pd(kLargest)), _mm_cmpge_pd(x, _mm_set1_pd(-kLargest)));
    const __m128d first = _mm_and_pd(present, _mm_cmpeq_pd(pixels_, _mm_setzero_pd()));
    shift_ = _mm_or_pd(_mm_and_pd(first, x), _mm_andnot_pd(first, shift_));
    // A missing pixel adds zeros, which change nothing: no sum is ever -0.
    const __m128d wx = _mm_and_pd(present, _mm_set1_pd(static_cast<double>(w)));
    const __m128d off = _mm_and_pd(present, _mm_sub_pd(x, shift_)), weighted = _mm_mul_pd(wx, off);
    weight_ = _mm_add_pd(weight_, wx);
    offsets_ = _mm_add_pd(offsets_, weighted);
    squares_ = _mm_add_pd(squares_, _mm_mul_pd(weighted, off));
    // NaN where missing; the instructions then give their second operand.
    const __m128d all = _mm_castsi128_pd(_mm_set1_epi32(-1)),
                  known = _mm_or_pd(x, _mm_andnot_pd(present, all));
    min_ = _mm_min_pd(known, min_);
    max_ = _mm_max_pd(known, max_);
    pixels_ = _mm_add_pd(pixels_, _mm_and_pd(present, _mm_set1_pd(1)));
  }

  void read(Moments& a, Moments& b) const {
    put(weight_, a.weight, b.weight);
    put(shift_, a.shift, b.shift);
    put(offsets_, a.offsets, b.offsets);
    put(squares_, a.squares, b.squares);
    put(min_, a.min, b.min);
    put(max_, a.max, b.max);
    put(pixels_, a.pixels, b.pixels);
  }

 private:
  template <class T>
  static void put(__m128d lanes, T& a, T& b) {
    a = static_cast<T>(_mm_cvtsd_f64(lanes));
    b = static_cast<T>(_mm_cvtsd_f64(_mm_unpackhi_pd(lanes, lanes)));
  }

  __m128d weight_, shift_, offsets_, squares_, min_, max_, pixels_;
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
