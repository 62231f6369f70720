#include "isotherm/model/autocorrelation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "blocks.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/model/distributions.h"
#include "map_moments.h"
#include "stand_ins.h"

namespace isotherm {

namespace {

constexpr std::array<LocalStatisticRow, 4> kLocalStatistics{{
    {LocalStatistic::gi, "gi", "Getis-Ord Gi, hot and cold surroundings of a cell"},
    {LocalStatistic::gi_star, "gi_star", "Getis-Ord Gi*, the cell itself counted: hot and cold spots"},
    {LocalStatistic::moran, "moran", "local Moran: clusters and outliers"},
    {LocalStatistic::geary, "geary", "local Geary: likeness of neighbours (needs permutations for p)"},
}};

class Local {
 public:
  Local(LocalStatistic statistic, std::span<const double> x, const Weights& weights,
        const LocalChoice& choice)
      : statistic_(statistic),
        weights_(weights),
        choice_(choice),
        map_(moments_of(x)),
        n_(static_cast<double>(x.size())) {}

  LocalAutocorrelation run() {
    LocalAutocorrelation result;
    const std::size_t cells = map_.z.size();
    result.value.assign(cells, kMissing);
    if (statistic_ != LocalStatistic::geary) {
      result.z.assign(cells, kMissing);
      result.p.assign(cells, kMissing);
    }
    std::size_t widest = 0;
    for (std::size_t row = 0; row < cells; ++row) widest = std::max(widest, weights_.degree(row));
    if (choice_.permutations > 0) {
      result.p_permuted.assign(cells, kMissing);
      stand_ins_.emplace(map_.z, static_cast<std::size_t>(choice_.permutations), choice_.seed, widest);
    }
    for_blocks(cells, choice_.threads, [&](std::size_t, std::size_t first, std::size_t end) {
      for (std::size_t row = first; row < end; ++row) {
        if (weights_.degree(row) == 0) continue;
        put(row, result);
        if (choice_.permutations > 0) result.p_permuted[row] = permuted_p(row);
      }
    });
    return result;
  }

 private:
  double lag_of(std::size_t row) const {
    double sum = 0;
    for (std::size_t k = 0; k < weights_.degree(row); ++k)
      sum += weights_.weights(row)[k] * map_.z[static_cast<std::size_t>(weights_.neighbours(row)[k])];
    return sum;
  }
  double differences_of(std::size_t row) const {
    double sum = 0;
    for (std::size_t k = 0; k < weights_.degree(row); ++k) {
      const double d = map_.z[row] - map_.z[static_cast<std::size_t>(weights_.neighbours(row)[k])];
      sum += weights_.weights(row)[k] * d * d;
    }
    return sum;
  }

  void put(std::size_t row, LocalAutocorrelation& result) const {
    if (statistic_ == LocalStatistic::geary) {
      result.value[row] = differences_of(row) * (n_ - 1) / (n_ * map_.m2);
      return;
    }
    double sum = 0, squares = 0;
    for (double w : weights_.weights(row)) {
      sum += w;
      squares += w * w;
    }
    const double z = map_.z[row], lagged = lag_of(row);
    // The others' mean is -z / (n - 1); this is n / (n - 2) times what their variance leaves of m2.
    const double spread = n_ / (n_ - 2) * (squares - sum * sum / (n_ - 1)) * (map_.m2 - z * z / (n_ - 1));
    const double score = (lagged + sum * z / (n_ - 1)) / std::sqrt(spread);
    if (statistic_ == LocalStatistic::moran) {
      result.value[row] = z / map_.m2 * lagged;
      result.z[row] = z < 0 ? -score : score;
    } else if (statistic_ == LocalStatistic::gi) {
      result.value[row] = result.z[row] = score;
    } else {
      const double own = sum / static_cast<double>(weights_.degree(row));
      const double all = sum + own, all_squares = squares + own * own;
      result.value[row] = result.z[row] =
          (lagged + own * z) / std::sqrt(map_.m2 * (n_ * all_squares - all * all) / (n_ - 1));
    }
    result.p[row] = normal_two_sided(result.z[row]);
  }

  /// The smaller tail of the sum over stand-ins, beside the sum over the neighbours themselves.
  double permuted_p(std::size_t row) const {
    const bool geary = statistic_ == LocalStatistic::geary;
    const Tails tails = geary ? stand_ins_->differences(row, weights_.weights(row), differences_of(row))
                              : stand_ins_->sums(row, weights_.weights(row), lag_of(row));
    return (static_cast<double>(std::min(tails.above, tails.below)) + 1.0) / (choice_.permutations + 1.0);
  }

  LocalStatistic statistic_;
  const Weights& weights_;
  const LocalChoice& choice_;
  MapMoments map_;
  double n_;
  std::optional<StandIns> stand_ins_;
};

}  // namespace

std::span<const LocalStatisticRow> local_statistics() { return kLocalStatistics; }

LocalAutocorrelation local_autocorrelation(LocalStatistic statistic, std::span<const double> x,
                                           const Weights& weights, const LocalChoice& choice) {
  return Local(statistic, x, weights, choice).run();
}

std::vector<std::string_view> quadrants(std::span<const double> x, const Weights& weights) {
  const MapMoments map = moments_of(x);
  const std::vector<double> lagged = lag(weights, map.z);
  std::vector<std::string_view> names;
  for (std::size_t row = 0; row < x.size(); ++row) {
    const bool high = map.z[row] > 0, around = lagged[row] > 0;
    names.push_back(weights.degree(row) == 0 ? ""
                    : high                   ? (around ? "high-high" : "high-low")
                    : around                 ? "low-high"
                                             : "low-low");
  }
  return names;
}

std::vector<double> bonferroni(std::span<const double> p) {
  const auto tests =
      static_cast<double>(std::count_if(p.begin(), p.end(), [](double v) { return !std::isnan(v); }));
  std::vector<double> result(p.begin(), p.end());
  for (double& v : result) v = std::isnan(v) ? v : std::min(1.0, v * tests);
  return result;
}

std::vector<double> false_discovery_rates(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < p.size(); ++k) {
    if (!std::isnan(p[k])) order.push_back(k);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> rates(p.begin(), p.end());
  double least = 1;
  for (std::size_t rank = order.size(); rank-- > 0;) {
    least =
        std::min(least, p[order[rank]] * static_cast<double>(order.size()) / static_cast<double>(rank + 1));
    rates[order[rank]] = least;
  }
  return rates;
}

}  // namespace isotherm
