// One step of a compiled formula and what it means for one pixel: the same text on every backend.
//
// An operand that is NaN or infinite is missing, and so is a result that is not finite (0/0, the logarithm of
// a negative number, overflow). A missing operand makes the result missing, except for the branch that
// `where` does not take and for `is_missing`. Missing is always the one quiet NaN, so results can be compared
// bit for bit. Arithmetic is float32 in the order written, never contracted.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "isotherm/core/hd.h"

namespace isotherm {

/// Steps of a program. Unary use `a`, binary `a`,`b`, `where` and `clamp` `a`,`b`,`c`.
enum class Op : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  power,
  negate,
  absolute,
  square_root,
  natural_log,
  exponential,
  minimum,
  maximum,
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
  logical_not,
  where,
  clamp,
  log10_,
  sine,
  cosine,
  tangent,
  arctangent,
  arctangent2,
  floor_,
  ceil_,
  round_,
  is_missing,
};
inline constexpr int kOpCount = static_cast<int>(Op::is_missing) + 1;

/// How many of a, b, c a step reads.
ISO_HD constexpr int operand_count(Op op) {
  switch (op) {
    case Op::where:
    case Op::clamp:
      return 3;
    case Op::negate:
    case Op::absolute:
    case Op::square_root:
    case Op::natural_log:
    case Op::exponential:
    case Op::logical_not:
    case Op::log10_:
    case Op::sine:
    case Op::cosine:
    case Op::tangent:
    case Op::arctangent:
    case Op::floor_:
    case Op::ceil_:
    case Op::round_:
    case Op::is_missing:
      return 1;
    default:
      return 2;
  }
}

/// Steps whose result is never finite when an operand is not, so that looking at the result is enough.
ISO_HD constexpr bool result_tells(Op op) {
  switch (op) {
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::negate:
    case Op::absolute:
    case Op::square_root:
    case Op::natural_log:
    case Op::log10_:
    case Op::sine:
    case Op::cosine:
    case Op::tangent:
    case Op::floor_:
    case Op::ceil_:
    case Op::round_:
      return true;
    default:
      return false;
  }
}

/// Where operands live: registers hold inputs, then constants, then results of earlier steps. Operands that a
/// step does not read repeat `a`.
struct Step {
  Op op;
  std::uint16_t to;
  std::uint16_t a, b, c;
  bool operator==(const Step&) const = default;
};

/// NaN or infinite.
template <class T>
[[gnu::always_inline]] ISO_HD inline bool missing(T value) {
  return !(value - value == T(0));
}

/// The arithmetic of a step whose operands are all present; what it gives may still be not finite.
template <class T>
[[gnu::always_inline]] ISO_HD inline T apply_present(Op op, T a, T b, T c) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::power:
      return std::pow(a, b);
    case Op::negate:
      return -a;
    case Op::absolute:
      return std::abs(a);
    case Op::square_root:
      return std::sqrt(a);
    case Op::natural_log:
      return std::log(a);
    case Op::exponential:
      return std::exp(a);
    case Op::minimum:
      return b < a ? b : a;
    case Op::maximum:
      return a < b ? b : a;
    case Op::less:
      return a < b ? T(1) : T(0);
    case Op::less_equal:
      return a <= b ? T(1) : T(0);
    case Op::equal:
      return a == b ? T(1) : T(0);
    case Op::not_equal:
      return a != b ? T(1) : T(0);
    case Op::logical_and:
      return a != T(0) && b != T(0) ? T(1) : T(0);
    case Op::logical_or:
      return a != T(0) || b != T(0) ? T(1) : T(0);
    case Op::logical_not:
      return a == T(0) ? T(1) : T(0);
    case Op::where:
      return a != T(0) ? b : c;
    case Op::clamp:
      return a < b ? b : (c < a ? c : a);
    case Op::log10_:
      return std::log10(a);
    case Op::sine:
      return std::sin(a);
    case Op::cosine:
      return std::cos(a);
    case Op::tangent:
      return std::tan(a);
    case Op::arctangent:
      return std::atan(a);
    case Op::arctangent2:
      return std::atan2(a, b);
    case Op::floor_:
      return std::floor(a);
    case Op::ceil_:
      return std::ceil(a);
    case Op::round_:
      return std::round(a);
    case Op::is_missing:
      return T(0);
  }
  return T(0);
}

/// Meaning of one step for one pixel; double is used to fold constants, float for pixels. Inlined with a
/// constant `op` it is a few instructions without branches, which is why it is forced inline.
template <class T>
[[gnu::always_inline]] ISO_HD inline T apply_as(Op op, T a, T b, T c) {
  constexpr T none = std::numeric_limits<T>::quiet_NaN();
  const T result = apply_present(op, a, b, c);
  if (op == Op::is_missing) return missing(a) ? T(1) : T(0);
  if (op == Op::where) return missing(a) || missing(result) ? none : result;
  const int checked = result_tells(op) ? 0 : operand_count(op);
  const bool lost = missing(result) || (checked > 0 && missing(a)) || (checked > 1 && missing(b)) ||
                    (checked > 2 && missing(c));
  return lost ? none : result;
}

ISO_HD inline float apply(Op op, float a, float b, float c) { return apply_as<float>(op, a, b, c); }

}  // namespace isotherm
