#include "isotherm/io/digest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

// Published test values: RFC 1321 A.5, FIPS 180-2 B.1.
TEST(Digest, AgreesWithPublishedValues) {
  EXPECT_EQ(text_digest("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(text_digest("sha1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(text_digest("sha256", "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(text_digest("md5", ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_THROW(text_digest("crc", ""), Error);
}

TEST(Digest, OfAFileIsThatOfItsContent) {
  const std::string path = testing::TempDir() + "digest_file";
  const std::string content(1000003, 'x');  // more than one piece
  std::ofstream(path) << content;
  EXPECT_EQ(file_digest("sha256", path), text_digest("sha256", content));
  std::filesystem::remove(path);
  EXPECT_THROW(file_digest("sha256", path), Error);
}

// The multihash of "abc" is the code and length before the digest: 12 20 for SHA-256, d5 01 10 for MD5 (0xd5
// needs two bytes as a varint).
TEST(Multihash, IsTakenApart) {
  const auto sha256 = parse_multihash("1220ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ASSERT_TRUE(sha256);
  EXPECT_EQ(sha256->algorithm, "sha256");
  EXPECT_EQ(sha256->hex, text_digest("sha256", "abc"));
  const auto md5 = parse_multihash("D50110900150983CD24FB0D6963F7D28E17F72");
  ASSERT_TRUE(md5);
  EXPECT_EQ(md5->algorithm, "md5");
  EXPECT_EQ(md5->hex, text_digest("md5", "abc"));
}

TEST(Multihash, RefusesWhatIsNone) {
  for (const char* text :
       {"", "12", "1220", "1220zz", "1120ba7816bf", "ffffffffffff", "12 20", "1221ba7816bf8f01cfea"}) {
    EXPECT_FALSE(parse_multihash(text)) << text;
  }
}

}  // namespace
}  // namespace isotherm
