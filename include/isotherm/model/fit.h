// A fitted linear model with everything that is said about it.
//
// Definitions. n rows, k coefficients, a absorbed effects; RSS the sum of squared residuals. sigma2 = RSS /
// (n - k - a); sigma2_ml = RSS / n; log-likelihood = -n/2 (log(2 pi sigma2_ml) + 1). `aic` counts k + a + 1
// parameters (R's convention, the variance is one of them); `aic_coefficients` counts k + a (as spreg and
// GeoDa do); `aicc` corrects `aic`; `bic` has log(n) per parameter of `aic`. R2 is about the mean when the
// model has an intercept or effects, about zero otherwise. R2 counts the absorbed effects as explained;
// `r2_within` does not.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/model/design.h"
#include "isotherm/model/effects.h"
#include "isotherm/model/fitted.h"
#include "isotherm/model/least_squares.h"
#include "isotherm/model/weights.h"

namespace isotherm {

struct Coefficient {
  std::string name;
  double value = 0;
  double standard_error = 0;
  double statistic = 0;  ///< t, or z where the distribution is normal
  double p = 0;
  double low = 0;  ///< 95 % interval
  double high = 0;
  double vif = 0;  ///< variance inflation; NaN for the intercept and without one
};

/// A test of significance and the name of its definition.
struct TestResult {
  std::string name;
  std::string definition;
  double value = 0;
  double df = 0;
  double p = 0;
  double expectation = std::numeric_limits<double>::quiet_NaN();  ///< where the test is a number with moments
  double variance = std::numeric_limits<double>::quiet_NaN();
};

/// What one more unit of a column everywhere does to y: through the cell's own value, through the neighbours'
/// values, and in all, as means over cells (LeSage and Pace 2009, 2.7). VIF is not set.
struct Impact {
  std::string name;
  Coefficient direct, indirect, total;
  /// The same from draws of coefficients and rho, where there were any: spread and 95 % interval.
  struct Drawn {
    double standard_error = 0, low = 0, high = 0;
  };
  std::optional<Drawn> direct_drawn, indirect_drawn, total_drawn;
};

/// Bandwidths of a local fit from `low` to `high`: rows, or map units.
struct BandwidthRange {
  double low = 0, high = 0;
};
/// How a bandwidth was found.
struct LocalSearch {
  double bandwidth = 0;
  std::string criterion;  ///< "aicc", "cv"; empty: it was given
  struct Trial {
    double bandwidth = 0, score = 0;
  };
  std::vector<Trial> trials;  ///< in ascending order of bandwidth
  bool at_low = false, at_high = false;
};

/// What differs from place to place in a geographically weighted fit (local_fit.h).
struct LocalTerms {
  std::string kernel;
  bool adaptive = true;
  LocalSearch search;
  double effective_parameters = 0;  ///< tr S
  double trace_square = 0;          ///< tr S'S
  double critical_t = 0;            ///< of the 5 % level over all places
  double global_aicc = 0;           ///< of the least-squares fit to all rows
  std::vector<std::string> names;
  std::vector<std::vector<double>> coefficients, standard_errors;  ///< per name, a value per row
  std::vector<double> local_r2;
};

struct Fit {
  std::vector<Coefficient> coefficients;
  std::vector<Coefficient> dependence;  ///< "rho" of W y and "lambda" of W u, where the model has them
  std::vector<Impact> impacts;          ///< of models with W y or with lagged columns
  double pseudo_r2 = std::numeric_limits<double>::quiet_NaN();          ///< correlation of y and fit, squared
  double pseudo_r2_reduced = std::numeric_limits<double>::quiet_NaN();  ///< the same without neighbours' y
  std::vector<std::string> notes;  ///< how it was computed, where that is a choice; a sentence each
  bool normal = false;             ///< statistics are z with normal p, not t
  std::string covariance;          ///< kind of the standard errors
  std::size_t rows = 0;
  double df_residual = 0;
  double absorbed = 0;  ///< degrees of freedom of effects
  double r2 = 0, r2_adjusted = 0, r2_within = 0;
  double rss = 0, sigma2 = 0, sigma2_ml = 0;
  double log_likelihood = 0, aic = 0, aic_coefficients = 0, aicc = 0, bic = 0;
  double condition_number = 0;
  std::vector<TestResult> tests;
  SquareMatrix reported_covariance;  ///< of `coefficients`, where they come from least squares
  std::vector<std::string> dropped;  ///< columns that effects or others explain
  std::vector<double> residuals;
  std::optional<LocalTerms> local;  ///< of geographically weighted fits, which have no `coefficients`
  FittedModel fitted;  ///< to be applied to other rows; the caller adds names, weights, effects, response
};

struct FitChoice {
  std::string covariance = "classical";
  std::span<const std::int64_t> clusters;  ///< for "cluster"
  const Weights* kernel = nullptr;         ///< for "conley"
  double absorbed = 0;                     ///< effects already taken out of y and the columns
  std::span<const double> response;        ///< y before that; empty: y itself
  bool drop_dependent = false;             ///< instead of refusing
  bool diagnostics = true;                 ///< false: no tests
  const Weights* weights = nullptr;        ///< where given, tests of dependence between neighbours
  const TakenEffects* effects = nullptr;   ///< for these tests: what `absorbed` stands for
  int threads = 1;
};

/// Ordinary least squares of y on the columns. Throws Error(input) as LeastSquares does.
Fit fit_linear(Design design, std::span<const double> y, const FitChoice& choice);

/// Tests of residuals against columns: Jarque-Bera (moments over n), Breusch-Pagan with the columns
/// themselves, Koenker and Bassett's studentised form of it, White with squares and products (left out above
/// 50 columns of those). All but the first need an intercept among the columns. Of `columns` only design and
/// factor matter: `residuals` may be those of another estimator.
std::vector<TestResult> residual_tests(const LeastSquares& columns, std::span<const double> residuals);
/// The same of residuals with effects taken out; `levels` are the columns before that, with an intercept.
/// With effects of cells the residuals are put in orthogonal deviations first, each against its own row's
/// columns: then all have one variance where the errors do, however few the periods.
std::vector<TestResult> residual_tests(Design levels, std::span<const double> residuals,
                                       const TakenEffects& effects, int threads);

/// 1 / (1 - R2) of each column on the others, about the first column where that is the constant (or what a
/// filter left of it), else about the mean; NaN of the constant.
std::vector<double> variance_inflation(const LeastSquares& fit, bool constant_first);

/// Of two lists of numbers; NaN where one does not vary.
double squared_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace isotherm
