#include "ets_many.h"

#include <algorithm>
#include <cmath>

#include "ets_step.h"

namespace isotherm::ets_detail {

namespace {

using C = EtsColumn;
using Parameters = std::array<double, 5>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostStarts = 4;
constexpr int kMostAttempts = 400;
constexpr double kMostDamping = 1e8;
/// A search ends where a step is to gain less of the objective.
constexpr double kEnd = 1e-9;
/// Where it is to gain less, what was learnt of the curvature is trusted. Farther out that leads a search now
/// and then to another minimum than it began beside.
template <class Shape>
constexpr double kNear = Shape::kRelative ? 1e-4 : 3e-4;
/// Above what any search has to go for.
constexpr double kHuge = 1e300;

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

/// Points: phi by phi, alpha by alpha, share by share.
template <class Shape>
struct Grid {
  static constexpr std::size_t kWays = Shape::kTrend ? kAlphas.size() : kAlphasAlone.size();
  static constexpr std::size_t kRow = Shape::kTrend ? kShares.size() : 1;
  static constexpr std::size_t kLayers = Shape::kDamped ? kPhis.size() : 1;
  static constexpr std::size_t kPoints = kWays * kRow * kLayers;
  static_assert(kPoints % kLanes == 0);

  static Parameters point(std::size_t k) {
    const std::size_t alpha = k / kRow % kWays, phi = k / (kRow * kWays);
    return {Shape::kTrend ? kAlphas[alpha] : kAlphasAlone[alpha], 0, Shape::kTrend ? kShares[k % kRow] : 0, 0,
            Shape::kDamped ? kPhis[phi] : 1};
  }
};

/// The least of eight points and those beside them in share.
template <class Shape>
[[gnu::always_inline]] inline Lanes least_in_row(const Lanes& costs) {
  if constexpr (Grid<Shape>::kRow == 1) return costs;
  const Lanes left = __builtin_shufflevector(costs, costs, 0, 0, 1, 2, 4, 4, 5, 6);
  const Lanes right = __builtin_shufflevector(costs, costs, 1, 2, 3, 3, 5, 6, 7, 7);
  const Lanes less = left < costs ? left : costs;
  return right < less ? right : less;
}

/// The best local minima in alpha and share, best first. Returns how many.
template <class Shape>
[[gnu::always_inline]] inline std::size_t best_minima(const LaneRow* costs,
                                                      std::array<std::size_t, kMostStarts + 1>& best) {
  using G = Grid<Shape>;
  constexpr std::size_t kLayer = G::kWays * G::kRow;
  static_assert(kLayer % kLanes == 0 && (G::kRow == 1 || G::kRow == 4));
  const Lanes infinity = Lanes{} + kInfinity;
  std::array<double, kLayer + 2 * G::kRow> rows;  // a layer with nothing before and behind it
  std::ranges::fill(rows, kInfinity);
  std::array<double, G::kPoints> minima;  // infinite elsewhere
  for (std::size_t layer = 0; layer < G::kPoints; layer += kLayer) {
    for (std::size_t k = 0; k < kLayer; k += kLanes) {
      Lanes here;
      std::memcpy(&here, &costs[(layer + k) / kLanes], sizeof here);
      const Lanes least = least_in_row<Shape>(here);
      std::memcpy(&rows[G::kRow + k], &least, sizeof least);
    }
    for (std::size_t k = 0; k < kLayer; k += kLanes) {
      Lanes here, least, before, after;
      std::memcpy(&here, &costs[(layer + k) / kLanes], sizeof here);
      std::memcpy(&before, &rows[k], sizeof before);
      std::memcpy(&least, &rows[G::kRow + k], sizeof least);
      std::memcpy(&after, &rows[2 * G::kRow + k], sizeof after);
      least = before < least ? before : least;
      least = after < least ? after : least;
      here = here <= least ? here : infinity;
      std::memcpy(&minima[layer + k], &here, sizeof here);
    }
  }
  std::size_t found = 0;
  for (std::size_t k = 0; k < G::kPoints; ++k) {
    if (!(minima[k] < kInfinity)) continue;
    std::size_t place = found;
    for (; place > 0 && minima[k] < minima[best[place - 1]]; --place) best[place] = best[place - 1];
    best[place] = k;
    found = std::min(found + 1, kMostStarts);
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
  std::vector<LaneRow> units;  ///< EtsUnits of each eight points: level and trend step by step, three more
  std::vector<char> seen;      ///< steps of the series that they were found for
};

template <class Shape>
[[gnu::always_inline]] inline void add_starts(std::size_t which, std::span<const double> y, Reached& reached,
                                              std::vector<Start>& starts) {
  const std::size_t groups = Grid<Shape>::kPoints / kLanes, n = y.size();
  reached.costs.resize(groups);
  bool alike = reached.seen.size() == n;
  for (std::size_t t = 0; alike && t < n; ++t) alike = reached.seen[t] == (y[t] == y[t]);
  if (!alike) {
    reached.seen.resize(n);
    for (std::size_t t = 0; t < n; ++t) reached.seen[t] = y[t] == y[t];
    reached.units.resize(groups * (2 * n + 3));
  }
  for (std::size_t group = 0; group < groups; ++group) {
    LaneRow* const rows = reached.parameters.data() + 5 * group;
    auto* const of_states = reinterpret_cast<Lanes*>(reached.units.data() + group * (2 * n + 3));
    Lanes p[5], squares;
    for (std::size_t j = 0; j < 5; ++j) std::memcpy(&p[j], &rows[j], sizeof p[j]);
    EtsUnits<LaneMath> units{of_states + 3, of_states + 3 + n, of_states[0], of_states[1], of_states[2]};
    if (!alike) {
      ets_units<LaneMath, Shape>(p, y.data(), static_cast<int>(n), units);
      of_states[0] = units.level_gain, of_states[1] = units.trend_gain, of_states[2] = units.tilt;
    }
    ets_best_states<LaneMath, Shape>(p, y.data(), static_cast<int>(n), units, squares);
    for (const int state : {C::kLevel, C::kTrend}) std::memcpy(&rows[state], &p[state], sizeof p[state]);
    if constexpr (Shape::kRelative)
      ets_relative_objective<LaneMath, Shape>(p, y.data(), static_cast<int>(n), squares);
    squares = squares == squares ? squares : Lanes{} + kInfinity;
    std::memcpy(&reached.costs[group], &squares, sizeof squares);
  }
  std::array<std::size_t, kMostStarts + 1> best{};
  const std::size_t found = best_minima<Shape>(reached.costs.data(), best);
  for (std::size_t i = 0; i < found; ++i) {
    Start start{which, {}};
    const LaneRow* const rows = reached.parameters.data() + 5 * (best[i] / kLanes);
    for (std::size_t j = 0; j < 5; ++j) start.from[j] = rows[j].values[best[i] % kLanes];
    starts.push_back(start);
  }
}

// --- the descent

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Searches that wait, and what those that came back have found.
struct Queue {
  const std::vector<Start>& starts;
  std::vector<PlainFit>& fits;
  std::vector<std::size_t> found_from;  ///< the start of each series' best
  std::size_t waiting = 0;

  std::size_t next() { return waiting < starts.size() ? waiting++ : kNone; }
  /// Of equal ends that of the first start counts, whichever comes first.
  void hand_in(std::size_t start, double objective, const Parameters& parameters) {
    const std::size_t series = starts[start].series;
    PlainFit& fit = fits[series];
    const bool first = objective == fit.objective && start < found_from[series];
    if (!(objective < fit.objective || first)) return;
    fit = {parameters, objective};
    found_from[series] = start;
  }
};

/// Eight searches side by side.
template <class Shape>
class alignas(LaneRow) Team {
 public:
  explicit Team(std::size_t longest) : tile_(longest) {
    for (LaneRow& row : tile_) std::ranges::fill(row.values, std::numeric_limits<double>::quiet_NaN());
    for (int j = 0; j < kSize; ++j) place_.at[j] = trial_.at[j] = Lanes{} + 0.5;
    starts_.fill(kNone);
  }

  /// Lanes that are done hand in and take the next start. Whether any has something to do.
  [[gnu::always_inline]] inline bool refill(std::span<const std::span<const double>> series, Queue& queue) {
    LaneRow goes_on, objective;
    std::memcpy(&goes_on, &goes_on_, sizeof goes_on);
    std::memcpy(&objective, &objective_, sizeof objective);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (goes_on.values[lane] > 0) continue;
      std::size_t& start = starts_[lane];
      if (start != kNone) {
        Parameters end{};
        for (int j = 0; j < kSize; ++j) end[static_cast<std::size_t>(j)] = place_.at[j][lane];
        queue.hand_in(start, objective.values[lane], end);
        --busy_;
      }
      start = queue.next();
      if (start == kNone) continue;
      ++busy_;
      const Start& begin = queue.starts[start];
      const std::span<const double> values = series[begin.series];
      for (std::size_t t = 0; t < tile_.size(); ++t)
        tile_[t].values[lane] = t < values.size() ? values[t] : std::numeric_limits<double>::quiet_NaN();
      for (int j = 0; j < kSize; ++j) trial_.at[j][lane] = begin.from[static_cast<std::size_t>(j)];
      length_[lane] = static_cast<double>(values.size());
      objective_[lane] = kInfinity;
      damping_[lane] = 1e-3;
      left_[lane] = kMostAttempts;
    }
    return busy_ > 0;
  }

  /// Looks at what was proposed, goes there where it is better, and proposes the next.
  [[gnu::always_inline]] inline void advance() {
    const auto* const y = reinterpret_cast<const Lanes*>(tile_.data());
    const Lanes zero{};
    EtsSlope<LaneMath, Shape>& slope = trial_.slope;
    ets_slope<LaneMath, Shape>(trial_.at, y, static_cast<int>(tile_.size()), length_, slope);
    trial_.inverse_squares = 1.0 / slope.squares;
    const Lanes better = objective_ - slope.objective, begun = kHuge - objective_;
    learn_curvature(place_, trial_, begun < better ? begun : better, missing_);
    const Lanes bolder = damping_ * 0.1, shyer = (damping_ < 1e-9 ? zero + 1e-9 : damping_) * 8.0;
    const Lanes judged = better > zero ? bolder : shyer;
    damping_ = begun > zero ? judged : damping_;
    objective_ = better > zero ? slope.objective : objective_;
    place_.inverse_squares = better > zero ? trial_.inverse_squares : place_.inverse_squares;
    place_.slope.squares = better > zero ? slope.squares : place_.slope.squares;
#pragma GCC unroll 5
    for (int j = 0; j < kSize; ++j) {
      place_.at[j] = better > zero ? trial_.at[j] : place_.at[j];
      place_.slope.right[j] = better > zero ? slope.right[j] : place_.slope.right[j];
#pragma GCC unroll 5
      for (int i = 0; i < kSize; ++i) {
        if (i <= j)
          place_.slope.matrix[j][i] = better > zero ? slope.matrix[j][i] : place_.slope.matrix[j][i];
      }
    }
    const Lanes trust = drop_ < kNear<Shape> ? zero + 1.0 : zero;
    const Lanes drop = propose_step(place_, missing_, trust, damping_, trial_.at);
    // Where the model bends downwards no minimum is near.
    drop_ = drop < zero ? -drop : drop;
    left_ -= 1.0;
    const Lanes gain = drop_ * (1.0 + damping_) - kEnd, patience = kMostDamping - damping_;
    const Lanes height = kHuge - objective_;
    goes_on_ = gain < left_ ? gain : left_;
    goes_on_ = patience < goes_on_ ? patience : goes_on_;
    goes_on_ = height < goes_on_ ? height : goes_on_;
  }

 private:
  static constexpr int kSize = Shape::kColumns;
  EtsPlace<Shape> place_, trial_;
  EtsMissing<Shape> missing_;
  Lanes objective_{}, damping_{}, length_{}, drop_{};
  Lanes left_{};               ///< attempts
  Lanes goes_on_{};            ///< above 0 where the search does
  std::vector<LaneRow> tile_;  ///< a series per lane, missing behind its end
  std::array<std::size_t, kLanes> starts_;
  int busy_ = 0;
};

template <class Shape>
[[gnu::always_inline]] inline void descend(std::span<const std::span<const double>> series,
                                           const std::vector<Start>& starts, std::vector<PlainFit>& fits) {
  std::size_t longest = 0;
  for (const auto& values : series) longest = std::max(longest, values.size());
  Queue queue{starts, fits, std::vector<std::size_t>(fits.size())};
  Team<Shape> team(longest);
  while (team.refill(series, queue)) team.advance();
}

using Series = std::span<const std::span<const double>>;

template <class Shape>
[[gnu::always_inline]] inline void fit_all(Series series, std::vector<PlainFit>& fits) {
  Reached reached;
  reached.parameters.resize(5 * Grid<Shape>::kPoints / kLanes);
  for (std::size_t k = 0; k < Grid<Shape>::kPoints; ++k) {
    const Parameters point = Grid<Shape>::point(k);
    LaneRow* const rows = reached.parameters.data() + 5 * (k / kLanes);
    for (std::size_t j = 0; j < 5; ++j) rows[j].values[k % kLanes] = point[j];
  }
  std::vector<Start> starts;
  for (std::size_t k = 0; k < series.size(); ++k) add_starts<Shape>(k, series[k], reached, starts);
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
