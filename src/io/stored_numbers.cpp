#include "stored_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "isotherm/core/vector_clones.h"

namespace isotherm {

namespace {

template <class T>
T number(const std::byte* stored, std::size_t i) {
  T value;
  std::memcpy(&value, stored + i * sizeof(T), sizeof(T));
  return value;
}

/// Numbers that are taken as they are, apart from one that means missing.
bool is_plain(const Decoding& rule) {
  return rule.scale == 1 && rule.offset == 0 && rule.valid_min == -std::numeric_limits<double>::infinity() &&
         rule.valid_max == std::numeric_limits<double>::infinity();
}

void decode_plain_floats(const std::byte* stored, float nodata, std::span<float> out) {
  std::memcpy(out.data(), stored, out.size() * sizeof(float));
  if (nodata != nodata) return;
  for (float& value : out) value = value == nodata ? std::numeric_limits<float>::quiet_NaN() : value;
}

/// The rule in whole numbers, for types of 8 and 16 bits: these are most of what is read, and the compiler
/// turns loops over them into vectors.
struct WholeRule {
  static constexpr double kBeyond = 1 << 17;  // no 8- or 16-bit number is this large
  explicit WholeRule(const Decoding& rule)
      : low(rule.valid_min > -kBeyond ? static_cast<int>(std::min(std::ceil(rule.valid_min), kBeyond))
                                      : -static_cast<int>(kBeyond)),
        high(rule.valid_max < kBeyond ? static_cast<int>(std::max(std::floor(rule.valid_max), -kBeyond))
                                      : static_cast<int>(kBeyond)),
        nodata(std::abs(rule.nodata) < kBeyond && rule.nodata == std::floor(rule.nodata)
                   ? static_cast<int>(rule.nodata)
                   : static_cast<int>(kBeyond)) {}
  int low, high, nodata;
};

template <class T>
[[gnu::always_inline]] inline std::uint64_t count_small_invalid(const std::byte* stored,
                                                                const Decoding& decoding, std::size_t count) {
  const WholeRule rule(decoding);
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int value = number<T>(stored, i);
    found += static_cast<std::uint32_t>((value < rule.low) | (value > rule.high)) &
             static_cast<std::uint32_t>(value != rule.nodata);
  }
  return found;
}

template <class T>
[[gnu::always_inline]] inline void decode_small(const std::byte* stored, const Decoding& decoding,
                                                std::span<float> out) {
  const WholeRule rule(decoding);
  const double scale = decoding.scale, offset = decoding.offset;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int value = number<T>(stored, i);
    const bool there = (value >= rule.low) & (value <= rule.high) & (value != rule.nodata);
    const auto physical = static_cast<float>(static_cast<double>(value) * scale + offset);
    out[i] = there ? physical : std::numeric_limits<float>::quiet_NaN();
  }
}

/// Of 16-bit numbers without a sign, as Landsat stores its bands.
ISO_VECTOR_CLONES void decode_uint16(const std::byte* stored, const Decoding& rule, std::span<float> out) {
  decode_small<std::uint16_t>(stored, rule, out);
}

ISO_VECTOR_CLONES std::uint64_t count_invalid_uint16(const std::byte* stored, const Decoding& rule,
                                                     std::size_t count) {
  return count_small_invalid<std::uint16_t>(stored, rule, count);
}

/// Calls use(T{}) for types of 8 and 16 bits and returns true. A signed 16-bit number that stands for an
/// unsigned one has its bits.
template <class Use>
bool with_small_type(StoredType type, const Decoding& rule, Use use) {
  const bool wraps = rule.wrap_unsigned16;
  if (type == StoredType::uint16 || (type == StoredType::int16 && wraps)) return use(std::uint16_t{}), true;
  if (type == StoredType::int16) return use(std::int16_t{}), true;
  if (type == StoredType::uint8) return use(std::uint8_t{}), true;
  if (type == StoredType::int8 && !wraps) return use(std::int8_t{}), true;
  return false;
}

/// A number as bits: narrow ones stay narrow, so that more of them fit a vector.
template <class T>
auto bits_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value >= 0 && value < T{4294967296} ? static_cast<std::uint32_t>(value) : 0;
  } else if constexpr (sizeof(T) <= 2) {
    return static_cast<std::make_unsigned_t<T>>(value);
  } else {
    return static_cast<std::uint32_t>(value);
  }
}

/// All questions of a test as two: is one of these bits set, is one of these set together with the next?
struct QualityBits {
  QualityBits(const QualityTest& test, std::uint32_t more) : one(test.any | more) {
    for (std::uint32_t k = 0; k < test.fields; ++k) {
      const auto [shift, level] = test.field[k];
      if (level == 0) always = true;
      if (level == 1) one |= 3u << shift;
      if (level == 2) one |= 2u << shift;
      if (level == 3) two |= 1u << shift;
    }
  }
  std::uint32_t one, two = 0;
  bool always = false;
};

template <class T>
[[gnu::always_inline]] inline void test_numbers(const std::byte* stored, const QualityBits& bits,
                                                std::span<std::uint8_t> drop) {
  using Bits = decltype(bits_of(T{}));
  const auto one = static_cast<Bits>(bits.one), two = static_cast<Bits>(bits.two);
  const auto always = static_cast<Bits>(bits.always ? 1 : 0);
  for (std::size_t i = 0; i < drop.size(); ++i) {
    const Bits value = bits_of(number<T>(stored, i));
    const auto found = static_cast<Bits>((value & one) | (value & (value >> 1) & two) | always);
    drop[i] |= static_cast<std::uint8_t>(found != 0);
  }
}

ISO_VECTOR_CLONES void test_uint16(const std::byte* stored, const QualityBits& bits,
                                   std::span<std::uint8_t> drop) {
  test_numbers<std::uint16_t>(stored, bits, drop);
}

}  // namespace

Decoding rule_for(StoredType type, const Decoding& rule) {
  Decoding fitted = rule;
  constexpr double kLargest = std::numeric_limits<float>::max();
  const double size = std::abs(rule.nodata);
  if (type != StoredType::float32 || !std::isfinite(rule.nodata)) return fitted;
  if (size <= kLargest) {
    fitted.nodata = static_cast<double>(static_cast<float>(rule.nodata));
  } else if (size < kLargest * 1.000001) {
    // The lowest float32, written with rounded digits, lies just outside float32.
    fitted.nodata = std::copysign(kLargest, rule.nodata);
  } else {
    fitted.nodata = std::numeric_limits<double>::quiet_NaN();  // no float32 can be it
  }
  return fitted;
}

void decode_row(const std::byte* stored, StoredType type, const Decoding& rule, std::span<float> out) {
  if (type == StoredType::uint16) return decode_uint16(stored, rule, out);
  if (with_small_type(type, rule, [&](auto kind) { decode_small<decltype(kind)>(stored, rule, out); }))
    return;
  if (type == StoredType::float32 && is_plain(rule)) {
    return decode_plain_floats(stored, static_cast<float>(rule.nodata), out);
  }
  with_type(type, [&](auto kind) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = decode(static_cast<double>(number<decltype(kind)>(stored, i)), rule);
    }
  });
}

std::uint64_t count_invalid(const std::byte* stored, StoredType type, const Decoding& rule,
                            std::size_t count) {
  if (type == StoredType::uint16) return count_invalid_uint16(stored, rule, count);
  std::uint64_t found = 0;
  const bool small = with_small_type(
      type, rule, [&](auto kind) { found = count_small_invalid<decltype(kind)>(stored, rule, count); });
  if (small) return found;
  with_type(type, [&](auto kind) {
    for (std::size_t i = 0; i < count; ++i) {
      auto value = static_cast<double>(number<decltype(kind)>(stored, i));
      if (rule.wrap_unsigned16 && value < 0) value += 65536;
      const bool outside = (value < rule.valid_min) | (value > rule.valid_max);
      found += static_cast<std::uint64_t>(outside & (value != rule.nodata));
    }
  });
  return found;
}

void test_row(const std::byte* stored, StoredType type, const QualityTest& test, std::uint32_t any,
              std::span<std::uint8_t> drop) {
  const QualityBits bits(test, any);
  if (type == StoredType::uint16) return test_uint16(stored, bits, drop);
  with_type(type, [&](auto kind) { test_numbers<decltype(kind)>(stored, bits, drop); });
}

}  // namespace isotherm
