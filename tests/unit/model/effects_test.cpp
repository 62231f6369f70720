#include "isotherm/model/effects.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::codes;
using testing_support::has_reference;
using testing_support::reference_table;
using testing_support::table_of;

Fit within(const Table& table, const std::string& formula, const Effects& effects,
           const std::string& covariance = "classical") {
  const ModelFormula parsed = parse_model_formula(formula);
  const std::vector<double> response = response_of(parsed, table, all_rows(table));
  Design design = design_of(parsed, table, all_rows(table), {nullptr, false, false});
  std::vector<double> y = response;
  effects.take_out(y);
  for (std::vector<double>& column : design.columns) effects.take_out(column);
  FitChoice choice;
  choice.absorbed = effects.degrees();
  choice.response = response;
  choice.drop_dependent = true;
  choice.covariance = covariance;
  const std::vector<std::int64_t> cells = codes(table, "cell");
  if (covariance == "cluster") choice.clusters = cells;
  return fit_linear(std::move(design), y, choice);
}

// Two groups: (1, 3) with mean 2, (10, 10, 16) with mean 12.
TEST(Effects, DeviationsFromGroupMeans) {
  const std::vector<std::int64_t> groups{5, 5, -1, -1, -1};
  std::vector<double> values{1, 3, 10, 10, 16};
  const Effects effects(groups);
  effects.take_out(values);
  EXPECT_EQ(values, (std::vector<double>{-1, 1, -2, -2, 4}));
  EXPECT_EQ(effects.degrees(), 2);
}

TEST(Effects, WhatIsConstantInsideGroupsBecomesZero) {
  std::vector<double> values{0.1, 0.1, 0.1, 0.7, 0.7, 0.7};
  Effects(std::vector<std::int64_t>{0, 0, 0, 1, 1, 1}).take_out(values);
  EXPECT_EQ(values, std::vector<double>(6, 0.0));
}

// A balanced 2 x 2 table leaves the interaction: (a - b - c + d) / 4 with alternating signs.
TEST(Effects, TwoSetsOfABalancedTable) {
  const std::vector<std::int64_t> cell{0, 0, 1, 1}, year{0, 1, 0, 1};
  std::vector<double> values{1, 2, 4, 9};
  const Effects effects(cell, year);
  effects.take_out(values);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(values[k], k == 0 || k == 3 ? 1 : -1, 1e-14);
  EXPECT_EQ(effects.degrees(), 3);
}

// The system of a balanced panel is singular by rounding only: its inverse once took 1e-15 for a number, and
// slopes were wrong in the 8th digit.
TEST(Effects, BalancedPanelsAreExact) {
  const std::size_t cells = 100, years = 7;
  std::vector<std::int64_t> cell, year;
  std::vector<double> values, expected;
  for (std::size_t c = 0; c < cells; ++c) {
    for (std::size_t t = 0; t < years; ++t) {
      cell.push_back(static_cast<std::int64_t>(c));
      year.push_back(static_cast<std::int64_t>(t));
      const double interaction = (c % 2 == 0 ? 1.0 : -1.0) * (static_cast<double>(t) - 3);
      values.push_back(std::sin(static_cast<double>(c)) + std::exp(static_cast<double>(t)) / 3 + interaction);
      expected.push_back(interaction);
    }
  }
  Effects(cell, year).take_out(values);
  for (std::size_t k = 0; k < values.size(); ++k) EXPECT_NEAR(values[k], expected[k], 1e-12);
}

TEST(Effects, PartsThatShareNothingCostOneDegreeEach) {
  EXPECT_EQ(Effects(std::vector<std::int64_t>{0, 0, 1, 1}, std::vector<std::int64_t>{0, 1, 2, 3}).degrees(),
            4);
}

// Property: on an unbalanced panel with planted effects nothing but the noise-free slope remains.
TEST(Effects, PlantedEffectsOfAnUnbalancedPanelAreRemoved) {
  Table table = table_of("cell,year,x,y\n");
  std::uint64_t state = 11;
  const auto uniform = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state >> 11) * 0x1p-53;
  };
  for (int cell = 0; cell < 40; ++cell) {
    for (int year = 0; year < 7; ++year) {
      if (uniform() < 0.3) continue;
      const double x = uniform() * 5 + cell * 0.1;
      const double y = 30 + std::sin(cell) * 4 + year * year * 0.3 - 2.5 * x;
      const double row[] = {static_cast<double>(cell), static_cast<double>(year), x, y};
      for (std::size_t k = 0; k < 4; ++k) table.columns[k].reals().push_back(row[k]);
    }
  }
  const Fit fit = within(table, "y ~ x", Effects(codes(table, "cell"), codes(table, "year")));
  EXPECT_NEAR(fit.coefficients[0].value, -2.5, 1e-12);
  EXPECT_NEAR(fit.r2, 1, 1e-14);
}

struct PanelCase {
  const char* table;
  bool two_way;
  double x1, x2, se1, se2, rss, df, within, cluster1, cluster2;
};

class PanelTables : public testing::TestWithParam<PanelCase> {};

// plm 2.6: coefficients, classical errors, errors clustered by cell with G/(G-1) (n-1)/(n-k), k the slopes
// only.
TEST_P(PanelTables, AgreeWithPlm) {
  const PanelCase& expected = GetParam();
  if (!has_reference(std::string("data/") + expected.table))
    GTEST_SKIP() << "the reference tables are not here";
  const Table table = reference_table(std::string("data/") + expected.table);
  const Effects effects =
      expected.two_way ? Effects(codes(table, "cell"), codes(table, "year")) : Effects(codes(table, "cell"));
  const Fit fit = within(table, "y ~ x1 + x2", effects);
  EXPECT_NEAR(fit.coefficients[0].value, expected.x1, 1e-12);
  EXPECT_NEAR(fit.coefficients[1].value, expected.x2, 1e-12);
  EXPECT_NEAR(fit.coefficients[0].standard_error, expected.se1, 1e-12);
  EXPECT_NEAR(fit.coefficients[1].standard_error, expected.se2, 1e-12);
  EXPECT_NEAR(fit.rss, expected.rss, 1e-9);
  EXPECT_EQ(fit.df_residual, expected.df);
  EXPECT_NEAR(fit.r2_within, expected.within, 1e-12);
  const Fit clustered = within(table, "y ~ x1 + x2", effects, "cluster");
  EXPECT_NEAR(clustered.coefficients[0].standard_error, expected.cluster1, 1e-12);
  EXPECT_NEAR(clustered.coefficients[1].standard_error, expected.cluster2, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    Plm, PanelTables,
    testing::Values(PanelCase{"panel.csv", false, 1.02572308433974, -0.21093077529530208, 0.06719030999556083,
                              0.05152895536227084, 504.2070025999197, 598, 0.30278157975779973,
                              0.09354580803028219, 0.0468896498860251},
                    PanelCase{"panel.csv", true, 0.4363980394517529, -0.272508836101214, 0.030018540270723208,
                              0.021329266659174024, 85.10327930496364, 592, 0.40896888848048707,
                              0.025630832924014666, 0.02215591722558969},
                    PanelCase{"panel_unbalanced.csv", false, 1.0040563821283168, -0.1911392945388813,
                              0.07236849939190725, 0.05531451235662561, 425.21854234539654, 512,
                              0.293882517067493, 0.10075387586998788, 0.05355290637813212},
                    PanelCase{"panel_unbalanced.csv", true, 0.44165652017725315, -0.27863017349260166,
                              0.03242072699111525, 0.02307832456088732, 72.58214684145395, 506,
                              0.4215605723736093, 0.028471556734554638, 0.02416181499982496}));

}  // namespace
}  // namespace isotherm
