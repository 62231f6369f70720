// Lag and error models of panels with fixed effects.
#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/model/effects.h"
#include "isotherm/model/spatial_fit.h"
#include "unit/model/jittered_grid.h"

namespace isotherm {
namespace {

using testing_support::fraction;

constexpr int kTownSide = 12;
constexpr std::size_t kPeriods = 4;

struct Panel {
  Weights cross_section, all;
  std::vector<std::int64_t> cell, period;
  std::vector<double> x, y;
};

/// y = 0.4 W y + 0.7 x + cell + period + e, periods one after the other. A rise from period to period that no
/// effect takes out would pass for dependence: all neighbours share it.
Panel planted_panel(double rho, double rise) {
  Panel panel;
  panel.cross_section = testing_support::jittered_neighbours(kTownSide, 5);
  const std::size_t cells = panel.cross_section.rows();
  panel.all = joined(std::vector<Weights>(kPeriods, panel.cross_section));
  LogDeterminant determinant(panel.cross_section, {});
  for (std::size_t t = 0; t < kPeriods; ++t) {
    std::vector<double> mean(cells);
    for (std::size_t i = 0; i < cells; ++i) {
      const std::size_t k = t * cells + i;
      panel.cell.push_back(static_cast<std::int64_t>(i));
      panel.period.push_back(static_cast<std::int64_t>(t));
      panel.x.push_back(2 * fraction(1, k) - 1 + fraction(2, i));
      double e = 0;
      for (std::uint64_t j = 0; j < 12; ++j) e += fraction(10 + j, k) - 0.5;
      mean[i] = 0.7 * panel.x[k] + 3 * fraction(3, i) + static_cast<double>(t) * rise + 0.5 * e;
    }
    for (double v : determinant.solve(rho, mean)) panel.y.push_back(v);
  }
  return panel;
}

Fit fit_panel(const Panel& panel, bool cells, bool periods, LogDeterminant& determinant) {
  const Effects effects =
      cells && periods ? Effects(panel.cell, panel.period) : Effects(cells ? panel.cell : panel.period);
  std::vector<double> y = panel.y, x = panel.x;
  effects.take_out(y);
  effects.take_out(x);
  Design design;
  design.add("x", x);
  SpatialFitChoice choice;
  choice.lag = true;
  choice.weights = &panel.all;
  choice.log_determinant = &determinant;
  choice.periods = kPeriods;
  choice.cell_effects = cells;
  choice.period_effects = periods;
  choice.absorbed = effects.degrees();
  choice.response = panel.y;
  return fit_spatial(design, y, choice);
}

/// ln |I - rho W| by elimination, dense.
double log_determinant_of(const Weights& weights, double rho) {
  const std::size_t n = weights.rows();
  std::vector<std::vector<double>> a(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    a[i][i] = 1;
    for (std::size_t k = 0; k < weights.degree(i); ++k)
      a[i][static_cast<std::size_t>(weights.neighbours(i)[k])] -= rho * weights.weights(i)[k];
  }
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    sum += std::log(a[k][k]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; factor != 0 && j < n; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  return sum;
}

/// The concentrated likelihood written out from Lee and Yu (2010), for one column.
double direct_likelihood(const Panel& panel, bool cells, bool periods, double rho) {
  const Effects effects =
      cells && periods ? Effects(panel.cell, panel.period) : Effects(cells ? panel.cell : panel.period);
  const std::vector<double> wy = lag(panel.all, panel.y);
  std::vector<double> target = panel.y, x = panel.x;
  for (std::size_t k = 0; k < target.size(); ++k) target[k] -= rho * wy[k];
  effects.take_out(target);
  effects.take_out(x);
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += x[k] * x[k];
    xy += x[k] * target[k];
    yy += target[k] * target[k];
  }
  const double rss = yy - xy * xy / xx;
  const auto n = static_cast<double>(panel.cross_section.rows());
  const double copies = cells ? kPeriods - 1.0 : kPeriods;
  const double observations = copies * (periods ? n - 1 : n);
  const double determinant = log_determinant_of(panel.cross_section, rho) - (periods ? std::log(1 - rho) : 0);
  return copies * determinant -
         observations / 2 * (std::log(2 * 3.14159265358979323846 * rss / observations) + 1);
}

void expect_maximum(bool cells, bool periods) {
  const Panel panel = planted_panel(0.4, periods ? 0.5 : 0);
  LogDeterminant determinant(panel.cross_section, {});
  const Fit fit = fit_panel(panel, cells, periods, determinant);
  const double rho = fit.dependence[0].value;
  const double here = direct_likelihood(panel, cells, periods, rho);
  EXPECT_NEAR(fit.log_likelihood, here, 1e-8);
  // No better point beside it, and the curvature there gives the standard error.
  constexpr double kStep = 1e-3;
  const double up = direct_likelihood(panel, cells, periods, rho + kStep);
  const double down = direct_likelihood(panel, cells, periods, rho - kStep);
  EXPECT_NEAR((up - down) / (2 * kStep) * fit.dependence[0].standard_error, 0, 1e-3);
  const double curvature = (up - 2 * here + down) / (kStep * kStep);
  EXPECT_NEAR(fit.dependence[0].standard_error, 1 / std::sqrt(-curvature), 1e-3 / std::sqrt(-curvature));
  EXPECT_NEAR(rho, 0.4, 4 * fit.dependence[0].standard_error);
  EXPECT_NEAR(fit.coefficients[0].value, 0.7, 4 * fit.coefficients[0].standard_error);
  // sigma2 of e is 1/4: no loss by the effects, which Elhorst's direct approach has.
  if (cells && periods) {
    EXPECT_NEAR(fit.sigma2, 0.25, 4 * 0.25 * std::sqrt(2.0 / (3 * 143)));
  }
}

/// Both W y and W u: the likelihood of Lee and Yu (2010) at given rho and lambda, one column, both effects.
double direct_likelihood_of_both(const Panel& panel, double rho, double lambda) {
  const Effects effects(panel.cell, panel.period);
  const auto filtered = [&](std::vector<double> v, double factor) {
    const std::vector<double> around = lag(panel.all, v);
    for (std::size_t k = 0; k < v.size(); ++k) v[k] -= factor * around[k];
    return v;
  };
  std::vector<double> target = filtered(filtered(panel.y, rho), lambda), x = filtered(panel.x, lambda);
  effects.take_out(target);
  effects.take_out(x);
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += x[k] * x[k];
    xy += x[k] * target[k];
    yy += target[k] * target[k];
  }
  const double rss = yy - xy * xy / xx, copies = kPeriods - 1.0;
  const double observations = copies * (static_cast<double>(panel.cross_section.rows()) - 1);
  double determinants = 0;
  for (const double a : {rho, lambda})
    determinants += log_determinant_of(panel.cross_section, a) - std::log(1 - a);
  return copies * determinants -
         observations / 2 * (std::log(2 * 3.14159265358979323846 * rss / observations) + 1);
}

TEST(PanelSpatial, LagAndErrorWithBothEffects) {
  const Panel panel = planted_panel(0.4, 0.5);
  LogDeterminant determinant(panel.cross_section, {});
  const Effects effects(panel.cell, panel.period);
  std::vector<double> y = panel.y, x = panel.x;
  effects.take_out(y);
  effects.take_out(x);
  Design design;
  design.add("x", x);
  SpatialFitChoice choice;
  choice.lag = choice.error = true;
  choice.weights = &panel.all;
  choice.log_determinant = &determinant;
  choice.periods = kPeriods;
  choice.cell_effects = choice.period_effects = true;
  choice.absorbed = effects.degrees();
  choice.response = panel.y;
  const Fit fit = fit_spatial(design, y, choice);
  const double rho = fit.dependence[0].value, lambda = fit.dependence[1].value;
  const double here = direct_likelihood_of_both(panel, rho, lambda);
  EXPECT_NEAR(fit.log_likelihood, here, 1e-8);
  constexpr double kStep = 1e-3;
  const auto gain = [&](double a, double b) {
    return direct_likelihood_of_both(panel, rho + a, lambda + b) - here;
  };
  EXPECT_NEAR((gain(kStep, 0) - gain(-kStep, 0)) / (2 * kStep) * fit.dependence[0].standard_error, 0, 1e-3);
  EXPECT_NEAR((gain(0, kStep) - gain(0, -kStep)) / (2 * kStep) * fit.dependence[1].standard_error, 0, 1e-3);
  // Variances are those of the inverse of the 2 x 2 curvature.
  const double aa = -(gain(kStep, 0) + gain(-kStep, 0)) / (kStep * kStep);
  const double bb = -(gain(0, kStep) + gain(0, -kStep)) / (kStep * kStep);
  const double ab = -(gain(kStep, kStep) - gain(kStep, -kStep) - gain(-kStep, kStep) + gain(-kStep, -kStep)) /
                    (4 * kStep * kStep);
  EXPECT_NEAR(fit.dependence[0].standard_error, std::sqrt(bb / (aa * bb - ab * ab)), 2e-3);
  EXPECT_NEAR(fit.dependence[1].standard_error, std::sqrt(aa / (aa * bb - ab * ab)), 2e-3);
}

TEST(PanelSpatial, CellEffects) { expect_maximum(true, false); }
TEST(PanelSpatial, PeriodEffects) { expect_maximum(false, true); }
TEST(PanelSpatial, BothEffects) { expect_maximum(true, true); }

}  // namespace
}  // namespace isotherm
