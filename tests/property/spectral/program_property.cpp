// Laws of compiled formulas, on seeded random formulas and pixels.
#include <bit>
#include <random>

#include "unit/spectral/scene_maker.h"

namespace isotherm {
namespace {

using test::compile_expression;
using test::evaluate_one;

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

// A random formula as text together with its value at one pixel, worked out in double while the text is
// written: an interpreter that shares nothing with the program's parser, graph or steps. `error` bounds how
// far float32 may be away (first-order propagation of one rounding per step); `open` is set where that bound
// cannot decide a comparison, a division by nearly nothing, or the root of nearly nothing.
class RandomFormula {
 public:
  RandomFormula(std::mt19937_64& random, const double (&pixel)[3]) : random_(random), pixel_(pixel) {}

  struct Part {
    std::string text;
    double value = 0;
    double error = 0;
  };
  bool open = false;

  Part make(int depth) {
    if (depth == 0 || draw(8) == 0) return leaf();
    switch (draw(10)) {
      case 0:
        return binary(depth, "+",
                      [](auto& a, auto& b) { return done(a.value + b.value, a.error + b.error); });
      case 1:
        return binary(depth, "-",
                      [](auto& a, auto& b) { return done(a.value - b.value, a.error + b.error); });
      case 2:
        return binary(depth, "*", [](auto& a, auto& b) {
          const double error = std::abs(a.value) * b.error + std::abs(b.value) * a.error + a.error * b.error;
          return done(a.value * b.value, error);
        });
      case 3:
        return binary(depth, "/", [this](auto& a, auto& b) { return divided(a, b); });
      case 4:
        return binary(depth, "<", [this](auto& a, auto& b) {
          if (std::abs(a.value - b.value) <= a.error + b.error && a.error + b.error > 0) open = true;
          return done(a.value < b.value ? 1 : 0, 0);
        });
      case 5:
        return call(depth, "min", [](auto& a, auto& b) {
          return done(std::fmin(a.value, b.value), std::fmax(a.error, b.error));
        });
      case 6:
        return call(depth, "max", [](auto& a, auto& b) {
          return done(std::fmax(a.value, b.value), std::fmax(a.error, b.error));
        });
      case 7:
        return unary(depth, "-", [](auto& a) { return done(-a.value, a.error); });
      case 8:
        return unary(depth, "sqrt", [this](auto& a) { return rooted(a); });
      default:
        return chosen(depth);
    }
  }

 private:
  int draw(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  static Part done(double value, double error) {
    if (!std::isfinite(value)) return {"", NAN, 0};
    return {"", value, error + std::abs(value) * 0x1p-23};
  }
  Part divided(const Part& a, const Part& b) {
    if (std::abs(b.value) <= b.error && b.error > 0) open = true;
    const double value = a.value / b.value;
    return done(value, (a.error + std::abs(value) * b.error) / (std::abs(b.value) - b.error));
  }
  Part rooted(const Part& a) {
    if (std::abs(a.value) <= a.error && a.error > 0) open = true;
    return done(std::sqrt(a.value), a.error > 0 ? a.error / (2 * std::sqrt(std::abs(a.value) - a.error)) : 0);
  }
  Part leaf() {
    const int which = draw(4);
    if (which < 3) return {std::string(1, static_cast<char>('a' + which)), pixel_[which], 0};
    const double quarter = (1 + draw(16)) / 4.0;
    return {std::to_string(quarter), quarter, 0};
  }
  template <class F>
  Part joined(const Part& a, const Part& b, std::string text, F f) {
    Part part = std::isnan(a.value) || std::isnan(b.value) ? Part{"", NAN, 0} : f(a, b);
    part.text = std::move(text);
    return part;
  }
  template <class F>
  Part binary(int depth, const std::string& sign, F f) {
    const Part a = make(depth - 1);
    const Part b = make(depth - 1);
    return joined(a, b, "(" + a.text + " " + sign + " " + b.text + ")", f);
  }
  template <class F>
  Part call(int depth, const std::string& name, F f) {
    const Part a = make(depth - 1);
    const Part b = make(depth - 1);
    return joined(a, b, name + "(" + a.text + ", " + b.text + ")", f);
  }
  template <class F>
  Part unary(int depth, const std::string& name, F f) {
    const Part a = make(depth - 1);
    return joined(a, a, name + "(" + a.text + ")", [&](const Part& one, const Part&) { return f(one); });
  }
  Part chosen(int depth) {
    const Part c = leaf();
    const Part a = make(depth - 1);
    const Part b = make(depth - 1);
    Part part = std::isnan(c.value) ? Part{"", NAN, 0} : (c.value > 1 ? a : b);
    part.text = "where(" + c.text + " > 1, " + a.text + ", " + b.text + ")";
    return part;
  }

  std::mt19937_64& random_;
  const double (&pixel_)[3];
};

TEST(ProgramLaw, AgreesWithANaiveInterpreterInDouble) {
  std::mt19937_64 random(20240601);
  int numbers = 0;
  int missing_values = 0;
  for (int round = 0; round < 4000; ++round) {
    double pixel[3];
    for (double& value : pixel) value = static_cast<double>(random() % 64) / 8 - 2;  // exact in float32
    if (random() % 16 == 0) pixel[random() % 3] = NAN;
    RandomFormula writer(random, pixel);
    const RandomFormula::Part formula = writer.make(5);
    if (writer.open) continue;
    const auto result = static_cast<double>(
        evaluate_one(compile_expression(formula.text), {{"a", static_cast<float>(pixel[0])},
                                                        {"b", static_cast<float>(pixel[1])},
                                                        {"c", static_cast<float>(pixel[2])}}));
    if (std::isnan(formula.value)) {
      EXPECT_TRUE(std::isnan(result)) << formula.text;
      ++missing_values;
    } else {
      EXPECT_NEAR(result, formula.value, formula.error + 1e-30) << formula.text;
      ++numbers;
    }
  }
  EXPECT_GT(numbers, 1500) << "the test must not excuse itself from most formulas";
  EXPECT_GT(missing_values, 200);
}

// One pixel, step by step with `apply`.
std::vector<float> run_with_apply(const Program& program, const std::vector<float>& inputs) {
  std::vector<float> registers(program.registers());
  std::copy(inputs.begin(), inputs.end(), registers.begin());
  std::copy(program.constants().begin(), program.constants().end(),
            registers.begin() + static_cast<std::ptrdiff_t>(inputs.size()));
  for (const Step& step : program.steps()) {
    registers[step.to] = apply(step.op, registers[step.a], registers[step.b], registers[step.c]);
  }
  std::vector<float> outputs;
  for (const ProgramOutput& output : program.outputs()) {
    const float value = registers[output.from];
    outputs.push_back(std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN());
  }
  return outputs;
}

TEST(ProgramLaw, StripsEqualApplyBitForBitHoweverPixelsAreCut) {
  // Every function and operator stands in one of these.
  FormulaScope scope;
  scope.user = {
      {"p", "(a + b) * c - a / b", "--expr"},
      {"q", "where(a < b && !(b <= c) || a == c, a ^ 2.5, log(b) + exp(c))", "--expr"},
      {"r", "clamp(a, b, c) + min(a, b) * max(b, c) - abs(-a)", "--expr"},
      {"s", "sin(a) + cos(b) + tan(c) + atan(a) + atan2(a, b) + log10(c) + sqrt(a)", "--expr"},
      {"t", "floor(a) + ceil(b) + round(c) + (a != b) + is_missing(a)", "--expr"},
  };
  const std::vector<std::string> names{"p", "q", "r", "s", "t", "b"};
  const Program program = compile(names, scope, test::make_scene(Level::unknown, {"a", "b", "c"}));

  std::mt19937_64 random(7);
  constexpr std::size_t kPixels = 5000;
  const float special[] = {0.0F, -0.0F, NAN, INFINITY, -INFINITY, 1e38F, -1e38F, 1e-40F, 1, -1};
  std::vector<std::vector<float>> bands(3, std::vector<float>(kPixels));
  for (auto& band : bands) {
    for (float& value : band) {
      value = random() % 5 == 0 ? special[random() % std::size(special)]
                                : static_cast<float>(random() % 20001) / 2000 - 5;
    }
  }
  const auto evaluate = [&](std::size_t piece) {
    std::vector<std::vector<float>> results(names.size(), std::vector<float>(kPixels));
    for (std::size_t first = 0; first < kPixels; first += piece) {
      std::vector<const float*> inputs;
      std::vector<float*> outputs;
      for (const std::string& name : program.inputs())
        inputs.push_back(bands[static_cast<std::size_t>(name[0] - 'a')].data() + first);
      for (auto& result : results) outputs.push_back(result.data() + first);
      program.evaluate(inputs, outputs, std::min(piece, kPixels - first));
    }
    return results;
  };
  const auto whole = evaluate(kPixels);
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{3}, std::size_t{1000}, std::size_t{1024}, std::size_t{1500}}) {
    const auto cut = evaluate(piece);
    for (std::size_t o = 0; o < names.size(); ++o) {
      for (std::size_t k = 0; k < kPixels; ++k)
        ASSERT_TRUE(same_bits(cut[o][k], whole[o][k])) << names[o] << " at " << k;
    }
  }
  for (std::size_t k = 0; k < kPixels; ++k) {
    std::vector<float> pixel;
    for (const std::string& name : program.inputs())
      pixel.push_back(bands[static_cast<std::size_t>(name[0] - 'a')][k]);
    const std::vector<float> expected = run_with_apply(program, pixel);
    for (std::size_t o = 0; o < names.size(); ++o) {
      ASSERT_TRUE(same_bits(whole[o][k], expected[o]))
          << names[o] << " at " << k << ": " << whole[o][k] << " and " << expected[o];
    }
  }
}

TEST(ProgramLaw, RegistersAreNeverReadBeforeTheyAreWrittenNorLost) {
  std::mt19937_64 random(99);
  const double pixel[3] = {1, 2, 3};
  for (int round = 0; round < 500; ++round) {
    FormulaScope scope;
    scope.user = {{"x", RandomFormula(random, pixel).make(6).text, ""},
                  {"y", RandomFormula(random, pixel).make(6).text, ""}};
    const std::vector<std::string> both{"x", "y"};
    const Scene scene = test::make_scene(Level::unknown, {"a", "b", "c"});
    const Program together = compile(both, scope, scene);
    // Compiling two formulas together gives each the value it has alone: no register is taken while it is
    // needed.
    for (std::size_t k = 0; k < 2; ++k) {
      const Program alone = compile(std::span(&both[k], 1), scope, scene);
      const auto inputs_of = [&](const Program& program) {
        std::vector<float> values;
        for (const std::string& name : program.inputs())
          values.push_back(0.37F * static_cast<float>(name[0] - 'a' + 1));
        return values;
      };
      ASSERT_TRUE(same_bits(run_with_apply(together, inputs_of(together))[k],
                            run_with_apply(alone, inputs_of(alone))[0]))
          << scope.user[k].text;
    }
  }
}

TEST(ProgramLaw, NdviIgnoresACommonFactor) {
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  const std::vector<std::string> names{"ndvi"};
  const Program ndvi = compile(names, scope, test::make_scene(Level::level2, {"red", "nir08"}));
  std::mt19937_64 random(5);
  for (int round = 0; round < 1000; ++round) {
    const float red = static_cast<float>(random() % 10000 + 1) / 10000;
    const float nir = static_cast<float>(random() % 10000 + 1) / 10000;
    const float plain = evaluate_one(ndvi, {{"red", red}, {"nir08", nir}});
    EXPECT_GE(plain, -1);
    EXPECT_LE(plain, 1);
    // A power of two changes no digit; another factor rounds each band once: 2^-24 of it, twice in a quotient
    // of numbers that are at most the sum.
    EXPECT_TRUE(same_bits(plain, evaluate_one(ndvi, {{"red", red * 64}, {"nir08", nir * 64}})));
    EXPECT_NEAR(plain, evaluate_one(ndvi, {{"red", red * 0.3F}, {"nir08", nir * 0.3F}}), 4 * 0x1p-24);
  }
}

}  // namespace
}  // namespace isotherm
