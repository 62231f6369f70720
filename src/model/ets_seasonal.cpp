#include "ets_seasonal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ets_start.h"
#include "lanes.h"
// Behind what they are made of lanes with.
#include "ets_lanes.h"
#include "isotherm/model/ets_season_pass.h"

namespace isotherm::ets_detail {

namespace {

using Series = std::span<const std::span<const double>>;

constexpr double kNothingYet = std::numeric_limits<double>::infinity();
/// The best starting points go a few steps each, the best of those to the end.
constexpr std::size_t kTrials = 8;
constexpr int kTrialAttempts = 6;
constexpr std::size_t kFinalists = 3;
constexpr int kFinalAttempts = 200;
/// Series that go through the stages together: enough to fill the lanes, few enough for the cache.
constexpr std::size_t kSeriesTogether = 64;

/// A search on its way: where it stands, and how boldly it steps.
struct Walk {
  std::size_t series = 0;
  std::array<double, kSeasonMostColumns> at{};  ///< as in ets_season_pass.h
  double objective = kNothingYet;
  double damping = 1e-3;
};

/// How long walks go, whether only states move (to where they are best at the weights), and how many walks of
/// a series are kept then, their objectives so far apart at least.
struct Stage {
  int attempts = 0;
  bool only_states = false;
  std::size_t keep = 1;
  double apart = 0;
};

struct Lane {
  std::size_t walk = 0;
  bool busy = false;
  int attempts = 0;
};

template <class Shape>
class Walker {
 public:
  Walker(Series series, int period)
      : series_(series),
        period_(period),
        states_(Shape::states(period)),
        size_(Shape::columns(period)),
        stride_(season_stride(size_)) {
    for (const auto& values : series) longest_ = std::max(longest_, values.size());
    LaneRow nothing;
    std::ranges::fill(nothing.values, std::numeric_limits<double>::quiet_NaN());
    tile_.assign(longest_, nothing);
    const auto rows = static_cast<std::size_t>((size_ + 2) * stride_);
    gram_.resize(rows);
    trial_.resize(rows);
    damped_.resize(rows);
    work_.resize(sizeof(SeasonWork<Lanes>) / sizeof(LaneRow) + 1);
    LaneRow half;
    std::ranges::fill(half.values, 0.5);
    at_.assign(static_cast<std::size_t>(size_), half);
    next_ = at_;
    pivots_ = at_;
  }

  /// Every walk goes on until it ends or the stage does.
  [[gnu::always_inline]] inline void go(std::vector<Walk>& walks, const Stage& stage) {
    Lanes damping{}, objective{}, drop{}, length{};
    std::array<Lane, kLanes> lanes;
    std::size_t waiting = 0, busy = 0;
    for (;;) {
      for (int lane = 0; lane < kLanes; ++lane) {
        Lane& mine = lanes[static_cast<std::size_t>(lane)];
        if (mine.busy) {
          const bool settled = drop[lane] * (1 + damping[lane]) < kSettled;
          if (mine.attempts < stage.attempts && damping[lane] < 1e8 && !settled &&
              !(objective[lane] == kNothingYet))
            continue;
          hand_in(walks[mine.walk], lane, objective[lane], damping[lane]);
          mine.busy = false;
          --busy;
        }
        if (waiting == walks.size()) continue;
        mine = {waiting, true, 0};
        ++busy;
        take(walks[waiting++], lane);
        length[lane] = static_cast<double>(series_[walks[mine.walk].series].size());
        objective[lane] = kNothingYet;
        damping[lane] = stage.only_states ? 1e-9 : walks[mine.walk].damping;
      }
      if (busy == 0) return;
      const Lanes reached = ets_season_slope<LaneMath, Shape>(
          as_lanes(next_), as_lanes(tile_), static_cast<int>(longest_), length, period_,
          *reinterpret_cast<SeasonWork<Lanes>*>(work_.data()), as_lanes(trial_));
      accept(reached, objective, damping);
      drop = propose(damping, stage.only_states);
      for (Lane& lane : lanes) ++lane.attempts;
    }
  }

 private:
  /// A step is not worth while when the objective is said to fall by less: half of it by the number of values
  /// is log-likelihood.
  static constexpr double kSettled = 1e-8;

  static Lanes* as_lanes(std::vector<LaneRow>& rows) { return reinterpret_cast<Lanes*>(rows.data()); }

  void take(const Walk& walk, int lane) {
    const std::span<const double> values = series_[walk.series];
    for (std::size_t t = 0; t < longest_; ++t)
      tile_[t].values[lane] = t < values.size() ? values[t] : std::numeric_limits<double>::quiet_NaN();
    for (std::size_t j = 0; j < next_.size(); ++j) next_[j].values[lane] = walk.at[j];
  }

  void hand_in(Walk& walk, int lane, double objective, double damping) const {
    walk.objective = objective;
    walk.damping = std::clamp(damping, 1e-9, 1e-3);
    for (std::size_t j = 0; j < at_.size(); ++j) walk.at[j] = at_[j].values[lane];
  }

  /// Keeps what was tried where it is better, and steps more boldly then.
  [[gnu::always_inline]] inline void accept(const Lanes& reached, Lanes& objective, Lanes& damping) {
    const Lanes infinity = Lanes{} + kNothingYet;
    const LaneBits first = objective == infinity;
    const LaneBits better = (reached < objective) | first;
    damping = first ? damping : better ? damping * 0.1 : (damping < 1e-9 ? Lanes{} + 1e-9 : damping) * 8.0;
    objective = better ? reached : objective;
    objective = objective == objective ? objective : infinity;
    Lanes* const at = as_lanes(at_);
    Lanes* const gram = as_lanes(gram_);
    const Lanes* const next = as_lanes(next_);
    const Lanes* const trial = as_lanes(trial_);
    for (int j = 0; j < size_; ++j) at[j] = better ? next[j] : at[j];
    for (int i = 0; i <= size_; ++i) {
      for (int j = 0; j <= i; ++j) {
        const int place = i * stride_ + j;
        gram[place] = better ? trial[place] : gram[place];
      }
    }
  }

  /// The minimum of the local model in the box becomes what is tried next; returns what it takes off the
  /// objective at first sight.
  [[gnu::always_inline]] inline Lanes propose(const Lanes& damping, bool only_states) {
    constexpr int kWeights = Shape::kWeights;
    const Lanes zero{};
    const Lanes* const gram = as_lanes(gram_);
    const Lanes* const at = as_lanes(at_);
    Lanes* const next = as_lanes(next_);
    Lanes* const matrix = as_lanes(damped_);
    Lanes* const pivots = as_lanes(pivots_);
    const Lanes* const right = gram + size_ * stride_;
    Lanes largest = zero;
    for (int j = 0; j < size_; ++j)
      largest = gram[j * stride_ + j] > largest ? gram[j * stride_ + j] : largest;
    for (int i = 0; i < size_; ++i) {
      for (int j = 0; j < i; ++j) matrix[i * stride_ + j] = gram[i * stride_ + j];
      // A parameter without any effect (a season never seen) must not make the matrix singular.
      matrix[i * stride_ + i] = gram[i * stride_ + i] * (1.0 + damping) + 1e-14 * largest;
      matrix[size_ * stride_ + i] = -right[i];
    }
    take_out(matrix, states_, size_, stride_, pivots);
    Lanes step[kSeasonMostColumns];
    Lanes of_weights[kWeights], low[kWeights], high[kWeights], reduced[kWeights][kWeights],
        downhill[kWeights];
    constexpr double kLeast[4] = {kEtsLeastWeight, 0, 0, kEtsLeastPhi};
    constexpr double kMost[4] = {kEtsMostAlpha, 1, 1, kEtsMostPhi};
    for (int i = 0; i < kWeights; ++i) {
      low[i] = only_states ? zero : kLeast[i] - at[states_ + i];
      high[i] = only_states ? zero : kMost[i] - at[states_ + i];
      downhill[i] = matrix[size_ * stride_ + states_ + i];
      for (int j = 0; j <= i; ++j) reduced[i][j] = matrix[(states_ + i) * stride_ + states_ + j];
    }
    step_in_box<kWeights>(reduced, downhill, low, high, of_weights);
    for (int i = 0; i < kWeights; ++i) step[states_ + i] = of_weights[i];
    put_back(matrix, states_, size_, stride_, pivots, step);
    Lanes drop = zero;
    for (int j = 0; j < size_; ++j) {
      drop -= right[j] * step[j];
      next[j] = at[j] + step[j];
    }
    for (int i = 0; i < kWeights; ++i) {
      Lanes& weight = next[states_ + i];
      weight = weight < kLeast[i] ? zero + kLeast[i] : weight > kMost[i] ? zero + kMost[i] : weight;
    }
    return 2.0 * drop / gram[size_ * stride_ + size_];
  }

  Series series_;
  int period_, states_, size_, stride_;
  std::size_t longest_ = 0;
  std::vector<LaneRow> tile_, gram_, trial_, damped_, work_, at_, next_, pivots_;
};

// --- between a search point and a walk

/// Where each of the columns stands among the parameters of a Problem.
template <class Shape>
std::vector<std::size_t> places_of(int period) {
  std::vector<std::size_t> places{kLevel};
  if (Shape::kTrend) places.push_back(kTrend);
  for (int k = 1; k < period; ++k) places.push_back(static_cast<std::size_t>(kSeasons + k - 1));
  places.insert(places.end(), {kAlpha, kGammaShare});
  if (Shape::kTrend) places.push_back(kBetaShare);
  if (Shape::kDamped) places.push_back(kPhi);
  return places;
}

/// The best `count` walks of each series, no two of them at the same place.
void keep_best(std::vector<Walk>& walks, std::size_t count, double apart) {
  std::ranges::stable_sort(walks, [](const Walk& a, const Walk& b) {
    return a.series != b.series ? a.series < b.series : a.objective < b.objective;
  });
  std::vector<Walk> kept;
  std::size_t of_series = 0;
  for (const Walk& walk : walks) {
    if (kept.empty() || kept.back().series != walk.series) of_series = 0;
    if (of_series == count || walk.objective == kNothingYet) continue;
    if (of_series > 0 && !(walk.objective > kept.back().objective + apart)) continue;
    kept.push_back(walk);
    ++of_series;
  }
  walks = std::move(kept);
}

template <class Shape>
[[gnu::always_inline]] inline void fit_group(const EtsForm& form, Series series, int period,
                                             std::span<SearchPoint> found) {
  const std::vector<std::size_t> places = places_of<Shape>(period);
  std::vector<Walk> walks;
  for (std::size_t k = 0; k < series.size(); ++k) {
    for (const std::vector<double>& start : raw_starts(form, series[k], period)) {
      Walk walk;
      walk.series = k;
      for (std::size_t j = 0; j < places.size(); ++j) walk.at[j] = start[places[j]];
      walks.push_back(walk);
    }
  }
  // States enter the errors linearly, or nearly so when errors are relative; a ratio season makes them far
  // from it, and those read off the first cycles stay.
  const std::array<Stage, 3> stages{{{Shape::kRatio      ? 1
                                      : Shape::kRelative ? 4
                                                         : 2,
                                      true, kTrials, 0},
                                     {kTrialAttempts, false, kFinalists, 1e-3},
                                     {kFinalAttempts, false, 1, 0}}};
  Walker<Shape> walker(series, period);
  for (const Stage& stage : stages) {
    walker.go(walks, stage);
    keep_best(walks, stage.keep, stage.apart);
  }
  for (const Walk& walk : walks) {
    SearchPoint& point = found[walk.series];
    point.objective = walk.objective;
    for (std::size_t j = 0; j < places.size(); ++j) point.parameters[places[j]] = walk.at[j];
  }
}

// The same text for each kind of processor; the widest that is at hand runs. All round alike.
#if defined(__x86_64__)
template <class Shape>
[[gnu::target("avx512f,avx512dq")]] void fit_group_512(const EtsForm& form, Series series, int period,
                                                       std::span<SearchPoint> found) {
  fit_group<Shape>(form, series, period, found);
}
template <class Shape>
[[gnu::target("avx2")]] void fit_group_256(const EtsForm& form, Series series, int period,
                                           std::span<SearchPoint> found) {
  fit_group<Shape>(form, series, period, found);
}
#endif

template <class Shape>
void fit_group_here(const EtsForm& form, Series series, int period, std::span<SearchPoint> found) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq")) return fit_group_512<Shape>(form, series, period, found);
  if (__builtin_cpu_supports("avx2")) return fit_group_256<Shape>(form, series, period, found);
#endif
  fit_group<Shape>(form, series, period, found);
}

template <bool kTrendy, bool kFading>
void fit_group_with(const EtsForm& form, Series series, int period, std::span<SearchPoint> found) {
  const bool relative = form.error == EtsPart::multiplicative;
  if (form.season == EtsPart::multiplicative) {
    fit_group_here<SeasonShape<kTrendy, kFading, true, true>>(form, series, period, found);
  } else if (relative) {
    fit_group_here<SeasonShape<kTrendy, kFading, false, true>>(form, series, period, found);
  } else {
    fit_group_here<SeasonShape<kTrendy, kFading, false, false>>(form, series, period, found);
  }
}

}  // namespace

bool is_seasonal_form(const EtsForm& form) {
  return form.has_season() && form.trend != EtsPart::multiplicative;
}

std::vector<SearchPoint> fit_seasonal(const EtsForm& form, Series series, int period) {
  SearchPoint none;
  none.parameters.assign(static_cast<std::size_t>(kSeasons + period - 1), 0.0);
  none.objective = kNothingYet;
  std::vector<SearchPoint> found(series.size(), none);
  for (std::size_t first = 0; first < series.size(); first += kSeriesTogether) {
    const std::size_t count = std::min(kSeriesTogether, series.size() - first);
    const Series group = series.subspan(first, count);
    const std::span<SearchPoint> into = std::span(found).subspan(first, count);
    if (!form.has_trend()) {
      fit_group_with<false, false>(form, group, period, into);
    } else if (!form.damped) {
      fit_group_with<true, false>(form, group, period, into);
    } else {
      fit_group_with<true, true>(form, group, period, into);
    }
  }
  return found;
}

}  // namespace isotherm::ets_detail
