#include "isotherm/spectral/formula.h"

#include "unit/spectral/scene_maker.h"

namespace isotherm {
namespace {

using test::compile_expression;
using test::error_of;
using test::value_of;

std::string error_in(const std::string& text) {
  return error_of([&] { compile_expression(text); });
}

TEST(Formula, BindsAsInMathematics) {
  EXPECT_EQ(value_of("2 + 3 * 4"), 14);
  EXPECT_EQ(value_of("(2 + 3) * 4"), 20);
  EXPECT_EQ(value_of("10 - 4 - 3"), 3);
  EXPECT_EQ(value_of("16 / 4 / 2"), 2);
  EXPECT_EQ(value_of("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(value_of("2 ** 3 ** 2"), 512);
  EXPECT_EQ(value_of("-2 ^ 2"), -4);
  EXPECT_EQ(value_of("2 ^ -1"), 0.5F);
  EXPECT_EQ(value_of("2 * -3"), -6);
  EXPECT_EQ(value_of("--3"), 3);
  EXPECT_EQ(value_of("!0 + 1"), 2);
  EXPECT_EQ(value_of("1 + 1 == 2 && 3 > 2"), 1);
  EXPECT_EQ(value_of("0 && 0 || 1"), 1);
  EXPECT_EQ(value_of("0 && (0 || 1)"), 0);
  EXPECT_EQ(value_of("1 != 2"), 1);
}

TEST(Formula, ReadsNumbers) {
  EXPECT_EQ(value_of("1e-3"), 0.001F);
  EXPECT_EQ(value_of(".5"), 0.5F);
  EXPECT_EQ(value_of("5."), 5);
  EXPECT_EQ(value_of("2.5E+1"), 25);
  EXPECT_EQ(value_of("1 -1"), 0);
}

TEST(Formula, ComparesInBothDirections) {
  EXPECT_EQ(value_of("a < b", 1, 2), 1);
  EXPECT_EQ(value_of("a > b", 1, 2), 0);
  EXPECT_EQ(value_of("a <= b", 2, 2), 1);
  EXPECT_EQ(value_of("a >= b", 2, 2), 1);
  EXPECT_EQ(value_of("a >= b", 1, 2), 0);
}

TEST(Formula, Functions) {
  EXPECT_EQ(value_of("where(a > 1, b, c)", 2, 10, 20), 10);
  EXPECT_EQ(value_of("where(a > 1, b, c)", 0, 10, 20), 20);
  EXPECT_EQ(value_of("min(a, b, c)", 3, 1, 2), 1);
  EXPECT_EQ(value_of("MAX(a, b, c)", 1, 3, 2), 3);
  EXPECT_EQ(value_of("clamp(a, 0, 1)", 5), 1);
  EXPECT_EQ(value_of("clamp(a, 0, 1)", -5), 0);
  EXPECT_EQ(value_of("clamp(a, 0, 1)", 0.25F), 0.25F);
  EXPECT_EQ(value_of("abs(a)", -3), 3);
  EXPECT_EQ(value_of("sqrt(a)", 9), 3);
  EXPECT_EQ(value_of("pow(a, 2)", -3), 9);
  EXPECT_FLOAT_EQ(value_of("log(a)", std::exp(2.0F)), 2);
  EXPECT_FLOAT_EQ(value_of("exp(a)", 1), std::exp(1.0F));
  EXPECT_FLOAT_EQ(value_of("log10(a)", 1000), 3);
  EXPECT_FLOAT_EQ(value_of("sin(pi / 6) + cos(pi / 3) + tan(pi / 4)"), 2);
  EXPECT_FLOAT_EQ(value_of("atan(a) - atan2(a, 1)", 0.5F), 0);
  EXPECT_EQ(value_of("floor(a) + ceil(a)", 1.5F), 3);
  EXPECT_EQ(value_of("round(a)", -2.5F), -3);
  EXPECT_EQ(value_of("is_missing(a)", NAN), 1);
  EXPECT_EQ(value_of("is_missing(a)", 0), 0);
}

TEST(Formula, ListOfFunctionsIsWhatTheParserKnows) {
  for (const FormulaFunction& function : formula_functions()) {
    const int count = function.arguments < 0 ? 2 : function.arguments;
    std::string call = std::string(function.name) + "(a";
    for (int k = 1; k < count; ++k) call += ", b";
    EXPECT_NO_THROW(compile_expression(call + ")")) << function.name;
    EXPECT_FALSE(function.help.empty());
  }
}

TEST(Formula, ErrorsPointAtThePlace) {
  EXPECT_EQ(error_in("a + * b"),
            "--expr 'result': a value was expected before '*'\n"
            "  a + * b\n"
            "      ^");
  EXPECT_EQ(error_in("(a + b"),
            "--expr 'result': '(' without ')'\n"
            "  (a + b\n"
            "  ^");
  EXPECT_EQ(error_in("a b"),
            "--expr 'result': an operator was expected before 'b'\n"
            "  a b\n"
            "    ^");
  EXPECT_EQ(error_in("a +"),
            "--expr 'result': the formula ends where a value was expected\n"
            "  a +\n"
            "     ^");
  EXPECT_EQ(error_in("sqr(a)"),
            "--expr 'result': unknown function 'sqr'; did you mean 'sqrt'? (known: where, min, max, clamp, "
            "abs, sqrt, log, "
            "log10, exp, pow, sin, cos, tan, atan, atan2, floor, ceil, round, is_missing)\n"
            "  sqr(a)\n"
            "  ^");
}

TEST(Formula, RefusesWhatItCannotMean) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "ends where"},
      {"a = b", "comparing is =="},
      {"a < b < c", "do not chain"},
      {"a == b != c", "do not chain"},
      {"a & b", "write &&"},
      {"a | b", "write ||"},
      {"a, b", "',' outside a call"},
      {"a)", "')' without '('"},
      {"where(a, b)", "takes 3 values, not 2"},
      {"min(a)", "takes two or more values, not 1"},
      {"sqrt()", "takes 1 value, not 0"},
      {"sqrt(a", "not closed"},
      {"where(a b)", "an operator was expected"},
      {"2a", "a number runs into 'a'"},
      {"1.2.3", "a number runs into '.'"},
      {"0x10", "a number runs into 'x'"},
      {"1e999", "too large"},
      {".", "no number"},
      {"a # b", "an operator was expected before '#'"},
      {"a \xC3\xA4", "a character that formulas do not have"},
      {std::string("a\0b", 3), "a character that formulas do not have"},
      {"a ? b : c", "an operator was expected before '?'"},
  };
  for (const auto& [text, reason] : cases) {
    EXPECT_NE(error_in(text).find(reason), std::string::npos) << text << " gave " << error_in(text);
  }
}

TEST(Formula, CaretCountsLettersNotBytesAndLongFormulasAreCut) {
  const std::string error = error_in("a + " + std::string(20, ' ') + "\t!");
  EXPECT_NE(error.find("ends where"), std::string::npos);
  std::string longer;
  for (int k = 0; k < 100; ++k) longer += "a + ";
  const std::string cut = error_in(longer + "* b");
  EXPECT_NE(cut.find("\n  ...a + "), std::string::npos) << cut;
  EXPECT_LT(cut.size(), 300U);
  const std::string marked_line = cut.substr(cut.find('\n') + 1);
  const std::string formula_line = marked_line.substr(0, marked_line.find('\n'));
  const std::string caret_line = marked_line.substr(marked_line.find('\n') + 1);
  EXPECT_EQ(formula_line[caret_line.size() - 1], '*');
}

TEST(Formula, DeepAndLongTextIsRefusedNotACrash) {
  EXPECT_NE(error_in(std::string(10000, '(') + "a").find("nested too deep"), std::string::npos);
  EXPECT_NE(error_in(std::string(100000, '(')).find("is the limit"), std::string::npos);
  EXPECT_NE(error_in(std::string(10000, '-') + "a").find("nested too deep"), std::string::npos);
  std::string powers = "a";
  for (int k = 0; k < 5000; ++k) powers += "^a";
  EXPECT_NE(error_in(powers).find("nested too deep"), std::string::npos);
  std::string chain = "a";
  for (int k = 0; k < 5000; ++k) chain += "+b";  // long but flat: fine
  EXPECT_EQ(value_of(chain, 1, 1), 5001);
}

TEST(Definition, SplitsAtTheOneEqualSign) {
  const Formula formula = parse_definition(" heat = a >= 2 && b == 1 ", "--expr");
  EXPECT_EQ(formula.name, "heat");
  EXPECT_EQ(formula.text, "a >= 2 && b == 1");
  EXPECT_EQ(formula.origin, "--expr");
}

TEST(Definition, RefusesWhatIsNone) {
  const auto error = [](const std::string& text) {
    return error_of([&] { parse_definition(text, "--expr"); });
  };
  EXPECT_NE(error("a + b").find("has no name"), std::string::npos);
  EXPECT_NE(error("a == b").find("has no name"), std::string::npos);
  EXPECT_NE(error("2x = a").find("cannot be a name"), std::string::npos);
  EXPECT_NE(error("= a").find("cannot be a name"), std::string::npos);
  EXPECT_NE(error("a b = c").find("cannot be a name"), std::string::npos);
  EXPECT_NE(error("x = y = z").find("comparing is =="), std::string::npos);
  EXPECT_NE(error("x =").find("ends where"), std::string::npos);
}

}  // namespace
}  // namespace isotherm
