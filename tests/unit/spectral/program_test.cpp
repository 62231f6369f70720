#include "isotherm/spectral/program.h"

#include <algorithm>

#include "unit/spectral/scene_maker.h"

namespace isotherm {
namespace {

using test::compile_expression;
using test::error_of;
using test::evaluate_one;
using test::make_scene;
using test::value_of;

Program compile_for(const Scene& scene, const std::vector<std::string>& outputs,
                    std::vector<Formula> user = {}, std::map<std::string, double> constants = {},
                    bool compat_273 = false) {
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  scope.user = std::move(user);
  scope.constants = std::move(constants);
  scope.compat_273 = compat_273;
  return compile(outputs, scope, scene);
}

const std::vector<std::string> kReflective{"blue", "green", "red", "nir08", "swir16", "swir22"};

Scene level2_scene() {
  Scene scene = make_scene(Level::level2, kReflective);
  scene.id = "LC08_L2SP_196024_20210614";
  Band thermal;
  thermal.name = "lwir11";
  scene.bands.push_back(thermal);
  return scene;
}

TEST(Program, NothingFromNothing) {
  EXPECT_TRUE(std::isnan(value_of("a / b", 0, 0)));
  EXPECT_TRUE(std::isnan(value_of("a / b", 1, 0)));
  EXPECT_TRUE(std::isnan(value_of("log(a)", -1)));
  EXPECT_TRUE(std::isnan(value_of("sqrt(a)", -1)));
  EXPECT_TRUE(std::isnan(value_of("exp(a)", 1000)));
  EXPECT_TRUE(std::isnan(value_of("1 / (a / b)", 1, 0))) << "1/inf is 0 and must not come back as a value";
  EXPECT_TRUE(std::isnan(value_of("a", INFINITY)));
  EXPECT_TRUE(std::isnan(value_of("1 / a", INFINITY)));
}

TEST(Program, MissingSpreads) {
  for (const char* text :
       {"a + 1", "a < 1", "a == a", "a != a", "!a", "a && 0", "1 || a", "min(a, 1)", "max(1, a)",
        "clamp(a, 0, 1)", "clamp(1, a, 2)", "clamp(1, 0, a)", "where(a, 1, 2)", "a ^ 0", "abs(a)"}) {
    EXPECT_TRUE(std::isnan(value_of(text, NAN))) << text;
  }
}

TEST(Program, WhereIsNotPoisonedByTheBranchNotTaken) {
  EXPECT_EQ(value_of("where(b == 0, 7, a / b)", 1, 0), 7);
  EXPECT_EQ(value_of("where(1 - 1, nan, a)", 3), 3);
  EXPECT_TRUE(std::isnan(value_of("where(a > 1, nan, a)", 3)));
  EXPECT_EQ(value_of("where(is_missing(a), 0, a)", NAN), 0);
}

TEST(Program, SharesCommonParts) {
  EXPECT_EQ(compile_expression("(a + b) * (a + b)").steps().size(), 2U);
  EXPECT_EQ(compile_expression("(a + b) * (b + a)").steps().size(), 2U) << "a + b is b + a";
  EXPECT_EQ(compile_expression("(a - b) * (b - a)").steps().size(), 3U);
  const Scene scene = level2_scene();
  const std::size_t ndvi = compile_for(scene, {"ndvi"}).steps().size();
  const std::size_t ndbi = compile_for(scene, {"ndbi"}).steps().size();
  EXPECT_EQ(compile_for(scene, {"ndvi", "ndbi", "bu"}).steps().size(), ndvi + ndbi + 1);
}

TEST(Program, FoldsConstantsInDouble) {
  const Program program = compile_expression("a * (0.1 + 0.2) * sqrt(4)");
  EXPECT_EQ(program.steps().size(), 2U);
  EXPECT_EQ(program.constants(), (std::vector<float>{static_cast<float>(0.1 + 0.2), 2.0F}));
  EXPECT_EQ(value_of("1 + 2"), 3);
  EXPECT_TRUE(std::isnan(value_of("1 / 0 + a", 1)));
}

TEST(Program, ReadsOnlyTheBandsItNeeds) {
  EXPECT_EQ(compile_expression("where(1, b, a)").inputs(), std::vector<std::string>{"b"});
  EXPECT_EQ(compile_expression("c + a").inputs(), (std::vector<std::string>{"c", "a"}));
}

TEST(Program, ReusesRegisters) {
  std::string chain = "a";
  for (int k = 0; k < 100; ++k) chain = "(" + chain + " * b + " + std::to_string(k % 3) + ")";
  EXPECT_LE(compile_expression(chain).registers(), 2U + 3U + 1U);
}

TEST(Program, SmallPowersAreProducts) {
  EXPECT_EQ(value_of("a ^ 2", -3), 9);
  EXPECT_EQ(value_of("a ^ 3", -3), -27);
  EXPECT_EQ(value_of("a ^ 4", 3), 81);
  EXPECT_EQ(value_of("a ^ 0.5", 9), 3);
  EXPECT_EQ(value_of("a ^ -1", 4), 0.25F);
  EXPECT_EQ(value_of("a ^ 1", 4), 4);
  EXPECT_EQ(value_of("a ^ 0", 4), 1);
  const Program program = compile_expression("a^2 + a^3 + a^4 + a^0.5");
  for (const Step& step : program.steps()) EXPECT_NE(step.op, Op::power);
}

TEST(Program, SeveralOutputsMayBeTheSameValue) {
  FormulaScope scope;
  scope.user = {{"x", "a + b", "--expr"}, {"y", "b + a", "--expr"}, {"z", "7", "--expr"}};
  const std::vector<std::string> names{"x", "y", "z", "a", "x"};
  const Program program = compile(names, scope, make_scene(Level::unknown, {"a", "b"}));
  std::vector<float> a(3000), b(3000, 1);
  for (std::size_t k = 0; k < a.size(); ++k) a[k] = static_cast<float>(k);
  a[5] = NAN;
  std::vector<std::vector<float>> results(5, std::vector<float>(3000));
  std::vector<const float*> inputs{a.data(), b.data()};
  std::vector<float*> outputs;
  for (auto& result : results) outputs.push_back(result.data());
  program.evaluate(inputs, outputs, 3000);
  EXPECT_EQ(results[0][2999], 3000);
  EXPECT_EQ(results[1][2999], 3000);
  EXPECT_EQ(results[2][2999], 7);
  EXPECT_EQ(results[3][2999], 2999);
  EXPECT_EQ(results[4][1024], 1025);
  EXPECT_TRUE(std::isnan(results[0][5]) && std::isnan(results[1][5]) && std::isnan(results[3][5]));
  program.evaluate(inputs, outputs, 0);  // nothing to do is fine
}

TEST(Lookup, BandsByAliasConstantsAndCatalogue) {
  const Scene scene = level2_scene();
  const Program program =
      compile_for(scene, {"stress"}, {{"stress", "LST_C - t0 + 0 * NIR * N", "--expr"}}, {{"T0", 21}});
  EXPECT_EQ(program.inputs(), (std::vector<std::string>{"lwir11", "nir08"}));
  EXPECT_NEAR(evaluate_one(program, {{"lwir11", 303.15F}, {"nir08", 1}}), 9, 4e-5);
}

TEST(Lookup, UserFormulaReplacesTheOutputButNotWhatTheCatalogueMeans) {
  const Scene scene = level2_scene();
  const std::vector<Formula> user{{"ndvi", "red * 0 + 5", "--expr"}, {"mine", "ndvi + 1", "--expr"}};
  const std::map<std::string, float> pixel{{"red", 0.1F}, {"nir08", 0.4F}};
  EXPECT_EQ(evaluate_one(compile_for(scene, {"ndvi"}, user), pixel), 5);
  EXPECT_EQ(evaluate_one(compile_for(scene, {"mine"}, user), pixel), 6);
  EXPECT_NEAR(evaluate_one(compile_for(scene, {"nirv"}, user), pixel), 0.4 * 0.6, 1e-6);
}

TEST(Lookup, UserNamesMustNotHideBandsOrConstants) {
  const Scene scene = level2_scene();
  const auto error = [&](std::vector<Formula> user, std::map<std::string, double> constants) {
    return error_of([&] { compile_for(scene, {"ndvi"}, std::move(user), std::move(constants)); });
  };
  EXPECT_NE(error({{"nir", "red", "--expr"}}, {}).find("'nir' is the name of a band"), std::string::npos);
  EXPECT_NE(error({{"t0", "red", "--expr"}}, {{"t0", 1}}).find("is the name of a constant"),
            std::string::npos);
  EXPECT_NE(error({{"x", "red", "--expr"}, {"X", "1", "--expr"}}, {}).find("defined twice"),
            std::string::npos);
  EXPECT_NE(error({}, {{"red", 1}}).find("constant 'red' carries the name of a band"), std::string::npos);
}

TEST(Lookup, CirclesAreShown) {
  const auto error = error_of([] {
    compile_for(level2_scene(), {"x"},
                {{"x", "y + 1", "--expr"}, {"y", "z", "--expr"}, {"z", "2 * x", "--expr"}});
  });
  EXPECT_EQ(error,
            "formulas use each other in a circle: --expr 'x' -> --expr 'y' -> --expr 'z' -> --expr 'x'");
  EXPECT_NE(error_of([] {
              compile_for(level2_scene(), {"ndvi"}, {{"ndvi", "clamp(ndvi, 0, 1)", "--expr"}});
            }).find("circle: --expr 'ndvi' -> --expr 'ndvi'"),
            std::string::npos);
}

TEST(Lookup, LongChainsOfFormulasAreRefused) {
  std::vector<Formula> user{{"f0", "red", "--expr"}};
  for (int k = 1; k < 1000; ++k)
    user.push_back({"f" + std::to_string(k), "f" + std::to_string(k - 1) + " + 1", "--expr"});
  EXPECT_NE(error_of([&] { compile_for(level2_scene(), {"f999"}, user); }).find("more than 200 formulas"),
            std::string::npos);
}

TEST(Refusal, NamesWhatIsMissing) {
  const Scene plain = make_scene(Level::unknown, {"red", "nir08"});
  const auto error = [](const Scene& scene, const std::string& output, std::vector<Formula> user = {}) {
    return error_of([&] { compile_for(scene, {output}, std::move(user)); });
  };
  EXPECT_EQ(error(plain, "ndbi"),
            "index 'ndbi': needs swir16, which scene TEST lacks; it has red, nir08\n"
            "  (swir16 - nir08) / (swir16 + nir08)\n"
            "   ^");
  EXPECT_NE(error(plain, "bu").find("index 'ndbi' (used by index 'bu'): needs swir16"), std::string::npos);
  EXPECT_NE(error(plain, "nvdi").find("unknown index 'nvdi'; did you mean 'ndvi'?"), std::string::npos);
  EXPECT_NE(error(plain, "swir1").find("needs swir16, which scene TEST lacks"), std::string::npos);
  EXPECT_NE(
      error(plain, "x", {{"x", "nirr8 + red", "--expr"}}).find("unknown name 'nirr8'; did you mean 'nir08'?"),
      std::string::npos);
  EXPECT_NE(error(plain, "x", {{"x", "1e300 * 2 + red", "--expr"}}).find("too large for the float32"),
            std::string::npos);
}

TEST(Refusal, WrongLevelSaysWhy) {
  Scene level1 = make_scene(Level::level1, {"blue", "green", "red", "nir08", "swir16", "swir22", "lwir11"});
  const auto error = [](const Scene& scene, const std::string& output) {
    return error_of([&] { compile_for(scene, {output}); });
  };
  EXPECT_EQ(error(level1, "lst_se"),
            "index 'lst_se' cannot be had from scene TEST (Level 1): ST_QA comes with the surface "
            "temperature of Level 2");
  EXPECT_NE(error(level1, "albedo").find("surface reflectance"), std::string::npos);
  EXPECT_NE(error(level2_scene(), "lst_jms").find("it starts from Level-1 radiance"), std::string::npos);
  EXPECT_NE(error(level1, "lst_jms").find("set it with --set water_vapour=VALUE"), std::string::npos);
  Scene reflectance = make_scene(Level::level2, kReflective);
  reflectance.id = "LC08_L2SR_099120_20191129";
  EXPECT_NE(
      error(reflectance, "lst_c")
          .find("scene LC08_L2SR_099120_20191129 (Level 2) has no surface temperature band (L2SR product)"),
      std::string::npos);
  EXPECT_NE(error(make_scene(Level::level1, {"blue", "green", "red", "nir08", "swir16", "swir22"},
                             SensorFamily::tm),
                  "tcb")
                .find("known for OLI and ETM+"),
            std::string::npos);
}

TEST(Refusal, BandOfAnotherFrame) {
  Scene scene = level2_scene();
  Band pan;
  pan.name = "pan";
  scene.other_bands.push_back(pan);
  EXPECT_NE(error_of([&] {
              compile_for(scene, {"x"}, {{"x", "pan / red", "--expr"}});
            }).find("cannot be combined"),
            std::string::npos);
}

TEST(Level, ThermalBandMeansWhatTheLevelSays) {
  const Scene level2 = level2_scene();
  EXPECT_EQ(compile_for(level2, {"lst"}).inputs(), std::vector<std::string>{"lwir11"});
  const Scene level1 = make_scene(Level::level1, {"red", "nir08", "lwir11"});
  EXPECT_EQ(compile_for(level1, {"lst"}).inputs().size(), 3U);
  EXPECT_EQ(compile_for(level1, {"radiance"}).steps().size(), 0U);
}

TEST(Compat, PublishedPipelineComesOut) {
  // x*0.00341802+149-273 in double for three stored numbers; float32 near 300 has a spacing of 3e-5.
  const Scene scene = make_scene(Level::unknown, {"x"});
  const Program by_hand = compile_for(scene, {"lst_hand"}, {{"lst_hand", "x*0.00341802+149-273", "--expr"}});
  const Program index = compile_for(level2_scene(), {"lst_c"}, {}, {}, true);
  const Program standard = compile_for(level2_scene(), {"lst_c"});
  for (const double stored : {40000.0, 44177.0, 50000.0}) {
    const double kelvin = stored * 0.00341802 + 149;
    EXPECT_NEAR(evaluate_one(by_hand, {{"x", static_cast<float>(stored)}}), kelvin - 273, 4e-5);
    EXPECT_NEAR(evaluate_one(index, {{"lwir11", static_cast<float>(kelvin)}}), kelvin - 273, 4e-5);
    EXPECT_NEAR(evaluate_one(standard, {{"lwir11", static_cast<float>(kelvin)}}), kelvin - 273.15, 4e-5);
  }
}

TEST(Compat, UnsignedNumbersDoNotWrap) {
  // Normalised difference of unsigned stored numbers: (0 - 2) must not wrap around.
  const float expected[2][2] = {{1, -1.0F / 3}, {0, -1.0F / 3}};
  const std::uint16_t a[2][2] = {{1, 1}, {1, 1}};
  const std::uint16_t b[2][2] = {{0, 2}, {1, 2}};
  for (int r = 0; r < 2; ++r) {
    for (int c = 0; c < 2; ++c) {
      EXPECT_FLOAT_EQ(value_of("(a - b) / (a + b)", decode(a[r][c], {}), decode(b[r][c], {})),
                      expected[r][c]);
    }
  }
}

TEST(Outputs, CarryTheirDescription) {
  const Program program =
      compile_for(level2_scene(), {"LST_C", "mine", "red"}, {{"mine", "red * 2", "--expr"}});
  EXPECT_EQ(program.outputs()[0].name, "lst_c");
  EXPECT_EQ(program.outputs()[0].unit, "degC");
  EXPECT_EQ(program.outputs()[1].name, "mine");
  EXPECT_EQ(program.outputs()[1].title, "red * 2");
  EXPECT_EQ(program.outputs()[2].name, "red");
}

TEST(Possible, FollowsBandsAndLevel) {
  const auto possible = possible_indices(Catalogue::builtin(), make_scene(Level::level2, {"red", "nir08"}));
  EXPECT_NE(std::find(possible.begin(), possible.end(), "ndvi"), possible.end());
  EXPECT_EQ(std::find(possible.begin(), possible.end(), "ndbi"), possible.end());
  EXPECT_EQ(std::find(possible.begin(), possible.end(), "lst"), possible.end());
}

}  // namespace
}  // namespace isotherm
