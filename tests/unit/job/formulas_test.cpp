#include "isotherm/job/formulas.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using Names = std::vector<std::string>;

std::string refusal(const FormulaInputs& inputs) {
  try {
    read_formulas(inputs);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return {};
}

Scene red_and_nir() {
  Scene scene;
  scene.frame = testing_support::tiny_frame(2, 2);
  for (const char* name : {"nir08", "red"})
    scene.bands.push_back(testing_support::make_band(name, "", 1, scene.frame));
  return scene;
}

TEST(Formulas, OutputsAreIndicesThenDefinitionsEachOnce) {
  const CompiledFormulas found = read_formulas({.index = {"NDVI", "own", "ndbi", "ndvi"},
                                                .expr = {"b = ndvi * 2", "own = b + 1"},
                                                .set = {},
                                                .catalog = ""});
  EXPECT_EQ(found.outputs, (Names{"ndvi", "own", "ndbi", "b"}));
  ASSERT_EQ(found.scope.user.size(), 2u);
  EXPECT_EQ(found.scope.user[1].text.find("own"), std::string::npos);
}

TEST(Formulas, WithoutAnyEveryBandOfTheSceneIsMeant) {
  const CompiledFormulas found = read_formulas({});
  EXPECT_TRUE(found.outputs.empty());
  const Program program = compile(found, red_and_nir());
  ASSERT_EQ(program.outputs().size(), 2u);
  EXPECT_EQ(program.outputs()[0].name, "nir08");
  EXPECT_EQ(program.outputs()[1].name, "red");
}

TEST(Formulas, ConstantsReachThem) {
  FormulaInputs inputs;
  inputs.expr = {"shifted = red + t0"};
  inputs.set = {" t0 = -2.5e1 "};
  const CompiledFormulas found = read_formulas(inputs);
  EXPECT_EQ(found.scope.constants, (std::map<std::string, double>{{"t0", -25}}));
  const Program program = compile(found, red_and_nir());
  const float red = 30;
  float shifted = 0;
  const float* in[] = {&red};
  float* out[] = {&shifted};
  program.evaluate(in, out, 1);
  EXPECT_EQ(shifted, 5.0f);
}

TEST(Formulas, ConstantsThatNothingReadsAreNamesMistaken) {
  FormulaInputs inputs;
  inputs.index = {"savi"};
  inputs.set = {"L=1"};
  EXPECT_EQ(refusal(inputs), "--set 'L': no formula of this run reads it; they read soil_l");
  inputs.set = {"Soil_L=1"};  // case does not matter in formulas
  EXPECT_EQ(refusal(inputs), "");
  // Through definitions that stand on each other, and only through those asked for.
  inputs.index = {};
  inputs.expr = {"a = B * ndvi", "b = where(red > t0, min(red, 2e3), pi)"};
  inputs.set = {"t0=1"};
  EXPECT_EQ(refusal(inputs), "");
  inputs.set = {"t1=1"};
  EXPECT_EQ(refusal(inputs), "--set 't1': no formula of this run reads it; they read t0");
  EXPECT_EQ(refusal({.index = {"ndvi"}, .expr = {}, .set = {"t0=1"}, .catalog = ""}),
            "--set 't0': no formula of this run reads it");
}

TEST(Formulas, CopiesKeepTheirCatalogue) {
  CompiledFormulas copy;
  {
    const CompiledFormulas made = read_formulas({.index = {"ndvi"}, .expr = {}, .set = {}, .catalog = ""});
    copy = made;
  }
  EXPECT_EQ(compile(copy, red_and_nir()).outputs().size(), 1u);
}

TEST(Formulas, RefusesWhatItCannotRead) {
  FormulaInputs inputs;
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"t0", "--set 't0': expected NAME=NUMBER, such as t0=21"},
           {"=3", "--set '=3': expected NAME=NUMBER, such as t0=21"},
           {"1a=3", "--set '1a=3': expected NAME=NUMBER, such as t0=21"},
           {"t0=warm", "--set 't0=warm': 'warm' is not a number"},
           {"t0=", "--set 't0=': '' is not a number"}}) {
    inputs.set = {text};
    EXPECT_EQ(refusal(inputs), message);
  }
  inputs.set = {"a=1", "a=2"};
  EXPECT_EQ(refusal(inputs), "--set 'a=2': a is already set");
  inputs.set.clear();
  inputs.expr = {"x = red", "x = nir08"};
  EXPECT_EQ(refusal(inputs), "--expr 'x = nir08': x is already defined");
}

}  // namespace
}  // namespace isotherm
