#include "isotherm/model/local_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "isotherm/core/error.h"
#include "unit/model/classic_data.h"
#include "unit/model/jittered_grid.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

/// Rows with places, an intercept and two columns.
struct Sample {
  std::vector<Point> places;
  Design design;
  std::vector<double> y;
  std::size_t rows() const { return y.size(); }
};

Sample sample_of(std::vector<Point> places, std::vector<double> a, std::vector<double> b,
                 std::vector<double> y) {
  Sample sample{std::move(places), {}, std::move(y)};
  sample.design.intercept = true;
  sample.design.add(kInterceptName, std::vector<double>(sample.rows(), 1.0));
  sample.design.add("a", std::move(a));
  sample.design.add("b", std::move(b));
  return sample;
}

Sample columbus() {
  const Table table = testing_support::table_of(testing_support::kColumbus);
  const auto column = [&](const char* name) { return table.columns[*table.find(name)].reals(); };
  std::vector<Point> places;
  for (std::size_t k = 0; k < table.rows(); ++k) places.push_back({column("east")[k], column("north")[k]});
  return sample_of(std::move(places), column("INC"), column("HOVAL"), column("CRIME"));
}

/// The slope of a grows to the east.
Sample planted(int side, double scale = 1, Point origin = {}) {
  std::vector<Point> places;
  std::vector<double> a, b, y;
  for (int k = 0; k < side * side; ++k) {
    const auto u = static_cast<std::uint64_t>(k);
    const double x = k % side + 0.4 * testing_support::fraction(1, u);
    const double north = k / side + 0.4 * testing_support::fraction(2, u);
    places.push_back({origin.x + scale * x, origin.y + scale * north});
    a.push_back(testing_support::fraction(3, u));
    b.push_back(testing_support::fraction(4, u));
    y.push_back(2 + x / side * a.back() - b.back() + 0.1 * testing_support::fraction(5, u));
  }
  return sample_of(std::move(places), a, b, y);
}

double great_circle(Point p, Point q) {
  const double r = std::numbers::pi / 180;
  const double s = std::sin((q.y - p.y) * r / 2), t = std::sin((q.x - p.x) * r / 2);
  return 2 * 6371008.8 * std::asin(std::sqrt(s * s + std::cos(p.y * r) * std::cos(q.y * r) * t * t));
}

/// Dense weighted least squares in long double: no tree, no reflections, every row for every place.
struct Dense {
  std::vector<std::vector<double>> coefficients, spreads;  // by row, then column
  std::vector<double> residuals, local_r2;
  double trace = 0, trace_square = 0, rss = 0, left_out = 0;

  Dense(const Sample& s, double bandwidth, const LocalFitChoice& choice) {
    const std::size_t n = s.rows(), p = s.design.size();
    std::vector<std::vector<double>> all_weights;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> d(n), w(n);
      for (std::size_t j = 0; j < n; ++j)
        d[j] = choice.degrees ? great_circle(s.places[i], s.places[j])
                              : std::hypot(s.places[i].x - s.places[j].x, s.places[i].y - s.places[j].y);
      double h = bandwidth;
      if (choice.adaptive) {
        std::vector<double> sorted = d;
        std::sort(sorted.begin(), sorted.end());
        h = sorted[static_cast<std::size_t>(bandwidth) - 1];
      }
      for (std::size_t j = 0; j < n; ++j) {
        const double t = d[j] / h;
        w[j] = choice.kernel == LocalKernel::gaussian ? std::exp(-t * t / 2)
               : t < 1                                ? (1 - t * t) * (1 - t * t)
                                                      : 0;
      }
      // [X'WX | X'W] by Gauss and Jordan: the right half becomes C.
      std::vector<std::vector<long double>> m(p, std::vector<long double>(p + n, 0.0L));
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t j = 0; j < n; ++j) {
          for (std::size_t b = 0; b < p; ++b)
            m[a][b] += static_cast<long double>(w[j]) * s.design.columns[a][j] * s.design.columns[b][j];
          m[a][p + j] = static_cast<long double>(w[j]) * s.design.columns[a][j];
        }
      }
      for (std::size_t c = 0; c < p; ++c) {
        const long double pivot = m[c][c];
        for (long double& v : m[c]) v /= pivot;
        for (std::size_t a = 0; a < p; ++a) {
          if (a == c) continue;
          const long double factor = m[a][c];
          for (std::size_t k = 0; k < p + n; ++k) m[a][k] -= factor * m[c][k];
        }
      }
      std::vector<double> b(p, 0.0), cc(p, 0.0);
      double fitted = 0, own = 0, square = 0;
      for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t j = 0; j < n; ++j) {
          b[a] += static_cast<double>(m[a][p + j]) * s.y[j];
          cc[a] += static_cast<double>(m[a][p + j] * m[a][p + j]);
        }
        fitted += b[a] * s.design.columns[a][i];
      }
      for (std::size_t j = 0; j < n; ++j) {
        double hat = 0;
        for (std::size_t a = 0; a < p; ++a) hat += static_cast<double>(m[a][p + j]) * s.design.columns[a][i];
        if (j == i) own = hat;
        square += hat * hat;
      }
      coefficients.push_back(b);
      spreads.push_back(cc);
      residuals.push_back(s.y[i] - fitted);
      trace += own;
      trace_square += square;
      rss += residuals.back() * residuals.back();
      left_out += std::pow(residuals.back() / (1 - own), 2);
      all_weights.push_back(w);
    }
    for (const std::vector<double>& w : all_weights) {
      double sum = 0, mean = 0, total = 0, rest = 0;
      for (std::size_t j = 0; j < n; ++j) {
        sum += w[j];
        mean += w[j] * s.y[j];
      }
      for (std::size_t j = 0; j < n; ++j) {
        total += w[j] * std::pow(s.y[j] - mean / sum, 2);
        rest += w[j] * residuals[j] * residuals[j];
      }
      local_r2.push_back(1 - rest / total);
    }
  }
  double aicc(double n) const {
    return n * (std::log(2 * std::numbers::pi * rss / n) + 1) + 2 * n * (trace + 1) / (n - trace - 2);
  }
};

void expect_dense(const Sample& s, double bandwidth, const LocalFitChoice& choice) {
  const Dense dense(s, bandwidth, choice);
  const Fit fit = LocalRegression(s.design, s.y, s.places, choice).fit(bandwidth);
  const LocalTerms& local = *fit.local;
  const auto n = static_cast<double>(s.rows());
  // Two different routes through well-conditioned problems: what is left is rounding.
  EXPECT_NEAR(local.effective_parameters, dense.trace, 1e-9);
  EXPECT_NEAR(local.trace_square, dense.trace_square, 1e-9);
  EXPECT_NEAR(fit.rss, dense.rss, 1e-9 * dense.rss);
  EXPECT_NEAR(fit.aicc, dense.aicc(n), 1e-8);
  for (std::size_t i = 0; i < s.rows(); ++i) {
    for (std::size_t j = 0; j < s.design.size(); ++j) {
      EXPECT_NEAR(local.coefficients[j][i], dense.coefficients[i][j], 1e-7) << i << ' ' << j;
      EXPECT_NEAR(local.standard_errors[j][i], std::sqrt(dense.spreads[i][j] * dense.rss / (n - dense.trace)),
                  1e-7);
    }
    EXPECT_NEAR(local.local_r2[i], dense.local_r2[i], 1e-9);
  }
}

TEST(LocalFit, IsDenseWeightedLeastSquares) {
  const Sample s = columbus();
  for (const LocalKernel kernel : {LocalKernel::bisquare, LocalKernel::gaussian}) {
    expect_dense(s, 20, {kernel, true});
    expect_dense(s, 12, {kernel, false});
  }
  // 0.01 degrees apart near 50 degrees north: about 1.1 km to the north, 0.7 km to the east.
  const Sample degrees = planted(9, 0.01, {14, 50});
  expect_dense(degrees, 25, {LocalKernel::bisquare, true, true});
  expect_dense(degrees, 4000, {LocalKernel::bisquare, false, true});
  expect_dense(degrees, 2000, {LocalKernel::gaussian, false, true});
}

// mgwr 2.1.2 on Columbus. Its adaptive bandwidth is widened by 1e-7 so that the k-th row keeps a weight.
struct Published {
  LocalFitChoice choice;
  double bandwidth, trace, trace_square, sigma2, aicc, aic, bic, r2, b[3], se[3], local_r2;
};
const Published kPublished[] = {
    {{LocalKernel::gaussian, false},
     4.692,
     10.769832331039549,
     7.953032575198607,
     93.87873033191504,
     381.28914252807135,
     372.99225652935763,
     395.258664238577,
     0.7329259573743521,
     {67.14007977295168, -0.5942215337852425, -0.6057954049466063},
     {7.598185591648992, 0.6157198210427535, 0.14014149591368746},
     0.7165625860496605},
    {{LocalKernel::bisquare, true},
     25,
     13.238793644229492,
     10.014545558849916,
     80.89460373386677,
     380.21882513311846,
     367.36489830357004,
     394.302137140332,
     0.7847267919408566,
     {68.94870655093347, -0.6366553131323527, -0.6170523901065892},
     {6.939726218639165, 0.5647181927478967, 0.13054274580072653},
     0.7655861409717644},
    {{LocalKernel::bisquare, false},
     14.077,
     8.814425969254767,
     7.074275938962891,
     107.2553922186722,
     383.6119885514785,
     378.05295817054036,
     396.6200884334806,
     0.6792640935871678,
     {69.39360175845559, -0.6727783664009596, -0.6030389013950849},
     {7.589571738673621, 0.63441680444666, 0.14441541537323505},
     0.6505509688333753},
};

TEST(LocalFit, AgreesWithMgwrOnColumbus) {
  const Sample s = columbus();
  for (const Published& p : kPublished) {
    const Fit fit = LocalRegression(s.design, s.y, s.places, p.choice).fit(p.bandwidth);
    const double digits = p.choice.adaptive ? 2e-6 : 1e-10;
    const auto near = [&](double value, double published) {
      EXPECT_NEAR(value, published, digits * std::abs(published)) << p.bandwidth;
    };
    near(fit.local->effective_parameters, p.trace);
    near(fit.local->trace_square, p.trace_square);
    near(fit.sigma2, p.sigma2);
    near(fit.aicc, p.aicc);
    near(fit.aic, p.aic);
    near(fit.bic, p.bic);
    near(fit.r2, p.r2);
    near(fit.local->local_r2[0], p.local_r2);
    for (std::size_t j = 0; j < 3; ++j) {
      near(fit.local->coefficients[j][0], p.b[j]);
      near(fit.local->standard_errors[j][0], p.se[j]);
    }
  }
}

// spgwr's page of gwr.sel has this call on these data: least squared error of rows left out, Gaussian kernel.
TEST(LocalFit, CrossValidatedBandwidthOfColumbusIsThatOfSpgwr) {
  const Sample s = columbus();
  const LocalFitChoice choice{LocalKernel::gaussian, false};
  const LocalRegression regression(s.design, s.y, s.places, choice);
  const LocalSearch found =
      search_bandwidth(regression, regression.usual_range(), BandwidthCriterion::cv, false);
  EXPECT_NEAR(found.bandwidth, 2.275, 0.001);
  const double least = Dense(s, found.bandwidth, choice).left_out;
  EXPECT_NEAR(regression.score(found.bandwidth, BandwidthCriterion::cv), least, 1e-8 * least);
  for (double h = 1.2; h < 20; h *= 1.05) EXPECT_GE(Dense(s, h, choice).left_out, least * (1 - 1e-7)) << h;
}

TEST(LocalFit, SearchFindsTheBestOfAllBandwidths) {
  const Sample s = planted(10);
  const LocalRegression regression(s.design, s.y, s.places, {});
  const BandwidthRange range = regression.usual_range();
  EXPECT_EQ(range.low, 8);  // twice three columns and y
  EXPECT_EQ(range.high, 100);
  for (const BandwidthCriterion criterion : {BandwidthCriterion::aicc, BandwidthCriterion::cv}) {
    const LocalSearch found = search_bandwidth(regression, range, criterion, true);
    double best = range.low;
    for (double k = range.low; k <= range.high; ++k) {
      if (regression.score(k, criterion) < regression.score(best, criterion)) best = k;
    }
    EXPECT_EQ(found.bandwidth, best);
    EXPECT_LT(found.trials.size(), 30U);
    EXPECT_FALSE(found.at_low || found.at_high);
  }
}

TEST(LocalFit, RecoversASlopeThatGrowsToTheEast) {
  const Sample s = planted(20);
  const LocalRegression regression(s.design, s.y, s.places, {});
  const Fit fit = regression.fit(
      search_bandwidth(regression, regression.usual_range(), BandwidthCriterion::aicc, true).bandwidth);
  double worst = 0, mean = 0, square = 0;
  for (std::size_t k = 0; k < s.rows(); ++k) {
    const double error = fit.local->coefficients[1][k] - s.places[k].x / 20;
    worst = std::max(worst, std::abs(error));
    mean += error / 400;
    square += error * error / 400;
  }
  // Noise is even over 0.1, so of standard deviation 0.029: slopes of some fifty rows are known to about
  // 0.02. At the border the rows in reach all lie to one side: there the mean of their slopes is another one.
  EXPECT_LT(std::abs(mean), 0.01);
  EXPECT_LT(std::sqrt(square), 0.05);
  EXPECT_LT(worst, 0.2);
  EXPECT_LT(fit.aicc, fit.local->global_aicc - 100);
  ASSERT_EQ(fit.tests.size(), 5U);
  EXPECT_EQ(fit.tests.back().name, "local_improvement");
  EXPECT_LT(fit.tests.back().p, 1e-6);
}

TEST(LocalFit, OfAnEndlessBandwidthIsLeastSquares) {
  const Sample s = columbus();
  const Fit fit = LocalRegression(s.design, s.y, s.places, {LocalKernel::gaussian, false}).fit(1e9);
  const Fit ols = fit_linear(s.design, s.y, {});
  EXPECT_NEAR(fit.local->effective_parameters, 3, 1e-10);
  EXPECT_NEAR(fit.sigma2, ols.sigma2, 1e-10 * ols.sigma2);
  EXPECT_NEAR(fit.local->global_aicc, fit.aicc, 1e-8);
  EXPECT_NEAR(fit.local->global_aicc, ols.aicc, 1e-9);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(fit.local->coefficients[j][17], ols.coefficients[j].value, 1e-9);
    EXPECT_NEAR(fit.local->standard_errors[j][17], ols.coefficients[j].standard_error, 1e-9);
  }
}

TEST(LocalFit, IsTheSameForAnyNumberOfThreads) {
  const Sample s = planted(20);
  LocalFitChoice one, many;
  many.threads = 3;
  const Fit a = LocalRegression(s.design, s.y, s.places, one).fit(40);
  const Fit b = LocalRegression(s.design, s.y, s.places, many).fit(40);
  EXPECT_EQ(a.aicc, b.aicc);
  EXPECT_EQ(a.local->coefficients, b.local->coefficients);
  EXPECT_EQ(a.local->standard_errors, b.local->standard_errors);
  EXPECT_EQ(a.local->local_r2, b.local->local_r2);
}

TEST(LocalFit, PredictsHeldRowsFromTheOthersAlone) {
  const Sample s = columbus();
  std::vector<char> held(s.rows(), 0);
  for (const std::size_t row : {3U, 4U, 5U, 20U}) held[row] = 1;
  for (const LocalFitChoice& choice : {LocalFitChoice{}, LocalFitChoice{LocalKernel::gaussian, false},
                                       LocalFitChoice{LocalKernel::gaussian}}) {
    const double bandwidth = choice.adaptive ? 18 : 5;
    const std::vector<double> predicted =
        LocalRegression(s.design, s.y, s.places, choice).predict_held(bandwidth, held);
    EXPECT_TRUE(std::isnan(predicted[0]));
    for (std::size_t row = 0; row < s.rows(); ++row) {
      if (held[row] == 0) continue;
      // The others and, without a say, the row itself: rows far away that copy it would change nothing.
      std::vector<std::pair<double, std::size_t>> near;
      for (std::size_t k = 0; k < s.rows(); ++k) {
        if (held[k] == 0)
          near.emplace_back(std::hypot(s.places[k].x - s.places[row].x, s.places[k].y - s.places[row].y), k);
      }
      std::sort(near.begin(), near.end());
      const double h = choice.adaptive ? near[17].first : bandwidth;
      Design scaled;
      std::vector<double> y;
      for (std::size_t j = 0; j < 3; ++j) scaled.add(s.design.names[j], {});
      for (const auto& [distance, k] : near) {
        const double t = distance / h;
        const double w = choice.kernel == LocalKernel::gaussian ? std::exp(-t * t / 2)
                                                                : std::pow(std::max(0.0, 1 - t * t), 2);
        for (std::size_t j = 0; j < 3; ++j)
          scaled.columns[j].push_back(std::sqrt(w) * s.design.columns[j][k]);
        y.push_back(std::sqrt(w) * s.y[k]);
      }
      const LeastSquares local(scaled, y, 1);
      double expected = 0;
      for (std::size_t j = 0; j < 3; ++j) expected += local.coefficients()[j] * s.design.columns[j][row];
      EXPECT_NEAR(predicted[row], expected, 1e-8);
    }
  }
}

TEST(LocalFit, PlacesThatCannotBeFittedAreSaidByName) {
  Sample s = planted(10);
  for (std::size_t k = 0; k < 40; ++k) s.design.columns[2][k] = 7;  // the southern rows
  const LocalRegression regression(s.design, s.y, s.places, {});
  EXPECT_EQ(regression.score(12, BandwidthCriterion::aicc), std::numeric_limits<double>::infinity());
  try {
    regression.fit(12);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_NE(std::string(error.what()).find("'b'"), std::string::npos) << error.what();
  }
  // The search passes over what cannot be fitted.
  const LocalSearch found =
      search_bandwidth(regression, regression.usual_range(), BandwidthCriterion::aicc, true);
  EXPECT_NO_THROW(regression.fit(found.bandwidth));
  EXPECT_THROW(search_bandwidth(regression, {8, 14}, BandwidthCriterion::aicc, true), Error);
}

TEST(LocalFit, CopiesOfOnePlaceAreNoNeighbourhood) {
  Sample s = planted(8);
  for (Point& p : s.places) p = {1, 1};
  const LocalRegression regression(s.design, s.y, s.places, {});
  EXPECT_THROW(regression.fit(20), Error);
}

TEST(LocalFit, PolynomialsAreReportedAsPowers) {
  Sample s = columbus();
  Design powers, orthogonal;
  const std::vector<double> x = s.design.columns[1];
  for (Design* design : {&powers, &orthogonal}) {
    design->intercept = true;
    design->add(kInterceptName, std::vector<double>(s.rows(), 1.0));
  }
  powers.add("x", x);
  std::vector<double> squares;
  for (double v : x) squares.push_back(v * v);
  powers.add("x^2", squares);
  add_polynomial(orthogonal, "x", x, 2);
  const Fit plain = LocalRegression(powers, s.y, s.places, {}).fit(30);
  const Fit fit = LocalRegression(orthogonal, s.y, s.places, {}).fit(30);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(fit.local->coefficients[j][9], plain.local->coefficients[j][9], 1e-8);
    EXPECT_NEAR(fit.local->standard_errors[j][9], plain.local->standard_errors[j][9], 1e-8);
  }
}

TEST(LocalFit, CostIsRowsTimesReachTimesSquaredColumns) {
  const Sample s = planted(20);
  EXPECT_EQ(LocalRegression(s.design, s.y, s.places, {}).work(50), 400.0 * 50 * 16);
  // Within three steps of a lattice lie 28 others; at the border fewer.
  const LocalRegression fixed(s.design, s.y, s.places, {LocalKernel::bisquare, false});
  EXPECT_GT(fixed.mean_reach(3), 20);
  EXPECT_LT(fixed.mean_reach(3), 30);
}

}  // namespace
}  // namespace isotherm
