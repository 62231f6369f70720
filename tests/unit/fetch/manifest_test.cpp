#include "isotherm/fetch/manifest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

class ManifestTest : public testing::Test {
 protected:
  std::string folder =
      testing::TempDir() + "manifest_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string path = folder + "/manifest.jsonl";

  void SetUp() override {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
};

ManifestLine line(const std::string& asset, const std::string& status) {
  ManifestLine made{"item", asset, "item/" + asset + ".tif", status};
  made.validator = "\"abc\"";
  made.size = 1234;
  return made;
}

TEST_F(ManifestTest, RemembersTheLastLineOfAnAsset) {
  {
    Manifest manifest(path);
    manifest.add(line("red", "started"));
    manifest.add(line("red", "done"));
    manifest.add(line("nir08", "started"));
  }
  const Manifest again(path);
  EXPECT_EQ(again.find("item", "red")->status, "done");
  EXPECT_EQ(again.find("item", "nir08")->status, "started");
  EXPECT_EQ(again.find("item", "nir08")->validator, "\"abc\"");
  EXPECT_EQ(again.find("item", "nir08")->size, 1234U);
  EXPECT_FALSE(again.find("item", "blue"));
  EXPECT_FALSE(again.find("other", "red"));
}

TEST_F(ManifestTest, IsJsonLinesAsDocumented) {
  Manifest manifest(path);
  ManifestLine done = line("red", "done");
  done.bytes = 1234;
  done.stored = 1234;
  done.sha256 = "aa";
  done.retries = 2;
  done.seconds = 0.5;
  manifest.add(done);
  EXPECT_EQ(
      text(),
      "{\"item\":\"item\",\"asset\":\"red\",\"status\":\"done\",\"path\":\"item/red.tif\",\"validator\":"
      "\"\\\"abc\\\"\",\"size\":1234,\"bytes\":1234,\"stored\":1234,\"sha256\":\"aa\",\"retries\":2,"
      "\"seconds\":0.5}\n");
}

TEST_F(ManifestTest, SurvivesATornLastLine) {
  { Manifest(path).add(line("red", "done")); }
  std::ofstream(path, std::ios::app) << R"({"item":"item","asset":"nir08","sta)";
  { Manifest(path).add(line("blue", "done")); }
  const Manifest again(path);
  EXPECT_EQ(again.find("item", "red")->status, "done");
  EXPECT_EQ(again.find("item", "blue")->status, "done");
  EXPECT_FALSE(again.find("item", "nir08"));
}

TEST_F(ManifestTest, PassesOverLinesThatAreNone) {
  std::ofstream(path)
      << "\n[]\n{\"item\":3}\n\x01\xff\n{\"item\":\"item\",\"asset\":\"red\",\"status\":\"done\","
         "\"size\":-5,\"stored\":1e300}\n";
  const Manifest manifest(path);
  ASSERT_TRUE(manifest.find("item", "red"));
  EXPECT_EQ(manifest.find("item", "red")->size, 0U);
  EXPECT_EQ(manifest.find("item", "red")->stored, 0U);
}

TEST_F(ManifestTest, TakesTheFolderForOneProcessAlone) {
  const Manifest first(path);
  // A second opening is another open file, which is what the lock tells apart, in this process too.
  EXPECT_THROW(Manifest second(path), Error);
}

TEST_F(ManifestTest, FollowsNoLink) {
  std::ofstream(folder + "/elsewhere") << "precious";
  std::filesystem::create_symlink(folder + "/elsewhere", path);
  EXPECT_THROW(Manifest manifest(path), Error);
}

TEST_F(ManifestTest, LinesOfThreadsDoNotMix) {
  {
    Manifest manifest(path);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&manifest, t] {
        for (int n = 0; n < 50; ++n)
          manifest.add(line("a" + std::to_string(t) + "_" + std::to_string(n), "done"));
      });
    }
  }
  const Manifest again(path);
  for (int t = 0; t < 4; ++t) {
    for (int n = 0; n < 50; ++n) {
      EXPECT_TRUE(again.find("item", "a" + std::to_string(t) + "_" + std::to_string(n)));
    }
  }
}

}  // namespace
}  // namespace isotherm
