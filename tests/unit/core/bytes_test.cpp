// Records of bytes and their checksum.
#include "isotherm/core/bytes.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "isotherm/core/hash.h"

namespace isotherm {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

TEST(Bytes, WhatIsWrittenIsRead) {
  ByteWriter out;
  out.fixed(-1.5);
  for (const std::uint64_t n :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::numeric_limits<std::uint64_t>::max()})
    out.varint(n);
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max()})
    out.zigzag(n);
  out.text("hex:100");
  const std::string bytes = out.take();
  ByteReader in(bytes_of(bytes), "test");
  EXPECT_EQ(in.fixed<double>(), -1.5);
  EXPECT_EQ(in.varint(), 0u);
  EXPECT_EQ(in.varint(), 127u);
  EXPECT_EQ(in.varint(), 128u);
  EXPECT_EQ(in.varint(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(in.zigzag(), 0);
  EXPECT_EQ(in.zigzag(), -1);
  EXPECT_EQ(in.zigzag(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(in.zigzag(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(in.text(), "hex:100");
  EXPECT_EQ(in.left(), 0u);
}

TEST(Bytes, SmallNumbersOfEitherSignAreOneByte) {
  ByteWriter out;
  out.zigzag(-64);
  out.zigzag(63);
  EXPECT_EQ(out.bytes().size(), 2u);
}

TEST(Bytes, WhatIsCutOrLiesIsAnError) {
  const std::string cut("\x80", 1), endless(11, '\xff');
  EXPECT_THROW(ByteReader(bytes_of(cut), "test").varint(), Error);
  EXPECT_THROW(ByteReader(bytes_of(endless), "test").varint(), Error);
  ByteWriter out;
  out.varint(1000000000);
  EXPECT_THROW(ByteReader(bytes_of(out.bytes()), "test").count(), Error);
  EXPECT_THROW(ByteReader(bytes_of(out.bytes()), "test").text(), Error);
  std::vector<double> numbers;
  EXPECT_THROW(ByteReader(bytes_of(cut), "test").array(1, numbers), Error);
  EXPECT_TRUE(numbers.empty());
}

// Values of the reference implementation, seed 0 (xxhsum).
TEST(Checksum, IsXxHash64) {
  EXPECT_EQ(checksum64({}), 0xef46db3751d8e999u);
  EXPECT_EQ(checksum64(bytes_of("abc")), 0x44bc2cf5ad770999u);
  EXPECT_EQ(checksum64(bytes_of("Nobody inspects the spammish repetition")), 0xfbcea83c8a378bf1u);
}

TEST(Checksum, EveryLengthAndEveryBitCounts) {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 100; ++length) {
    std::string text(length, 'x');
    EXPECT_TRUE(seen.insert(checksum64(bytes_of(text))).second) << length;
    for (std::size_t k = 0; k < length; ++k) {
      text[k] = static_cast<char>(text[k] ^ 1);
      EXPECT_TRUE(seen.insert(checksum64(bytes_of(text))).second) << length << " " << k;
      text[k] = static_cast<char>(text[k] ^ 1);
    }
  }
}

}  // namespace
}  // namespace isotherm
