#include "isotherm/model/ets.h"

#include <gtest/gtest.h>

#include <complex>
#include <limits>
#include <random>

#include "isotherm/core/error.h"
#include "isotherm/model/ets_fit.h"
#include "isotherm/model/ets_region.h"
#include "unit/model/classic_series.h"

namespace isotherm {
namespace {

using testing_support::kAirPassengers;
using testing_support::kOil;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Ets, NamesReadBack) {
  for (const EtsForm& form : ets_forms()) EXPECT_EQ(parse_ets(ets_name(form)), form);
  EXPECT_EQ(parse_ets("ETS(M, Ad, M)"), parse_ets("MAdM"));
  EXPECT_EQ(ets_name(parse_ets("a,ad,n")), "AAdN");
  for (const char* wrong : {"", "ZZZ", "NAN", "AAM", "ANdN"}) EXPECT_THROW(parse_ets(wrong), Error) << wrong;
}

TEST(Ets, ParametersAreCounted) {
  EXPECT_EQ(ets_parameter_count(parse_ets("ANN"), 1), 3);   // alpha, level, variance
  EXPECT_EQ(ets_parameter_count(parse_ets("AAN"), 1), 5);   // and beta, trend
  EXPECT_EQ(ets_parameter_count(parse_ets("AAdN"), 1), 6);  // and phi
  EXPECT_EQ(ets_parameter_count(parse_ets("ANA"), 4), 7);   // ANN, gamma, three of four seasons
  EXPECT_EQ(ets_parameter_count(parse_ets("MAdM"), 12), 18);
}

TEST(Ets, SimpleSmoothingByHand) {
  // Levels 10, 10, 11; errors 0, 2, 0.
  const EtsFit fit =
      filter_ets(parse_ets("ANN"), std::vector{10.0, 12.0, 11.0}, 1, {0.5, 0, 0, 1}, 10, 0, {});
  EXPECT_EQ(fit.end_level, 11);
  EXPECT_EQ(fit.sum_squares, 4);
  EXPECT_DOUBLE_EQ(fit.log_likelihood, -1.5 * std::log(4.0));
}

TEST(Ets, RelativeErrorsByHand) {
  // f = 10, e = 0.2, level 11; f = 11, e = 0; likelihood -(2 ln 0.04 + 2 ln 110) / 2.
  const EtsFit fit = filter_ets(parse_ets("MNN"), std::vector{12.0, 11.0}, 1, {0.5, 0, 0, 1}, 10, 0, {});
  EXPECT_DOUBLE_EQ(fit.end_level, 11);
  EXPECT_NEAR(fit.log_likelihood, -(std::log(0.04) + std::log(110.0)), 1e-14);
}

TEST(Ets, DampedTrendByHand) {
  // q = 10 + 0.5 * 4 = 12, news 2: level 12 + 1 = 13, trend 2 + 0.25 * 2 = 2.5. Then q = 14.25.
  const EtsFit fit =
      filter_ets(parse_ets("AAdN"), std::vector{14.0, 14.25}, 1, {0.5, 0.25, 0, 0.5}, 10, 4, {});
  EXPECT_EQ(fit.end_level, 14.25);
  EXPECT_EQ(fit.end_trend, 1.25);
  EXPECT_EQ(fit.sum_squares, 4);
}

TEST(Ets, SeasonsByHand) {
  // Additive: f = 10 + 2 = 12, news 15 - 2 - 10 = 3: level 11.5, season 2 + 0.1 (15 - 10 - 2) = 2.3. Then f
  // = 11.5 - 2.
  const std::vector<double> plus{2, -2}, times{1.5, 0.5};
  const EtsFit additive =
      filter_ets(parse_ets("ANA"), std::vector{15.0, 9.5}, 2, {0.5, 0, 0.1, 1}, 10, 0, plus);
  EXPECT_EQ(additive.end_level, 11.5);
  EXPECT_NEAR(additive.end_season[0], 2.3, 1e-15);
  EXPECT_EQ(additive.sum_squares, 9);
  // Multiplicative: f = 15, seen 18 / 1.5 = 12: level 11, season 1.5 + 0.1 (18 / 10 - 1.5) = 1.53. Then f
  // = 5.5.
  const EtsFit ratio =
      filter_ets(parse_ets("MNM"), std::vector{18.0, 5.5}, 2, {0.5, 0, 0.1, 1}, 10, 0, times);
  EXPECT_EQ(ratio.end_level, 11);
  EXPECT_NEAR(ratio.end_season[0], 1.53, 1e-15);
  EXPECT_NEAR(ratio.sum_squares, 0.04, 1e-15);
}

TEST(Ets, MultiplicativeTrendByHand) {
  // q = 10 * 1.2 = 12, news 3: level 13.5, trend 1.2 + 0.25 * 3 / 10 = 1.275.
  const EtsFit fit = filter_ets(parse_ets("MMN"), std::vector{15.0}, 1, {0.5, 0.25, 0, 1}, 10, 1.2, {});
  EXPECT_DOUBLE_EQ(fit.end_level, 13.5);
  EXPECT_DOUBLE_EQ(fit.end_trend, 1.275);
}

TEST(Ets, AGapIsAStepWithoutNews) {
  // Holt: 10 + 2 = 12 expected, nothing seen, then 14 expected and seen: no error, and the season moves on as
  // well.
  const EtsFit fit = filter_ets(parse_ets("AAN"), std::vector{kGap, 14.0}, 1, {0.5, 0.3, 0, 1}, 10, 2, {});
  EXPECT_EQ(fit.end_level, 14);
  EXPECT_EQ(fit.end_trend, 2);
  EXPECT_EQ(fit.observed, 1);
  EXPECT_EQ(fit.sum_squares, 0);
  const std::vector<double> ring{5, -5};
  const EtsFit seasonal =
      filter_ets(parse_ets("ANA"), std::vector{kGap, 5.0}, 2, {0.5, 0, 0.1, 1}, 10, 0, ring);
  EXPECT_EQ(seasonal.sum_squares, 0);
  EXPECT_EQ(seasonal.end_season, ring);
}

TEST(EtsRegion, SchurAndCohnAgreeWithChosenRoots) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> angle(0, 3.1), size(0.2, 1.4);
  int inside = 0;
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<std::complex<double>> polynomial{1};
    double largest = 0;
    for (int pair = 0; pair < 1 + trial % 5; ++pair) {
      const auto root = std::polar(size(random), angle(random));
      largest = std::max(largest, std::abs(root));
      for (const auto& r : {root, std::conj(root)}) {
        polynomial.insert(polynomial.begin(), 0);
        for (std::size_t k = 0; k + 1 < polynomial.size(); ++k) polynomial[k] -= r * polynomial[k + 1];
      }
    }
    std::vector<double> real;
    for (const auto& c : polynomial) real.push_back(c.real());
    if (std::abs(largest - 1) < 1e-6) continue;
    EXPECT_EQ(roots_inside_unit_circle(real), largest < 1) << largest;
    inside += largest < 1;
  }
  EXPECT_GT(inside, 50);
}

TEST(EtsRegion, AdmissibleMeansThatOldErrorsFade) {
  // Fed with zeros, the forecast must come to zero wherever the states began: that is what admissible says.
  std::mt19937 random(4);
  std::uniform_real_distribution<double> share(0, 1);
  int fading = 0, growing = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const EtsForm form =
        parse_ets(std::vector{"ANA", "AAA", "AAdA", "AAN", "AAdN"}[static_cast<std::size_t>(trial % 5)]);
    EtsWeights weights;
    weights.alpha = 1.3 * share(random);
    if (form.has_trend()) weights.beta = share(random) * share(random);
    if (form.has_season()) weights.gamma = 1.3 * share(random);
    if (form.damped) weights.phi = 0.8 + 0.18 * share(random);
    const std::vector<double> zeros(20000, 0.0), ring{1, -2, 0.5, 0.5};
    const EtsFit end =
        filter_ets(form, zeros, 4, weights, 1, form.has_trend() ? 0.5 : 0,
                   form.has_season() ? std::span<const double>(ring) : std::span<const double>());
    const double forecast = ets_prediction(form, ets_base(form, weights.phi, end.end_level, end.end_trend),
                                           form.has_season() ? end.end_season[0] : 0);
    if (std::abs(forecast) > 1e-9 && std::abs(forecast) < 1e6) continue;  // too near the border to tell
    const bool fades = std::abs(forecast) < 1;
    EXPECT_EQ(ets_admissible(form, weights, 4), fades)
        << ets_name(form) << " " << weights.alpha << " " << weights.beta << " " << weights.gamma << " "
        << weights.phi;
    (fades ? fading : growing) += 1;
  }
  EXPECT_GT(fading, 100);
  EXPECT_GT(growing, 50);
}

TEST(EtsFit, OilAsInTheTextbook) {
  // Hyndman and Athanasopoulos print alpha 0.8339 and level 446.5868; their search stops a little early.
  const auto fit = fit_ets(parse_ets("ANN"), kOil, 1);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->weights.alpha, 0.8339, 2e-3);
  EXPECT_NEAR(fit->level, 446.5868, 0.2);
  EXPECT_NEAR(fit->end_level, 542.68, 0.02);
  EXPECT_GE(fit->log_likelihood, -86.07150439079959 - 1e-9) << "R's own";
  EXPECT_NEAR(fit->aicc(), fit->aic() + 2.0 * 3 * 4 / (18 - 3 - 1), 1e-12);
  EXPECT_NEAR(fit->bic(), -2 * fit->log_likelihood + 3 * std::log(18.0), 1e-12);
}

TEST(EtsFit, AirPassengersNotBelowR) {
  // R 4.2's forecast 8.20.
  const std::pair<const char*, double> r[] = {{"ANN", -863.8933775992513}, {"AAA", -765.9358475116708},
                                              {"MAM", -682.403619057806},  {"MAdM", -679.5832162369564},
                                              {"MNA", -775.3961533682715}, {"AAdN", -863.7960680673378}};
  for (const auto& [form, likelihood] : r) {
    const auto fit = fit_ets(parse_ets(form), kAirPassengers, 12);
    ASSERT_TRUE(fit) << form;
    EXPECT_GE(fit->log_likelihood, likelihood - 1e-6) << form;
    EXPECT_TRUE(ets_usual(fit->form, fit->weights) && ets_admissible(fit->form, fit->weights, 12)) << form;
  }
}

/// A wandering series, above 0, with a cycle of four and some gaps.
std::vector<double> made_series(unsigned seed, std::size_t n, double gaps) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values;
  double level = 50;
  for (std::size_t t = 0; t < n; ++t) {
    level += 0.3 + normal(random);
    const double season[] = {4, -3, 1, -2};
    const bool gap = std::uniform_real_distribution<double>()(random) < gaps;
    values.push_back(gap ? kGap : level + season[t % 4] + 1.5 * normal(random));
  }
  return values;
}

TEST(EtsFit, NothingNearbyIsBetter) {
  for (const EtsForm& form : ets_forms()) {
    for (const double gaps : {0.0, 0.2}) {
      const std::vector<double> values = made_series(11, 48, gaps);
      const auto fit = fit_ets(form, values, 4);
      ASSERT_TRUE(fit) << ets_name(form);
      std::mt19937 random(12);
      std::normal_distribution<double> normal;
      for (int trial = 0; trial < 400; ++trial) {
        const double size = trial % 2 ? 1e-2 : 1e-4;
        EtsWeights near = fit->weights;
        near.alpha += size * normal(random);
        if (form.has_trend()) near.beta += size * normal(random);
        if (form.has_season()) near.gamma += size * normal(random);
        if (form.damped) near.phi += size * normal(random);
        if (!ets_usual(form, near) || !ets_admissible(form, near, 4)) continue;
        std::vector<double> ring = fit->season;
        if (form.has_season()) {
          const double shift = size * normal(random);
          ring[0] += shift, ring[2] -= shift;
        }
        const double trend_size = form.trend == EtsPart::multiplicative ? 0.01 * size : size;
        const EtsFit other =
            filter_ets(form, values, 4, near, fit->level + size * normal(random),
                       form.has_trend() ? fit->trend + trend_size * normal(random) : 0, ring);
        EXPECT_LE(other.log_likelihood, fit->log_likelihood + 1e-7) << ets_name(form) << " gaps " << gaps;
      }
    }
  }
}

TEST(EtsFit, UnitsDoNotMatter) {
  const std::vector<double> values = made_series(5, 30, 0.1);
  for (const EtsForm& form : ets_forms()) {
    const auto plain = fit_ets(form, values, 4);
    for (const double unit : {1e12, 1e-12}) {
      std::vector<double> scaled;
      for (const double y : values) scaled.push_back(unit * y);
      const auto fit = fit_ets(form, scaled, 4);
      // Rounding of the units changes the last digits of the weights, not the likelihood.
      EXPECT_NEAR(fit->log_likelihood, plain->log_likelihood - plain->observed * std::log(unit), 1e-6)
          << ets_name(form);
      EXPECT_NEAR(fit->end_level / unit, plain->end_level, 1e-3) << ets_name(form);
    }
    if (form.needs_positive()) continue;
    std::vector<double> shifted;
    for (const double y : values) shifted.push_back(y - 1000);
    EXPECT_NEAR(fit_ets(form, shifted, 4)->log_likelihood, plain->log_likelihood, 1e-6) << ets_name(form);
  }
}

TEST(EtsFit, ConstantsAndLinesFitWithoutError) {
  for (const double value : {3.0, 0.1, -7.3, 1e12, 1e-12, 0.0}) {
    const std::vector<double> constant(7, value);
    const auto chosen = choose_ets(constant, 1, EtsCriterion::aicc);
    ASSERT_TRUE(chosen) << value;
    EXPECT_EQ(ets_name(chosen->form), "ANN");
    EXPECT_EQ(chosen->log_likelihood, kInfinity);
    EXPECT_EQ(chosen->variance, 0);
    EXPECT_DOUBLE_EQ(chosen->end_level, value);
  }
  std::vector<double> line;
  for (int t = 1; t <= 10; ++t) line.push_back(0.1 * t);
  const auto chosen = choose_ets(line, 1, EtsCriterion::aicc);
  EXPECT_EQ(ets_name(chosen->form), "AAN");
  EXPECT_EQ(chosen->variance, 0);
  EXPECT_NEAR(chosen->end_level, 1, 1e-12);
  EXPECT_NEAR(chosen->end_trend, 0.1, 1e-12);
}

TEST(EtsFit, RefusesWhatASeriesCannotCarry) {
  const std::vector<double> zeros{1, 2, 0, 3, 1, 2, 4, 3, 2, 1};
  EXPECT_TRUE(fit_ets(parse_ets("ANN"), zeros, 1));
  EXPECT_FALSE(fit_ets(parse_ets("MNN"), zeros, 1)) << "multiplied, with a zero";
  EXPECT_FALSE(fit_ets(parse_ets("AAdN"), std::vector<double>{1, 2, 4, 3, 2, 5}, 1))
      << "6 parameters of 6 values";
  EXPECT_FALSE(fit_ets(parse_ets("ANA"), zeros, 1)) << "no season";
  EXPECT_FALSE(fit_ets(parse_ets("ANA"), made_series(1, 100, 0), 25)) << "too long a season";
  EXPECT_FALSE(fit_ets(parse_ets("ANN"), std::vector<double>(9, kGap), 1));
}

TEST(EtsFit, CandidatesByLength) {
  const auto names = [](std::size_t n) {
    std::string all;
    for (const EtsForm& form : ets_candidates(made_series(2, n, 0), 1)) all += ets_name(form) + " ";
    return all;
  };
  EXPECT_EQ(names(4), "");
  EXPECT_EQ(names(5), "ANN MNN ");
  EXPECT_EQ(names(6), "ANN MNN ");
  EXPECT_EQ(names(7), "ANN MNN AAN MAN ");
  EXPECT_EQ(names(8), "ANN MNN AAN MAN AAdN MAdN ");
  EXPECT_EQ(ets_candidates(made_series(2, 8, 0), 4).size(), 6u) << "ANA of period 4 needs 9 values";
  EXPECT_EQ(ets_candidates(made_series(2, 60, 0), 4).size(), 15u);
}

TEST(EtsFit, OddSeriesGiveFiniteNumbers) {
  const std::vector<std::vector<double>> odd{
      {5, 5, 5, 500, 5, 5, 5, 5, 5, 5},                  // an outlier
      {1, 1, 1, 1, 1, 9, 9, 9, 9, 9},                    // a step
      {-3, 2, -5, 4, -1, 0, 3, -2, 1, -4},               // around zero
      {1e12, 2e12, 1.5e12, 3e12, 2.5e12, 2e12, 1e12},    // large
      {1e-12, 2e-12, 1.5e-12, 3e-12, 2.5e-12, 2e-12},    // small
      {1, 1e6, 1, 1e6, 1, 1e6, 1, 1e6, 1},               // wild
      {kGap, 3, kGap, 4, 5, kGap, kGap, 4, 6, 7, kGap},  // gaps at both ends
      {0, 0, 0, 0, 0, 0, 1}};
  for (const auto& values : odd) {
    const auto chosen = choose_ets(values, 1, EtsCriterion::aicc);
    ASSERT_TRUE(chosen) << values[0];
    EXPECT_TRUE(std::isfinite(chosen->end_level) && std::isfinite(chosen->end_trend)) << values[0];
    EXPECT_TRUE(std::isfinite(chosen->variance) && chosen->variance >= 0) << values[0];
  }
}

TEST(EtsFit, EveryCriterionChoosesItsOwnLeast) {
  const auto of = [](EtsCriterion criterion, const EtsFit& fit) {
    return criterion == EtsCriterion::aic   ? fit.aic()
           : criterion == EtsCriterion::bic ? fit.bic()
                                            : fit.aicc();
  };
  int apart = 0;
  for (unsigned seed = 20; seed < 35; ++seed) {
    const std::vector<double> values = made_series(seed, 30, 0);
    std::vector<std::string> chosen;
    for (const EtsCriterion criterion : {EtsCriterion::aicc, EtsCriterion::aic, EtsCriterion::bic}) {
      double cost = kInfinity;
      std::string least;
      for (const EtsForm& form : ets_candidates(values, 4)) {
        const auto fit = fit_ets(form, values, 4);
        if (!fit) continue;
        const double here = of(criterion, *fit) + (form.has_trend() && !form.damped ? 3 : 0);
        if (here < cost) {
          cost = here;
          least = ets_name(form);
        }
      }
      EXPECT_EQ(ets_name(choose_ets(values, 4, criterion)->form), least) << seed;
      chosen.push_back(least);
    }
    apart += chosen[1] != chosen[2] ? 1 : 0;
  }
  EXPECT_GT(apart, 0) << "the series tell aic and bic apart";
}

}  // namespace
}  // namespace isotherm
