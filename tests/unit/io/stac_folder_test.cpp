// Folders with a static catalogue are read by its links, not by what else lies in them.
#include <gtest/gtest.h>

#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/scene_reader.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;

void write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string catalogue(const std::string& type,
                      const std::vector<std::pair<std::string, std::string>>& links) {
  std::string text = R"({"type":")" + type + R"(","stac_version":"1.0.0","id":"x","links":[)";
  for (const auto& [rel, href] : links) {
    if (text.back() == '}') text += ',';
    text += R"({"rel":")" + rel + R"(","href":")" + href + R"("})";
  }
  return text + "]}";
}

TEST(StacFolder, GivesItsItemsAndThoseOfItsChildren) {
  const TemporaryFolder folder;
  write(folder.file("catalog.json"),
        catalogue("Catalog",
                  {{"root", "./catalog.json"}, {"item", "./b/b.json"}, {"child", "inner/collection.json"}}));
  write(folder.file("inner/collection.json"),
        catalogue("Collection",
                  {{"parent", "../catalog.json"}, {"child", "../catalog.json"}, {"item", "../a.json"}}));
  write(folder.file("b/b.json"), "{}");
  write(folder.file("a.json"), R"({"type":"Feature","assets":{}})");
  write(folder.file("unlinked.json"), R"({"type":"Feature","assets":{}})");
  EXPECT_EQ(expand_arguments({folder.path()}),
            (std::vector<std::string>{folder.file("b/b.json"), folder.file("a.json")}));
}

TEST(StacFolder, FollowsNoLinkToElsewhere) {
  const TemporaryFolder folder;
  write(folder.file("collection.json"),
        catalogue("Collection",
                  {{"item", "https://example.org/x.json"}, {"item", "/etc/passwd"}, {"item", "./a.json"}}));
  write(folder.file("a.json"), "{}");
  EXPECT_EQ(expand_arguments({folder.path()}), std::vector<std::string>{folder.file("a.json")});
}

TEST(StacFolder, NamesAnItemThatIsMissing) {
  const TemporaryFolder folder;
  write(folder.file("collection.json"), catalogue("Collection", {{"item", "./gone.json"}}));
  try {
    expand_arguments({folder.path()});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("gone.json"), std::string::npos);
  }
}

TEST(StacFolder, AnEmptyCatalogueIsAnError) {
  const TemporaryFolder folder;
  write(folder.file("collection.json"), catalogue("Collection", {}));
  EXPECT_THROW(expand_arguments({folder.path()}), Error);
}

TEST(StacFolder, AFileOfThatNameMayBeSomethingElse) {
  const TemporaryFolder folder;
  write(folder.file("catalog.json"), R"({"books": ["on trees"]})");
  write(folder.file("collection.json"), "stamps");
  write(folder.file("item.json"), R"({"type":"Feature","assets":{}})");
  EXPECT_EQ(expand_arguments({folder.path()}), std::vector<std::string>{folder.file("item.json")});
}

}  // namespace
}  // namespace isotherm
