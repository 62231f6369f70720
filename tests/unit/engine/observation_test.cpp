// Scenes joined into observations: hand-made scenes over rasters of a few pixels.
#include "isotherm/engine/observation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

class Observations : public testing::Test {
 protected:
  /// A scene of one date, path and row over a 2 x 2 raster whose first pixel is `first_row` pixels below the
  /// origin.
  Scene scene(const std::string& id, int row, int first_row, std::vector<std::vector<double>> bands,
              Date date = {2021, 6, 14}, int path = 196) {
    Frame frame = tiny_frame(2, 2);
    frame.transform = frame.transform.shifted(0, first_row);
    const std::string path_name = folder_.file(id + ".tif");
    const std::size_t count = bands.size();
    write_raster(path_name, {2, 2, GDT_Float32, std::move(bands), {}}, "EPSG:32632",
                 frame.transform.numbers());
    Scene made;
    made.id = id;
    made.source = path_name;
    made.spacecraft = "LANDSAT_8";
    made.date = date;
    made.path = path;
    made.row = row;
    made.frame = frame;
    for (std::size_t k = 0; k < count; ++k) {
      made.bands.push_back(make_band("b" + std::to_string(k + 1), path_name, static_cast<int>(k) + 1, frame));
    }
    return made;
  }
  TemporaryFolder folder_;
  TestRun run_;
};

TEST_F(Observations, NeighbouringRowsOfOneDateAndPathAreOnePicture) {
  // Row 25 lies one pixel further south, so one row of pixels overlaps. There, the northern scene (row 24)
  // has the word, but for the pixel it has nothing in: that one comes whole from the southern scene.
  const double gap = std::nan("");
  std::vector<Scene> scenes{scene("south", 25, 1, {{50, 60, 70, 80}, {51, 61, 71, 81}}),
                            scene("north", 24, 0, {{10, 20, gap, 40}, {11, 21, gap, gap}})};
  const std::vector<Observation> observations = make_observations(scenes, run_.log);
  ASSERT_EQ(observations.size(), 1u);
  EXPECT_EQ(observations[0].id, "north+south");
  EXPECT_EQ(observations[0].frame.height, 3);
  BlockCache cache(std::size_t{1} << 20);
  ObservationReader reader(observations[0], parse_mask("default"), cache);
  const std::vector<std::string> bands{"b1", "b2"};
  Tile tile;
  reader.read(bands, observations[0].frame.window(), tile);
  const std::vector<float> first{10, 20, 50, 40, 70, 80}, second{11, 21, 51, kNone, 71, 81};
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_EQ(tile.plane(0)[k], first[k]) << k;
    if (std::isnan(second[k])) {
      EXPECT_TRUE(std::isnan(tile.plane(1)[k])) << "a pixel comes whole from one scene";
    } else {
      EXPECT_EQ(tile.plane(1)[k], second[k]) << k;
    }
  }
}

TEST_F(Observations, TheOrderOfArgumentsDoesNotMatter) {
  const Scene a = scene("a", 24, 0, {{1, 2, 3, 4}}), b = scene("b", 25, 1, {{5, 6, 7, 8}});
  const Scene later = scene("later", 24, 0, {{9, 9, 9, 9}}, {2021, 7, 16});
  const auto ids = [&](std::vector<Scene> scenes) {
    std::string text;
    for (const Observation& o : make_observations(std::move(scenes), run_.log)) text += o.id + " ";
    return text;
  };
  EXPECT_EQ(ids({later, b, a}), "a+b later ");
  EXPECT_EQ(ids({a, b, later}), "a+b later ");
}

TEST_F(Observations, OtherPathsDatesAndLatticesStayApart) {
  Scene shifted = scene("shifted", 25, 0, {{1, 1, 1, 1}});
  shifted.frame.transform = GeoTransform({500015, 30, 0, 5000000, 0, -30});  // half a pixel off
  const std::vector<Observation> observations = make_observations(
      {scene("a", 24, 0, {{1, 1, 1, 1}}), scene("path", 24, 0, {{1, 1, 1, 1}}, {2021, 6, 14}, 197), shifted},
      run_.log);
  EXPECT_EQ(observations.size(), 3u);
  ASSERT_EQ(run_.log.notes.size(), 1u);
  EXPECT_NE(run_.log.notes[0].find("not on one pixel lattice"), std::string::npos) << run_.log.notes[0];
}

TEST_F(Observations, WindowsMayReachOutside) {
  const std::vector<Observation> observations =
      make_observations({scene("a", 24, 0, {{1, 2, 3, 4}})}, run_.log);
  BlockCache cache(std::size_t{1} << 20);
  ObservationReader reader(observations[0], parse_mask("none"), cache);
  const std::vector<std::string> bands{"b1"};
  Tile tile;
  reader.read(bands, {1, 1, 2, 2}, tile);
  EXPECT_EQ(tile.plane(0)[0], 4);
  EXPECT_TRUE(std::isnan(tile.plane(0)[3]));
  reader.read(bands, {100, 100, 2, 2}, tile);
  EXPECT_EQ(tile.window(), (Window{100, 100, 2, 2}));
  for (float value : tile.plane(0)) EXPECT_TRUE(std::isnan(value));
}

}  // namespace
}  // namespace isotherm
