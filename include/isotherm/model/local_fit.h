// Geographically weighted regression: a least-squares fit at every place, to the rows around it, nearer ones
// counting more.
//
//   b(i) = (X'W(i)X)^-1 X'W(i)y,   w(i, j) = K(d(i, j) / h(i)),   fitted(i) = x(i) b(i) = sum_j s(i, j) y(j)
//
//   bisquare  (1 - t^2)^2 below t = 1, else 0        gaussian  exp(-t^2 / 2); below 1e-16 it counts as 0
//   adaptive  h(i) is the distance to the k-th nearest row, the place itself counted; else h is one distance
//
// Effective parameters: tr S. sigma2 = RSS / (n - tr S); the covariance of b(i) is sigma2 C C', C = (X'WX)^-1
// X'W. log-likelihood -n/2 (log(2 pi RSS/n) + 1); AICc = -2L + 2n (tr S + 1)/(n - tr S - 2). CV is the sum of
// squared residuals with the row itself left out, e / (1 - s(i, i)).
//
// Every place is factored by Householder reflections of its own rows, chunk by chunk: O(n k p^2) time for k
// rows in reach, O(n p) memory. Places are independent, sums run in an order of their own rows: the same
// bytes for any number of threads. A place whose rows do not tell the coefficients apart is said, never
// guessed.
//
// Sources: Fotheringham, Brunsdon, Charlton (2002), Geographically Weighted Regression, chapters 2, 4, 9;
// Hurvich, Simonoff, Tsai (1998), JRSS B 60 (AICc); da Silva, Fotheringham (2016), Geographical Analysis 48
// (the critical t).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/core/run_context.h"
#include "isotherm/model/design.h"
#include "isotherm/model/fit.h"

namespace isotherm {

enum class LocalKernel { bisquare, gaussian };
struct LocalKernelRow {
  std::string_view name;
  std::string_view help;
  LocalKernel kernel;
};
std::span<const LocalKernelRow> local_kernels();

enum class BandwidthCriterion { aicc, cv };
struct BandwidthCriterionRow {
  std::string_view name;
  std::string_view help;
  BandwidthCriterion criterion;
};
std::span<const BandwidthCriterionRow> bandwidth_criteria();

struct LocalFitChoice {
  LocalKernel kernel = LocalKernel::bisquare;
  bool adaptive = true;
  bool degrees = false;  ///< places are longitude and latitude; distances run along great circles
  int threads = 1;
  const StopToken* stop = nullptr;  ///< asked between places
};

class LocalRegression {
 public:
  /// Refuses columns that others explain over all rows, by name. Bandwidths are numbers of rows when
  /// adaptive, else map units (metres with `degrees`).
  LocalRegression(Design design, std::span<const double> y, std::span<const Point> places,
                  const LocalFitChoice& choice);
  ~LocalRegression();

  std::size_t rows() const;
  /// Rows in reach of a place: k when they are counted, else the mean over 256 places spread over the rows.
  double mean_reach(double bandwidth) const;
  /// Multiplications of one fit: rows * mean_reach * (p + 1)^2.
  double work(double bandwidth) const;
  /// From places with twice the rows they need to all rows, or to what kMostSearched allows.
  BandwidthRange usual_range() const;

  /// What a bandwidth is worth; infinite where a place cannot be fitted or no freedom is left.
  double score(double bandwidth, BandwidthCriterion criterion) const;
  /// Throws Error(input) that names the first place that cannot be fitted.
  Fit fit(double bandwidth) const;
  /// Of the held rows, from the others with the same bandwidth; NaN where these do not determine it.
  std::vector<double> predict_held(double bandwidth, std::span<const char> held) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

/// The bandwidth with the least score: a geometric grid over the range, then golden section about its best
/// point, to whole rows or to 1e-4 of the distance. Nothing that can be fitted in the range: Error(input).
LocalSearch search_bandwidth(const LocalRegression& regression, const BandwidthRange& range,
                             BandwidthCriterion criterion, bool adaptive);

/// One search must not take more multiplications per bandwidth unless a bandwidth is asked for by number...
inline constexpr double kMostSearchedWork = 5e10;
/// ... and none may take more.
inline constexpr double kMostLocalWork = 1e13;

}  // namespace isotherm
