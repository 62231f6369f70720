#include "ets_columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "isotherm/model/ets_region.h"
#include "nelder_mead.h"

namespace isotherm::ets_detail {

namespace {

/// What is left of a column beside those before it, over what it was: below this it is one of them.
constexpr double kColumnGone = 1e-7;

double mean_where_seen(std::span<const double> seen, const double* x) {
  double sum = 0, count = 0;
  for (std::size_t t = 0; t < seen.size(); ++t) {
    if (std::isnan(seen[t])) continue;
    sum += x[t];
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}

double column_dot(const double* a, const double* b, int n) {
  double sum = 0;
  for (int k = 0; k < n; ++k) sum += a[k] * b[k];
  return sum;
}

}  // namespace

EtsColumns::EtsColumns(const EtsForm& form, const RegressedSeries& series, int period)
    : form_(form),
      period_(form.has_season() ? period : 1),
      length_(series.values.size()),
      ring_(form.has_season() ? static_cast<std::size_t>(period) : 0),
      states_(1 + (form.has_trend() ? 1 : 0) + (ring_ > 0 ? ring_ - 1 : 0)),
      size_(states_ + series.regressors.size()),
      values_(series.values.begin(), series.values.end()) {
  for (const std::vector<double>& x : series.regressors) {
    for (std::size_t t = 0; t < length_; ++t) {
      if (std::isnan(x[t])) values_[t] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  double largest = 0;
  for (const double y : values_) {
    if (std::isnan(y)) continue;
    ++observed_;
    largest = std::max(largest, std::fabs(y));
  }
  const double rounding = 64 * std::numeric_limits<double>::epsilon() * largest;
  rounding_ = observed_ * rounding * rounding;
  inputs_.assign((series.regressors.size() + 1) * length_, 0.0);
  const auto centred = [&](const double* x, double sign, double* out) {
    const double centre = mean_where_seen(values_, x);
    for (std::size_t t = 0; t < length_; ++t) out[t] = std::isnan(x[t]) ? 0 : sign * (x[t] - centre);
    return centre;
  };
  double* out = inputs_.data();
  for (const std::vector<double>& x : series.regressors) {
    centres_.push_back(centred(x.data(), -1, out));
    out += length_;
  }
  centre_ = centred(values_.data(), 1, out);
  errors_.resize((size_ + 1) * static_cast<std::size_t>(observed_));
  ends_.resize((size_ + 1) * states_per_column());
  triangle_.resize((size_ + 1) * (size_ + 1));
}

std::span<const double> EtsColumns::end_states(std::size_t column) const {
  return {ends_.data() + column * states_per_column(), states_per_column()};
}

void EtsColumns::pass(const EtsWeights& weights, std::size_t column) {
  double* const end = ends_.data() + column * states_per_column();
  std::fill(end, end + states_per_column(), 0.0);
  double* const ring = end + 2;
  const std::size_t first_season = form_.has_trend() ? 2 : 1;
  const double* input = nullptr;
  if (column >= states_) {
    input = inputs_.data() + (column - states_) * length_;
  } else if (column < first_season) {
    end[column] = 1;
  } else {
    // The seasons add up to 0: the last makes up for this one.
    ring[column - first_season] = 1;
    ring[ring_ - 1] = -1;
  }
  double level = end[0], trend = end[1];
  double* error = errors_.data() + column * static_cast<std::size_t>(observed_);
  std::size_t place = 0;
  for (std::size_t t = 0; t < length_; ++t) {
    const double base = level + weights.phi * trend;
    trend *= weights.phi;
    level = base;
    double* const season = ring_ > 0 ? ring + place : nullptr;
    if (++place == ring_) place = 0;
    if (std::isnan(values_[t])) continue;
    const double news = (input ? input[t] : 0) - base - (season ? *season : 0);
    *error++ = news;
    level += weights.alpha * news;
    trend += weights.beta * news;
    if (season) *season += weights.gamma * news;
  }
  end[0] = level;
  end[1] = trend;
}

void EtsColumns::solve(const EtsWeights& weights) {
  std::ranges::fill(triangle_, 0.0);
  rank_ = 0;
  for (std::size_t column = 0; column <= size_; ++column) {
    pass(weights, column);
    double* const mine = errors_.data() + column * static_cast<std::size_t>(observed_);
    const double before = column_dot(mine, mine, observed_);
    for (std::size_t other = 0; other < column; ++other) {
      if (dropped(other)) continue;
      const double* const unit = errors_.data() + other * static_cast<std::size_t>(observed_);
      const double share = column_dot(unit, mine, observed_);
      triangle_[other * (size_ + 1) + column] = share;
      for (int k = 0; k < observed_; ++k) mine[k] -= share * unit[k];
    }
    const double left = column_dot(mine, mine, observed_);
    if (column == size_) {
      squares_ = left;
      return;
    }
    if (!(left > kColumnGone * kColumnGone * before)) continue;
    const double length = std::sqrt(left);
    triangle_[column * (size_ + 1) + column] = length;
    for (int k = 0; k < observed_; ++k) mine[k] /= length;
    ++rank_;
  }
}

double EtsColumns::log_determinant() const {
  double sum = 0;
  for (std::size_t j = 0; j < size_; ++j) {
    if (!dropped(j)) sum += 2 * std::log(triangle_[j * (size_ + 1) + j]);
  }
  return sum;
}

std::vector<double> EtsColumns::factors() const {
  std::vector<double> factors(size_, 0.0);
  for (std::size_t j = size_; j-- > 0;) {
    if (dropped(j)) continue;
    const double* const row = triangle_.data() + j * (size_ + 1);
    double value = -row[size_];
    for (std::size_t k = j + 1; k < size_; ++k) value -= row[k] * factors[k];
    factors[j] = value / row[j];
  }
  return factors;
}

// --- the search over weights

namespace {

constexpr std::array kGridAlphas{0.002, 0.05, 0.15, 0.3, 0.5, 0.75, 0.97};
constexpr std::array kGridTrendShares{0.0, 0.1, 0.4, 1.0};
constexpr std::array kGridPhis{0.83, 0.96};
constexpr std::array kGridSeasonShares{0.0, 0.1, 0.5};

/// Weights of a point: alpha, beta's place in its range, phi, gamma's place in its range, as the form has
/// them; points outside count as the nearest inside.
EtsWeights weights_of_point(const EtsForm& form, std::span<const double> point) {
  std::size_t k = 0;
  const auto next = [&](double least, double most) { return std::clamp(point[k++], least, most); };
  EtsWeights weights;
  weights.alpha = next(kEtsLeastWeight, kEtsMostAlpha);
  if (form.has_trend()) weights.beta = kEtsLeastWeight + next(0, 1) * (weights.alpha - kEtsLeastWeight);
  if (form.damped) weights.phi = next(kEtsLeastPhi, kEtsMostPhi);
  if (form.has_season())
    weights.gamma = kEtsLeastWeight + next(0, 1) * std::max(0.0, 1 - weights.alpha - kEtsLeastWeight);
  return weights;
}

std::vector<std::vector<double>> grid_of_weights(const EtsForm& form) {
  std::vector<std::vector<double>> points{{}};
  const auto cross = [&](std::span<const double> values) {
    std::vector<std::vector<double>> longer;
    for (const std::vector<double>& point : points) {
      for (const double value : values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    }
    points = std::move(longer);
  };
  cross(kGridAlphas);
  if (form.has_trend()) cross(kGridTrendShares);
  if (form.damped) cross(kGridPhis);
  if (form.has_season()) cross(kGridSeasonShares);
  return points;
}

}  // namespace

EtsWeights least_over_weights(const EtsForm& form, int period, const WeightSearch& search,
                              const std::function<double(const EtsWeights&)>& cost) {
  const auto value = [&](std::span<const double> point) {
    const EtsWeights weights = weights_of_point(form, point);
    if (form.has_season() && !ets_admissible(form, weights, period))
      return std::numeric_limits<double>::infinity();
    return cost(weights);
  };
  struct Candidate {
    std::vector<double> point;
    double value;
  };
  std::vector<Candidate> candidates;
  for (std::vector<double>& point : grid_of_weights(form)) {
    const double here = value(point);
    candidates.push_back({std::move(point), here});
  }
  std::ranges::stable_sort(candidates, {}, &Candidate::value);
  if (candidates.size() > search.finalists) candidates.resize(search.finalists);
  for (Candidate& candidate : candidates)
    candidate.value = nelder_mead(value, candidate.point, 0.08, search.most_evaluations);
  return weights_of_point(form, std::ranges::min_element(candidates, {}, &Candidate::value)->point);
}

}  // namespace isotherm::ets_detail
