// Binary records, written and read in pieces: fixed numbers, numbers of variable length, texts, arrays.
//
// Little-endian, no padding. The reader checks every step against what is left, so that a damaged or made-up
// record is Error(input) and never a read outside it; count() keeps a lying count from asking for memory that
// the record cannot fill.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "isotherm/core/error.h"

namespace isotherm {

static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

template <class Number>
concept FixedNumber = std::is_arithmetic_v<Number> && !std::same_as<Number, bool>;

class ByteWriter {
 public:
  template <FixedNumber Number>
  void fixed(Number value) {
    array(std::span<const Number>(&value, 1));
  }
  /// Seven bits a byte, the lowest first.
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  /// Small numbers of either sign become small varints.
  void zigzag(std::int64_t value) {
    varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    varint(value.size());
    bytes_.append(value);
  }
  template <FixedNumber Number>
  void array(std::span<const Number> values) {
    if (!values.empty()) bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  void append(std::string_view bytes) { bytes_.append(bytes); }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  /// `name` is what an error calls the record; it must outlive the reader.
  ByteReader(std::span<const std::byte> bytes, std::string_view name) : rest_(bytes), name_(name) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::input, std::string(name_) + ": damaged: " + what);
  }
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > rest_.size()) fail("cut short");
    const auto taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  template <FixedNumber Number>
  Number fixed() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(take(1).front());
      if (shift == 63 && byte > 1) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail("a number is too long");
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  /// How many things follow, each of at least so many bytes.
  std::size_t count(std::uint64_t least_bytes = 1) {
    const std::uint64_t value = varint();
    if (value > rest_.size() / least_bytes) fail("a count is larger than what follows");
    return static_cast<std::size_t>(value);
  }
  std::string text() {
    const auto bytes = take(varint());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  template <FixedNumber Number>
  void array(std::size_t count, std::vector<Number>& to) {
    if (count > rest_.size() / sizeof(Number)) fail("cut short");
    const auto bytes = take(count * sizeof(Number));
    const std::size_t old = to.size();
    to.resize(old + count);
    if (count > 0) std::memcpy(to.data() + old, bytes.data(), bytes.size());
  }
  std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
  std::string_view name_;
};

}  // namespace isotherm
