#include "isotherm/model/autocorrelation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "blocks.h"
#include "isotherm/core/error.h"
#include "isotherm/model/distributions.h"
#include "map_moments.h"

namespace isotherm {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<LocalStatisticRow, 4> kLocalStatistics{{
    {LocalStatistic::gi, "gi", "Getis-Ord Gi, hot and cold surroundings of a cell"},
    {LocalStatistic::gi_star, "gi_star", "Getis-Ord Gi*, the cell itself counted: hot and cold spots"},
    {LocalStatistic::moran, "moran", "local Moran: clusters and outliers"},
    {LocalStatistic::geary, "geary", "local Geary: likeness of neighbours (needs permutations for p)"},
}};

std::uint64_t mixed(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Per permutation `width` different numbers below `count`, drawn from counters alone.
std::vector<std::int32_t> draw_stand_ins(const LocalChoice& choice, std::size_t width, std::size_t count) {
  std::vector<std::int32_t> drawn;
  drawn.reserve(width * static_cast<std::size_t>(choice.permutations));
  for (std::uint64_t permutation = 0; permutation < static_cast<std::uint64_t>(choice.permutations);
       ++permutation) {
    const std::uint64_t stream = mixed(mixed(choice.seed) ^ permutation);
    const std::size_t first = drawn.size();
    for (std::uint64_t counter = 0; drawn.size() < first + width; ++counter) {
      // The upper 32 bits times the count: uneven by at most count / 2^32.
      const auto number = static_cast<std::int32_t>(((mixed(stream + counter) >> 32) * count) >> 32);
      if (std::find(drawn.begin() + static_cast<std::ptrdiff_t>(first), drawn.end(), number) == drawn.end())
        drawn.push_back(number);
    }
  }
  return drawn;
}

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
    result.value.assign(cells, kNone);
    if (statistic_ != LocalStatistic::geary) {
      result.z.assign(cells, kNone);
      result.p.assign(cells, kNone);
    }
    std::size_t widest = 0;
    for (std::size_t row = 0; row < cells; ++row) widest = std::max(widest, weights_.degree(row));
    if (choice_.permutations > 0) {
      result.p_permuted.assign(cells, kNone);
      stand_ins_ = draw_stand_ins(choice_, widest, cells - 1);
    }
    for_blocks(cells, choice_.threads, [&](std::size_t, std::size_t first, std::size_t end) {
      for (std::size_t row = first; row < end; ++row) {
        if (weights_.degree(row) == 0) continue;
        put(row, result);
        if (choice_.permutations > 0) result.p_permuted[row] = permuted_p(row, widest);
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
  double permuted_p(std::size_t row, std::size_t widest) const {
    const bool geary = statistic_ == LocalStatistic::geary;
    const double observed = geary ? differences_of(row) : lag_of(row);
    const std::span<const double> w = weights_.weights(row);
    const double own = map_.z[row];
    int above = 0, below = 0;
    for (std::size_t permutation = 0; permutation < static_cast<std::size_t>(choice_.permutations);
         ++permutation) {
      const std::int32_t* const drawn = stand_ins_.data() + permutation * widest;
      double sum = 0;
      for (std::size_t k = 0; k < w.size(); ++k) {
        const auto number = static_cast<std::size_t>(drawn[k]);
        const double value = map_.z[number + (number >= row ? 1 : 0)];
        sum += w[k] * (geary ? (own - value) * (own - value) : value);
      }
      above += sum >= observed ? 1 : 0;
      below += sum <= observed ? 1 : 0;
    }
    return (std::min(above, below) + 1.0) / (choice_.permutations + 1.0);
  }

  LocalStatistic statistic_;
  const Weights& weights_;
  const LocalChoice& choice_;
  MapMoments map_;
  double n_;
  std::vector<std::int32_t> stand_ins_;
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
