// Eight doubles side by side, and the kind of number that ets_pass.h asks for. Each lane computes as a double
// alone would, so that results do not depend on what lies in the lanes beside it.
#pragma once

#include <cstdint>
#include <cstring>

// Functions with lanes are inlined into their callers; no vector crosses a call, whose convention this is
// about.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace isotherm {

inline constexpr int kLanes = 8;
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));
using LaneBits = std::int64_t __attribute__((vector_size(kLanes * sizeof(double))));
using LaneWords = std::uint64_t __attribute__((vector_size(kLanes * sizeof(double))));

/// Lanes in memory: aligned whatever the processor that the file is compiled for (that of Lanes differs).
struct alignas(kLanes * sizeof(double)) LaneRow {
  double values[kLanes];
};

struct LaneMath {
  using Real = Lanes;

  /// Natural logarithm to about one unit in the last place; minus infinity at 0, NaN below and for NaN,
  /// infinity for infinity. Numbers below 2.3e-308 count as 0.
  [[gnu::always_inline]] static Lanes log(const Lanes& x) {
    LaneWords bits;
    std::memcpy(&bits, &x, sizeof bits);
    // x = 2^e m with m in [sqrt(1/2), sqrt(2)); what is no such number wraps around here and is replaced
    // below
    const LaneWords shifted = bits - 0x3FE6A09E667F3BCDULL;
    const LaneBits exponent = __builtin_convertvector(shifted, LaneBits) >> 52;
    const LaneWords mantissa_bits = bits - (__builtin_convertvector(exponent, LaneWords) << 52);
    Lanes m;
    std::memcpy(&m, &mantissa_bits, sizeof m);
    const Lanes e = __builtin_convertvector(exponent, Lanes);
    // ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172
    const Lanes s = (m - 1.0) / (m + 1.0), z = s * s;
    Lanes sum = z * (1.0 / 21) + 1.0 / 19;
    sum = sum * z + 1.0 / 17;
    sum = sum * z + 1.0 / 15;
    sum = sum * z + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    const Lanes small = 2.0 * s * (z * sum) + e * 1.90821492927058770002e-10;
    const Lanes value = e * 6.93147180369123816490e-01 + (2.0 * s + small);
    const Lanes infinity = Lanes{} + 1.0 / 0.0;
    const Lanes none = Lanes{} + 2.2250738585072014e-308;
    Lanes checked = x >= none ? value : -infinity;
    checked = x >= Lanes{} ? checked : infinity - infinity;
    return x < infinity ? checked : x - Lanes{};
  }
};

}  // namespace isotherm
