#include <cmath>

#include "isotherm/model/distributions.h"
#include "isotherm/model/fit.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostWhiteColumns = 50;
constexpr double kMostCondition = 1e5;  // below, ten digits of an explained sum of squares

TestResult jarque_bera(std::span<const double> residuals) {
  const auto n = static_cast<long double>(residuals.size());
  long double mean = 0;
  for (double e : residuals) mean += e;
  mean /= n;
  long double m2 = 0, m3 = 0, m4 = 0;
  for (double e : residuals) {
    const long double d = e - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  m2 /= n;
  m3 /= n;
  m4 /= n;
  const long double skew2 = m3 * m3 / (m2 * m2 * m2), excess = m4 / (m2 * m2) - 3;
  const auto value = static_cast<double>(n / 6 * (skew2 + excess * excess / 4));
  return {"jarque_bera", "normal residuals; moments divided by n", value, 2, chi_squared_upper(value, 2)};
}

struct Auxiliary {
  double explained = 0, total = 0;
  double df = 0;  ///< columns beside the intercept
};

long double squares_about_mean(const std::vector<double>& values) {
  long double sum = 0;
  for (double v : values) sum += v;
  const long double mean = sum / static_cast<long double>(values.size());
  long double total = 0;
  for (double v : values) total += (v - mean) * (v - mean);
  return total;
}

/// Regression of `values` on the columns; dependent columns are left out.
Auxiliary auxiliary(const Design& design, const std::vector<double>& values) {
  std::vector<std::string> dropped;
  const LeastSquares solved(design, values, 1, &dropped);
  const auto total = static_cast<double>(squares_about_mean(values));
  return {total - solved.rss(), total, static_cast<double>(solved.size() - 1)};
}

/// The same on the columns of a fit, without factoring them again where its factor has the digits.
Auxiliary auxiliary(const LeastSquares& fit, std::vector<double> values) {
  if (fit.condition_number() > kMostCondition) return auxiliary(fit.design(), values);
  const auto total = static_cast<double>(squares_about_mean(values));
  double mean = 0;
  for (double v : values) mean += v / static_cast<double>(values.size());
  for (double& v : values) v -= mean;
  return {fit.explained(values), total, static_cast<double>(fit.size() - 1)};
}

Design with_products(const Design& design) {
  Design result;
  result.intercept = true;
  for (std::size_t j = 0; j < design.size(); ++j) result.add(design.names[j], design.columns[j]);
  const std::size_t first = design.intercept ? 1 : 0;
  for (std::size_t a = first; a < design.size(); ++a) {
    for (std::size_t b = a; b < design.size(); ++b) {
      std::vector<double> product(design.rows());
      for (std::size_t i = 0; i < product.size(); ++i)
        product[i] = design.columns[a][i] * design.columns[b][i];
      result.add(design.names[a] + ":" + design.names[b], std::move(product));
    }
  }
  return result;
}

}  // namespace

std::vector<TestResult> residual_tests(const LeastSquares& fit, std::span<const double> residuals) {
  std::vector<TestResult> tests;
  const auto n = static_cast<double>(residuals.size());
  std::vector<double> squares(residuals.size());
  long double rss = 0;
  for (std::size_t i = 0; i < squares.size(); ++i) {
    squares[i] = residuals[i] * residuals[i];
    rss += static_cast<long double>(residuals[i]) * residuals[i];
  }
  if (!(rss > 0)) return tests;
  tests.push_back(jarque_bera(residuals));
  if (!fit.design().intercept || fit.size() < 2) return tests;
  const Auxiliary plain = auxiliary(fit, squares);
  const auto variance = static_cast<double>(rss) / n;
  const double breusch = plain.explained / (2 * variance * variance);
  tests.push_back({"breusch_pagan", "equal variances against the columns themselves", breusch, plain.df,
                   chi_squared_upper(breusch, plain.df)});
  const double koenker = n * plain.explained / plain.total;
  tests.push_back({"koenker_bassett", "studentised Breusch-Pagan, n R2", koenker, plain.df,
                   chi_squared_upper(koenker, plain.df)});
  const std::size_t slopes = fit.size() - 1;
  const std::size_t columns = slopes + slopes * (slopes + 1) / 2;
  if (columns <= kMostWhiteColumns && columns + 2 < fit.rows()) {
    const Auxiliary wide = auxiliary(with_products(fit.design()), squares);
    const double white = n * wide.explained / wide.total;
    tests.push_back({"white", "equal variances against columns, squares and products, n R2", white, wide.df,
                     chi_squared_upper(white, wide.df)});
  }
  return tests;
}

std::vector<TestResult> residual_tests(Design levels, std::span<const double> residuals,
                                       const TakenEffects& effects, int threads) {
  if (!levels.intercept) {
    // Formulas without a constant: variances are compared with one anyway.
    Design whole;
    whole.add(kInterceptName, std::vector<double>(residuals.size(), 1.0));
    for (std::size_t j = 0; j < levels.size(); ++j) whole.add(levels.names[j], std::move(levels.columns[j]));
    whole.intercept = true;
    levels = std::move(whole);
  }
  levels.polynomials.clear();  // only the space they span matters here
  std::vector<std::string> dependent;
  if (!effects.cells) {
    const LeastSquares columns(std::move(levels), residuals, threads, &dependent);
    return residual_tests(columns, residuals);
  }
  const OrthogonalDeviations deviations = orthogonal_deviations(effects.groups, residuals);
  for (std::vector<double>& low : levels.lows) low.clear();
  for (std::vector<double>& column : levels.columns) {
    for (std::size_t k = 0; k < deviations.rows.size(); ++k) column[k] = column[deviations.rows[k]];
    column.resize(deviations.rows.size());
  }
  if (deviations.rows.size() <= levels.size() + 1) return {};
  const LeastSquares columns(std::move(levels), deviations.values, threads, &dependent);
  return residual_tests(columns, deviations.values);
}

}  // namespace isotherm
