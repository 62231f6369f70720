#include <algorithm>
#include <cmath>
#include <map>

#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"
#include "isotherm/model/local_fit.h"

namespace isotherm {

namespace {

constexpr int kGridPoints = 10;
constexpr double kDistanceDigits = 1e-4;
constexpr double kGolden = 0.6180339887498949;

/// Scores that were computed, each once.
class BandwidthScores {
 public:
  BandwidthScores(const LocalRegression& regression, BandwidthCriterion criterion, bool whole)
      : regression_(regression), criterion_(criterion), whole_(whole) {}
  double rounded(double bandwidth) const { return whole_ ? std::round(bandwidth) : bandwidth; }
  double at(double bandwidth) {
    const double b = rounded(bandwidth);
    const auto found = known_.find(b);
    if (found != known_.end()) return found->second;
    return known_.emplace(b, regression_.score(b, criterion_)).first->second;
  }
  const std::map<double, double>& known() const { return known_; }
  /// The least; of equal ones the smallest bandwidth.
  std::map<double, double>::const_iterator best() const {
    return std::min_element(known_.begin(), known_.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; });
  }

 private:
  const LocalRegression& regression_;
  BandwidthCriterion criterion_;
  bool whole_;
  std::map<double, double> known_;
};

}  // namespace

LocalSearch search_bandwidth(const LocalRegression& regression, const BandwidthRange& range,
                             BandwidthCriterion criterion, bool adaptive) {
  BandwidthScores scores(regression, criterion, adaptive);
  for (int k = 0; k < kGridPoints; ++k)
    scores.at(range.low * std::pow(range.high / range.low, static_cast<double>(k) / (kGridPoints - 1)));
  const auto best = scores.best();
  if (!std::isfinite(best->second)) {
    throw Error(ErrorKind::input,
                "no bandwidth from " + number_text(scores.known().begin()->first) + " to " +
                    number_text(scores.known().rbegin()->first) +
                    " lets every place be fitted: somewhere a column does not vary. Give a larger one with "
                    "--bandwidth, or leave out columns that are constant over whole quarters");
  }
  double low = best == scores.known().begin() ? best->first : std::prev(best)->first;
  double high = std::next(best) == scores.known().end() ? best->first : std::next(best)->first;
  const auto narrow = [&] { return adaptive ? high - low < 2 : high - low < kDistanceDigits * low; };
  while (!narrow()) {
    double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    if (adaptive) {
      a = std::round(a);
      b = std::round(b);
      if (a == b) ++b;
      if (b >= high) a = b = std::round((low + high) / 2);
    }
    if (scores.at(a) <= scores.at(b)) {
      if (b >= high) break;
      high = b;
    } else {
      if (a <= low) break;
      low = a;
    }
  }
  LocalSearch search;
  search.bandwidth = scores.best()->first;
  for (const BandwidthCriterionRow& row : bandwidth_criteria()) {
    if (row.criterion == criterion) search.criterion = row.name;
  }
  for (const auto& [bandwidth, score] : scores.known()) search.trials.push_back({bandwidth, score});
  search.at_low = search.bandwidth == search.trials.front().bandwidth;
  search.at_high = search.bandwidth == search.trials.back().bandwidth;
  return search;
}

}  // namespace isotherm
