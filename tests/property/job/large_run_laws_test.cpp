// Laws of large runs, on small seeded ones: neither kept coverage nor shares change a byte of the result.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/job/merge.h"
#include "isotherm/job/zonal.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

/// Three dates whose rasters share a lattice but not their extents, and one on another lattice.
class LargeRuns : public testing::TestWithParam<const char*> {
 protected:
  LargeRuns() {
    add("LC08_L2SP_196024_20210614_20210622_02_T1.tif", 80, 70, 500040, 5000040, 30);
    add("LC08_L2SP_196024_20210716_20210721_02_T1.tif", 77, 74, 500010, 5000130, 30);
    add("LC08_L2SP_196024_20220617_20220625_02_T1.tif", 60, 60, 500340, 4999740, 30);
    add("LC09_L2SP_196025_20220701_20220704_02_T1.tif", 90, 90, 500037, 5000030, 20);
    std::ofstream(folder_.file("zones.geojson")) << polygons();
    run_.context.overwrite = true;
  }
  void add(const std::string& name, int width, int height, double west, double north, double side) {
    std::vector<double> values;
    std::uniform_real_distribution<double> value(270, 330);
    for (int k = 0; k < width * height; ++k)
      values.push_back(random_() % 9 == 0 ? std::nan("") : value(random_));
    scenes_.push_back(write_raster(folder_.file(name), {width, height, GDT_Float32, {values}, {}},
                                   "EPSG:32632", {west, side, 0, north, 0, -side}));
  }
  /// Overlapping triangles in no spatial order, one far away and one without any place.
  std::string polygons() {
    std::uniform_real_distribution<double> x(499900, 502500), y(4997700, 5000300), side(-400, 400);
    std::string text = R"({"type":"FeatureCollection","crs":{"type":"name","properties":{"name":)"
                       R"("urn:ogc:def:crs:EPSG::32632"}},"features":[)";
    for (int k = 0; k < 150; ++k) {
      const double px = k == 17 ? 900000 : x(random_), py = y(random_);
      const std::string first = number_text(px) + "," + number_text(py);
      text += std::string(k > 0 ? "," : "") + R"({"type":"Feature","properties":{"name":"n)" +
              std::to_string(k) + R"("},"geometry":{"type":"Polygon","coordinates":[[[)" + first + "],[" +
              number_text(px + side(random_)) + "," + number_text(py + side(random_)) + "],[" +
              number_text(px + side(random_)) + "," + number_text(py + side(random_)) + "],[" + first +
              "]]]}}";
    }
    return text + "]}";
  }
  ZonalJob job(const std::string& output) {
    ZonalJob made;
    made.input.scenes = scenes_;
    made.zones.zones = std::string(GetParam()) == "polygons" ? folder_.file("zones.geojson") : GetParam();
    if (made.zones.zones == "square:100") made.zones.crs = "EPSG:32633";  // not the pixels' own
    made.stats = {"mean,count,valid,median,stdev"};
    made.output.path = folder_.file(output);
    return made;
  }
  std::string table(const ZonalJob& made, int threads = 1, std::size_t memory = std::size_t{64} << 20) {
    RunContext context{threads, memory, true, run_.log, run_.progress, run_.stop};
    run(made, context);
    return made.output.path.find('{') == std::string::npos ? read_file(made.output.path) : "";
  }
  std::vector<std::string> parts(ZonalJob made, int count) {
    std::vector<std::string> paths;
    for (int k = 1; k <= count; ++k) {
      made.shard = std::to_string(k) + "/" + std::to_string(count);
      made.output.path = folder_.file("p-{shard}.part");
      RunContext context{1 + k % 3,     (std::size_t{8} << 20) * static_cast<std::size_t>(k),
                         true,          run_.log,
                         run_.progress, run_.stop};
      run(made, context);
      paths.push_back(folder_.file("p-" + std::to_string(k) + "-of-" + std::to_string(count) + ".part"));
    }
    return paths;
  }
  std::string merged(const std::vector<std::string>& paths, const std::string& output) {
    MergeJob made;
    made.parts = paths;
    made.output.path = folder_.file(output);
    run(made, run_.context);
    return made.output.path.find('{') == std::string::npos ? read_file(made.output.path) : "";
  }

  std::mt19937 random_{20261122};
  TemporaryFolder folder_;
  TestRun run_;
  std::vector<std::string> scenes_;
};

TEST_P(LargeRuns, KeptCoverageChangesNothing) {
  const std::string plain = table(job("plain.csv"));
  ZonalJob saving = job("saving.csv");
  saving.save_coverage = folder_.file("kept.cov");
  EXPECT_EQ(table(saving, 3, std::size_t{8} << 20), plain);
  const std::string kept = read_file(saving.save_coverage);
  ZonalJob loading = job("loading.csv");
  loading.coverage_from = saving.save_coverage;
  EXPECT_EQ(table(loading), plain);
  EXPECT_EQ(table(loading, 5, std::size_t{6} << 20), plain);
  EXPECT_EQ(table(saving), plain);
  EXPECT_EQ(read_file(saving.save_coverage), kept) << "the file does not depend on threads and memory";
}

// The scenes of the run that keeps and of the run that uses have other extents and other dates.
TEST_P(LargeRuns, KeptCoverageServesOtherDates) {
  const std::vector<std::string> all = scenes_;
  scenes_ = {all[0], all[3]};
  ZonalJob saving = job("saving.csv");
  saving.save_coverage = folder_.file("kept.cov");
  table(saving);
  for (const std::vector<std::string>& others :
       {std::vector{all[1]}, std::vector{all[2]}, std::vector{all[0], all[1], all[2]}, all}) {
    scenes_ = others;
    const std::string plain = table(job("plain.csv"));
    ZonalJob loading = job("loading.csv");
    loading.coverage_from = saving.save_coverage;
    EXPECT_EQ(table(loading), plain) << join(others, " ");
  }
}

TEST_P(LargeRuns, SharesTogetherAreTheWhole) {
  const std::string plain = table(job("plain.csv"));
  for (const int count : {1, 2, 3, 17}) {
    std::vector<std::string> paths = parts(job(""), count);
    std::shuffle(paths.begin(), paths.end(), random_);
    EXPECT_EQ(merged(paths, "merged.csv"), plain) << count;
  }
  const std::vector<std::string> paths = parts(job(""), 3);
  EXPECT_EQ(merged(paths, "merged.geojson"), table(job("plain.geojson")));
  const std::string package = table(job("one.gpkg"));  // the layer is called as the file
  EXPECT_EQ(merged(paths, "one.gpkg"), package);
}

TEST_P(LargeRuns, SharesGoWithPeriodsWideTablesAndAFilePerDate) {
  ZonalJob wide = job("plain.csv");
  wide.layout = "wide";
  EXPECT_EQ(merged(parts(wide, 3), "merged.csv"), table(wide));
  ZonalJob folded = job("plain.csv");
  folded.period = "year";
  folded.reduce = {"mean", "max"};
  EXPECT_EQ(merged(parts(folded, 4), "merged.csv"), table(folded));
  table(job("plain_{scene}.csv"));
  merged(parts(job(""), 3), "merged_{scene}.csv");
  for (const std::string& name : folder_.names()) {
    if (!name.starts_with("plain_")) continue;
    EXPECT_EQ(read_file(folder_.file("merged_" + name.substr(6))), read_file(folder_.file(name))) << name;
  }
}

TEST_P(LargeRuns, SharesMayKeepAndUseCoverage) {
  const std::string plain = table(job("plain.csv"));
  ZonalJob saving = job("");
  saving.shard = "2/3";
  saving.output.path = folder_.file("two.part");
  saving.save_coverage = folder_.file("kept.cov");
  run(saving, run_.context);
  ZonalJob loading = job("");
  loading.coverage_from = saving.save_coverage;
  EXPECT_EQ(merged(parts(loading, 4), "merged.csv"), plain);
}

INSTANTIATE_TEST_SUITE_P(Zones, LargeRuns,
                         testing::Values("hex:100", "hex:70:flat", "square:100", "polygons"),
                         [](const auto& zones) {
                           std::string name = zones.param;
                           std::erase_if(name, [](char c) { return c == ':'; });
                           return name;
                         });

}  // namespace
}  // namespace isotherm
