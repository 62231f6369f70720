#include "isotherm/job/plan.h"

#include <nlohmann/json.hpp>

#include "../../../src/job/plan_rates.h"
#include "unit/job/zonal_fixture.h"

namespace isotherm {
namespace {

using testing_support::ZonalFixture;

class PlanTest : public ZonalFixture {
 protected:
  nlohmann::json plan(const ZonalJob& zonal) {
    testing::internal::CaptureStdout();
    run(PlanJob{zonal, true}, run_.context);
    return nlohmann::json::parse(testing::internal::GetCapturedStdout());
  }
};

TEST_F(PlanTest, SecondsAreTheWorkTimesTheMeasuredRates) {
  ZonalJob means = job(four_pixels("a.tif", {1, 2, 3, 4}), "square:30");
  means.stats = {"mean", "max"};
  const nlohmann::json found = plan(means), &seconds = found["processor_seconds"];
  ASSERT_EQ(found["pixels_to_read"], 4) << "four pixels of one layer";
  const double zones = found["zones"], under = found["pixels_under_zones"];
  EXPECT_DOUBLE_EQ(seconds["read"], 4 * kReadPixel * 1e-9);
  EXPECT_DOUBLE_EQ(seconds["cover"], zones * kCoverCell * 1e-9);
  // The number of pixels is told rounded.
  EXPECT_NEAR(seconds["evaluate"], under * kEvaluatePixel * 1e-9, 0.5 * kEvaluatePixel * 1e-9);
  EXPECT_NEAR(seconds["gather"], under * kGatherPixel * 1e-9, 0.5 * kGatherPixel * 1e-9);
  EXPECT_DOUBLE_EQ(seconds["write"], zones * (2 + 6) * kWriteValue * 1e-9)
      << "two results, six describing cells";
  const double all = seconds["read"].get<double>() + seconds["cover"].get<double>() +
                     seconds["evaluate"].get<double>() + seconds["gather"].get<double>() +
                     seconds["write"].get<double>();
  EXPECT_DOUBLE_EQ(found["seconds"].get<double>() * found["threads"].get<double>(), all);

  means.stats = {"mean", "median"};
  const nlohmann::json sorted = plan(means)["processor_seconds"];
  EXPECT_DOUBLE_EQ(sorted["gather"], kSampleFactor * seconds["gather"].get<double>());
  EXPECT_EQ(sorted["read"], seconds["read"]);
}

}  // namespace
}  // namespace isotherm
