// Planted truth: over many samples from a model its estimator is unbiased and its 95 % intervals hold the
// truth in 95 % of them, both within Monte Carlo error.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "isotherm/model/effects.h"
#include "isotherm/model/moments.h"
#include "isotherm/model/random_effects.h"
#include "isotherm/model/spatial_fit.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

constexpr int kSide = 12;
constexpr int kSamples = 100;
constexpr double kLag = 0.3;  // coefficient of the neighbours' x1
constexpr double kBeta[] = {1, 0.8, -0.5};

struct Tally {
  std::vector<double> errors;
  double stated = 0;  ///< sum of squared standard errors
  int held = 0, without = 0;
  void add(const Coefficient& c, double truth) {
    errors.push_back(c.value - truth);
    if (!std::isfinite(c.standard_error)) {
      ++without;
      return;
    }
    stated += c.standard_error * c.standard_error;
    held += c.low <= truth && truth <= c.high ? 1 : 0;
  }
  /// `bias` and `short_by`: what theory allows at this size.
  void expect(const std::string& what, double bias, double short_by, bool intervals) const {
    double mean = 0, square = 0;
    for (double e : errors) mean += e / kSamples;
    for (double e : errors) square += (e - mean) * (e - mean) / (kSamples - 1);
    EXPECT_EQ(errors.size(), static_cast<std::size_t>(kSamples));
    EXPECT_LT(std::abs(mean), 4 * std::sqrt(square / kSamples) + bias) << what;
    EXPECT_EQ(without, intervals ? 0 : kSamples) << what;
    if (!intervals) return;
    // 4 binomial standard deviations around 0.95; intervals of large samples on a few hundred rows fall
    // short.
    const double share = held / static_cast<double>(kSamples);
    EXPECT_GT(share, 0.95 - 4 * std::sqrt(0.95 * 0.05 / kSamples) - short_by) << what;
    // Errors stated beside the spread seen, which so many samples know to 1 / sqrt(2 kSamples).
    const double ratio = std::sqrt(stated / kSamples / square), known = 4 / std::sqrt(2.0 * kSamples);
    EXPECT_GT(ratio, 1 - known - 2 * short_by) << what;
    EXPECT_LT(ratio, 1 + known) << what;
  }
};

/// Normal numbers by Box and Muller from counters.
double normal(std::uint64_t seed, std::uint64_t k) {
  const double u = testing_support::fraction(seed, 2 * k), v = testing_support::fraction(seed, 2 * k + 1);
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * 3.14159265358979323846 * v);
}

/// Coefficients by name, and how much they may be off in the mean.
struct Truth {
  std::string name;
  double value, bias;
  double short_by = 0.02;
  bool intervals = true;
};

void expect_truths(const std::vector<Truth>& truths, const std::function<Fit(std::uint64_t sample)>& fit_of) {
  std::vector<Tally> tallies(truths.size());
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    const Fit fit = fit_of(sample);
    for (std::size_t t = 0; t < truths.size(); ++t) {
      for (const std::vector<Coefficient>* list : {&fit.coefficients, &fit.dependence}) {
        for (const Coefficient& c : *list) {
          if (c.name == truths[t].name) tallies[t].add(c, truths[t].value);
        }
      }
    }
  }
  for (std::size_t t = 0; t < truths.size(); ++t)
    tallies[t].expect(truths[t].name, truths[t].bias, truths[t].short_by, truths[t].intervals);
}

// --- Cross-sections: 144 cells, five neighbours each.

struct CrossSection {
  Weights weights = testing_support::jittered_neighbours(kSide, 5);
  LogDeterminant determinant{weights, {}};

  struct Planted {
    double rho = 0, lambda = 0;
    bool lagged_x = false;
    bool unequal = false;  ///< errors grow with x1
  };
  struct Sample {
    Design design;
    std::vector<double> y;
  };

  Sample sample(const Planted& truth, std::uint64_t number) {
    const std::size_t n = weights.rows();
    std::vector<double> x1(n), x2(n), e(n), y(n);
    for (std::size_t k = 0; k < n; ++k) {
      x1[k] = normal(1000 + number, k);
      x2[k] = normal(2000 + number, k);
      e[k] = normal(3000 + number, k) * (truth.unequal ? 0.5 + std::abs(x1[k]) / 2 : 1);
      y[k] = kBeta[0] + kBeta[1] * x1[k] + kBeta[2] * x2[k];
    }
    const std::vector<double> around = lag(weights, x1);
    e = determinant.solve(truth.lambda, e);
    for (std::size_t k = 0; k < n; ++k) y[k] += e[k] + (truth.lagged_x ? kLag * around[k] : 0);
    Sample made{{}, determinant.solve(truth.rho, y)};
    made.design.intercept = true;
    made.design.add(kInterceptName, std::vector<double>(n, 1.0));
    made.design.add("x1", x1);
    made.design.add("x2", x2);
    if (truth.lagged_x) made.design.add("w(x1)", around);
    return made;
  }

  Fit by_likelihood(Sample sample, bool with_lag, bool with_error) {
    SpatialFitChoice choice;
    choice.lag = with_lag;
    choice.error = with_error;
    choice.weights = &weights;
    choice.log_determinant = &determinant;
    return fit_spatial(std::move(sample.design), sample.y, choice);
  }
};

const MomentsChoice kUnequal = [] {
  MomentsChoice choice;
  choice.unequal_variances = true;
  return choice;
}();
const Truth kX1{"x1", kBeta[1], 0.002};
const Truth kX2{"x2", kBeta[2], 0.002};
const Truth kLaggedX1{"w(x1)", kLag, 0.01};

// Of rho and lambda the bias is of order columns/n = 0.02 to 0.03, downwards.
TEST(SpatialCoverage, LagModel) {
  CrossSection town;
  expect_truths({{"rho", 0.5, 0.025}, kX1, kX2}, [&](std::uint64_t k) {
    return town.by_likelihood(town.sample({.rho = 0.5}, k), true, false);
  });
}

TEST(SpatialCoverage, ErrorModel) {
  CrossSection town;
  expect_truths({{"lambda", 0.5, 0.025}, kX1, kX2}, [&](std::uint64_t k) {
    return town.by_likelihood(town.sample({.lambda = 0.5}, k), false, true);
  });
}

TEST(SpatialCoverage, DurbinModel) {
  CrossSection town;
  expect_truths({{"rho", 0.4, 0.025}, kX1, kX2, kLaggedX1}, [&](std::uint64_t k) {
    return town.by_likelihood(town.sample({.rho = 0.4, .lagged_x = true}, k), true, false);
  });
}

TEST(SpatialCoverage, DurbinErrorModel) {
  CrossSection town;
  expect_truths({{"lambda", 0.4, 0.025}, kX1, kX2, kLaggedX1}, [&](std::uint64_t k) {
    return town.by_likelihood(town.sample({.lambda = 0.4, .lagged_x = true}, k), false, true);
  });
}

// rho and lambda take the place of each other: each is known worse, its bias is larger, and intervals that
// take the likelihood for a parabola hold some 90 % of the truths even with 500 rows.
TEST(SpatialCoverage, LagAndErrorModel) {
  CrossSection town;
  expect_truths({{"rho", 0.4, 0.03, 0.08}, {"lambda", 0.3, 0.05, 0.08}, kX1, kX2}, [&](std::uint64_t k) {
    return town.by_likelihood(town.sample({.rho = 0.4, .lambda = 0.3}, k), true, true);
  });
}

TEST(SpatialCoverage, LaggedColumnsByLeastSquares) {
  CrossSection town;
  expect_truths({{kInterceptName, kBeta[0], 0}, kX1, kX2, {"w(x1)", kLag, 0}}, [&](std::uint64_t k) {
    CrossSection::Sample sample = town.sample({.lagged_x = true}, k);
    return fit_linear(std::move(sample.design), sample.y, {});
  });
}

TEST(SpatialCoverage, LagModelByMoments) {
  CrossSection town;
  expect_truths({{"rho", 0.5, 0.025}, kX1, kX2}, [&](std::uint64_t k) {
    CrossSection::Sample sample = town.sample({.rho = 0.5}, k);
    return fit_lag_moments(std::move(sample.design), sample.y, town.weights, {});
  });
}

TEST(SpatialCoverage, LagModelByMomentsWithUnequalVariances) {
  CrossSection town;
  expect_truths({{"rho", 0.5, 0.025}, kX1, kX2}, [&](std::uint64_t k) {
    CrossSection::Sample sample = town.sample({.rho = 0.5, .unequal = true}, k);
    return fit_lag_moments(std::move(sample.design), sample.y, town.weights, kUnequal);
  });
}

TEST(SpatialCoverage, ErrorModelByMoments) {
  CrossSection town;
  expect_truths({{"lambda", 0.5, 0.03, 0.02, false}, kX1, kX2}, [&](std::uint64_t k) {
    CrossSection::Sample sample = town.sample({.lambda = 0.5}, k);
    return fit_error_moments(std::move(sample.design), sample.y, town.weights, {});
  });
}

TEST(SpatialCoverage, ErrorModelByMomentsWithUnequalVariances) {
  CrossSection town;
  expect_truths({{"lambda", 0.3, 0.03}, kX1, kX2}, [&](std::uint64_t k) {
    CrossSection::Sample sample = town.sample({.lambda = 0.3, .unequal = true}, k);
    return fit_error_moments(std::move(sample.design), sample.y, town.weights, kUnequal);
  });
}

// --- Panels: 81 cells in four periods.

struct PanelTown {
  static constexpr int kPanelSide = 9;
  static constexpr std::size_t kPeriods = 4;
  Weights one = testing_support::jittered_neighbours(kPanelSide, 5);
  Weights all = joined(std::vector<Weights>(kPeriods, one));
  LogDeterminant determinant{one, {}};
  std::vector<std::int64_t> cell, period;

  struct Sample {
    std::vector<double> x, y;
  };

  PanelTown() {
    for (std::size_t k = 0; k < kPeriods * one.rows(); ++k) {
      cell.push_back(static_cast<std::int64_t>(k % one.rows()));
      period.push_back(static_cast<std::int64_t>(k / one.rows()));
    }
  }

  /// Cell effects that lie in x too (`related`), or not; years that differ.
  Sample sample(std::uint64_t number, bool related, double rho, double lambda) {
    const std::size_t cells = one.rows();
    Sample made;
    for (std::size_t t = 0; t < kPeriods; ++t) {
      std::vector<double> mean(cells), e(cells);
      for (std::size_t i = 0; i < cells; ++i) {
        const std::size_t k = t * cells + i;
        const double effect = normal(5000 + number, i);
        made.x.push_back(normal(1000 + number, k) + (related ? effect : 0));
        e[i] = normal(3000 + number, k);
        mean[i] = kBeta[1] * made.x.back() + effect + (related ? 0.5 * static_cast<double>(t) : 0);
      }
      e = determinant.solve(lambda, e);
      for (std::size_t i = 0; i < cells; ++i) mean[i] += e[i];
      for (double v : determinant.solve(rho, mean)) made.y.push_back(v);
    }
    return made;
  }

  Fit within(const Sample& sample, bool two_way, bool with_lag, bool with_error) {
    const Effects effects = two_way ? Effects(cell, period) : Effects(cell);
    std::vector<double> y = sample.y, x = sample.x;
    effects.take_out(y);
    effects.take_out(x);
    Design design;
    design.add("x", x);
    if (!with_lag && !with_error) {
      FitChoice choice;
      choice.absorbed = effects.degrees();
      choice.response = sample.y;
      return fit_linear(std::move(design), y, choice);
    }
    SpatialFitChoice choice;
    choice.lag = with_lag;
    choice.error = with_error;
    choice.weights = &all;
    choice.log_determinant = &determinant;
    choice.periods = kPeriods;
    choice.cell_effects = true;
    choice.period_effects = two_way;
    choice.absorbed = effects.degrees();
    choice.response = sample.y;
    return fit_spatial(std::move(design), y, choice);
  }
};

const Truth kSlope{"x", kBeta[1], 0.002};

TEST(PanelCoverage, CellAndPeriodEffects) {
  PanelTown town;
  expect_truths({kSlope},
                [&](std::uint64_t k) { return town.within(town.sample(k, true, 0, 0), true, false, false); });
}

TEST(PanelCoverage, CellEffects) {
  PanelTown town;
  // A column of years stands for what no effect takes out.
  expect_truths({kSlope, {"year", 0.5, 0.002}}, [&](std::uint64_t k) {
    const PanelTown::Sample sample = town.sample(k, true, 0, 0);
    const Effects effects(town.cell);
    std::vector<double> y = sample.y, x = sample.x, year(town.period.begin(), town.period.end());
    for (std::vector<double>* column : {&y, &x, &year}) effects.take_out(*column);
    Design design;
    design.add("x", x);
    design.add("year", year);
    FitChoice choice;
    choice.absorbed = effects.degrees();
    choice.response = sample.y;
    return fit_linear(std::move(design), y, choice);
  });
}

TEST(PanelCoverage, RandomEffects) {
  PanelTown town;
  expect_truths({kSlope, {kInterceptName, 0, 0.01}}, [&](std::uint64_t k) {
    const PanelTown::Sample sample = town.sample(k, false, 0, 0);
    Design design;
    design.intercept = true;
    design.add(kInterceptName, std::vector<double>(sample.y.size(), 1.0));
    design.add("x", sample.x);
    return fit_random_effects(std::move(design), sample.y, town.cell, 1);
  });
}

TEST(PanelCoverage, LagModelWithBothEffects) {
  PanelTown town;
  expect_truths({{"rho", 0.4, 0.02}, kSlope}, [&](std::uint64_t k) {
    return town.within(town.sample(k, true, 0.4, 0), true, true, false);
  });
}

TEST(PanelCoverage, ErrorModelWithBothEffects) {
  PanelTown town;
  expect_truths({{"lambda", 0.4, 0.02}, kSlope}, [&](std::uint64_t k) {
    return town.within(town.sample(k, true, 0, 0.4), true, false, true);
  });
}

// Lee and Yu (2010) take both in one likelihood; each alone is known worse than without the other.
TEST(PanelCoverage, LagAndErrorModelWithBothEffects) {
  PanelTown town;
  expect_truths({{"rho", 0.3, 0.03, 0.08}, {"lambda", 0.3, 0.05, 0.08}, kSlope}, [&](std::uint64_t k) {
    return town.within(town.sample(k, true, 0.3, 0.3), true, true, true);
  });
}

}  // namespace
}  // namespace isotherm
