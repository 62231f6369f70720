#include "isotherm/job/info.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/io/product_maker.h"

namespace isotherm {
namespace {

using namespace testing_support;
using nlohmann::json;

struct Output {
  std::string text;
  std::vector<std::string> notes;
};

Output info(const InfoJob& job) {
  TestRun test;
  testing::internal::CaptureStdout();
  run(job, test.context);
  return {testing::internal::GetCapturedStdout(), test.log.notes};
}

InfoJob job_of(const std::string& scene, bool as_json) {
  InfoJob job;
  job.input.scenes = {scene};
  job.json = as_json;
  return job;
}

bool holds(const json& list, const std::string& name) {
  return std::find(list.begin(), list.end(), json(name)) != list.end();
}

TEST(Info, JsonOfALevel2Scene) {
  const TemporaryFolder folder;
  write_level2(folder);
  const Output output = info(job_of(folder.path(), true));
  const json scene = json::parse(output.text).at("scenes").at(0);
  EXPECT_EQ(scene["id"], kLevel2Id);
  EXPECT_EQ(scene["level"], 2);
  EXPECT_EQ(scene["date"], "2022-07-14");
  EXPECT_EQ(scene["path"], 196);
  EXPECT_EQ(scene["grid"]["crs"], "EPSG:32632");
  EXPECT_EQ(scene["grid"]["extent"], (json{500000.0, 4999940.0, 500060.0, 5000000.0}));
  EXPECT_EQ(scene["bands"][0]["name"], "red");
  EXPECT_EQ(scene["bands"][0]["scale"], 2.75e-5);
  EXPECT_EQ(scene["bands"][0]["valid_min"], 7273);
  EXPECT_EQ(scene["bands"][3]["name"], "st_qa");
  EXPECT_TRUE(scene["bands"][3]["valid_max"].is_null());
  EXPECT_EQ(scene["quality"]["coding"], "Collection 2");
  EXPECT_TRUE(holds(scene["quality"]["words"], "dilated"));
  EXPECT_TRUE(holds(scene["quality"]["words_not_told"], "saturated"));  // no QA_RADSAT here
  for (const char* name : {"ndvi", "lst", "lst_se"}) EXPECT_TRUE(holds(scene["indices"], name)) << name;
  EXPECT_FALSE(holds(scene["indices"], "ndbi"));
  bool explained = false;
  for (const json& row : scene["impossible"]) {
    if (holds(row["indices"], "ndbi"))
      explained = row["reason"].get<std::string>().find("swir16") != std::string::npos;
  }
  EXPECT_TRUE(explained);
}

TEST(Info, TextTellsBandsMasksIndicesAndNotes) {
  const TemporaryFolder folder;
  write_level2(folder);
  fs::remove(folder.file(kLevel2Id + "_ST_B10.TIF"));
  const Output output = info(job_of(folder.path(), false));
  EXPECT_TRUE(output.text.starts_with(
      kLevel2Id + ": LANDSAT_8 OLI_TIRS, Collection 2 Level 2 T1, 2022-07-14, path 196 row 24"))
      << output.text;
  for (const char* part :
       {"2 x 2 pixels of 30 x 30, EPSG:32632", "x 0.0000275 - 0.2", "7273..43636", "masks     fill, cloud",
        "possible  ndvi", "(needs swir16, which this scene (Level 2) lacks)",
        "note      layers of the product that are not there: ST_B10"}) {
    EXPECT_NE(output.text.find(part), std::string::npos) << part << "\n" << output.text;
  }
  // Notes stand in the text and are not told a second time.
  for (const std::string& note : output.notes) EXPECT_EQ(note.find("not there"), std::string::npos) << note;
}

TEST(Info, APlainRasterHasBandsAndLittleElse) {
  const TemporaryFolder folder;
  const std::string path = write_raster(folder.file("a.tif"), {1, 1, GDT_Float32, {{1}}, {}}, "");
  const json scene = json::parse(info(job_of(path, true)).text).at("scenes").at(0);
  EXPECT_TRUE(scene["level"].is_null());
  EXPECT_TRUE(scene["date"].is_null());
  EXPECT_TRUE(scene["grid"]["crs"].is_null());
  EXPECT_TRUE(scene["quality"]["coding"].is_null());
  EXPECT_TRUE(scene["quality"]["words"].empty());
  EXPECT_EQ(scene["bands"][0]["name"], "b1");
  EXPECT_FALSE(scene["notes"].empty());
}

TEST(Info, RefusesAnUnknownMaskWordBeforeOpeningAnything) {
  InfoJob job = job_of("/absent", false);
  job.input.mask = "cluod";
  TestRun test;
  try {
    run(job, test.context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("cloud"), std::string::npos);
  }
}

}  // namespace
}  // namespace isotherm
