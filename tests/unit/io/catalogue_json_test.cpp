#include "isotherm/io/catalogue_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/spectral/program.h"

namespace isotherm {
namespace {

class CatalogueJson : public testing::Test {
 protected:
  // A file of its own for each test, since tests may run at the same time.
  std::string write(const std::string& text) {
    path_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("catalogue_") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".json");
    std::ofstream(path_) << text;
    return path_.string();
  }
  ~CatalogueJson() override { std::filesystem::remove(path_); }

  std::string error_of(const std::string& text) {
    try {
      read_catalogue_json(write(text));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "nothing was refused";
  }

 private:
  std::filesystem::path path_;
};

Scene scene_with(const std::vector<std::string>& bands) {
  Scene scene;
  scene.id = "TEST";
  scene.level = Level::level2;
  for (const std::string& name : bands) {
    Band band;
    band.name = name;
    scene.bands.push_back(band);
  }
  return scene;
}

float value_of(const Catalogue& catalogue, const std::string& name, std::map<std::string, double> constants,
               const std::map<std::string, float>& pixel) {
  FormulaScope scope;
  scope.catalogue = &catalogue;
  scope.constants = std::move(constants);
  std::vector<std::string> bands;
  for (const auto& [band, value] : pixel) bands.push_back(band);
  const std::vector<std::string> names{name};
  const Program program = compile(names, scope, scene_with(bands));
  std::vector<const float*> inputs;
  for (const std::string& band : program.inputs()) inputs.push_back(&pixel.at(band));
  float value = 0;
  std::vector<float*> outputs{&value};
  program.evaluate(inputs, outputs, 1);
  return value;
}

// Written for this test in the two layouts of the public catalogue.
// clang-format off
constexpr const char* kBothLayouts = R"json({"SpectralIndices": {
  "EVI": {"short_name": "EVI", "long_name": "Enhanced Vegetation Index", "application_domain": "vegetation",
          "bands": ["g", "N", "R", "C1", "C2", "B", "L"], "reference": "https://doi.org/x",
          "formula": "g * (N - R) / (N + C1 * R - C2 * B + L)"},
  "SAVI": {"acronym": "SAVI", "name": "Soil-Adjusted Vegetation Index", "application_domain": "vegetation",
           "bands": ["L", "N", "R"], "source": {"source_link": "https://doi.org/y"},
           "formula": "(1.0 + L) * (N - R) / (N + R + L)"},
  "BITM": {"short_name": "BITM", "formula": "(((B**2.0)+(G**2.0)+(R**2.0))/3.0)**0.5"},
  "EBBI": {"short_name": "EBBI", "formula": "(S1 - N)/(10.0 * ((S1 + T) ** 0.5))"},
  "NDREI": {"short_name": "NDREI", "formula": "(N - RE1) / (N + RE1)"},
  "NIRvP": {"short_name": "NIRvP", "formula": "((N - R) / (N + R)) * N * PAR"},
  "BAI": {"short_name": "BAI", "formula": "1.0 / ((0.1 - R) ** 2.0 + (0.06 - N) ** 2.0)"},
  "BaI": {"short_name": "BaI", "formula": "R + S1 - N"}
}})json";
// clang-format on

TEST_F(CatalogueJson, ReadsBothLayouts) {
  const Catalogue catalogue(read_catalogue_json(write(kBothLayouts)));
  ASSERT_EQ(catalogue.rows().size(), 8U);
  const IndexRow& evi = *catalogue.find("evi");
  EXPECT_EQ(evi.title, "Enhanced Vegetation Index");
  EXPECT_EQ(evi.formula, "g * (nir08 - red) / (nir08 + C1 * red - C2 * blue + L)");
  EXPECT_EQ(evi.source, "https://doi.org/x");
  EXPECT_EQ(evi.group, "vegetation");
  EXPECT_EQ(evi.constants, (std::map<std::string, double>{{"g", 2.5}, {"C1", 6}, {"C2", 7.5}, {"L", 1}}));
  EXPECT_EQ(catalogue.find("savi")->title, "Soil-Adjusted Vegetation Index");
  EXPECT_EQ(catalogue.find("savi")->source, "https://doi.org/y");
  EXPECT_EQ(catalogue.find("BaI")->formula, "red + swir16 - nir08") << "BAI and BaI differ by case only";
}

TEST_F(CatalogueJson, RowsCompute) {
  const Catalogue catalogue = Catalogue::builtin().with(read_catalogue_json(write(kBothLayouts)));
  const std::map<std::string, float> pixel{
      {"blue", 0.06F}, {"green", 0.09F}, {"red", 0.08F}, {"nir08", 0.35F}};
  EXPECT_NEAR(value_of(catalogue, "EVI", {}, pixel), 2.5 * 0.27 / 1.38, 1e-6);
  EXPECT_NEAR(value_of(catalogue, "savi", {}, pixel), 1.5 * 0.27 / 0.93, 1e-6);
  EXPECT_NEAR(value_of(catalogue, "savi", {{"L", 0.25}}, pixel), 1.25 * 0.27 / 0.68, 1e-6);
  EXPECT_NEAR(value_of(catalogue, "bitm", {}, pixel), std::sqrt((0.0036 + 0.0081 + 0.0064) / 3), 1e-6);
  EXPECT_NEAR(value_of(catalogue, "EBBI", {}, {{"swir16", 0.21F}, {"nir08", 0.35F}, {"lwir11", 303.15F}}),
              -0.14 / (10 * std::sqrt(303.36)), 1e-8);
  EXPECT_NEAR(value_of(catalogue, "nirvp", {{"PAR", 2}}, pixel), 0.27 / 0.43 * 0.7, 1e-6);
}

TEST_F(CatalogueJson, WhatASceneLacksIsToldWhenAskedFor) {
  const Catalogue catalogue(read_catalogue_json(write(kBothLayouts)));
  const auto refusal = [&](const std::string& name) -> std::string {
    try {
      value_of(catalogue, name, {}, {{"red", 0.1F}, {"nir08", 0.2F}});
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  };
  EXPECT_NE(refusal("NDREI").find("needs rededge071, which scene TEST (Level 2) lacks"), std::string::npos);
  EXPECT_NE(refusal("NIRvP").find("--set PAR=VALUE"), std::string::npos);
}

TEST_F(CatalogueJson, RefusesOtherFiles) {
  EXPECT_NE(error_of("{").find("not valid JSON"), std::string::npos);
  EXPECT_NE(error_of("[]").find("SpectralIndices"), std::string::npos);
  EXPECT_NE(error_of(R"({"SpectralIndices": 3})").find("SpectralIndices"), std::string::npos);
  EXPECT_NE(error_of(R"({"SpectralIndices": {"X": {"short_name": "X"}}})").find("'X' has no formula"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"SpectralIndices": {"X": 1}})").find("'X' has no formula"), std::string::npos);
  EXPECT_THROW(read_catalogue_json("/nonexistent/catalogue.json"), Error);
}

}  // namespace
}  // namespace isotherm
