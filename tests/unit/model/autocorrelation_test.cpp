#include "isotherm/model/autocorrelation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "unit/model/classic_data.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::has_reference;
using testing_support::reference_table;
using testing_support::table_of;

Weights columbus_weights(bool rows_add_to_one) {
  Weights weights = binary_weights(testing_support::columbus_neighbours());
  if (rows_add_to_one) standardise(weights);
  return weights;
}
std::vector<double> crime() { return table_of(testing_support::kColumbus).columns[2].reals(); }

LocalAutocorrelation local(LocalStatistic statistic, const std::vector<double>& x, const Weights& weights,
                           int permutations = 0, int threads = 1) {
  return local_autocorrelation(statistic, x, weights, {permutations, 1, threads});
}

// spdep moran.test and geary.test, randomisation.
TEST(GlobalAutocorrelation, Columbus) {
  const GlobalAutocorrelation moran = global_moran(crime(), columbus_weights(true));
  EXPECT_NEAR(moran.value, 0.5109512640787931, 1e-13);
  EXPECT_NEAR(moran.expectation, -0.020833333333333332, 1e-16);
  EXPECT_NEAR(moran.variance, 0.0089087615598779455, 1e-14);
  EXPECT_NEAR(moran.z, 5.6341328941787223, 1e-11);
  const GlobalAutocorrelation geary = global_geary(crime(), columbus_weights(true));
  EXPECT_NEAR(geary.value, 0.52986993059816, 1e-13);
  EXPECT_NEAR(geary.variance, 0.0097527796226387076, 1e-14);
  EXPECT_NEAR(geary.z, 4.7605137514418407, 1e-11);
  const GlobalAutocorrelation binary = global_moran(crime(), columbus_weights(false));
  EXPECT_NEAR(binary.value, 0.52063814969530953, 1e-13);
  EXPECT_NEAR(binary.z, 6.2116270287326438, 1e-11);
}

// spdep localmoran (conditional), localG, localG with include.self, localC: the first neighbourhood.
TEST(LocalAutocorrelation, ColumbusFirstRow) {
  const LocalAutocorrelation moran = local(LocalStatistic::moran, crime(), columbus_weights(true));
  EXPECT_NEAR(moran.value[0], 0.5287770132659666, 1e-13);
  EXPECT_NEAR(moran.z[0], 0.98565912026152624, 1e-12);
  EXPECT_NEAR(moran.p[0], 0.32430041617387539, 1e-12);
  EXPECT_NEAR(local(LocalStatistic::gi, crime(), columbus_weights(false)).z[0], -0.98565912026152513, 1e-12);
  EXPECT_NEAR(local(LocalStatistic::gi_star, crime(), columbus_weights(false)).z[0], -1.3400080974641635,
              1e-12);
  EXPECT_NEAR(local(LocalStatistic::geary, crime(), columbus_weights(true)).value[0], 0.39751838716888871,
              1e-13);
  EXPECT_EQ(quadrants(crime(), columbus_weights(true))[0], "low-low");
}

TEST(LocalAutocorrelation, ScalingRowsDoesNotChangeZ) {
  for (const LocalStatistic statistic :
       {LocalStatistic::gi, LocalStatistic::gi_star, LocalStatistic::moran}) {
    const LocalAutocorrelation a = local(statistic, crime(), columbus_weights(true));
    const LocalAutocorrelation b = local(statistic, crime(), columbus_weights(false));
    for (std::size_t k = 0; k < a.z.size(); ++k) EXPECT_NEAR(a.z[k], b.z[k], 1e-12);
  }
}

class LocalTables : public testing::TestWithParam<std::pair<const char*, const char*>> {};

// Every row of the tables of spdep.
TEST_P(LocalTables, AgreeWithSpdep) {
  const std::string name =
      std::string(GetParam().first) + "__" + GetParam().second + "__local_autocorrelation.csv";
  if (!has_reference(name)) GTEST_SKIP() << "the reference tables are not here";
  const Table expected = reference_table(name);
  const auto column = [&](const char* which) { return expected.columns[*expected.find(which)].reals(); };
  const std::vector<double> x = column("value");
  const Weights weights = testing_support::weights_of_triplets(
      reference_table(std::string("data/") + GetParam().first + "_" + GetParam().second + ".csv"), x.size());
  const auto close = [&](const std::vector<double>& values, const char* which) {
    const std::vector<double> wanted = column(which);
    for (std::size_t k = 0; k < values.size(); ++k)
      ASSERT_NEAR(values[k], wanted[k], 1e-9 * std::max(1.0, std::abs(wanted[k]))) << which << ", row " << k;
  };
  close(local(LocalStatistic::moran, x, weights).value, "Ii");
  close(local(LocalStatistic::moran, x, weights).z, "Z_cond");
  close(local(LocalStatistic::moran, x, weights).p, "P2_cond");
  close(local(LocalStatistic::gi, x, weights).z, "Gi_z_rowstd");
  close(local(LocalStatistic::gi_star, x, weights).z, "Gistar_z_rowstd");
  close(local(LocalStatistic::geary, x, weights).value, "localC");
}
INSTANTIATE_TEST_SUITE_P(Spdep, LocalTables,
                         testing::Values(std::pair{"columbus", "contiguity"}, std::pair{"columbus", "knn8"},
                                         std::pair{"boston", "soi"}, std::pair{"nat", "queen"},
                                         std::pair{"nat", "knn8"}));

// The permutation distribution has the conditional moments, so for many permutations the one-sided p is near
// the normal one. Five binomial standard errors of 9999 draws, and 0.05 for the distribution's skewness.
TEST(LocalAutocorrelation, PermutationsAgreeWithMoments) {
  const LocalAutocorrelation moran = local(LocalStatistic::moran, crime(), columbus_weights(true), 9999);
  for (std::size_t k = 0; k < moran.p.size(); ++k) {
    const double one_sided = moran.p[k] / 2;
    EXPECT_NEAR(moran.p_permuted[k], one_sided, 5 * std::sqrt(one_sided * (1 - one_sided) / 9999) + 0.05)
        << k;
    EXPECT_GE(moran.p_permuted[k], 1.0 / 10000);
  }
}

// Six cells in a row have 720 orders: their shares are the exact p, which permutations meet.
TEST(GlobalAutocorrelation, PermutedPMeetsAllOrders) {
  std::vector<std::vector<std::int32_t>> lists(6);
  for (std::int32_t k = 0; k < 5; ++k) {
    lists[static_cast<std::size_t>(k)].push_back(k + 1);
    lists[static_cast<std::size_t>(k) + 1].push_back(k);
  }
  const Weights line = binary_weights(lists);
  const std::vector<double> x{1, 2.5, 2, 4, 7, 5};
  std::vector<double> order(x);
  std::sort(order.begin(), order.end());
  const double moran = global_moran(x, line).value, geary = global_geary(x, line).value,
               g = global_getis_ord(x, line).value;
  double above[3] = {0, 0, 0}, below[3] = {0, 0, 0};
  do {
    const double values[] = {global_moran(order, line).value - moran, global_geary(order, line).value - geary,
                             global_getis_ord(order, line).value - g};
    for (std::size_t k = 0; k < 3; ++k) {
      above[k] += values[k] > -1e-12 ? 1.0 / 720 : 0;
      below[k] += values[k] < 1e-12 ? 1.0 / 720 : 0;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  LocalChoice choice;
  choice.permutations = 9999;
  const GlobalPermuted p = global_permuted_p(x, line, choice);
  const double drawn[] = {p.moran, p.geary, p.getis_ord};
  for (std::size_t k = 0; k < 3; ++k) {
    const double exact = std::min(above[k], below[k]);
    // 4 binomial standard deviations, and the one that is added.
    EXPECT_NEAR(drawn[k], exact, 4 * std::sqrt(exact * (1 - exact) / 9999) + 1e-4) << k;
  }
  choice.threads = 3;
  EXPECT_EQ(global_permuted_p(x, line, choice).moran, p.moran);
  const std::vector<double> negative{-1, 2.5, 2, 4, 7, 5};
  EXPECT_TRUE(std::isnan(global_permuted_p(negative, line, choice).getis_ord));
}

// spdep globalG.test, binary weights.
TEST(GlobalAutocorrelation, GetisOrdOfColumbus) {
  const GlobalAutocorrelation g = global_getis_ord(crime(), columbus_weights(false));
  EXPECT_NEAR(g.value, 0.12628149644107925, 1e-14);
  EXPECT_NEAR(g.expectation, 0.09863945578231292, 1e-15);
  EXPECT_NEAR(g.variance / 3.438675435707243e-05, 1, 1e-9);
  EXPECT_NEAR(g.z, 4.713836428627671, 1e-9);
  std::vector<double> below = crime();
  below[7] = -1;
  EXPECT_TRUE(std::isnan(global_getis_ord(below, columbus_weights(false)).value));
}

// Rows of equal weights are counted by one search in sorted sums, others permutation by permutation: weights
// that differ in the 13th digit take the long way to the same counts. With 49 cells most permutations draw
// many cells' own row.
TEST(LocalAutocorrelation, TheShortWayCountsAsTheLongOne) {
  const Weights equal = columbus_weights(true);
  Weights uneven = equal;
  for (std::size_t row = 0; row < uneven.rows(); ++row)
    uneven.values[static_cast<std::size_t>(uneven.starts[row])] *= 1 + 1e-13;
  for (const LocalStatistic statistic :
       {LocalStatistic::gi, LocalStatistic::gi_star, LocalStatistic::moran, LocalStatistic::geary}) {
    EXPECT_EQ(local(statistic, crime(), equal, 999).p_permuted,
              local(statistic, crime(), uneven, 999).p_permuted);
  }
}

// A cell keeps its value while the other five change places: 120 orders, whose shares are the exact p.
TEST(LocalAutocorrelation, PermutedPOfEveryStatisticMeetsAllOrders) {
  const Weights line = binary_weights({{1}, {0, 2}, {1, 3}, {2, 4}, {3, 5}, {4}});
  const std::vector<double> x{1, 2.5, 2, 4, 7, 5};
  for (const LocalStatistic statistic :
       {LocalStatistic::gi, LocalStatistic::gi_star, LocalStatistic::moran, LocalStatistic::geary}) {
    const LocalAutocorrelation drawn = local(statistic, x, line, 9999);
    for (std::size_t row = 0; row < 6; ++row) {
      std::vector<double> others = x;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(row));
      std::sort(others.begin(), others.end());
      double above = 0, below = 0;
      do {
        std::vector<double> map = others;
        map.insert(map.begin() + static_cast<std::ptrdiff_t>(row), x[row]);
        const double d = local(statistic, map, line).value[row] - drawn.value[row];
        above += d > -1e-12 ? 1.0 / 120 : 0;
        below += d < 1e-12 ? 1.0 / 120 : 0;
      } while (std::next_permutation(others.begin(), others.end()));
      const double exact = std::min(above, below);
      EXPECT_NEAR(drawn.p_permuted[row], exact, 4 * std::sqrt(exact * (1 - exact) / 9999) + 1e-4) << row;
    }
  }
}

// esda and spdep, 99999 permutations: one-sided p within five binomial standard errors of both draws.
TEST(LocalAutocorrelation, PermutedPIsThatOfEsda) {
  const std::string name = "columbus__contiguity__local_autocorrelation_esda.csv";
  if (!has_reference(name)) GTEST_SKIP() << "the reference tables are not here";
  const Table expected = reference_table(name);
  const std::vector<double> wanted = expected.columns[*expected.find("p_sim_99999_onesided")].reals();
  const LocalAutocorrelation moran = local(LocalStatistic::moran, crime(), columbus_weights(true), 99999);
  for (std::size_t k = 0; k < wanted.size(); ++k)
    EXPECT_NEAR(moran.p_permuted[k], wanted[k], 5 * std::sqrt(2 * wanted[k] * (1 - wanted[k]) / 99999)) << k;
}

TEST(Adjusted, BonferroniCountsTestsThatAreThere) {
  const std::vector<double> p = bonferroni(std::vector<double>{0.01, std::nan(""), 0.4, 0.2});
  EXPECT_DOUBLE_EQ(p[0], 0.03);
  EXPECT_TRUE(std::isnan(p[1]));
  EXPECT_EQ(p[2], 1);
}

TEST(LocalAutocorrelation, SamePermutationsForAnyThreads) {
  std::vector<Point> points;
  std::vector<double> x;
  for (int k = 0; k < 40000; ++k) {
    points.push_back({static_cast<double>(k % 200), static_cast<double>(k / 200)});
    x.push_back(std::sin(k % 200 * 0.1) + std::cos(k * 7.3));
  }
  const Weights weights = nearest_neighbours(points, 8, false, 2);
  const auto one = local(LocalStatistic::gi_star, x, weights, 19, 1),
             three = local(LocalStatistic::gi_star, x, weights, 19, 3);
  EXPECT_EQ(one.p_permuted, three.p_permuted);
  EXPECT_EQ(one.z, three.z);
}

TEST(LocalAutocorrelation, IslandsAndBadValues) {
  const Weights weights = binary_weights({{1}, {0, 2}, {1}, {}});
  const std::vector<double> x{1, 2, 4, 9};
  EXPECT_TRUE(std::isnan(local(LocalStatistic::gi_star, x, weights, 9).z[3]));
  EXPECT_TRUE(std::isnan(local(LocalStatistic::gi_star, x, weights, 9).p_permuted[3]));
  EXPECT_EQ(quadrants(x, weights)[3], "");
  EXPECT_THROW(local(LocalStatistic::moran, {1, 1, 1, 1}, weights), Error);
  EXPECT_THROW(local(LocalStatistic::moran, {1, 2, NAN, 4}, weights), Error);
  EXPECT_THROW(global_moran(x, binary_weights({{}, {}, {}, {}})), Error);
}

// Benjamini and Hochberg by hand: 0.01, 0.02, 0.03, 0.5 of 4 tests become 0.04, 0.04, 0.04, 0.5.
TEST(FalseDiscoveryRates, ByHand) {
  const std::vector<double> rates = false_discovery_rates(std::vector<double>{0.03, 0.5, NAN, 0.01, 0.02});
  EXPECT_NEAR(rates[0], 0.04, 1e-15);
  EXPECT_NEAR(rates[1], 0.5, 1e-15);
  EXPECT_TRUE(std::isnan(rates[2]));
  EXPECT_NEAR(rates[3], 0.04, 1e-15);
  EXPECT_NEAR(rates[4], 0.04, 1e-15);
}

}  // namespace
}  // namespace isotherm
