#include "local_fit.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numbers>

#include "blocks.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

constexpr std::size_t kPlacesPerTask = 64;
constexpr double kLevel = 0.05;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

constexpr std::array<LocalKernelRow, 2> kLocalKernels{{
    {"bisquare", "(1 - (d/h)^2)^2 within the bandwidth h, nothing beyond", LocalKernel::bisquare},
    {"gaussian", "exp(-(d/h)^2 / 2), which ends nowhere: far slower", LocalKernel::gaussian},
}};
constexpr std::array<BandwidthCriterionRow, 2> kCriteria{{
    {"aicc", "least corrected Akaike criterion", BandwidthCriterion::aicc},
    {"cv", "least squared error of rows left out one by one", BandwidthCriterion::cv},
}};

/// What is known of all places together.
struct LocalSums {
  double trace = 0, rss = 0, left_out = 0;
};

double log_likelihood_of(double n, double rss) {
  return -n / 2 * (std::log(2 * std::numbers::pi * rss / n) + 1);
}

double corrected_criterion(double n, const LocalSums& sums) {
  const double rest = n - sums.trace - 2;
  if (!(rest > 0) || !(sums.rss > 0)) return kInfinite;
  return -2 * log_likelihood_of(n, sums.rss) + 2 * n * (sums.trace + 1) / rest;
}

std::vector<double> fitted_values(std::span<const double> y, std::span<const double> residuals) {
  std::vector<double> fitted(y.begin(), y.end());
  for (std::size_t k = 0; k < fitted.size(); ++k) fitted[k] -= residuals[k];
  return fitted;
}

std::string whole_or_short(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace

std::span<const LocalKernelRow> local_kernels() { return kLocalKernels; }
std::span<const BandwidthCriterionRow> bandwidth_criteria() { return kCriteria; }

struct LocalRegression::Parts {
  LocalFitChoice choice;
  LocalReach reach;
  LeastSquares whole;  ///< the fit to all rows
  std::vector<double> y;
  std::vector<double> x;  ///< row by row
  SquareMatrix map;       ///< from coefficients of the columns to those reported

  Parts(Design design, std::span<const double> response, std::span<const Point> places,
        const LocalFitChoice& made)
      : choice(made),
        reach(places, made),
        whole(std::move(design), response, made.threads),
        y(response.begin(), response.end()) {
    const Design& kept = whole.design();
    x.resize(kept.size() * y.size());
    for (std::size_t j = 0; j < kept.size(); ++j) {
      for (std::size_t k = 0; k < y.size(); ++k) x[k * kept.size() + j] = kept.columns[j][k];
    }
    map = square_matrix(kept.size());
    for (std::size_t j = 0; j < kept.size(); ++j) {
      std::vector<double> unit(kept.size(), 0.0);
      unit[j] = 1;
      const std::vector<double> column = whole.reported(unit);
      for (std::size_t i = 0; i < kept.size(); ++i) map.at(i, j) = column[i];
    }
  }

  std::size_t columns() const { return whole.size(); }

  /// work(row, near, factor) for every place; places are dealt out in fixed groups.
  template <class Work>
  void for_places(const Work& work) const {
    const std::size_t tasks = (y.size() + kPlacesPerTask - 1) / kPlacesPerTask;
    for_tasks(tasks, choice.threads, [&](std::size_t task) {
      if (choice.stop != nullptr) choice.stop->check();
      LocalRows near;
      LocalFactor factor(x, y, columns());
      const std::size_t end = std::min(y.size(), (task + 1) * kPlacesPerTask);
      for (std::size_t row = task * kPlacesPerTask; row < end; ++row) work(row, near, factor);
    });
  }

  double fitted_at(std::size_t row, const std::vector<double>& coefficients) const {
    double sum = 0;
    for (std::size_t j = 0; j < columns(); ++j) sum += coefficients[j] * x[row * columns() + j];
    return sum;
  }

  LocalSums sums_of(std::span<const double> leverages, std::span<const double> residuals) const {
    LocalSums sums;
    for (std::size_t k = 0; k < y.size(); ++k) {
      sums.trace += leverages[k];
      sums.rss += residuals[k] * residuals[k];
      const double left_out = residuals[k] / (1 - leverages[k]);
      sums.left_out += leverages[k] < 1 - 1e-9 ? left_out * left_out : kInfinite;
    }
    return sums;
  }

  [[noreturn]] void refuse_place(double bandwidth, std::size_t count, std::size_t first) const {
    LocalRows near;
    LocalFactor factor(x, y, columns());
    reach.gather(first, bandwidth, near);
    factor.factor(near);
    const std::string& name = whole.design().names[factor.dependent()];
    throw Error(ErrorKind::input,
                "bandwidth " + whole_or_short(bandwidth) + ": at " + std::to_string(count) + " of " +
                    std::to_string(y.size()) + " places (the first is row " + std::to_string(first + 1) +
                    " of those fitted) the " + std::to_string(near.rows.size()) +
                    " rows in reach do not tell '" + name +
                    "' apart from the columns before it; take a larger bandwidth, or leave it out");
  }

  /// Of every place that can be fitted: 1 - weighted RSS / TSS with the fitted values of all places.
  std::vector<double> local_r2(double bandwidth, std::span<const double> residuals) const {
    std::vector<double> result(y.size());
    for_places([&](std::size_t row, LocalRows& near, LocalFactor&) {
      reach.gather(row, bandwidth, near);
      double weight = 0, mean = 0, total = 0, rest = 0;
      for (std::size_t k = 0; k < near.rows.size(); ++k) {
        weight += near.weights[k];
        mean += near.weights[k] * y[static_cast<std::size_t>(near.rows[k])];
      }
      mean /= weight;
      for (std::size_t k = 0; k < near.rows.size(); ++k) {
        const auto other = static_cast<std::size_t>(near.rows[k]);
        total += near.weights[k] * (y[other] - mean) * (y[other] - mean);
        rest += near.weights[k] * residuals[other] * residuals[other];
      }
      result[row] = total > 0 ? 1 - rest / total : kMissing;
    });
    return result;
  }
};

LocalRegression::LocalRegression(Design design, std::span<const double> y, std::span<const Point> places,
                                 const LocalFitChoice& choice)
    : parts_(std::make_unique<const Parts>(std::move(design), y, places, choice)) {
  if (!(parts_->whole.rss() > 0))
    throw Error(ErrorKind::input, "the columns explain y without any rest: nothing is left that could vary");
}
LocalRegression::~LocalRegression() = default;

std::size_t LocalRegression::rows() const { return parts_->y.size(); }

double LocalRegression::mean_reach(double bandwidth) const { return parts_->reach.mean_count(bandwidth); }

double LocalRegression::work(double bandwidth) const {
  const auto width = static_cast<double>(parts_->columns() + 1);
  return static_cast<double>(rows()) * mean_reach(bandwidth) * width * width;
}

BandwidthRange LocalRegression::usual_range() const {
  const Parts& p = *parts_;
  const auto n = static_cast<double>(rows());
  const std::size_t least = 2 * (p.columns() + 1);
  BandwidthRange range;
  if (p.choice.adaptive) {
    range = {std::min(n, static_cast<double>(least)), n};
    while (work(range.high) > kMostSearchedWork && range.high > 2 * range.low)
      range.high = std::floor(range.high / 1.5);
    return range;
  }
  // Of the Gaussian kernel rows beyond a bandwidth still count: it may be narrower.
  const double near = p.reach.middle_distance(least);
  range = {p.choice.kernel == LocalKernel::gaussian ? near / 4 : near, p.reach.diameter()};
  while (work(range.high) > kMostSearchedWork && range.high > 2 * range.low) range.high /= 1.5;
  return range;
}

double LocalRegression::score(double bandwidth, BandwidthCriterion criterion) const {
  const Parts& p = *parts_;
  std::vector<double> leverages(rows()), residuals(rows());
  std::atomic<bool> failed{false};
  p.for_places([&](std::size_t row, LocalRows& near, LocalFactor& factor) {
    if (failed.load(std::memory_order_relaxed)) return;
    p.reach.gather(row, bandwidth, near);
    if (!factor.factor(near)) {
      failed = true;
      return;
    }
    leverages[row] = factor.leverage(row);
    residuals[row] = p.y[row] - p.fitted_at(row, factor.coefficients());
  });
  if (failed) return kInfinite;
  const LocalSums sums = p.sums_of(leverages, residuals);
  return criterion == BandwidthCriterion::cv ? sums.left_out
                                             : corrected_criterion(static_cast<double>(rows()), sums);
}

std::vector<double> LocalRegression::predict_held(double bandwidth, std::span<const char> held) const {
  const Parts& p = *parts_;
  std::vector<double> predicted(rows(), kMissing);
  p.for_places([&](std::size_t row, LocalRows& near, LocalFactor& factor) {
    if (held[row] == 0) return;
    p.reach.gather(row, bandwidth, near, held);
    if (factor.factor(near)) predicted[row] = p.fitted_at(row, factor.coefficients());
  });
  return predicted;
}

Fit LocalRegression::fit(double bandwidth) const {
  const Parts& p = *parts_;
  const std::size_t count = rows(), columns = p.columns();
  Fit fit;
  LocalTerms terms;
  terms.names = p.whole.design().names;
  terms.coefficients.assign(columns, std::vector<double>(count));
  terms.standard_errors = terms.coefficients;
  std::vector<double> leverages(count), squares(count);
  std::vector<char> failed(count, 0);
  fit.residuals.resize(count);
  p.for_places([&](std::size_t row, LocalRows& near, LocalFactor& factor) {
    p.reach.gather(row, bandwidth, near);
    if (!factor.factor(near)) {
      failed[row] = 1;
      return;
    }
    const std::vector<double>& b = factor.coefficients();
    fit.residuals[row] = p.y[row] - p.fitted_at(row, b);
    leverages[row] = factor.leverage(row);
    squares[row] = factor.squared_row(row, near);
    std::vector<double> spread(columns);
    factor.spreads(near, p.map, spread);
    for (std::size_t i = 0; i < columns; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < columns; ++j) sum += p.map.at(i, j) * b[j];
      terms.coefficients[i][row] = sum;
      terms.standard_errors[i][row] = std::sqrt(spread[i]);
    }
  });
  const auto bad = static_cast<std::size_t>(std::count(failed.begin(), failed.end(), char{1}));
  if (bad > 0)
    p.refuse_place(
        bandwidth, bad,
        static_cast<std::size_t>(std::find(failed.begin(), failed.end(), char{1}) - failed.begin()));

  const LocalSums sums = p.sums_of(leverages, fit.residuals);
  const auto n = static_cast<double>(count);
  for (double v : squares) terms.trace_square += v;
  terms.effective_parameters = sums.trace;
  fit.rows = count;
  fit.covariance = "local";
  fit.df_residual = n - sums.trace;
  if (!(fit.df_residual > 0)) {
    throw Error(ErrorKind::input, "bandwidth " + whole_or_short(bandwidth) +
                                      " leaves no freedom: every place fits itself; take a larger one");
  }
  fit.rss = sums.rss;
  fit.sigma2 = sums.rss / fit.df_residual;
  fit.sigma2_ml = sums.rss / n;
  for (std::vector<double>& list : terms.standard_errors) {
    for (double& v : list) v *= std::sqrt(fit.sigma2);
  }
  double mean = 0, total = 0;
  for (double v : p.y) mean += v / n;
  for (double v : p.y) total += (v - mean) * (v - mean);
  fit.r2 = fit.r2_within = 1 - fit.rss / total;
  fit.r2_adjusted = 1 - (1 - fit.r2) * (n - 1) / (n - sums.trace - 1);
  fit.log_likelihood = log_likelihood_of(n, fit.rss);
  const double parameters = sums.trace + 1;
  fit.aic = -2 * fit.log_likelihood + 2 * parameters;
  fit.aic_coefficients = fit.aic - 2;
  fit.aicc = corrected_criterion(n, sums);
  fit.bic = -2 * fit.log_likelihood + std::log(n) * parameters;
  fit.condition_number = p.whole.condition_number();
  terms.global_aicc = corrected_criterion(n, {static_cast<double>(columns), p.whole.rss(), 0});
  terms.critical_t = student_quantile_two_sided(
      std::min(kLevel, kLevel * static_cast<double>(columns) / sums.trace), fit.df_residual);
  terms.local_r2 = p.local_r2(bandwidth, fit.residuals);
  terms.adaptive = p.choice.adaptive;
  for (const LocalKernelRow& row : kLocalKernels) {
    if (row.kernel == p.choice.kernel) terms.kernel = row.name;
  }
  terms.search.bandwidth = bandwidth;

  // e = (I - S) y: each divided by its own sqrt(1 - 2 s(i, i) + sum of s(i, j)^2) all have one variance.
  std::vector<double> standardised(count);
  for (std::size_t k = 0; k < count; ++k)
    standardised[k] = fit.residuals[k] / std::sqrt(std::max(1 - 2 * leverages[k] + squares[k], 1e-12));
  fit.tests = residual_tests(p.whole, standardised);
  fit.pseudo_r2 = squared_correlation(p.y, fitted_values(p.y, fit.residuals));
  const double rest = n - 2 * sums.trace + terms.trace_square;
  const double gained = n - static_cast<double>(columns) - rest;
  if (gained > 0 && rest > 0 && p.whole.rss() > fit.rss) {
    TestResult test{"local_improvement",
                    "the coefficients are the same everywhere; approximately F with " +
                        whole_or_short(gained) + " and " + whole_or_short(rest) + " degrees of freedom",
                    (p.whole.rss() - fit.rss) / gained / (fit.rss / rest), gained, 0};
    test.p = fisher_upper(test.value, gained, rest);
    fit.tests.push_back(std::move(test));
  }
  fit.local = std::move(terms);
  return fit;
}

}  // namespace isotherm
