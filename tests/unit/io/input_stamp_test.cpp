#include "isotherm/io/input_stamp.h"

#include <gtest/gtest.h>

#include <fstream>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;

void put(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::vector<Scene> scene_of(std::vector<std::string> paths) {
  Scene scene;
  for (std::string& path : paths) {
    scene.bands.emplace_back();
    scene.bands.back().path = std::move(path);
  }
  return {scene};
}

std::string complaint(std::span<const InputStamp> stamps) {
  try {
    require_unchanged(stamps);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return {};
}

TEST(InputStamps, LocalFilesEachOnceAndNothingElse) {
  const TemporaryFolder folder;
  put(folder.file("b.tif"), "red");
  put(folder.file("a.tif"), "green");
  auto scenes =
      scene_of({folder.file("b.tif"), folder.file("a.tif"), folder.file("b.tif"), "/vsicurl/http://x/y.tif"});
  scenes[0].quality = scenes[0].bands[1];
  const auto stamps = input_stamps(scenes);
  ASSERT_EQ(stamps.size(), 2u);
  EXPECT_EQ(stamps[0].path, folder.file("a.tif"));
  EXPECT_EQ(stamps[0].size, 5);
  EXPECT_EQ(complaint(stamps), "");
}

TEST(InputStamps, AChangedFileIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("b.tif");
  put(path, "red");
  const auto stamps = input_stamps(scene_of({path}));
  put(path, "redder");
  EXPECT_EQ(complaint(stamps),
            path +
                ": changed while it was read; nothing is written; run again when whatever writes "
                "it has finished");
}

TEST(InputStamps, AnotherFileOfTheSameSizeAndTimeIsAChange) {
  const TemporaryFolder folder;
  const std::string path = folder.file("b.tif"), other = folder.file("c.tif");
  put(path, "red");
  const auto stamps = input_stamps(scene_of({path}));
  put(other, "new");
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(path));
  std::filesystem::rename(other, path);
  EXPECT_NE(complaint(stamps).find("changed while it was read"), std::string::npos);
}

TEST(InputStamps, ARemovedFileIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("b.tif");
  put(path, "red");
  const auto stamps = input_stamps(scene_of({path}));
  std::filesystem::remove(path);
  EXPECT_NE(complaint(stamps).find("was removed while it was read"), std::string::npos);
}

}  // namespace
}  // namespace isotherm
