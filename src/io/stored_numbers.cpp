#include "stored_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace isotherm {

namespace {

/// Calls use(T{}) with the type the numbers have.
template <class Use>
auto with_type(StoredType type, Use use) {
  switch (type) {
    case StoredType::uint8:
      return use(std::uint8_t{});
    case StoredType::int8:
      return use(std::int8_t{});
    case StoredType::uint16:
      return use(std::uint16_t{});
    case StoredType::int16:
      return use(std::int16_t{});
    case StoredType::uint32:
      return use(std::uint32_t{});
    case StoredType::int32:
      return use(std::int32_t{});
    case StoredType::uint64:
      return use(std::uint64_t{});
    case StoredType::int64:
      return use(std::int64_t{});
    case StoredType::float32:
      return use(float{});
    case StoredType::float64:
      break;
  }
  return use(double{});
}

template <class T>
T number(const std::byte* stored, std::size_t i) {
  T value;
  std::memcpy(&value, stored + i * sizeof(T), sizeof(T));
  return value;
}

template <class Bits>
void look_up(const std::byte* stored, const DecodeTable& table, std::span<float> out) {
  const float* values = table.data();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[number<Bits>(stored, i)];
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

/// Every block of every band is counted, so for the common types this is done in whole numbers, four at a
/// time.
template <class T>
std::uint64_t count_small_invalid(const std::byte* stored, const Decoding& rule, std::size_t count) {
  constexpr double kBeyond = 1 << 17;  // no 8- or 16-bit number is this large
  const auto low = static_cast<int>(std::clamp(std::ceil(rule.valid_min), -kBeyond, kBeyond));
  const auto high = static_cast<int>(std::clamp(std::floor(rule.valid_max), -kBeyond, kBeyond));
  const bool has_nodata = std::abs(rule.nodata) < kBeyond && rule.nodata == std::floor(rule.nodata);
  const int nodata = has_nodata ? static_cast<int>(rule.nodata) : static_cast<int>(kBeyond);
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int value = number<T>(stored, i);
    found += static_cast<std::uint32_t>((value < low) | (value > high)) &
             static_cast<std::uint32_t>(value != nodata);
  }
  return found;
}

template <class T>
std::uint32_t bits_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value >= 0 && value < T{4294967296} ? static_cast<std::uint32_t>(value) : 0;
  } else {
    return static_cast<std::uint32_t>(value);
  }
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

void decode_row(const std::byte* stored, StoredType type, const Decoding& rule, const DecodeTable* table,
                std::span<float> out) {
  if (table != nullptr) {
    return size_of(type) == 1 ? look_up<std::uint8_t>(stored, *table, out)
                              : look_up<std::uint16_t>(stored, *table, out);
  }
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
  return with_type(type, [&](auto kind) {
    using T = decltype(kind);
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 2) {
      if (!rule.wrap_unsigned16) return count_small_invalid<T>(stored, rule, count);
    }
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto value = static_cast<double>(number<T>(stored, i));
      if (rule.wrap_unsigned16 && value < 0) value += 65536;
      const bool outside = (value < rule.valid_min) | (value > rule.valid_max);
      found += static_cast<std::uint64_t>(outside & (value != rule.nodata));
    }
    return found;
  });
}

void test_row(const std::byte* stored, StoredType type, const QualityTest& test, std::uint32_t any,
              std::span<std::uint8_t> drop) {
  with_type(type, [&](auto kind) {
    for (std::size_t i = 0; i < drop.size(); ++i) {
      const std::uint32_t bits = bits_of(number<decltype(kind)>(stored, i));
      drop[i] |= static_cast<std::uint8_t>((bits & any) != 0 || test.drops(bits));
    }
  });
}

}  // namespace isotherm
