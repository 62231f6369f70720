// Laws of scenarios on seeded tables: the parts of the variance add up, each is what is lost without its
// cause, and in a straight line all of them are known in closed form.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <random>

#include "isotherm/io/table_reader.h"
#include "isotherm/job/regress.h"
#include "isotherm/job/scenario.h"
#include "isotherm/model/quantile.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::Place;
using testing_support::read_file;
using testing_support::TemporaryFolder;

constexpr int kSide = 6, kFirstYear = 2015, kYears = 7;
constexpr std::array<const char*, 4> kShares{"share_coefficients", "share_residuals", "share_drivers",
                                             "share_climate"};

/// Cells of a small grid over seven years: y = 20 - 4 a + 2 b + noise, a and b wandering.
struct Panel {
  explicit Panel(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0, 1);
    for (int cell = 0; cell < kSide * kSide; ++cell) {
      double a = 0.5 + 0.2 * noise(random), b = 1 + 0.5 * noise(random);
      for (int year = 0; year < kYears; ++year) {
        a += 0.03 * noise(random) - 0.01;
        b += 0.1 * noise(random);
        rows.push_back({static_cast<double>(cell), static_cast<double>(kFirstYear + year), a, b,
                        20 - 4 * a + 2 * b + 0.5 * noise(random)});
      }
    }
  }
  std::vector<std::array<double, 5>> rows;  ///< cell, year, a, b, y
};

class ScenarioLaws : public testing::TestWithParam<const char*> {
 protected:
  ScenarioJob job(const Panel& panel, const std::string& model, const std::string& formula) {
    std::ofstream csv(folder_.file("cells.csv"));
    csv << "cell_id,x,y,year,a,b,heat\n";
    csv.precision(17);
    for (const auto& [cell, year, a, b, y] : panel.rows) {
      const int number = static_cast<int>(cell);
      csv << 'c' << number << ',' << number % kSide << ',' << number / kSide << ',' << year << ',' << a << ','
          << b << ',' << y << '\n';
    }
    csv.close();
    RegressJob fit;
    fit.cells.path = folder_.file("cells.csv");
    fit.formula = formula;
    fit.by = "year";
    fit.models = {model};
    fit.weights.spec = "knn:4";
    fit.output = folder_.file("fit.json");
    run(fit, place_.context(1, true));
    std::ofstream(folder_.file("delta.csv"))
        << "period,model,delta\n2011-2030,a,1\n2011-2030,b,1.2\n2011-2030,c,"
           "0.9\n2041-2060,a,2\n2041-2060,b,3\n2041-2060,c,1.5\n";
    ScenarioJob made;
    made.fit = fit.output;
    made.cells.path = fit.cells.path;
    made.deltas = {folder_.file("delta.csv")};
    made.base = "2021";
    made.window = 1;
    made.drivers = "naive";
    made.response = "0.8:0.3";
    made.years = {"2045"};
    made.output.path = folder_.file("out.csv");
    return made;
  }

  Table result(const ScenarioJob& made) {
    run(made, place_.context(1, true));
    return read_table(made.output.path, {}, place_.log).table;
  }

  static std::vector<double> numbers(const Table& table, const char* name) {
    const auto at = table.find(name);
    EXPECT_TRUE(at) << name;
    std::vector<double> values;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const Column& c = table.columns[*at];
      values.push_back(std::holds_alternative<Integers>(c.values) ? static_cast<double>(c.integers()[row])
                                                                  : c.reals()[row]);
    }
    return values;
  }

  static std::vector<double> variance(const Table& table) {
    std::vector<double> values = numbers(table, "deviation");
    for (double& value : values) value *= value;
    return values;
  }

  TemporaryFolder folder_;
  Place place_;
};

TEST_P(ScenarioLaws, WhatACauseTakesWithItIsItsShare) {
  ScenarioJob made = job(Panel(11), GetParam(), "heat ~ a + b");
  made.changes = {"a += 0.05 where b > 1"};
  const Table whole = result(made);
  ASSERT_EQ(whole.rows(), static_cast<std::size_t>(kSide * kSide));
  const std::vector<double> all = variance(whole);
  std::vector<std::vector<double>> shares;
  for (const char* name : kShares) shares.push_back(numbers(whole, name));

  ScenarioJob known_climate = made;
  known_climate.response = "0.8";
  known_climate.deltas = {folder_.file("one.csv")};
  std::ofstream(known_climate.deltas.front())
      << "period,delta\n2011-2030,1.0333333333333334\n2041-2060,2.1666666666666665\n";
  const Table without_climate = result(known_climate);
  ScenarioJob known_drivers = made;
  known_drivers.drivers = "keep";
  const Table without_drivers = result(known_drivers);

  const std::vector<double> mean = numbers(whole, "mean"), q90 = numbers(whole, "q90");
  const std::vector<double> less_climate = variance(without_climate);
  const std::vector<double> same_mean = numbers(without_climate, "mean");
  const std::vector<double> kept = variance(without_drivers);
  const std::vector<double> kept_driver_share = numbers(without_drivers, "share_drivers");
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_NEAR(shares[0][k] + shares[1][k] + shares[2][k] + shares[3][k], 1, 1e-8);
    for (const auto& share : shares) EXPECT_GE(share[k], 0);
    // Ten digits are written.
    EXPECT_NEAR(all[k] - less_climate[k], shares[3][k] * all[k], 1e-8 * all[k]);
    EXPECT_NEAR(mean[k], same_mean[k], 1e-8 * std::fabs(mean[k]));
    EXPECT_EQ(kept_driver_share[k], 0);
    // Walking drivers stay where they are, so that nothing but their variance is lost.
    EXPECT_NEAR(all[k] - kept[k], shares[2][k] * all[k], 1e-8 * all[k]);
    EXPECT_NEAR(q90[k], mean[k] + normal_quantile(0.9) * std::sqrt(all[k]), 1e-8 * std::fabs(mean[k]));
  }
  const std::vector<double> start = numbers(whole, "start"), drivers = numbers(whole, "from_drivers"),
                            rules = numbers(whole, "from_rules"), climate = numbers(whole, "from_climate");
  for (std::size_t k = 0; k < all.size(); ++k)
    EXPECT_NEAR(mean[k], start[k] + drivers[k] + rules[k] + climate[k], 1e-8 * std::fabs(mean[k]));
}

TEST_P(ScenarioLaws, TheSameBytesForAnyThreadsAndTheSeedCountsWhereErrorsAreDrawn) {
  ScenarioJob made = job(Panel(12), GetParam(), "heat ~ a + b");
  made.output.path = folder_.file("one.csv");
  run(made, place_.context(1, true));
  made.output.path = folder_.file("four.csv");
  run(made, place_.context(4, true));
  EXPECT_EQ(read_file(folder_.file("one.csv")), read_file(folder_.file("four.csv")));
  made.seed = 2;
  run(made, place_.context(2, true));
  const std::string model = GetParam();
  const bool drawn = model.find("sar") != std::string::npos || model.find("sem") != std::string::npos;
  EXPECT_EQ(read_file(folder_.file("one.csv")) != read_file(folder_.file("four.csv")), drawn);
}

INSTANTIATE_TEST_SUITE_P(Models, ScenarioLaws,
                         testing::Values("ols", "slx", "fe", "two_way", "sar", "sem", "two_way_sar"),
                         [](const auto& one) { return std::string(one.param); });

class ScenarioLine : public ScenarioLaws {};

TEST_F(ScenarioLine, EveryPartInClosedForm) {
  const Panel panel(13);
  ScenarioJob made = job(panel, "ols", "heat ~ a");
  made.drivers = "drift";
  const Table table = result(made);
  // The line of the last period by the textbook.
  std::vector<double> a, y;
  for (const auto& row : panel.rows) {
    if (row[1] == kFirstYear + kYears - 1) a.push_back(row[2]), y.push_back(row[4]);
  }
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_y = 0;
  for (std::size_t k = 0; k < a.size(); ++k) mean_a += a[k] / n, mean_y += y[k] / n;
  double aa = 0, ay = 0, yy = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    aa += (a[k] - mean_a) * (a[k] - mean_a);
    ay += (a[k] - mean_a) * (y[k] - mean_y);
    yy += (y[k] - mean_y) * (y[k] - mean_y);
  }
  const double slope = ay / aa, s2 = (yy - slope * ay) / (n - 2);
  // Drift: h steps of the mean step; its errors are those of a random walk with the drift estimated from m
  // steps: s^2 h (1 + h / m), s^2 over m - 1 (Hyndman and Athanasopoulos, Forecasting, 5.5).
  const double h = 2045 - (kFirstYear + kYears - 1), m = kYears - 1;
  const std::vector<double> all = variance(table), mean = numbers(table, "mean");
  std::array<std::vector<double>, 4> shares;
  for (std::size_t k = 0; k < 4; ++k) shares[k] = numbers(table, kShares[k]);
  // Changes 1, 1.8 and 0.6: mean 17/15, sample variance 28/75.
  const double warming = 17.0 / 15, spread = 28.0 / 75;
  for (std::size_t cell = 0; cell < a.size(); ++cell) {
    const auto value = [&](int year) {
      return panel.rows[cell * kYears + static_cast<std::size_t>(year)][2];
    };
    const double step = (value(kYears - 1) - value(0)) / m;
    double squares = 0;
    for (int year = 1; year < kYears; ++year) squares += std::pow(value(year) - value(year - 1) - step, 2);
    const double walk = squares / (m - 1) * h * (1 + h / m);
    const std::array parts{std::pow(h * step, 2) * s2 / aa, s2, slope * slope * walk,
                           0.64 * spread + 0.09 * (warming * warming + spread)};
    EXPECT_NEAR(mean[cell], y[cell] + slope * h * step + 0.8 * warming, 1e-7);
    EXPECT_NEAR(all[cell], parts[0] + parts[1] + parts[2] + parts[3], 1e-7 * all[cell]) << cell;
    for (std::size_t k = 0; k < 4; ++k)
      EXPECT_NEAR(shares[k][cell] * all[cell], parts[k], 1e-7 * all[cell]) << k;
  }
}

}  // namespace
}  // namespace isotherm
