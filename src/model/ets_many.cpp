#include "ets_many.h"

#include <algorithm>
#include <cmath>

#include "lanes.h"
// Behind what they are made of lanes with.
#include "ets_lanes.h"
#include "isotherm/model/ets_pass.h"

namespace isotherm::ets_detail {

namespace {

using C = EtsColumn;
using Parameters = std::array<double, 5>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostStarts = 4;
constexpr int kMostAttempts = 150;

constexpr std::array<double, 5> kLeast{kEtsLeastWeight, -kInfinity, 0, -kInfinity, kEtsLeastPhi};
constexpr std::array<double, 5> kMost{kEtsMostAlpha, kInfinity, 1, kInfinity, kEtsMostPhi};

/// A search that waits for its lane.
struct Start {
  std::size_t series = 0;
  Parameters from;
};

// --- the grid

constexpr std::array kAlphasAlone{1e-4, 0.02, 0.06, 0.12, 0.18, 0.25, 0.32, 0.4,
                                  0.48, 0.56, 0.64, 0.72, 0.8,  0.87, 0.94, 0.9999};
constexpr std::array kAlphas{1e-3, 0.004, 0.01, 0.025, 0.08, 0.2, 0.4, 0.65, 0.88, 0.999};
constexpr std::array kShares{0.0, 0.1, 0.4, 1.0};
constexpr std::array kPhis{0.84, 0.96};

struct Grid {
  std::size_t alphas = 1, shares = 1, phis = 1;
  std::vector<Parameters> points;  ///< phi by phi, alpha by alpha; whole lanes, the last point repeated
  std::size_t size() const { return alphas * shares * phis; }
};

template <class Shape>
Grid make_grid() {
  Grid grid;
  grid.alphas = Shape::kTrend ? kAlphas.size() : kAlphasAlone.size();
  grid.shares = Shape::kTrend ? kShares.size() : 1;
  grid.phis = Shape::kDamped ? kPhis.size() : 1;
  for (std::size_t k = 0; k < grid.size(); ++k) {
    const std::size_t share = k % grid.shares, alpha = k / grid.shares % grid.alphas;
    const std::size_t phi = k / (grid.shares * grid.alphas);
    grid.points.push_back({Shape::kTrend ? kAlphas[alpha] : kAlphasAlone[alpha], 0, kShares[share], 0,
                           Shape::kDamped ? kPhis[phi] : 1});
  }
  while (grid.points.size() % kLanes != 0) grid.points.push_back(grid.points.back());
  return grid;
}

/// The best local minima in alpha and share, best first. Returns how many.
inline std::size_t best_minima(const Grid& grid, const double* costs,
                               std::array<std::size_t, kMostStarts + 1>& best) {
  std::size_t found = 0, k = 0;
  for (std::size_t phi = 0; phi < grid.phis; ++phi) {
    for (std::size_t alpha = 0; alpha < grid.alphas; ++alpha) {
      for (std::size_t share = 0; share < grid.shares; ++share, ++k) {
        const double here = costs[k];
        const std::size_t left = share > 0 ? 1 : 0, right = share + 1 < grid.shares ? 1 : 0;
        const auto least_of = [&](const double* row) {
          return std::min({row[0], *(row - left), row[right]});
        };
        double least = least_of(costs + k);
        if (alpha > 0) least = std::min(least, least_of(costs + k - grid.shares));
        if (alpha + 1 < grid.alphas) least = std::min(least, least_of(costs + k + grid.shares));
        if (!(here <= least && here < kInfinity)) continue;
        std::size_t place = found;
        for (; place > 0 && here < costs[best[place - 1]]; --place) best[place] = best[place - 1];
        best[place] = k;
        found = std::min(found + 1, kMostStarts);
      }
    }
  }
  return found;
}

/// Flat at the mean with slow weights: above 0 whatever comes.
void add_safe_starts(std::size_t which, std::span<const double> y, std::vector<Start>& starts) {
  double sum = 0, count = 0;
  for (const double value : y) {
    if (value == value) sum += value, count += 1;
  }
  for (const double alpha : {0.1, 0.5}) starts.push_back({which, {alpha, sum / count, 0, 0, 0.9}});
}

/// The grid's points with their best states and what they leave.
struct Reached {
  std::vector<LaneRow> parameters;  ///< five rows per eight points
  std::vector<LaneRow> costs;       ///< sum of squares, or the objective of relative forms
};

template <class Shape>
[[gnu::always_inline]] inline void add_starts(const Grid& grid, std::size_t which, std::span<const double> y,
                                              Reached& reached, std::vector<Start>& starts) {
  const std::size_t groups = grid.points.size() / kLanes;
  reached.costs.resize(groups);
  for (std::size_t group = 0; group < groups; ++group) {
    LaneRow* const rows = reached.parameters.data() + 5 * group;
    Lanes p[5], squares;
    for (std::size_t j = 0; j < 5; ++j) std::memcpy(&p[j], &rows[j], sizeof p[j]);
    ets_best_states<LaneMath, Shape>(p, y.data(), static_cast<int>(y.size()), squares);
    for (const int state : {C::kLevel, C::kTrend}) std::memcpy(&rows[state], &p[state], sizeof p[state]);
    if constexpr (Shape::kRelative)
      ets_relative_objective<LaneMath, Shape>(p, y.data(), static_cast<int>(y.size()), squares);
    squares = squares == squares ? squares : Lanes{} + kInfinity;
    std::memcpy(&reached.costs[group], &squares, sizeof squares);
  }
  std::array<std::size_t, kMostStarts + 1> best{};
  const std::size_t found = best_minima(grid, reached.costs.front().values, best);
  for (std::size_t i = 0; i < found; ++i) {
    Start start{which, {}};
    const LaneRow* const rows = reached.parameters.data() + 5 * (best[i] / kLanes);
    for (std::size_t j = 0; j < 5; ++j) start.from[j] = rows[j].values[best[i] % kLanes];
    starts.push_back(start);
  }
}

// --- the descent

/// The minimum of the local model in the box, as a step; and what it takes off the objective at first sight.
template <class Shape>
[[gnu::always_inline]] inline Lanes propose(const Lanes* at, const EtsSlope<LaneMath, Shape>& slope,
                                            const Lanes& damping, Lanes (&next)[Shape::kColumns]) {
  constexpr int kSize = Shape::kColumns, kStates = Shape::kTrend ? 2 : 1, kWeights = kSize - kStates;
  // States first: they are taken out, and what is left concerns the weights and their box.
  constexpr int kAllColumns[5] = {C::kLevel, Shape::kTrend ? C::kTrend : C::kAlpha,
                                  Shape::kTrend ? C::kAlpha : 0, C::kShare, C::kPhi};
  const Lanes zero{};
  Lanes matrix[(kSize + 1) * kSize], inverse[kStates], step[kSize], largest = zero;
  for (int j = 0; j < kSize; ++j) largest = slope.matrix[j][j] > largest ? slope.matrix[j][j] : largest;
  for (int i = 0; i < kSize; ++i) {
    const int row = kAllColumns[i];
    for (int j = 0; j < i; ++j) {
      const int column = kAllColumns[j];
      matrix[i * kSize + j] = slope.matrix[row > column ? row : column][row > column ? column : row];
    }
    matrix[i * kSize + i] = slope.matrix[row][row] * (1.0 + damping) + 1e-14 * largest;
    matrix[kSize * kSize + i] = -slope.right[row];
  }
  take_out(matrix, kStates, kSize, kSize, inverse);
  Lanes reduced[kWeights][kWeights], downhill[kWeights], low[kWeights], high[kWeights], of_weights[kWeights];
  for (int i = 0; i < kWeights; ++i) {
    const int row = kStates + i;
    const auto bound = static_cast<std::size_t>(kAllColumns[row]);
    low[i] = kLeast[bound] - at[bound];
    high[i] = kMost[bound] - at[bound];
    downhill[i] = matrix[kSize * kSize + row];
    for (int j = 0; j <= i; ++j) reduced[i][j] = matrix[row * kSize + kStates + j];
  }
  step_in_box<kWeights>(reduced, downhill, low, high, of_weights);
  for (int i = 0; i < kWeights; ++i) step[kStates + i] = of_weights[i];
  put_back(matrix, kStates, kSize, kSize, inverse, step);
  Lanes drop = zero;
  for (int i = 0; i < kSize; ++i) {
    const int j = kAllColumns[i];
    next[j] = at[j] + step[i];
    if (i >= kStates) {
      const auto bound = static_cast<std::size_t>(j);
      next[j] = next[j] < kLeast[bound] ? zero + kLeast[bound] : next[j];
      next[j] = next[j] > kMost[bound] ? zero + kMost[bound] : next[j];
    }
    drop -= slope.right[j] * step[i];
  }
  return 2.0 * drop / slope.squares;
}

/// What a lane is at.
struct Place {
  std::size_t start = 0;
  bool busy = false;
  int attempts = 0;
};

template <class Shape>
[[gnu::always_inline]] inline void descend(std::span<const std::span<const double>> series,
                                           const std::vector<Start>& starts, std::vector<PlainFit>& fits) {
  constexpr int kSize = Shape::kColumns;
  std::size_t longest = 0;
  for (const auto& values : series) longest = std::max(longest, values.size());
  LaneRow nothing;
  std::ranges::fill(nothing.values, std::numeric_limits<double>::quiet_NaN());
  std::vector<LaneRow> tile(longest, nothing);
  const auto* const y = reinterpret_cast<const Lanes*>(tile.data());
  Lanes at[kSize], next[kSize], damping{}, objective{}, length{};
  EtsSlope<LaneMath, Shape> slope{}, trial{};
  for (int j = 0; j < kSize; ++j) at[j] = next[j] = Lanes{} + 0.5;
  std::array<Place, kLanes> places;
  std::size_t waiting = 0, busy = 0;
  const auto last = starts.size();
  bool more = true;
  Lanes drop{};
  while (more) {
    // Lanes that are done hand in and take the next start.
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      Place& place = places[lane];
      if (place.busy) {
        const bool settled = drop[lane] * (1 + damping[lane]) < 1e-8;
        if (place.attempts < kMostAttempts && damping[lane] < 1e8 && !settled && objective[lane] < kInfinity)
          continue;
        PlainFit& fit = fits[starts[place.start].series];
        if (objective[lane] < fit.objective) {
          fit.objective = objective[lane];
          for (int j = 0; j < kSize; ++j) fit.parameters[static_cast<std::size_t>(j)] = at[j][lane];
        }
        place.busy = false;
        --busy;
      }
      if (waiting == last) continue;
      place = {waiting, true, 0};
      ++busy;
      const Start& start = starts[waiting++];
      const std::span<const double> values = series[start.series];
      for (std::size_t t = 0; t < longest; ++t)
        tile[t].values[lane] = t < values.size() ? values[t] : nothing.values[0];
      for (int j = 0; j < kSize; ++j) next[j][lane] = start.from[static_cast<std::size_t>(j)];
      length[lane] = static_cast<double>(values.size());
      objective[lane] = kInfinity;
      damping[lane] = 1e-3;
    }
    more = busy > 0;
    if (!more) break;
    ets_slope<LaneMath, Shape>(next, y, static_cast<int>(longest), length, trial);
    const LaneBits better = trial.objective < objective;
    const LaneBits first = objective == Lanes{} + kInfinity;
    damping = first ? damping : better ? damping * 0.1 : (damping < 1e-9 ? Lanes{} + 1e-9 : damping) * 8.0;
    objective = better ? trial.objective : objective;
    slope.squares = better ? trial.squares : slope.squares;
    for (int j = 0; j < kSize; ++j) {
      at[j] = better ? next[j] : at[j];
      slope.right[j] = better ? trial.right[j] : slope.right[j];
      for (int i = 0; i <= j; ++i) slope.matrix[j][i] = better ? trial.matrix[j][i] : slope.matrix[j][i];
    }
    drop = propose<Shape>(at, slope, damping, next);
    for (Place& place : places) ++place.attempts;
  }
}

using Series = std::span<const std::span<const double>>;

template <class Shape>
[[gnu::always_inline]] inline void fit_all(Series series, std::vector<PlainFit>& fits) {
  const Grid grid = make_grid<Shape>();
  Reached reached;
  reached.parameters.resize(5 * grid.points.size() / kLanes);
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    LaneRow* const rows = reached.parameters.data() + 5 * (k / kLanes);
    for (std::size_t j = 0; j < 5; ++j) rows[j].values[k % kLanes] = grid.points[k][j];
  }
  std::vector<Start> starts;
  for (std::size_t k = 0; k < series.size(); ++k) add_starts<Shape>(grid, k, series[k], reached, starts);
  descend<Shape>(series, starts, fits);
  if constexpr (Shape::kRelative) {
    // The best states by squares may lead a prediction below 0.
    starts.clear();
    for (std::size_t k = 0; k < series.size(); ++k) {
      if (!(fits[k].objective < kInfinity)) add_safe_starts(k, series[k], starts);
    }
    if (!starts.empty()) descend<Shape>(series, starts, fits);
  }
}

// The same text for each kind of processor; the widest that is at hand runs. All round alike.
#if defined(__x86_64__)
template <class Shape>
[[gnu::target("avx512f,avx512dq")]] void fit_all_512(Series series, std::vector<PlainFit>& fits) {
  fit_all<Shape>(series, fits);
}
template <class Shape>
[[gnu::target("avx2")]] void fit_all_256(Series series, std::vector<PlainFit>& fits) {
  fit_all<Shape>(series, fits);
}
#endif

template <class Shape>
void fit_all_here(Series series, std::vector<PlainFit>& fits) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq")) return fit_all_512<Shape>(series, fits);
  if (__builtin_cpu_supports("avx2")) return fit_all_256<Shape>(series, fits);
#endif
  fit_all<Shape>(series, fits);
}

template <bool kTrend, bool kDamped>
void fit_with_error(const EtsForm& form, Series series, std::vector<PlainFit>& fits) {
  if (form.error == EtsPart::multiplicative) {
    fit_all_here<EtsShape<kTrend, kDamped, true>>(series, fits);
  } else {
    fit_all_here<EtsShape<kTrend, kDamped, false>>(series, fits);
  }
}

}  // namespace

bool is_plain(const EtsForm& form) { return !form.has_season() && form.trend != EtsPart::multiplicative; }

std::vector<PlainFit> fit_plain(const EtsForm& form, Series series) {
  std::vector<PlainFit> fits(series.size());
  if (!form.has_trend()) {
    fit_with_error<false, false>(form, series, fits);
  } else if (!form.damped) {
    fit_with_error<true, false>(form, series, fits);
  } else {
    fit_with_error<true, true>(form, series, fits);
  }
  return fits;
}

}  // namespace isotherm::ets_detail
