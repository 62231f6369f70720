#include "isotherm/spectral/bands.h"

#include <gtest/gtest.h>

#include <set>

#include "isotherm/core/text.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {
namespace {

TEST(Bands, KnownByManyNames) {
  EXPECT_EQ(canonical_band("NIR"), "nir08");
  EXPECT_EQ(canonical_band("nir08"), "nir08");
  EXPECT_EQ(canonical_band("N"), "nir08");
  EXPECT_EQ(canonical_band("Swir1"), "swir16");
  EXPECT_EQ(canonical_band("lwir"), "lwir11");
  EXPECT_EQ(canonical_band("RE1"), "rededge071");
  EXPECT_FALSE(canonical_band("elevation"));
  EXPECT_FALSE(canonical_band(""));
}

TEST(Bands, SingleLettersKeepTheirCase) {
  EXPECT_EQ(canonical_band("G"), "green");
  EXPECT_FALSE(canonical_band("g")) << "g is the gain of EVI in literature";
  EXPECT_FALSE(canonical_band("n"));
}

TEST(Bands, EveryNameMeansOneBand) {
  std::set<std::string> seen;
  for (const BandName& band : band_names()) {
    EXPECT_TRUE(seen.insert(std::string(band.name)).second) << band.name;
    EXPECT_FALSE(band.title.empty());
    EXPECT_EQ(canonical_band(band.name), band.name);
    for (const std::string& alias : split(band.aliases, ' ')) {
      EXPECT_TRUE(seen.insert(alias).second) << alias;
      EXPECT_EQ(canonical_band(alias), band.name) << alias;
    }
  }
}

TEST(Bands, SensorsCarryCanonicalNames) {
  std::set<std::string> seen;
  for (const SensorBand& band : sensor_bands()) {
    EXPECT_EQ(canonical_band(band.name), band.name);
    EXPECT_TRUE(
        seen.insert(std::to_string(static_cast<int>(band.family)) + "/" + std::string(band.number)).second);
    EXPECT_GT(band.centre_um, 0.4);
    EXPECT_LT(band.centre_um, 13);
  }
}

TEST(Bands, SpacecraftByIdOrPrefix) {
  ASSERT_NE(find_spacecraft("LANDSAT_8"), nullptr);
  EXPECT_EQ(find_spacecraft("lc09")->id, "LANDSAT_9");
  EXPECT_EQ(find_spacecraft("LANDSAT_5")->k1, 607.76);
  EXPECT_EQ(find_spacecraft("SENTINEL_2"), nullptr);
}

TEST(SceneFind, ExactNameThenAlias) {
  Scene scene;
  for (const char* name : {"nir", "nir08", "DEM"}) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  EXPECT_EQ(scene.find("nir08"), &scene.bands[1]);
  EXPECT_EQ(scene.find("nir"), &scene.bands[0]);
  EXPECT_EQ(scene.find("N"), &scene.bands[0]) << "the first that the alias fits";
  EXPECT_EQ(scene.find("dem"), &scene.bands[2]);
  EXPECT_EQ(scene.find("red"), nullptr);
}

TEST(Quantity, HasNameAndUnit) {
  EXPECT_EQ(unit_of(Quantity::surface_temperature), "K");
  EXPECT_EQ(unit_of(Quantity::plain), "");
  EXPECT_EQ(to_string(Quantity::radiance), "radiance");
}

TEST(Decode, NodataBeforeRangeBeforeScale) {
  const Decoding rule{2.75e-5, -0.2, 0, 1, 65455};
  bool invalid = false;
  EXPECT_TRUE(std::isnan(decode(0, rule, &invalid)));
  EXPECT_FALSE(invalid);
  EXPECT_FLOAT_EQ(decode(20000, rule, &invalid), 0.35F);
  EXPECT_FALSE(invalid);
  EXPECT_TRUE(std::isnan(decode(65535, rule, &invalid)));
  EXPECT_TRUE(invalid);
  EXPECT_TRUE(std::isnan(decode(std::nan(""), rule)));
}

}  // namespace
}  // namespace isotherm
