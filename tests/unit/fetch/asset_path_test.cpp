// Names that strangers chose cannot leave the folder they are put in.
#include "isotherm/fetch/asset_path.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

#include "isotherm/core/text.h"

namespace isotherm {
namespace {

TEST(SafeName, LeavesHarmlessNamesAlone) {
  for (const char* name :
       {"LC08_L2SP_196024_20210614_20210622_02_T1_SR_B4.TIF", "a", "red.tif", "x-1+2=3.tar"}) {
    EXPECT_EQ(safe_name(name), name);
  }
}

TEST(SafeName, KeepsOneRuleForEachKindOfHarm) {
  // Each pair: a hostile name, and what stays to be recognised of it.
  const std::pair<const char*, const char*> rows[] = {
      {"../../etc/passwd", "_.._.._etc_passwd-"},
      {"/etc/passwd", "_etc_passwd-"},
      {"..", "_-"},
      {".", "_-"},
      {"", "_-"},
      {".hidden", "_-"},
      {"C:\\boot.ini", "C__boot-"},
      {"nul", "_nul-"},
      {"COM1.tif", "_COM1-"},
      {"a\nb", "a_b-"},
      {"name.", "name-"},
      {"-rf", "_-rf-"},
      {"manifest.jsonl", "_manifest-"},
      {"x.part", "_x-"},
      {"a b", "a_b-"},
  };
  for (const auto& [name, start] : rows) {
    EXPECT_TRUE(safe_name(name).starts_with(start)) << name << " -> " << safe_name(name);
  }
}

TEST(SafeName, KeepsDifferentNamesDifferent) {
  EXPECT_NE(safe_name("a/b"), safe_name("a\\b"));
  EXPECT_NE(safe_name("a b.tif"), safe_name("a_b.tif"));
  EXPECT_EQ(safe_name("a/b"), safe_name("a/b"));
}

TEST(SafeName, BoundsTheLengthAndKeepsTheExtension) {
  const std::string name = safe_name(std::string(5000, 'x') + ".TIF");
  EXPECT_LE(name.size(), kLongestName);
  EXPECT_TRUE(name.ends_with(".TIF"));
}

// The law behind the examples: whatever the bytes, the name is one plain part of a path below its folder.
TEST(SafeName, NeverLeavesItsFolder) {
  std::mt19937 random(11);
  const std::string parts[] = {
      "..", "/", "\\", ".", "con", "\0x", "~", "%2e%2e", "a", ":", "é", "\n", "collection.json", ".part"};
  for (int n = 0; n < 5000; ++n) {
    std::string hostile;
    for (unsigned k = random() % 8; k > 0; --k) {
      hostile += random() % 3 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                   : parts[random() % std::size(parts)];
    }
    const std::string name = safe_name(hostile);
    ASSERT_FALSE(name.empty());
    ASSERT_LE(name.size(), kLongestName);
    ASSERT_EQ(std::filesystem::path(name).filename().string(), name) << hostile;
    ASSERT_NE(name.front(), '.');
    ASSERT_NE(name.back(), '.');
    ASSERT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+="),
              std::string::npos);
    ASSERT_EQ(safe_name(name), name) << "a safe name is safe";
    const auto path = (std::filesystem::path("/out") / name).lexically_normal();
    ASSERT_EQ(path.parent_path(), "/out") << hostile;
  }
}

TEST(AssetFileName, ComesFromTheHrefThenTheKey) {
  EXPECT_EQ(asset_file_name("https://host/a/B4.TIF?sig=secret#x", "red", ""), "B4.TIF");
  EXPECT_EQ(asset_file_name("s3://bucket/deep/er/B4.TIF", "red", ""), "B4.TIF");
  EXPECT_EQ(asset_file_name("https://host/download?id=7", "red", "image/tiff; application=geotiff"),
            "red.tif");
  EXPECT_EQ(asset_file_name("https://host/", "mtl.json", "application/json"), "mtl.json");
  EXPECT_EQ(asset_file_name("https://host/", "data", ""), "data.bin");
  EXPECT_TRUE(asset_file_name("https://host/..%2f..%2fx.tif", "red", "").ends_with(".tif"));
  EXPECT_EQ(asset_file_name("https://host/..%2f..%2fx.tif", "red", "").find('/'), std::string::npos);
}

TEST(FolderNames, GivesNoNameTwiceInAnyCase) {
  FolderNames names;
  std::set<std::string> seen;
  for (const char* key : {"one", "two", "three"}) {
    EXPECT_TRUE(seen.insert(lower(names.take("B4.TIF", key))).second);
  }
  EXPECT_TRUE(seen.insert(lower(names.take("b4.tif", "four"))).second);
  EXPECT_TRUE(seen.insert(lower(names.take("b4.tif", "four"))).second) << "not even for the same key";
}

}  // namespace
}  // namespace isotherm
