// Forms with a season, searched many series at once: each as alone, derivatives those of the objective, none
// with a better fit nearby.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "isotherm/model/ets_fit.h"
#include "isotherm/model/ets_region.h"
#include "isotherm/model/ets_season_pass.h"

namespace isotherm {
namespace {

constexpr const char* kSeasonalForms[] = {"ANA", "MNA", "MNM", "AAA", "MAA", "MAM", "AAdA", "MAdA", "MAdM"};

std::vector<double> seasonal_series(std::mt19937& random, int n, int period, double gap_share) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> share;
  const double wander = share(random), slope = 0.2 * normal(random);
  double level = 40;
  std::vector<double> values;
  for (int t = 0; t < n; ++t) {
    level += slope + wander * normal(random);
    const double season = 5 * std::sin(2 * M_PI * t / period);
    const bool gap = t > 0 && share(random) < gap_share;
    values.push_back(gap ? std::nan("") : std::max(level + season + normal(random), 0.5));
  }
  return values;
}

TEST(EtsSeasonal, EachIsFittedAsItWouldBeAlone) {
  std::mt19937 random(7);
  std::vector<std::vector<double>> data;
  for (int k = 0; k < 19; ++k) data.push_back(seasonal_series(random, 9 + 3 * k, 4, k % 3 == 0 ? 0.15 : 0));
  data.push_back({});
  data.push_back(std::vector<double>(16, 7.0));
  const std::vector<std::span<const double>> series(data.begin(), data.end());
  for (const char* name : kSeasonalForms) {
    const EtsForm form = parse_ets(name);
    const auto together = fit_ets_all(form, series, 4);
    for (std::size_t k = 0; k < data.size(); ++k) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(k));
      const auto alone = fit_ets(form, data[k], 4);
      ASSERT_EQ(alone.has_value(), together[k].has_value());
      if (!alone) continue;
      EXPECT_EQ(alone->weights.alpha, together[k]->weights.alpha);
      EXPECT_EQ(alone->weights.gamma, together[k]->weights.gamma);
      EXPECT_EQ(alone->level, together[k]->level);
      EXPECT_EQ(alone->season, together[k]->season);
      EXPECT_EQ(alone->log_likelihood, together[k]->log_likelihood);
    }
  }
}

/// A pass over one series of doubles.
template <class Shape>
struct OnePass {
  std::vector<double> gram;
  double objective = 0;
  int columns, stride;

  OnePass(const std::vector<double>& p, const std::vector<double>& values, int period)
      : columns(Shape::columns(period)), stride(season_stride(columns)) {
    gram.resize(static_cast<std::size_t>((columns + 2) * stride));
    SeasonWork<double> work;
    const auto n = static_cast<int>(values.size());
    objective = ets_season_slope<ScalarMath, Shape>(p.data(), values.data(), n, n, period, work, gram.data());
  }
  double right(int j) const { return gram[static_cast<std::size_t>(columns * stride + j)]; }
  double squares() const { return right(columns); }
};

const std::vector<double> kQuarters{1.2, 0.9, 1.1, 1.4, NAN, 1.0, 1.2, 1.5, 1.3, 1.1,
                                    1.3, NAN, 1.5, 1.2, 1.4, 1.7, 1.6, 1.3, 1.4, 1.9};

/// Level, trend if any, three seasons, alpha, gamma's share, beta's share, phi.
template <class Shape>
std::vector<double> some_point() {
  std::vector<double> p{1.1};
  if (Shape::kTrend) p.push_back(0.03);
  const double middle = Shape::kRatio ? 1 : 0;
  p.insert(p.end(), {middle - 0.2, middle - 0.05, middle + 0.2, 0.3, 0.4});
  if (Shape::kTrend) p.push_back(0.35);
  if (Shape::kDamped) p.push_back(0.9);
  return p;
}

/// Central differences of the objective against its derivatives: the gradient of ln(sum e^2) + 2 mean ln|f|
/// is 2 J'r over the sum of squares.
template <class Shape>
void check_gradient() {
  const std::vector<double> p = some_point<Shape>();
  const OnePass<Shape> here(p, kQuarters, 4);
  ASSERT_EQ(static_cast<std::size_t>(here.columns), p.size());
  for (int j = 0; j < here.columns; ++j) {
    SCOPED_TRACE(j);
    const double step = 1e-6;
    std::vector<double> up = p, down = p;
    up[static_cast<std::size_t>(j)] += step;
    down[static_cast<std::size_t>(j)] -= step;
    const double slope =
        (OnePass<Shape>(up, kQuarters, 4).objective - OnePass<Shape>(down, kQuarters, 4).objective) /
        (2 * step);
    // Differences of numbers near 2 over 2e-6 keep about nine digits.
    EXPECT_NEAR(2 * here.right(j) / here.squares(), slope, 1e-7 * std::max(1.0, std::fabs(slope)));
  }
}

TEST(EtsSeasonal, DerivativesAreThoseOfTheObjective) {
  check_gradient<SeasonShape<false, false, false, false>>();
  check_gradient<SeasonShape<false, false, false, true>>();
  check_gradient<SeasonShape<false, false, true, true>>();
  check_gradient<SeasonShape<true, false, false, false>>();
  check_gradient<SeasonShape<true, false, false, true>>();
  check_gradient<SeasonShape<true, false, true, true>>();
  check_gradient<SeasonShape<true, true, false, false>>();
  check_gradient<SeasonShape<true, true, false, true>>();
  check_gradient<SeasonShape<true, true, true, true>>();
}

TEST(EtsSeasonal, TheObjectiveIsThatOfTheLikelihood) {
  using Shape = SeasonShape<true, true, true, true>;
  const std::vector<double> p = some_point<Shape>();
  EtsWeights weights;
  weights.alpha = 0.3;
  weights.gamma = kEtsLeastWeight + 0.4 * (1 - 0.3 - kEtsLeastWeight);
  weights.beta = kEtsLeastWeight + 0.35 * (0.3 - kEtsLeastWeight);
  weights.phi = 0.9;
  const std::vector<double> ring{1.05, 0.8, 0.95, 1.2};
  const EtsFit fit = filter_ets(parse_ets("MAdM"), kQuarters, 4, weights, 1.1, 0.03, ring);
  const OnePass<Shape> pass(p, kQuarters, 4);
  EXPECT_NEAR(-0.5 * 18 * pass.objective, fit.log_likelihood, 1e-11);
}

TEST(EtsSeasonal, WhereOldErrorsDoNotFadeTheObjectiveIsInfinite) {
  using Shape = SeasonShape<true, true, false, false>;
  std::mt19937 random(3);
  std::uniform_real_distribution<double> share;
  int outside = 0;
  for (int k = 0; k < 200; ++k) {
    std::vector<double> p(2 + 11 + 4, 0.0);  // no season to begin with, twelve steps a cycle
    p[0] = 1.2;
    const std::size_t weights = p.size() - 4;
    p[weights] = kEtsLeastWeight + share(random) * (kEtsMostAlpha - kEtsLeastWeight);
    p[weights + 1] = share(random);
    p[weights + 2] = share(random);
    p[weights + 3] = 0.8 + 0.18 * share(random);
    EtsWeights w;
    w.alpha = p[weights];
    w.gamma = kEtsLeastWeight + p[weights + 1] * (1 - w.alpha - kEtsLeastWeight);
    w.beta = kEtsLeastWeight + p[weights + 2] * (w.alpha - kEtsLeastWeight);
    w.phi = p[weights + 3];
    const bool admissible = ets_admissible(parse_ets("AAdA"), w, 12);
    EXPECT_EQ(std::isfinite(OnePass<Shape>(p, kQuarters, 12).objective), admissible);
    outside += !admissible;
  }
  EXPECT_GT(outside, 0);
  EXPECT_LT(outside, 200);
}

TEST(EtsSeasonal, NoStepAsideIsBetter) {
  std::mt19937 random(21);
  std::uniform_real_distribution<double> share(-1, 1);
  for (const char* name : {"ANA", "AAA", "MAM", "AAdA"}) {
    const EtsForm form = parse_ets(name);
    for (int k = 0; k < 4; ++k) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(k));
      const std::vector<double> values = seasonal_series(random, 40, 4, k == 3 ? 0.1 : 0);
      const auto fit = fit_ets(form, values, 4);
      ASSERT_TRUE(fit.has_value());
      for (int aside = 0; aside < 300; ++aside) {
        const double size = std::pow(10.0, -1 - aside % 4);
        EtsWeights w = fit->weights;
        w.alpha += size * share(random);
        if (form.has_trend()) w.beta += size * share(random);
        w.gamma += size * share(random);
        if (form.damped) w.phi += size * share(random);
        if (!ets_usual(form, w) || !ets_admissible(form, w, 4)) continue;
        std::vector<double> season = fit->season;
        const double turn = size * share(random);
        season[0] += turn;
        season[2] -= turn;
        const EtsFit moved = filter_ets(form, values, 4, w, fit->level + size * share(random),
                                        fit->trend + (form.has_trend() ? size * share(random) : 0), season);
        // The search ends where a step gains less than 1e-8 of the objective, 2e-7 of the likelihood; slow
        // directions leave some such steps.
        EXPECT_LE(moved.log_likelihood, fit->log_likelihood + 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace isotherm
