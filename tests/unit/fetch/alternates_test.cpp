// Which addresses of an asset are followed, and in which order.
#include "isotherm/fetch/alternates.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

StacAsset asset(const std::string& href,
                const std::vector<std::pair<std::string, std::string>>& others = {}) {
  StacAsset made;
  made.key = "red";
  made.href = href;
  made.other = Json::object();
  Json alternates = Json::object();
  for (const auto& [name, other] : others) {
    Json one = Json::object();
    one.append("href", other);
    alternates.append(name, std::move(one));
  }
  made.other.set("alternate", std::move(alternates));
  return made;
}

std::vector<std::string> hrefs(const StacAsset& of, const SourceRules& rules = {}) {
  std::vector<std::string> refused, found;
  for (const AssetSource& source : sources_of(of, rules, refused)) found.push_back(source.href);
  return found;
}

TEST(Sources, HrefFirstThenAlternates) {
  const auto usgs = asset("https://landsatlook.usgs.gov/B4.TIF", {{"s3", "s3://usgs-landsat/B4.TIF"}});
  EXPECT_EQ(hrefs(usgs),
            (std::vector<std::string>{"https://landsatlook.usgs.gov/B4.TIF", "s3://usgs-landsat/B4.TIF"}));
  EXPECT_EQ(hrefs(usgs, {{"s3", "https"}, {}, false}).front(), "s3://usgs-landsat/B4.TIF");
  EXPECT_EQ(hrefs(usgs, {{"s3"}, {}, false}).size(), 1U) << "places that are not named are left out";
}

TEST(Sources, OfOneHrefTwiceIsOne) {
  EXPECT_EQ(hrefs(asset("https://a/b.tif", {{"again", "https://a/b.tif"}})).size(), 1U);
}

TEST(Sources, StrangeSchemesAreNeverFollowed) {
  for (const char* href :
       {"/vsicurl/https://a/b.tif", "/vsizip//etc/x.zip/y", "/VSIMEM/x", "ftp://a/b.tif",
        "data:image/tiff;base64,AA", "gs://bucket/x.tif", "javascript:alert(1)", "//host/share/x.tif",
        "gopher://a", "C:\\windows\\x.tif", "https://a/b\r\nHeader: x", "file://host/etc/passwd"}) {
    EXPECT_TRUE(hrefs(asset(href), {{}, {"/"}, true}).empty()) << href;
  }
}

TEST(Sources, FilesOfThisMachineNeedLeave) {
  const std::string folder = std::filesystem::canonical(testing::TempDir()).string() + "/sources_roots";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/inner");
  std::ofstream(folder + "/inner/b.tif") << "x";
  const std::string inside = folder + "/inner/b.tif";
  EXPECT_TRUE(hrefs(asset(inside)).empty());
  EXPECT_TRUE(hrefs(asset("file://" + inside)).empty());
  EXPECT_EQ(hrefs(asset(inside), {{}, {folder}, false}).size(), 1U);
  EXPECT_EQ(hrefs(asset("file://" + inside), {{}, {folder}, false}).front(), inside);
  EXPECT_TRUE(hrefs(asset("/etc/passwd"), {{}, {folder}, false}).empty());
  EXPECT_TRUE(hrefs(asset(folder + "/../../etc/passwd"), {{}, {folder}, false}).empty());
  EXPECT_EQ(hrefs(asset("/etc/passwd"), {{}, {}, true}).size(), 1U);
  // A link that leads out of the folder is outside.
  std::filesystem::create_symlink("/etc", folder + "/out");
  EXPECT_TRUE(hrefs(asset(folder + "/out/passwd"), {{}, {folder}, false}).empty());
  std::filesystem::remove_all(folder);
}

TEST(Sources, RefusalsNameTheReasonAndNoSecret) {
  std::vector<std::string> refused;
  sources_of(asset("ftp://user:secret@host/b.tif?sig=hush"), {}, refused);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused.front().find("secret"), std::string::npos) << refused.front();
  EXPECT_EQ(refused.front().find("hush"), std::string::npos) << refused.front();
}

TEST(Sources, UnknownPlacesAreRefusedWithTheNearest) {
  std::vector<std::string> refused;
  EXPECT_THROW(sources_of(asset("https://a/b.tif"), {{"htps"}, {}, false}, refused), Error);
}

}  // namespace
}  // namespace isotherm
